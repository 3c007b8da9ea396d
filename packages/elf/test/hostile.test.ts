/** Any bytes: a value or a FormatError; never another exception, a hang, or an allocation of what a header claims. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ElfFile, PT, type Segment, SHT } from '../src/index.js'
import { ElfBuilder } from './support/builder.js'
import { exercise } from './support/exercise.js'
import { fixture, fixtureNames } from './support/fixtures.js'
import { retainedBytes } from './support/heap.js'

/** Generous, for busy machines: what is meant to be caught takes minutes. */
const HANG_MS = 15_000

/** All but those of more than 100 KB, core files mostly, which have a test of their own. */
const files = fixtureNames.map(fixture).filter(({ length }) => length < 100_000)
const cores = fixtureNames.filter((name) => name.endsWith('.core')).map(fixture)

/** How many variants in all: thousands by default; a million takes hours. */
const VARIANTS = Number(process.env['ELF_HOSTILE'] ?? 5000)
const share = (part: number) => ({
  numRuns: Math.ceil(VARIANTS * part),
  seed: Number(process.env['ELF_HOSTILE_SEED'] ?? 1),
})
const timeout = Math.max(60_000, VARIANTS * 20)

/** Fails where one takes more than a second of the processor, three times: once may be the machine's fault. */
function timed(bytes: Uint8Array): number {
  for (let turn = 0; ; turn++) {
    const before = process.cpuUsage()
    const faults = exercise(bytes)
    const { user, system } = process.cpuUsage(before)
    if (user + system < 1_000_000) return faults
    if (turn === 2) throw new Error(`more than a second for ${bytes.length} bytes`)
  }
}

it('the fixtures themselves have no fault', () => {
  for (const name of fixtureNames) expect(exercise(fixture(name)), name).toBe(0)
})

it('bytes changed anywhere', { timeout }, () => {
  const interesting = fc.constantFrom(0, 1, 0x7f, 0x80, 0xfe, 0xff)
  // The header and the section headers, which are at the end, more often than the rest.
  const change = fc.record({
    from: fc.constantFrom('start', 'end', 'all'),
    distance: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
    value: fc.oneof(interesting, fc.nat(255)),
    length: fc.constantFrom(1, 1, 2, 4, 8),
  })
  let faults = 0
  fc.assert(
    fc.property(fc.constantFrom(...files), fc.array(change, { minLength: 1, maxLength: 3 }), (file, changes) => {
      const bytes = file.slice()
      for (const { from, distance, value, length } of changes) {
        const span = from === 'start' ? 200 : from === 'end' ? Math.min(1800, bytes.length) : bytes.length
        const at = Math.floor(distance * span)
        const start = from === 'end' ? bytes.length - 1 - at : at
        bytes.fill(value, start, start + length)
      }
      faults += timed(bytes)
    }),
    share(0.45),
  )
  expect(faults).toBeGreaterThan(1000)
})

/** Sections whose contents lead elsewhere: offsets, counts, chains. */
const LEADING: readonly number[] = [
  ...[SHT.HASH, SHT.GNU_HASH, SHT.GNU_VERDEF, SHT.GNU_VERNEED, SHT.GNU_VERSYM, SHT.DYNAMIC, SHT.DYNSYM, SHT.SYMTAB],
  ...[SHT.REL, SHT.RELA, SHT.RELR, SHT.NOTE],
]
const targets = files.flatMap((file) =>
  new ElfFile(file).sections
    .filter(({ type, size }) => LEADING.includes(type) && size > 0)
    .map(({ offset, size }) => ({ file, offset, size })),
)

it('numbers in tables that lie about lengths, offsets and the next entry', { timeout }, () => {
  const value = fc.oneof(
    fc.constantFrom(0, 1, 2, 3, 4, 8, 16, 20, 0xff, 0x7fff_ffff, 0x8000_0000, 0xffff_fff0, 0xffff_ffff),
    fc.nat(2000),
    fc.nat(0xffff_ffff),
  )
  const change = fc.record({
    at: fc.nat(),
    value,
    width: fc.constantFrom(2, 4, 4, 8),
    count: fc.constantFrom(1, 1, 1, 4),
  })
  let faults = 0
  fc.assert(
    fc.property(fc.constantFrom(...targets), fc.array(change, { minLength: 1, maxLength: 3 }), (target, changes) => {
      const bytes = target.file.slice()
      const view = new DataView(bytes.buffer)
      const littleEndian = bytes[5] === 1
      for (const { at, value: written, width, count } of changes) {
        for (let index = 0; index < count; index++) {
          const place = target.offset + ((Math.floor(at / 4) * 4 + index * width) % target.size)
          if (place + width > bytes.length) continue
          if (width === 2) view.setUint16(place, written & 0xffff, littleEndian)
          else if (width === 4) view.setUint32(place, written, littleEndian)
          else view.setBigUint64(place, BigInt(written), littleEndian)
        }
      }
      faults += timed(bytes)
    }),
    share(0.25),
  )
  expect(faults).toBeGreaterThan(100)
})

