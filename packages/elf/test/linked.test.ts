/** Hash tables, versions, the dynamic section, notes. What golden.test.ts does not show: look-ups, and files without headers. */
import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { DF, DF_1, DT, describeGnuProperty, ElfFile, type ElfSymbol, EM, SHN, SHT } from '../src/index.js'
import { openElf } from '../src/node.js'
import { fixture } from './support/fixtures.js'

const open = (name: string) => new ElfFile(fixture(name))
const libraries = ['x86_64', 'aarch64', 'arm', 'i386', 'mips', 'powerpc64'].map((machine) => `${machine}.so`)
const bare = ['x86_64', 'arm', 'powerpc64'].map((machine) => `${machine}.nosections.so`)
const libc = '/lib/x86_64-linux-gnu/libc.so.6'

/** A copy of a file in which sections of some types have another. */
function without(name: string, ...types: number[]): ElfFile {
  const bytes = fixture(name)
  const elf = new ElfFile(bytes)
  const view = new DataView(bytes.buffer)
  const { sectionHeaderOffset, sectionHeaderEntrySize, littleEndian } = elf.header
  for (const { index, type } of elf.sections) {
    if (types.includes(type)) {
      view.setUint32(sectionHeaderOffset + index * sectionHeaderEntrySize + 4, SHT.PROGBITS, littleEndian)
    }
  }
  const tags: number[] = [DT.GNU_HASH, DT.HASH]
  const dynamic = elf.section('.dynamic')!
  const size = elf.header.class / 8
  for (let at = dynamic.offset; at < dynamic.offset + dynamic.size; at += size * 2) {
    const low = at + (size === 8 && !littleEndian ? 4 : 0)
    if (tags.includes(view.getUint32(low, littleEndian))) view.setUint32(low, DT.DEBUG, littleEndian)
  }
  return new ElfFile(bytes)
}

describe('symbols by name', () => {
  it.each([...libraries, ...bare])('%s: through a hash table, each as a scan finds it', (name) => {
    const table = open(name).dynamicSymbols()
    expect(table.length).toBeGreaterThan(5)
    for (const { name: symbolName } of table) {
      if (symbolName === '') continue
      const all = Array.from(table).filter((each) => each.name === symbolName)
      expect(table.findAll(symbolName).map(({ index }) => index)).toEqual(all.map(({ index }) => index))
    }
    for (const absent of ['', 'wor', 'ork', 'work\0', 'no such symbol', 'VERSION_3']) {
      expect(table.find(absent)).toBeUndefined()
      expect(table.findAll(absent)).toEqual([])
    }
  })

  it.each(libraries)('%s: without a hash table by a scan, which finds the same', (name) => {
    const scanned = without(name, SHT.GNU_HASH, SHT.HASH).dynamicSymbols()
    const hashed = open(name).dynamicSymbols()
    for (const { name: symbolName } of hashed) {
      expect(scanned.find(symbolName)?.index).toBe(hashed.find(symbolName)?.index)
      expect(scanned.findAll(symbolName).map(({ index }) => index)).toEqual(
        hashed.findAll(symbolName).map(({ index }) => index),
      )
    }
    // Each kind of table by itself.
    for (const type of [SHT.GNU_HASH, SHT.HASH]) {
      expect(without(name, type).dynamicSymbols().find('common')?.name).toBe('common')
    }
  })

  it.each(['x86_64.exec', 'mips.exec', 'arm.o', 'riscv64.o'])(
    '%s: the ninth look-up in a table without a hash table, and later ones, find what scans find',
    (name) => {
      const [fresh, used] = [open(name), open(name)]
      for (let time = 0; time < 10; time++) used.symbols().find('absent')
      for (const { name: symbolName, index } of used.symbols()) {
        if (symbolName === '') continue
        const all = Array.from(fresh.symbols()).filter((each) => each.name === symbolName)
        expect(
          used
            .symbols()
            .findAll(symbolName)
            .map((each) => each.index),
        ).toEqual(all.map((each) => each.index))
        expect(all.map((each) => each.index)).toContain(index)
      }
      expect(used.symbols().find('absent')).toBeUndefined()
    },
  )

  it.skipIf(!existsSync(libc))('all of a C library (needs one in /lib/x86_64-linux-gnu)', () => {
    using elf = openElf(libc)
    const table = elf.dynamicSymbols()
    const byName = new Map<string, ElfSymbol[]>()
    for (const symbol of table) byName.set(symbol.name, [...(byName.get(symbol.name) ?? []), symbol])
    expect(byName.size).toBeGreaterThan(2000)
    for (const [name, symbols] of byName) {
      if (name === '') continue
      expect(table.findAll(name).map(({ index }) => index)).toEqual(symbols.map(({ index }) => index))
      expect(table.find(`${name}x`)?.name ?? `${name}x`).toBe(`${name}x`)
      const found = table.find(name)!
      const hasDefault = symbols.some(
        ({ version, rawSectionIndex }) => version?.isDefault && rawSectionIndex !== SHN.UNDEF,
      )
      if (hasDefault) expect(found.version?.isDefault).toBe(true)
    }
    expect(table.find('memcpy')?.versionedName).toBe('memcpy@@GLIBC_2.14')
    expect(table.find('memcpy', 'GLIBC_2.2.5')?.versionedName).toBe('memcpy@GLIBC_2.2.5')
    expect(table.find('memcpy', 'GLIBC_2.3')).toBeUndefined()
  })
})

