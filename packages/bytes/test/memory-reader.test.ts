/** The helpers over MemoryReader, on a double whose memory has one mapping. Oracle: DataView. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  FormatError,
  MemoryCache,
  type MemoryRange,
  type MemoryReader,
  readExactly,
  readPointers,
  UnreadableMemoryError,
} from '../src/index.js'

class OneMapping implements MemoryReader {
  constructor(
    readonly address: number,
    readonly bytes: Uint8Array,
  ) {}

  read(address: number, into: Uint8Array): number {
    const offset = address - this.address
    if (offset < 0 || offset >= this.bytes.length) return 0
    const part = this.bytes.subarray(offset, offset + into.length)
    into.set(part)
    return part.length
  }

  readRanges(ranges: readonly MemoryRange[]): void {
    for (const range of ranges) range.bytesRead = this.read(range.address, range.into)
  }
}

const base = 0x7f00_0000_1000

it('readExactly gives all bytes or says how many there were', () => {
  const memory = new OneMapping(base, Uint8Array.of(1, 2, 3, 4))
  expect([...readExactly(memory, base + 1, 3)]).toEqual([2, 3, 4])
  expect(() => readExactly(memory, base + 1, 4)).toThrow(UnreadableMemoryError)
  expect(() => readExactly(memory, base + 1, 4)).toThrow(
    'memory at 0x7f0000001001 is not readable: 4 bytes wanted, 3 could be read',
  )
  expect(() => readExactly(memory, base - 1, 1)).toThrow(/0 could be read/)
})

it('a length that no memory has is unreadable, never another error', () => {
  const memory = new OneMapping(base, Uint8Array.of(1, 2, 3, 4))
  const lengths = [-1, Number.NaN, 0.125, 1.5, 2 ** 32 + 1, 2 ** 40, Number.MAX_SAFE_INTEGER, Number.POSITIVE_INFINITY]
  for (const length of lengths) {
    expect(() => readExactly(memory, base, length)).toThrow(UnreadableMemoryError)
    expect(() => readPointers(memory, base, length)).toThrow(UnreadableMemoryError)
  }
  expect(() => readExactly(memory, Number.NaN, Number.NaN)).toThrow('NaN bytes wanted, 0 could be read')
  expect(readExactly(memory, base, 0).length).toBe(0)
  expect(readPointers(memory, base, 0).length).toBe(0)
})

it('readPointers gives numbers, and NaN for what is no address', () => {
  fc.assert(
    fc.property(fc.array(fc.bigInt(0n, 2n ** 64n - 1n), { maxLength: 20 }), (values) => {
      const bytes = new Uint8Array(values.length * 8)
      const view = new DataView(bytes.buffer)
      for (const [index, value] of values.entries()) view.setBigUint64(index * 8, value, true)
      const expected = values.map((value) => (value < 2n ** 53n ? Number(value) : Number.NaN))
      expect([...readPointers(new OneMapping(base, bytes), base, values.length)]).toEqual(expected)
    }),
    { examples: [[[0n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 64n - 1n, 0xc000012345n]]] },
  )
})

it('FormatError names the place and keeps the parts', () => {
  const cause = new Error('inner')
  const error = new FormatError('unknown form 0x2f', { section: '.debug_info', offset: 0x1a, cause })
  expect(error.message).toBe('.debug_info at offset 0x1a: unknown form 0x2f')
  expect(error).toMatchObject({ name: 'FormatError', code: 'ERR_FORMAT', section: '.debug_info', offset: 26, cause })
  expect(error.reason).toBe('unknown form 0x2f')
  const placeless = new FormatError('missing', { section: 'ELF header' })
  expect(placeless.message).toBe('ELF header: missing')
  expect('cause' in placeless).toBe(false)
})

it('a cache reads each page once, up to where memory ends, and nothing of what is no address', () => {
  const reads: number[] = []
  const memory = new OneMapping(
    base,
    Uint8Array.from({ length: 5000 }, (_, index) => index),
  )
  const counted: MemoryReader = {
    read(address, into) {
      reads.push(address)
      return memory.read(address, into)
    },
    readRanges: (ranges) => memory.readRanges(ranges),
  }
  const cache = new MemoryCache(counted)
  const into = new Uint8Array(16)
  expect(cache.read(base + 4090, into)).toBe(16)
  expect([...into]).toEqual(Array.from({ length: 16 }, (_, index) => (4090 + index) & 0xff))
  expect(cache.read(base + 4996, into)).toBe(4)
  expect(reads).toEqual([base, base + 4096])
  for (const address of [Number.NaN, -8, 0.5, 2 ** 53, Number.POSITIVE_INFINITY])
    expect(cache.read(address, into)).toBe(0)
  expect(cache.read(Number.MAX_SAFE_INTEGER, into)).toBe(0)
})