it('notes of core files that lie', { timeout }, () => {
  const change = fc.record({
    at: fc.nat(),
    value: fc.oneof(fc.constantFrom(0, 1, 3, 0xff, 0x7fff_ffff, 0xffff_ffff), fc.nat(5000)),
  })
  fc.assert(
    fc.property(fc.constantFrom(...cores), fc.array(change, { minLength: 1, maxLength: 4 }), (file, changes) => {
      const bytes = file.slice()
      const view = new DataView(bytes.buffer)
      const [{ offset, fileSize }] = new ElfFile(file).segmentsOfType(PT.NOTE) as [Segment]
      for (const { at, value } of changes) view.setUint32(offset + ((at * 4) % (fileSize - 4)), value, true)
      timed(bytes)
    }),
    share(0.05),
  )
})

it('cut off anywhere', () => {
  let faults = 0
  for (const file of files) {
    for (let length = 0; length < file.length; length += length < 300 ? 7 : 211)
      faults += exercise(file.subarray(0, length))
  }
  expect(faults).toBeGreaterThan(1000)
})

it('bytes of one file in another', { timeout }, () => {
  const piece = fc.tuple(fc.constantFrom(...files), fc.nat(), fc.nat(2000), fc.nat())
  fc.assert(
    fc.property(fc.constantFrom(...files), piece, (file, [other, from, length, to]) => {
      const bytes = file.slice()
      const start = from % other.length
      const target = to % bytes.length
      bytes.set(other.subarray(start, start + Math.min(length, bytes.length - target)), target)
      timed(bytes)
    }),
    share(0.15),
  )
})

it('no bytes of ELF at all behind the magic', { timeout }, () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 400 }),
      fc.constantFrom(1, 2),
      fc.constantFrom(1, 2),
      (tail, bits, order) => {
        exercise(Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, bits, order, 1, ...tail))
      },
    ),
    share(0.1),
  )
})

it('a header that claims everything makes nothing be read', () => {
  const bytes = fixture('x86_64.exec')
  const view = new DataView(bytes.buffer)
  view.setUint16(60, 0xfeff, true) // e_shnum
  view.setUint16(56, 0xfffe, true) // e_phnum
  let most = 0
  const source = {
    size: bytes.length,
    read: (offset: number, length: number) => {
      most = Math.max(most, length)
      return bytes.subarray(offset, offset + length)
    },
  }
  expect(exercise(source)).toBeGreaterThan(2)
  expect(most).toBeLessThanOrEqual(bytes.length)
})

it('notes that thousands of segments share are not read thousands of times', () => {
  const [count, notes] = [20_000, 40_000]
  const bytes = new Uint8Array(64 + count * 56 + notes * 12)
  bytes.set(fixture('x86_64.exec').subarray(0, 64))
  const view = new DataView(bytes.buffer)
  view.setBigUint64(40, 0n, true) // e_shoff
  view.setUint16(56, count, true) // e_phnum
  for (let index = 0; index < count; index++) {
    const at = 64 + index * 56
    const skipped = (index % notes) * 12
    view.setUint32(at, 4, true) // PT_NOTE
    view.setBigUint64(at + 8, BigInt(64 + count * 56 + skipped), true)
    view.setBigUint64(at + 32, BigInt(notes * 12 - skipped), true)
  }
  const start = performance.now()
  expect(() => new ElfFile(bytes).notes()).toThrow('too many notes overlap')
  expect(performance.now() - start).toBeLessThan(HANG_MS)
})

/** A file of `count` sections whose names begin one byte after another in a name table of `a`, with or without a NUL. */
function sharedNames(count: number, length: number, nul: boolean): Uint8Array {
  const namesAt = 64 + count * 64
  const bytes = new Uint8Array(namesAt + length).fill(0x61, namesAt)
  bytes.set(fixture('x86_64.exec').subarray(0, 64))
  if (nul) bytes[bytes.length - 1] = 0
  const view = new DataView(bytes.buffer)
  view.setUint16(56, 0, true) // e_phnum
  view.setBigUint64(40, 64n, true) // e_shoff
  view.setUint16(60, count, true)
  view.setUint16(62, 1, true) // e_shstrndx
  for (let index = 0; index < count; index++) view.setUint32(64 + index * 64, index % length, true)
  view.setUint32(64 + 64 + 4, 3, true) // SHT_STRTAB
  view.setBigUint64(64 + 64 + 24, BigInt(namesAt), true)
  view.setBigUint64(64 + 64 + 32, BigInt(length), true)
  return bytes
}

it('a name that thousands of sections share is not kept thousands of times', () => {
  const [count, length] = [2000, 60_000]
  const elf = new ElfFile(sharedNames(count, length, true))
  const before = retainedBytes()
  const start = performance.now()
  expect(elf.section('.text')).toBeUndefined()
  expect(elf.section('a'.repeat(length - 1 - 7))?.index).toBe(7)
  expect(elf.section('a'.repeat(length))).toBeUndefined()
  for (const section of elf.sections) section.rawData()
  expect(performance.now() - start).toBeLessThan(HANG_MS)
  // The names together have 118 MB.
  expect(retainedBytes() - before).toBeLessThan(40_000_000)
  expect(elf.sections[7]!.name.length).toBe(length - 8)
  expect(elf.sections[7]!.label).toBe('section 7')
})

