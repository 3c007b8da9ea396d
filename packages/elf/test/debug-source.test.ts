/** Debug sections in parts: the same bytes as `debugSection`, and of a file that has them as they are no others are read. */
import { type ByteSource, BytesSource, FormatError } from '@gospy/bytes'
import { describe, expect, it } from 'vitest'
import { ElfFile } from '../src/index.js'
import { fixture, fixtureNames } from './support/fixtures.js'

/** A file that counts the bytes that are read of it. */
class CountingSource implements ByteSource {
  readonly size: number
  count = 0
  readonly #source: BytesSource

  constructor(bytes: Uint8Array) {
    this.#source = new BytesSource(bytes)
    this.size = bytes.length
  }

  read(offset: number, length: number): Uint8Array {
    this.count += length
    return this.#source.read(offset, length)
  }
}

class FillingSource extends CountingSource {
  readInto(offset: number, target: Uint8Array): void {
    target.set(this.read(offset, target.length))
  }
}

const NAMES = ['.debug_info', '.debug_str', '.debug_line', '.debug_abbrev', '.debug_nothing']

describe.each(fixtureNames)('%s', (name) => {
  it.each([
    ['bytes', (bytes: Uint8Array) => bytes],
    ['a source', (bytes: Uint8Array) => new CountingSource(bytes)],
    ['a source that fills', (bytes: Uint8Array) => new FillingSource(bytes)],
  ])('of %s', (_, open) => {
    const bytes = fixture(name)
    for (const section of NAMES) {
      const whole = new ElfFile(bytes).debugSection(section)
      const source = new ElfFile(open(bytes)).debugSource(section)
      expect(source?.size, section).toBe(whole?.length)
      if (source === undefined) continue
      expect(Buffer.compare(source.read(0, source.size), whole!)).toBe(0)
      const middle = source.size >>> 1
      const part = new Uint8Array(source.size - middle)
      if (source.readInto === undefined) part.set(source.read(middle, part.length))
      else source.readInto(middle, part)
      expect(Buffer.compare(part, whole!.subarray(middle))).toBe(0)
      // What follows in the file is not the section's.
      expect(() => source.read(middle, part.length + 1)).toThrow(FormatError)
      expect(() => source.read(-1, 1)).toThrow(FormatError)
      expect(() => source.readInto?.(middle + 1, part) ?? source.read(middle + 1, part.length)).toThrow(FormatError)
    }
  })
})

it('reads nothing of a section before it is asked for', () => {
  const file = new CountingSource(fixture('x86_64.exec'))
  const elf = new ElfFile(file)
  const source = elf.debugSource('.debug_info')!
  const before = file.count
  expect(source.size).toBe(elf.section('.debug_info')!.size)
  expect(file.count).toBe(before)
  source.read(11, 7)
  expect(file.count).toBe(before + 7)
})

it('a section that the file does not hold is an error when it is asked for', () => {
  const bytes = fixture('x86_64.exec').slice()
  const { index } = new ElfFile(bytes).section('.debug_info')!
  const view = new DataView(bytes.buffer)
  // e_shoff, and in the section's header of 64 bytes sh_size.
  view.setBigUint64(Number(view.getBigUint64(0x28, true)) + 64 * index + 32, 1n << 40n, true)
  const elf = new ElfFile(new CountingSource(bytes))
  expect(() => elf.debugSource('.debug_info')).toThrow(/^\.debug_info: should lie at 0x/)
  expect(elf.debugSource('.debug_abbrev')!.size).toBeGreaterThan(0)
})
