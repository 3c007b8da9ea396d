import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mergedOrder, sortedOrder } from '../src/sorted-order.js'

/** The same by the language's own stable sort. */
function oracle(keys: readonly number[]): number[] {
  return keys.map((_, index) => index).sort((a, b) => keys[a]! - keys[b]! || a - b)
}

describe('sortedOrder', () => {
  it.each([
    ['addresses near each other', fc.integer({ min: 0, max: 1 << 20 }).map((n) => 0xc0_0000_0000 + n * 8)],
    ['odd numbers', fc.integer({ min: 0, max: 1 << 20 }).map((n) => n * 2 + 1)],
    ['few distinct keys', fc.integer({ min: 0, max: 3 })],
    ['keys too far apart to be packed', fc.nat({ max: Number.MAX_SAFE_INTEGER })],
  ])('agrees with Array.prototype.sort: %s', (_, key) => {
    fc.assert(
      fc.property(fc.array(key, { maxLength: 200 }), (keys) => {
        expect([...sortedOrder(Float64Array.from(keys))]).toEqual(oracle(keys))
      }),
    )
  })
})

describe('mergedOrder', () => {
  it('of two parts is that of the whole', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 50 })), fc.nat({ max: 100 }), (list, split) => {
        const keys = Float64Array.from(list)
        const one = sortedOrder(keys.subarray(0, split))
        const other = sortedOrder(keys.subarray(split)).map((index) => index + Math.min(split, keys.length))
        expect([...mergedOrder(keys, one, other)]).toEqual(oracle(list))
      }),
    )
  })
})