it('a name that all symbols share to some part is not hashed for each', () => {
  const [count, length] = [20_000, 200_000]
  const builder = new ElfBuilder({ class: 64, littleEndian: true })
  const entries = Array.from({ length: count }, (_, index) => ({ name: 1 + (index % length), value: BigInt(index) }))
  builder.addSymbols(`\0${'a'.repeat(length)}\0`, entries)
  const table = new ElfFile(builder.build()).symbols()
  const start = performance.now()
  for (let time = 0; time < 20; time++) expect(table.find('absent')).toBeUndefined()
  expect(table.find('a'.repeat(length - 7))!.index).toBe(8)
  expect(performance.now() - start).toBeLessThan(HANG_MS)
})

it('one name of all symbols takes no longer to index than many', () => {
  const builder = new ElfBuilder({ class: 64, littleEndian: true })
  const count = 300_000
  builder.addSymbols(
    '\0same\0',
    Array.from({ length: count }, (_, index) => ({ name: 1, value: BigInt(index) })),
  )
  const table = new ElfFile(builder.build()).symbols()
  const start = performance.now()
  for (let time = 0; time < 12; time++) expect(table.find('same')!.index).toBe(1)
  expect(table.findAll('same').length).toBe(count)
  expect(table.findByAddress(7)!.index).toBe(8)
  expect(performance.now() - start).toBeLessThan(HANG_MS)
})

it('relocation tables that thousands of sections share are not applied thousands of times', () => {
  const builder = new ElfBuilder({ class: 64, littleEndian: true })
  builder.addSymbols('\0', [])
  const target = builder.addSection({ name: '.debug_info', type: SHT.PROGBITS, data: new Uint8Array(16) })
  // R_X86_64_64 without a symbol, at 0.
  const data = new Uint8Array(24 * 20_000)
  for (let at = 8; at < data.length; at += 24) data[at] = 1
  for (let count = 0; count < 2000; count++) {
    builder.addSection({ type: SHT.RELA, link: 2, info: target, entrySize: 24, ...(count === 0 && { data }) })
  }
  const bytes = builder.build()
  const view = new DataView(bytes.buffer)
  const { header, sections } = new ElfFile(bytes)
  const first = sections.find(({ type }) => type === SHT.RELA)!
  for (const { index, type } of sections) {
    if (type !== SHT.RELA) continue
    const at = header.sectionHeaderOffset + index * 64
    view.setBigUint64(at + 24, BigInt(first.offset), true)
    view.setBigUint64(at + 32, BigInt(data.length), true)
  }
  const start = performance.now()
  expect(() => new ElfFile(bytes).debugSection('.debug_info')).toThrow('relocation tables overlap')
  expect(performance.now() - start).toBeLessThan(HANG_MS)
})

it('a name without an end is refused, and the section found by no name', () => {
  const elf = new ElfFile(sharedNames(30_000, 200_000, false))
  const start = performance.now()
  expect(elf.section('.text')).toBeUndefined()
  for (const section of elf.sections) {
    expect(section.label).toBe(`section ${section.index}`)
    if (section.index % 1000 !== 0) continue
    expect(() => section.name).toThrow(/^section name table at offset 0x[0-9a-f]+: a string of more than 65536 bytes$/)
  }
  expect(performance.now() - start).toBeLessThan(HANG_MS)
})

it('numbers that are no integers are no addresses and no lengths', () => {
  const elf = new ElfFile(fixture('x86_64.exec'))
  const symbols = elf.symbols()
  const address = symbols.find('work')!.addressNumber
  expect(symbols.findByAddress(address)?.name).toBe('work')
  for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY, address + 0.5, 2 ** 60]) {
    expect(symbols.findByAddress(wrong)).toBeUndefined()
    expect(elf.readAt(wrong, 1)).toBeUndefined()
    expect(elf.readAt(address, wrong)).toBeUndefined()
  }
  expect(elf.readAt(address, 1)?.length).toBe(1)
  expect(elf.readAt(address, -1)).toBeUndefined()
  expect(elf.segments.every((segment) => segment.fileOffset(BigInt(address), 1.5) === undefined)).toBe(true)
})

it('a segment that is cut off is named', () => {
  const bytes = fixture('x86_64.exec')
  const { index, offset, fileSize } = new ElfFile(bytes).segments.filter(({ type }) => type === PT.LOAD).at(-1)!
  const cut = new ElfFile(bytes.subarray(0, offset + fileSize - 1))
  expect(() => cut.segments[index]!.data()).toThrow(`segment ${index}: should lie at`)
})

it('a fault of the source is no fault of the file', () => {
  const bytes = fixture('x86_64.o')
  let isOpen = true
  const source = {
    size: bytes.length,
    read: (offset: number, length: number) => {
      if (!isOpen) throw new Error('closed')
      return bytes.subarray(offset, offset + length)
    },
  }
  const { sections } = new ElfFile(source)
  isOpen = false
  expect(() => sections[1]!.label).toThrow('closed')
})
