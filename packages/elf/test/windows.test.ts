/** Tables that are read through a window, against the same bytes in memory: whatever is asked, in whatever order. */
import { expect, it } from 'vitest'
import { ElfFile, SHN } from '../src/index.js'
import { ElfBuilder } from './support/builder.js'

/** A file of `bytes`, as far as anyone can tell, that counts what is read of it, and fails when told to. */
class CountingSource {
  readonly size: number
  readonly #bytes: Uint8Array
  /** Lengths of the reads that made a copy, and bytes that were read into given memory. */
  copies: number[] = []
  filled = 0
  isBroken = false

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.size = bytes.length
  }

  read(offset: number, length: number): Uint8Array {
    if (this.isBroken) throw new Error('broken')
    this.copies.push(length)
    return this.#bytes.slice(offset, offset + length)
  }

  readInto(offset: number, target: Uint8Array): void {
    // As a disk does: part of it is written before the fault shows.
    if (this.isBroken) target.fill(0xee)
    if (this.isBroken) throw new Error('broken')
    this.filled += target.length
    target.set(this.#bytes.subarray(offset, offset + target.length))
  }
}

/** Numbers from 0 to 1, the same each time. */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

const LONG = 'long'.repeat(100_000)
const ONCE = 'only.once'
const COUNT = 40_000

/**
 * Some 40,000 symbols with a megabyte of names, in the order of the table but for some that are used again; some are tails of others, and one is
 * longer than a window. Of `part0`, `part1`, … there are several, undefined ones among them.
 */
function manySymbols(options: { class: 32 | 64; littleEndian: boolean; shuffled?: boolean }): Uint8Array {
  const next = random(7)
  const names: number[] = []
  const pieces = ['\0']
  let length = 1
  for (let index = 0; index < COUNT; index++) {
    const kind = next()
    if (kind < 0.05 && index > 0 && index !== 20_000 && index !== 30_001) {
      names.push(names[Math.floor(next() * index)]!)
      continue
    }
    const tail = `part${index % 1000}`
    const name =
      index === 20_000
        ? LONG
        : index === 30_001
          ? ONCE
          : kind < 0.1
            ? `größer.${tail}`
            : `example.com/some/module.${tail}`
    const isTail = kind > 0.9
    const size = Buffer.byteLength(name)
    names.push(isTail && name !== LONG && name !== ONCE ? length + size - tail.length : length)
    pieces.push(name, '\0')
    length += size + 1
  }
  if (options.shuffled) names.sort(() => next() - 0.5)
  const builder = new ElfBuilder(options)
  builder.addSymbols(
    pieces.join(''),
    names.map((name, index) => ({
      name,
      value: BigInt(0x1000 + index * 16),
      size: 8n,
      section: index % 5 === 0 ? SHN.UNDEF : 1,
    })),
  )
  return builder.build()
}

const FILES = [
  ['64 bit, little-endian', { class: 64, littleEndian: true }],
  ['32 bit, big-endian', { class: 32, littleEndian: false }],
  ['64 bit, big-endian, names in no order', { class: 64, littleEndian: false, shuffled: true }],
] as const

it.each(FILES)('one look-up, and a walk: %s', (_, options) => {
  const bytes = manySymbols(options)
  const expected = new ElfFile(bytes).symbols()
  const wanted = [
    'example.com/some/module.part999',
    'größer.part17',
    'part3',
    'art3',
    'absent',
    ONCE,
    LONG,
    LONG.slice(4),
  ]
  for (const name of wanted) {
    const table = new ElfFile(new CountingSource(bytes)).symbols()
    expect(table.find(name)?.index).toBe(expected.find(name)?.index)
    const all = new ElfFile(new CountingSource(bytes)).symbols().findAll(name)
    expect(all.map(({ index, address }) => [index, address])).toEqual(
      expected.findAll(name).map(({ index, address }) => [index, address]),
    )
    // What was found can be asked about while another search is under way.
    expect(all.every((symbol) => symbol.name === name)).toBe(true)
  }
  const table = new ElfFile(new CountingSource(bytes)).symbols()
  for (let turn = 0; turn < 2; turn++) {
    for (let index = 0; index < table.length; index++) {
      if (table.nameOf(index) !== expected.nameOf(index)) expect.fail(`name of symbol ${index}`)
      if (table.addressOf(index) !== expected.addressOf(index)) expect.fail(`address of symbol ${index}`)
    }
  }
})

