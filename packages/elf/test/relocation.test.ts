/**
 * Oracles: `readelf -R`, which dumps sections with relocations applied (golden/NAME.relocated.txt), and the names that
 * readelf -r gives (golden.test.ts).
 */
import { FormatError } from '@gospy/bytes'
import { describe, expect, it } from 'vitest'
import { describeRelocationType, ElfFile, EM, SHT } from '../src/index.js'
import { ElfBuilder } from './support/builder.js'
import { fixture, fixtureNames, golden } from './support/fixtures.js'

const objects = fixtureNames.filter((name) => name.endsWith('.o'))

/** Sections of a hex dump, by name. */
function parseDump(text: string): Map<string, Uint8Array> {
  const sections = new Map<string, Uint8Array>()
  for (const [, name, body] of text.matchAll(/Hex dump of section '(.*?)':\n([\s\S]*?)(?=\nHex dump|$)/g)) {
    const words = [...body!.matchAll(/^ {2}0x[0-9a-f]+ ((?:[0-9a-f]+ ){1,4})/gm)].map(([, hex]) =>
      hex!.replaceAll(' ', ''),
    )
    sections.set(name!, Uint8Array.from(Buffer.from(words.join(''), 'hex')))
  }
  return sections
}

/**
 * Where readelf is not right, in `.debug_info`: it knows no R_MIPS_TLS_DTPREL32 (and leaves the addend of 0x8000, which the ABI
 * takes off again), and skips relocations of thread-local symbols on PowerPC.
 */
const NOT_BY_READELF: Readonly<Record<string, number>> = {
  'mips.o': 0x195,
  'mips.zlib.o': 0x195,
  'powerpc.clang.o': 0x31,
}

describe('debug sections of object files are relocated as readelf does it', () => {
  it.each(objects)('%s', (name) => {
    const elf = new ElfFile(fixture(name))
    const expected = parseDump(golden(`${name}.relocated`))
    for (const [stored, bytes] of expected) {
      const plain = stored.replace('.zdebug', '.debug')
      const data = elf.debugSection(plain)!
      const skipped = plain === '.debug_info' ? NOT_BY_READELF[name] : undefined
      if (skipped !== undefined) bytes.set(data.subarray(skipped, skipped + 4), skipped)
      expect(Buffer.from(data).equals(bytes), plain).toBe(true)
      expect(elf.debugSection(plain)).toBe(data)
    }
    expect(expected.size).toBeGreaterThan(5)
  })

  it('there are those of nine processors, and most have something to relocate', () => {
    expect(objects.length).toBe(23)
    const machines = objects.map((name) => new ElfFile(fixture(name)).header.machine)
    expect(new Set(machines).size).toBe(9)
    const changed = objects.filter((name) => {
      const elf = new ElfFile(fixture(name))
      const [before, after] = [elf.section('.debug_info')?.data(), elf.debugSection('.debug_info')!]
      return before !== undefined && !Buffer.from(before).equals(after)
    })
    // Where addends stand at the place and all sections begin at 0, nothing changes.
    expect(changed.length).toBeGreaterThan(12)
  })
})

describe('relocations', () => {
  it('refer to symbols, with an addend or without', () => {
    const elf = new ElfFile(fixture('x86_64.o'))
    const table = elf.relocations().find(({ label }) => label === '.rela.text')!
    expect(elf.sections[table.targetIndex!]!.name).toBe('.text')
    const first = table.at(0)!
    expect(first.symbol?.name).toBe('optional')
    expect(first.addend).toBe(-4n)
    expect(describeRelocationType(first.type, EM.X86_64)).toBe('R_X86_64_PLT32')
    expect(table.at(table.length)).toBeUndefined()
    expect([...table].length).toBe(table.length)

    const arm = new ElfFile(fixture('arm.o')).relocations().find(({ label }) => label === '.rel.text')!
    expect(arm.hasAddends).toBe(false)
    expect(arm.at(0)!.addend).toBeUndefined()
    expect(arm.at(0)!.symbol).toBeDefined()
  })

  it('of the dynamic linker have no target section, and are found without section headers', () => {
    const whole = new ElfFile(fixture('x86_64.so'))
    const bare = new ElfFile(fixture('x86_64.nosections.so'))
    expect(bare.sections.length).toBe(0)
    const list = (elf: ElfFile) =>
      elf.relocations().flatMap((table) => {
        expect(table.targetIndex).toBeUndefined()
        return Array.from(table, ({ offset, type, symbol, addend }) => [offset, type, symbol?.versionedName, addend])
      })
    expect(list(whole).length).toBeGreaterThan(2)
    expect(list(bare)).toEqual(list(whole))
    const arm = [new ElfFile(fixture('arm.so')), new ElfFile(fixture('arm.nosections.so'))]
    expect(list(arm[1]!)).toEqual(list(arm[0]!))
  })

  it('packed (RELR) stand for addresses whose words are addresses themselves', () => {
    const elf = new ElfFile(fixture('x86_64.pie'))
    const [table] = elf.relativeRelocations()
    const addresses = [...table!.addresses()]
    expect(addresses.length).toBeGreaterThan(2)
    const local = elf.symbols().find('local')!
    const relative = elf.symbols().find('relative')!
    expect(addresses).toContain(relative.address)
    const word = new DataView(elf.readAt(relative.address, 8)!.slice().buffer).getBigUint64(0, true)
    expect(word).toBe(local.address + 4n)
  })

  it('types without a name are numbers', () => {
    expect(describeRelocationType(0x4d, EM.X86_64)).toBe('unrecognized: 4d')
    expect(describeRelocationType(8, EM.AVR)).toBe('unrecognized: 8')
    expect(describeRelocationType(1027, EM.AARCH64)).toBe('R_AARCH64_RELATIVE')
  })
})

