/**
 * Tables read from a source as they are needed: they say what the same bytes in memory say (which golden.test.ts holds against
 * debug/gosym), and read little.
 */
import { type ByteSource, BytesSource, FormatError, PagedBytes } from '@gospy/bytes'
import { describe, expect, it } from 'vitest'
import { fixturePath, prebuilt } from '../../../fixtures/src/prebuilt.js'
import { findGoTables, type GoFunction, type MemoryRegion, PclnTable } from '../src/index.js'
import { elfRegions } from './support/elf-regions.js'
import { GOLDEN_NAMES, golden, goldenBytes, goldenOptions } from './support/golden.js'

const PAGE = 1 << 14

/** Notes what is read, of bytes with zeros behind them: so that no look-up takes a good part of it. */
class NotingSource implements ByteSource {
  readonly size: number
  readonly reads: [offset: number, length: number][] = []
  readonly #bytes: Uint8Array

  constructor(bytes: Uint8Array, zeros = 0) {
    this.#bytes = bytes
    this.size = bytes.length + zeros
  }

  read(offset: number, length: number): Uint8Array {
    expect(offset + length).toBeLessThanOrEqual(this.size)
    this.reads.push([offset, length])
    const bytes = new Uint8Array(length)
    bytes.set(this.#bytes.subarray(offset, offset + length))
    return bytes
  }

  /** Bytes that were read. */
  get total(): number {
    return this.reads.reduce((sum, [, length]) => sum + length, 0)
  }
}

const MANY = 64 << 20

describe('bytes of a source', () => {
  const bytes = Uint8Array.from({ length: 20 * PAGE + 7 }, (_, index) => index * 31)

  it('are read when they are needed, neighbours together, none twice', () => {
    const source = new NotingSource(bytes)
    const pages = new PagedBytes(source, 'test')
    expect(source.reads).toEqual([[bytes.length - 1, 1]])
    expect(pages.part(PAGE - 1, PAGE + 1)).toEqual(bytes.subarray(PAGE - 1, PAGE + 1))
    pages.need(5, 2 * PAGE)
    expect(pages.part(4 * PAGE, 4 * PAGE)).toEqual(new Uint8Array())
    expect(source.reads.slice(1)).toEqual([[0, 2 * PAGE]])
    pages.need(20 * PAGE + 1, 21 * PAGE)
    expect(source.reads.slice(2)).toEqual([[20 * PAGE, 7]])
    expect(pages.part(20 * PAGE, 20 * PAGE + 8)).toBeUndefined()
    expect(pages.part(-1, 1)).toBeUndefined()
    expect(source.reads.length).toBe(3)
  })

  it('are all read in one piece by whoever goes over all of them', () => {
    const source = new NotingSource(bytes)
    const pages = new PagedBytes(source, 'test')
    for (let at = 0; at < bytes.length; at += 61) {
      pages.need(at, at + 1)
      if (pages.bytes[at] !== bytes[at]) throw new Error(`another byte at ${at}`)
    }
    // A quarter of the pages one by one, and then the rest.
    expect(source.reads.slice(1)).toEqual([
      ...Array.from({ length: 5 }, (_, page) => [page * PAGE, PAGE]),
      [0, bytes.length],
    ])
    expect(Buffer.compare(pages.all(), bytes)).toBe(0)
    expect(pages.slice(3, 9)).toEqual(bytes.subarray(3, 9))
    expect(source.reads.length).toBe(7)
  })

  it('can be cut to a source, of which nothing is read yet', () => {
    const source = new NotingSource(bytes)
    const slice = new PagedBytes(source, 'test').slice(3 * PAGE + 1, 8 * PAGE) as ByteSource
    expect(source.reads.length).toBe(1)
    expect(slice.size).toBe(5 * PAGE - 1)
    expect(slice.read(10, 5)).toEqual(bytes.subarray(3 * PAGE + 11, 3 * PAGE + 16))
  })

  it('are not believed to be more than there are', () => {
    const short: ByteSource = { size: 2 ** 40, read: (offset, length) => new BytesSource(bytes).read(offset, length) }
    expect(() => new PagedBytes(short, 'test')).toThrow(FormatError)
    const long: ByteSource = { size: 2 ** 52, read: (_, length) => new Uint8Array(length) }
    expect(() => new PagedBytes(long, 'test')).toThrow('test: 4503599627370496 bytes do not fit in memory')
    expect(new PagedBytes(new BytesSource(new Uint8Array()), 'test').all()).toEqual(new Uint8Array())
    expect(() => PclnTable.parse(new BytesSource(new Uint8Array()))).toThrow('0 bytes are too few')
  })
})

/** Everything that is in the table itself about a function. */
function told(func: GoFunction): unknown {
  const { name, entry, end, args, funcID, flags, startLine, pcdataCount, funcdataCount, deferReturn } = func
  const frames = [...func.lineRanges()].map(({ start }) => func.frames(start))
  const deltas = [...func.spDeltaRanges()].map(({ start, value }) => [value, func.spDelta(start)])
  const facts = { name, entry, end, args, funcID, flags, startLine, pcdataCount, funcdataCount, deferReturn }
  return { ...facts, lines: [...func.lineRanges()], frames, deltas }
}

/** As text, for the matchers take long over so much. */
function expectSame(paged: GoFunction, inMemory: GoFunction): void {
  const [ours, theirs] = [paged, inMemory].map((func) => JSON.stringify(told(func)))
  if (ours !== theirs) expect(ours).toBe(theirs)
}

describe.each(GOLDEN_NAMES)('a table read as it is needed (%s)', (name) => {
  const bytes = goldenBytes(name)
  const known = golden(name)
  const options = goldenOptions(bytes, known)
  const inMemory = PclnTable.parse(bytes, options)

  // Every third: the whole takes seconds, and goes over every page anyway.
  it('says of functions what it says in memory', () => {
    const source = new NotingSource(bytes, MANY)
    const paged = PclnTable.parse(source, options)
    for (const [index, func] of [...inMemory.functions()].entries()) {
      if (index % 3 === 0) expectSame(paged.functionAt(func.end - 1)!, func)
    }
    // Page by page, nothing twice.
    expect(source.reads.every(([, length]) => length <= 3 * PAGE)).toBe(true)
    expect(source.total).toBeLessThan(bytes.length + 2 * PAGE)
  })

  it('reads a header, then some pages for one look-up, and all when it goes over all', () => {
    const source = new NotingSource(bytes, MANY)
    const paged = PclnTable.parse(source, options)
    const { version, functionCount } = paged
    // Of the oldest format the header says behind the functions where the files are.
    expect(source.total).toBeLessThanOrEqual((version === '1.2' ? 2 : 1) * PAGE + 1)
    const { pc } = known.samples.at(-1)!
    expect(paged.lookup(pc)).toEqual(inMemory.lookup(pc))
    expect(source.total).toBeLessThan(18 * PAGE)
    expect(source.reads.length).toBeLessThan(18)

    const fresh = new NotingSource(bytes)
    const table = PclnTable.parse(fresh, options)
    expect([...table.functions()].map((func) => func.name)).toHaveLength(functionCount)
    expect(table.findFunction('main.main')?.entry).toBe(inMemory.findFunction('main.main')!.entry)
    expect([...table.files()]).toEqual([...inMemory.files()])
    expect(fresh.reads.at(-1)).toEqual([0, bytes.length])
    expect(fresh.reads.length).toBeLessThanOrEqual(4)
  })
})

it.each([
  'states-go1.27.4-amd64-stripped',
  'states-go1.17.13-amd64-exe-rawdwarf',
  'states-go1.27.4-amd64-pie-rawdwarf',
])('a binary whose sections are sources says what it says in memory (%s)', (name) => {
  const { regions, relocations } = elfRegions(fixturePath(prebuilt().find((one) => one.name === name)!))
  const sources = regions.map(({ name, address, bytes }) => ({ name, address, bytes: new NotingSource(bytes) }))
  const open = (regions: MemoryRegion[]) => findGoTables({ regions, relocations })!
  const [paged, inMemory] = [open(sources), open(regions)]
  expect(paged.moduleData).toEqual(inMemory.moduleData)
  expect(paged.goVersion).toBe(inMemory.goVersion)
  expect(paged.buildInfo).toEqual(inMemory.buildInfo)
  const main = inMemory.table.findFunction('main.inlinedCaller')!
  expectSame(paged.table.functionAt(main.entry)!, main)
  expect(paged.table.functionAt(main.entry)!.inlineTree()).toEqual(main.inlineTree())
  // Of code nothing but the last byte of its section, if at all.
  expect(sources.find((one) => one.name === '.text')!.bytes.total).toBeLessThanOrEqual(1)
  for (const [index, func] of [...inMemory.table.functions()].entries()) {
    if (index % 9 === 0) expectSame(paged.table.functionAt(func.entry)!, func)
  }
})