it.each(FILES)('anything in any order, ever again: %s', (_, options) => {
  const bytes = manySymbols(options)
  const expected = new ElfFile(bytes).symbols()
  const source = new CountingSource(bytes)
  const table = new ElfFile(source).symbols()
  const next = random(3)
  for (let turn = 0; turn < 4000; turn++) {
    const index = Math.floor(next() * COUNT)
    const symbol = table.at(index)!
    expect(symbol.address).toBe(expected.addressOf(index))
    expect(symbol.name).toBe(expected.nameOf(index))
    if (turn % 400 === 0) expect(table.find(symbol.name)?.index).toBe(expected.find(symbol.name)?.index)
    if (turn % 1000 === 0)
      expect(table.findByAddress(symbol.address)?.index).toBe(expected.findByAddress(symbol.address)?.index)
  }
  // By now all is in memory, and nothing is read any more.
  source.isBroken = true
  expect(table.at(0)!.name).toBe('')
  expect(table.at(COUNT)!.address).toBe(expected.addressOf(COUNT))
})

it('five look-ups by name read each table five times, the next one reads it to keep', () => {
  const bytes = manySymbols({ class: 64, littleEndian: true })
  const source = new CountingSource(bytes)
  const table = new ElfFile(source).symbols()
  const { size } = new ElfFile(bytes).section('.strtab')!
  const expected = new ElfFile(bytes).symbols().find(ONCE)!.index
  for (let turn = 1; turn <= 5; turn++) {
    expect(table.find(ONCE)?.index).toBe(expected)
    expect(source.filled).toBeGreaterThanOrEqual(turn * (expected * 24 + size))
    expect(source.filled).toBeLessThan(turn * (COUNT * 24 + size + 1000))
  }
  expect(Math.max(...source.copies)).toBeLessThan(1000)
  expect(table.find(ONCE)?.index).toBe(expected)
  expect(source.copies.filter((length) => length > 1000)).toEqual([size, (COUNT + 1) * 24])
  source.isBroken = true
  expect(table.find(ONCE)?.index).toBe(expected)
})

it('a look-up for a name that stands nowhere reads no symbols', () => {
  const bytes = manySymbols({ class: 64, littleEndian: true })
  const source = new CountingSource(bytes)
  expect(new ElfFile(source).symbols().find('absent')).toBeUndefined()
  expect(source.filled).toBeLessThan(new ElfFile(bytes).section('.strtab')!.size + 1000)
})

it('a source that fails once does no harm', () => {
  const bytes = manySymbols({ class: 64, littleEndian: true })
  const expected = new ElfFile(bytes).symbols()
  const source = new CountingSource(bytes)
  const table = new ElfFile(source).symbols()
  expect(table.find(ONCE)).toBeDefined()
  for (const index of [30_000, 10, 39_000, 200]) {
    source.isBroken = true
    expect(() => table.nameOf(index)).toThrow('broken')
    source.isBroken = false
    expect(table.nameOf(index)).toBe(expected.nameOf(index))
    expect(table.addressOf(index)).toBe(expected.addressOf(index))
  }
})

it('a table that does not lie within the file is refused before it is read', () => {
  const bytes = manySymbols({ class: 64, littleEndian: true })
  const { offset, size } = new ElfFile(bytes).section('.symtab')!
  const view = new DataView(bytes.buffer)
  const { sectionHeaderOffset } = new ElfFile(bytes).header
  view.setBigUint64(sectionHeaderOffset + 2 * 64 + 32, BigInt(bytes.length - offset + 1), true)
  expect(size).toBe((COUNT + 1) * 24)
  const elf = new ElfFile(new CountingSource(bytes))
  expect(() => elf.symbols()).toThrow(/^\.symtab: should lie at 0x/)
})
