import { describe, expect, it } from 'vitest'
import { Allgs, AllgsError, readAllgs } from '../src/allgs.js'
import { FakeMemory } from './fake-memory.js'

const HEADER = 0x60_0000
const LENGTH = 0x60_0100
const ARRAY = 0xc0_0000_0000

describe('readAllgs', () => {
  it('reads as many pointers as allglen says, however long the slice is by now', () => {
    const memory = new FakeMemory()
      .words(HEADER, [ARRAY, 3, 4])
      .words(LENGTH, [2])
      .words(ARRAY, [0xc1_0000_0000, 0xc1_0000_1000, 8])
      .words(0xc1_0000_0000, [1])
    expect([...readAllgs(memory, HEADER, LENGTH).addresses]).toEqual([0xc1_0000_0000, 0xc1_0000_1000])
    expect(readAllgs(memory, HEADER, undefined).addresses).toHaveLength(3)
  })

  it.each([
    ['empty: the runtime has not started', [0, 0, 0], 'has not started'],
    ['a length without an array', [0, 5, 5], 'no slice'],
    ['more than memory holds', [ARRAY, 2 ** 40, 2 ** 40], 'no slice'],
    ['longer than its array', [ARRAY, 5, 4], 'no slice'],
  ])('refuses a slice that is %s', (_, header, text) => {
    const memory = new FakeMemory().words(HEADER, header)
    expect(() => readAllgs(memory, HEADER, undefined)).toThrow(AllgsError)
    expect(() => readAllgs(memory, HEADER, undefined)).toThrow(text)
  })

  it('counts pointers that are none, and refuses a slice of nothing else', () => {
    const memory = new FakeMemory()
      .words(HEADER, [ARRAY, 4, 4])
      .words(ARRAY, [0, 0xc1_0000_0001, 0xc1_0000_1000, 0xc1_0000_1000])
      .words(0xc1_0000_1000, [1])
    // Nor is one listed twice.
    expect(readAllgs(memory, HEADER, undefined)).toEqual({ addresses: Float64Array.of(0xc1_0000_1000), implausible: 3 })
    const nothing = new FakeMemory().words(HEADER, [ARRAY, 1, 1]).words(ARRAY, [0])
    expect(() => readAllgs(nothing, HEADER, undefined)).toThrow(AllgsError)
  })

  it('finds out soon that a long slice leads nowhere', () => {
    const pointers = Array.from({ length: 100_000 }, (_, index) => 0xc1_0000_0000 + index * 8)
    const memory = new FakeMemory().words(HEADER, [ARRAY, 100_000, 100_000]).words(ARRAY, pointers)
    expect(() => readAllgs(memory, HEADER, undefined)).toThrow('holds no goroutine')
    expect(memory.reads).toBeLessThan(100)
  })

  it('looks again when the slice has moved meanwhile', () => {
    const header = new Uint8Array(24)
    const view = new DataView(header.buffer)
    const point = (array: number) => view.setBigUint64(0, BigInt(array), true)
    view.setBigUint64(8, 1n, true)
    view.setBigUint64(16, 1n, true)
    point(ARRAY)
    const memory = new FakeMemory()
      .map(HEADER, header)
      .words(ARRAY, [0xc1_0000_1000])
      .words(ARRAY + 4096, [0xc1_0000_2000])
      .words(0xc1_0000_2000, [1])
    memory.beforeRead = () => {
      if (memory.reads === 3) point(ARRAY + 4096)
    }
    expect([...readAllgs(memory, HEADER, undefined).addresses]).toEqual([0xc1_0000_2000])
  })
})

describe('Allgs, look after look', () => {
  const [first, second, third] = [0xc1_0000_2000, 0xc1_0000_0000, 0xc1_0000_1000]
  const at = (array: number, list: number[]) => {
    return new FakeMemory()
      .words(HEADER, [array, list.length, list.length])
      .words(array, list)
      .words(second, [1])
      .words(third, [1])
  }

  it('knows those that were there before, and the order of all', () => {
    const all = new Allgs(HEADER, undefined)
    all.look(at(ARRAY, [first, second]))
    expect([...all.order]).toEqual([1, 0])
    const known = all.addresses
    expect(all.look(at(ARRAY, [first, second]))).toBe(true)
    expect(all.addresses).toBe(known)
    // The array has moved.
    expect(all.look(at(ARRAY + 4096, [first, second, third, third]))).toBe(true)
    expect([...all.addresses]).toEqual([first, second, third])
    expect([...all.order]).toEqual([1, 2, 0])
    expect(all.implausible).toBe(1)
  })

  it.each([
    ['another goroutine', [third, second, first]],
    ['fewer', [first]],
  ])('says so when there is %s where one was', (_, list) => {
    const all = new Allgs(HEADER, undefined)
    all.look(at(ARRAY, [first, second]))
    expect(all.look(at(ARRAY, list).words(first, [1]))).toBe(false)
    expect([...all.addresses]).toEqual(list)
  })
})
