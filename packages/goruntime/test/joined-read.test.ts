import { describe, expect, it } from 'vitest'
import { joinedRead } from '../src/joined-read.js'
import { sortedOrder } from '../src/sorted-order.js'
import { FakeMemory } from './fake-memory.js'

const BASE = 0xc0_0000_0000

/** `size` bytes that begin with the number. */
function object(size: number, number: number): Uint8Array {
  const bytes = new Uint8Array(size)
  new DataView(bytes.buffer).setUint32(0, number, true)
  return bytes
}

function collect(memory: FakeMemory, list: number[], size: number) {
  const addresses = Float64Array.from(list)
  const seen = new Map<number, number>()
  const missed: number[] = []
  joinedRead(
    memory,
    addresses,
    sortedOrder(addresses),
    size,
    (index, words, first) => seen.set(index, words[first]!),
    (index) => missed.push(index),
  )
  return { seen: Object.fromEntries(seen), missed }
}

describe('joinedRead', () => {
  it('reads neighbours in one go, in whichever order they are named', () => {
    const memory = new FakeMemory()
      .map(BASE, object(64, 10))
      .map(BASE + 64, object(64, 11))
      .map(BASE + 128, object(64, 12))
    expect(collect(memory, [BASE + 128, BASE, BASE + 64], 64)).toEqual({ seen: { 0: 12, 1: 10, 2: 11 }, missed: [] })
    expect(memory.reads).toBe(1)
  })

  it('does not join what lies far apart', () => {
    const memory = new FakeMemory().map(BASE, object(64, 1)).map(BASE + 100_000, object(64, 2))
    expect(collect(memory, [BASE, BASE + 100_000], 64)).toEqual({ seen: { 0: 1, 1: 2 }, missed: [] })
    expect(memory.reads).toBe(2)
  })

  it('finds an object behind a hole that lies within its run', () => {
    const memory = new FakeMemory().map(BASE, object(64, 1)).map(BASE + 1024, object(64, 2))
    expect(collect(memory, [BASE, BASE + 1024], 64)).toEqual({ seen: { 0: 1, 1: 2 }, missed: [] })
  })

  it('reports what cannot be read whole', () => {
    const memory = new FakeMemory().map(BASE, object(64, 1)).map(BASE + 64, object(32, 2))
    expect(collect(memory, [BASE, BASE + 64, BASE + 4096], 64)).toEqual({ seen: { 0: 1 }, missed: [1, 2] })
  })
})