describe('versions', () => {
  it.each([...libraries, ...bare])('%s: the default one is found unless another is asked for', (name) => {
    const elf = open(name)
    const table = elf.dynamicSymbols()
    const [old, current] = [table.find('work', 'VERSION_1')!, table.find('work')!]
    expect([old.versionedName, current.versionedName]).toEqual(['work@VERSION_1', 'work@@VERSION_2'])
    expect(table.find('work', 'VERSION_2')?.index).toBe(current.index)
    expect(table.find('work', 'VERSION_3')).toBeUndefined()
    expect(table.find('VERSION_1')?.versionedName ?? 'VERSION_1').toBe('VERSION_1')
    const [base, first, second] = elf.symbolVersions()!.definitions
    expect([base!.name, first!.name, second!.name]).toEqual(['libversioned.so.1', 'VERSION_1', 'VERSION_2'])
    expect(second!.parents).toEqual(['VERSION_1'])
  })

  it.each(['x86_64', 'aarch64', 'arm', 'i386', 'mips', 'powerpc64'])(
    '%s: of a program are those of the library',
    (name) => {
      const elf = open(`${name}.pie`)
      const work = elf.dynamicSymbols().find('work')!
      expect(work.version).toMatchObject({ name: 'VERSION_2', isDefault: false, file: 'libversioned.so.1' })
      const [requirement] = elf.symbolVersions()!.requirements
      expect(requirement!.file).toBe('libversioned.so.1')
      expect(new Set(requirement!.versions.map(({ name: version }) => version))).toEqual(
        new Set(['VERSION_1', 'VERSION_2', ...(requirement!.versions.length > 2 ? ['GLIBC_ABI_DT_RELR'] : [])]),
      )
    },
  )

  it('there are none in a static program', () => {
    expect(open('x86_64.exec').symbolVersions()).toBeUndefined()
    expect(open('x86_64.exec').symbols().find('work')!.version).toBeUndefined()
  })
})

describe('the dynamic section', () => {
  it.each([...libraries, ...bare])('%s names the library', (name) => {
    const dynamic = open(name).dynamic()!
    expect(dynamic.soname).toBe('libversioned.so.1')
    expect(dynamic.needed).toEqual([])
    expect(dynamic.get(DT.STRSZ)).toBeGreaterThan(10n)
    expect(dynamic.get(0x12345)).toBeUndefined()
    expect(() => dynamic.string(1n << 63n)).toThrow(/^dynamic string table at offset 0x[0-9a-f]+: no string here/)
  })

  it('of a program names what it needs, and where to look', () => {
    const elf = open('x86_64.pie')
    const dynamic = elf.dynamic()!
    expect(dynamic.needed).toEqual(['libversioned.so.1'])
    expect([dynamic.rpath, dynamic.runpath]).toEqual([undefined, '$ORIGIN'])
    expect(dynamic.flags & BigInt(DF.BIND_NOW)).not.toBe(0n)
    expect(dynamic.flags1 & BigInt(DF_1.PIE)).not.toBe(0n)
    expect(elf.interpreter()).toBe('/lib64/ld-linux-x86-64.so.2')
    expect(open('powerpc64.pie').dynamic()!.rpath).toBe('$ORIGIN')
    expect(open('x86_64.exec').dynamic()).toBeUndefined()
    expect(open('x86_64.exec').interpreter()).toBeUndefined()
  })

  it('symbols and versions without section headers are those with them', () => {
    for (const machine of ['x86_64', 'arm', 'powerpc64']) {
      const list = (name: string) =>
        Array.from(open(name).dynamicSymbols(), ({ versionedName, address, size }) => [versionedName, address, size])
      expect(list(`${machine}.nosections.so`)).toEqual(list(`${machine}.so`))
    }
  })
})