describe('damage is said', () => {
  const word = (value: bigint) => {
    const bytes = new Uint8Array(8)
    new DataView(bytes.buffer).setBigUint64(0, value, true)
    return bytes
  }
  const entry = (offset: bigint, symbol: number, type: number, addend = 0n) =>
    Uint8Array.from([
      ...word(offset),
      ...word((BigInt(symbol) << 32n) | BigInt(type)),
      ...word(BigInt.asUintN(64, addend)),
    ])

  function withRelocation(...entries: Uint8Array[]): ElfFile {
    const builder = new ElfBuilder({ class: 64, littleEndian: true })
    const target = builder.addSection({ name: '.debug_info', type: SHT.PROGBITS, data: new Uint8Array(16) })
    builder.addSymbols('\0name\0', [{ name: 1, value: 0xffff_ffff_8000_0000n, section: target }])
    builder.addSection({
      ...{ name: '.rela.debug_info', type: SHT.RELA, link: 3, info: target, entrySize: 24 },
      data: Uint8Array.from(entries.flatMap((each) => [...each])),
    })
    return new ElfFile(builder.build())
  }

  it('64 bits, and sums that wrap', () => {
    const data = withRelocation(entry(0n, 1, 1, -1n), entry(8n, 1, 1, 0x8000_0001n)).debugSection('.debug_info')!
    const view = new DataView(data.buffer, data.byteOffset)
    expect(view.getBigUint64(0, true)).toBe(0xffff_ffff_7fff_ffffn)
    expect(view.getBigUint64(8, true)).toBe(1n)
  })

  it.each([
    [
      'a place outside the section',
      entry(9n, 1, 1),
      /^\.debug_info at offset 0x9: \.rela\.debug_info has a relocation here/,
    ],
    ['a symbol that is not there', entry(0n, 7, 1), /^\.rela\.debug_info at offset 0x0: there is no symbol 7/],
    ['a type that is not for data', entry(0n, 1, 6), /R_X86_64_GLOB_DAT \(6\) in debug data/],
    ['an offset above 2^53', entry(1n << 60n, 1, 1), /is above 2\^53/],
  ])('%s', (_, relocation, message) => {
    const elf = withRelocation(relocation)
    expect(() => elf.debugSection('.debug_info')).toThrow(FormatError)
    expect(() => elf.debugSection('.debug_info')).toThrow(message)
  })

  it('ULEB128 numbers keep their length (RISC-V psABI, R_RISCV_SET_ULEB128 and SUB_ULEB128)', () => {
    const elf = withRelocation(entry(2n, 0, 60, 300n), entry(2n, 0, 61, 100n))
    const bytes = elf.source.read(0, elf.source.size).slice()
    bytes[18] = EM.RISCV
    bytes.set([0x80, 0x80, 0x00], elf.section('.debug_info')!.offset + 2)
    // 200, in the three bytes that were there.
    expect(new ElfFile(bytes).debugSection('.debug_info')!.subarray(0, 6)).toEqual(
      Uint8Array.of(0, 0, 0xc8, 0x81, 0, 0),
    )
    bytes.fill(0xff, elf.section('.debug_info')!.offset + 2, elf.section('.debug_info')!.offset + 16)
    expect(() => new ElfFile(bytes).debugSection('.debug_info')).toThrow(/^\.debug_info at offset 0x2: no ULEB128/)
  })

  it('a processor without rules', () => {
    const elf = withRelocation(entry(0n, 1, 1))
    const bytes = elf.source.read(0, elf.source.size).slice()
    bytes[18] = EM.AVR
    expect(() => new ElfFile(bytes).debugSection('.debug_info')).toThrow('in debug data')
  })
})