describe('places', () => {
  it('sections and segments by address and type', () => {
    const elf = open('x86_64.pie')
    const text = elf.section('.text')!
    expect(elf.sectionAt(text.address + 1n)!.name).toBe('.text')
    expect(elf.sectionAt(1n << 40n)).toBeUndefined()
    const segment = elf.segmentAt(text.address)!
    expect(elf.sectionsOf(segment).map(({ name }) => name)).toContain('.text')
    expect(elf.sectionsOfType(SHT.DYNSYM).map(({ name }) => name)).toEqual(['.dynsym'])
    expect(elf.segmentAt(1n << 40n)).toBeUndefined()
    expect(elf.symbolTable(text.index)).toBeUndefined()
    expect(elf.symbolTable(elf.section('.symtab')!.index)).toBe(elf.symbols())
  })
})

describe('notes', () => {
  it('probes, package and properties', () => {
    const elf = open('x86_64.pie')
    const probes = elf.stapsdtProbes()
    expect(probes.map(({ provider, name }) => [provider, name])).toEqual([
      ['fixture', 'started'],
      ['fixture', 'finished'],
    ])
    for (const { address, semaphore } of probes) {
      // A probe is a no-op within main.
      expect(elf.symbols().findByAddress(address)?.name).toBe('main')
      expect(elf.readAt(address, 1)).toEqual(Uint8Array.of(0x90))
      expect(semaphore).toBe(0n)
    }
    expect(elf.packageMetadata()).toEqual({ type: 'deb', os: 'debian', name: 'fixture', version: '1.0-2' })
    expect(open('aarch64.pie').packageMetadata()).toMatchObject({ name: 'fixture' })
    const system = openElf(process.execPath)
    expect(system.abiTag()).toMatchObject({ os: 0, osName: 'Linux' })
    system.close()
    expect(elf.abiTag()).toBeUndefined()
    expect(open('mips.pie').gnuProperties()).toEqual([])
  })

  it.each([
    // As readelf 2.40 prints notes that were made for the purpose.
    [EM.X86_64, 0xc0000002, 0n, 'x86 feature: <None>'],
    [EM.X86_64, 0xc0000002, 0x13n, 'x86 feature: IBT, SHSTK, <unknown: 10>'],
    [EM.X86_64, 0xc0008002, 3n, 'x86 ISA needed: x86-64-baseline, x86-64-v2'],
    [EM.X86_64, 0xc0010002, 0n, 'x86 ISA used: '],
    [EM.X86_64, 0xc0000000, 0x40001n, 'x86 ISA used: i486, <unknown: 40000>'],
    [EM.X86_64, 0xc0010000, 3n, 'x86 ISA used: CMOV, SSE'],
    [EM.X86_64, 0xc0008000, 0n, 'x86 ISA needed: <None>'],
    [EM.X86_64, 0xc0010001, 0x801n, 'x86 feature used: x86, MASK'],
    [EM.AARCH64, 0xc0000000, 7n, 'AArch64 feature: BTI, PAC, <unknown: 4>'],
    [EM.AARCH64, 0xc0000002, 1n, '<processor-specific type 0xc0000002 data: 01 00 00 00 >'],
    [EM.AARCH64, 0xb0008000, 3n, '1_needed: indirect external access, <unknown: 2>'],
    [EM.X86_64, 0xb0008001, 0n, 'UINT32_OR (0xb0008001): 0'],
    [EM.X86_64, 0xb0000000, 3n, 'UINT32_AND (0xb0000000): 0x3'],
    [EM.X86_64, 0xe0000001, 1n, '<application-specific type 0xe0000001 data: 01 00 00 00 >'],
    [EM.X86_64, 0x77, 1n, '<unknown type 0x77 data: 01 00 00 00 >'],
    [EM.X86_64, 2, 1n, 'no copy on protected <corrupt length: 0x4>'],
  ])('property of machine %i, 0x%x, %i: %s', (machine, type, value, text) => {
    const data = new Uint8Array(4)
    new DataView(data.buffer).setUint32(0, Number(value), true)
    expect(describeGnuProperty({ type, data, value }, machine)).toBe(text)
  })
})
