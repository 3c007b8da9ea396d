/** What the golden comparison does not show: look-ups, notes, addresses, laziness, extended numbering. */
import { BytesSource, FormatError } from '@gospy/bytes'
import { describe, expect, it } from 'vitest'
import { ElfFile, EM, ET, PF, PT, SHF, SHN, SHT, STB, STT } from '../src/index.js'
import { openElf } from '../src/node.js'
import { ElfBuilder } from './support/builder.js'
import { fixture, golden } from './support/fixtures.js'

const open = (name: string) => new ElfFile(fixture(name))

describe('sections', () => {
  const elf = open('x86_64.exec')

  it('are found by exact name', () => {
    const text = elf.section('.text')!
    expect(text.type).toBe(SHT.PROGBITS)
    expect(text.flags).toBe(SHF.ALLOC | SHF.EXECINSTR)
    expect(text.address).toBeTypeOf('bigint')
    expect(text.data()!.length).toBe(text.size)
    expect(elf.section('.tex')).toBeUndefined()
    expect(elf.section('text')).toBeUndefined()
    expect(elf.section('')?.index).toBe(0)
  })

  it('without bytes in the file have no data', () => {
    const bss = elf.section('.bss')!
    expect(bss.type).toBe(SHT.NOBITS)
    expect(bss.size).toBeGreaterThan(0)
    expect(bss.data()).toBeUndefined()
    expect(bss.rawData()).toBeUndefined()
    expect(open('x86_64.debug').section('.text')!.data()).toBeUndefined()
    expect(elf.sections[0]!.data()).toBeUndefined()
  })

  it('debugSection gives undefined for what is not there', () => {
    expect(elf.debugSection('.debug_nothing')).toBeUndefined()
    expect(elf.debugSection('.debug_info')!.length).toBe(elf.section('.debug_info')!.size)
  })
})

describe('symbols', () => {
  it.each(['x86_64', 'arm', 'mips', 'powerpc64'])('%s: are found by name and by address', (machine) => {
    const table = open(`${machine}.exec`).symbols()
    for (const symbol of table) {
      if (symbol.name === '') continue
      const all = table.findAll(symbol.name)
      expect(all.map(({ index }) => index)).toContain(symbol.index)
      expect(all.every(({ name }) => name === symbol.name)).toBe(true)
      expect(table.find(symbol.name)!.name).toBe(symbol.name)
      expect(symbol.addressNumber).toBe(Number(symbol.address))
      if (symbol.type === STT.OBJECT && symbol.size > 0) {
        for (const address of [symbol.address, symbol.address + BigInt(symbol.size) - 1n]) {
          expect(table.findByAddress(address)!.name).toBe(symbol.name)
        }
      }
    }
    expect(table.find('work')).toMatchObject({
      type: machine === 'powerpc64' ? STT.FUNC : STT.FUNC,
      binding: STB.GLOBAL,
    })
    expect(table.findByAddress(table.find('counter')!.addressNumber)!.name).toBe('counter')
    expect(table.find('wor')).toBeUndefined()
    expect(table.find('ork')).toBeUndefined()
    expect(table.find('')).toBeUndefined()
    expect(table.find('work\0')).toBeUndefined()
    expect(table.findByAddress(1n)).toBeUndefined()
    expect(table.findByAddress(2n ** 64n - 1n)).toBeUndefined()
  })

  it('at an index', () => {
    const table = open('x86_64.o').symbols()
    expect(table.at(0)).toMatchObject({ name: '', address: 0n, sectionIndex: SHN.UNDEF })
    for (const index of [-1, table.length, 0.5, Number.NaN]) expect(table.at(index)).toBeUndefined()
    expect([...table].length).toBe(table.length)
  })

  it('share the tail of a name', () => {
    const builder = new ElfBuilder({ class: 64, littleEndian: true })
    builder.addSymbols('\0_suffix\0suffix\0', [
      { name: 2, value: 16n, section: SHN.UNDEF }, // suffix, inside _suffix
      { name: 1, value: 32n },
      { name: 2, value: 48n },
      { name: 9, value: 64n },
    ])
    const table = new ElfFile(builder.build()).symbols()
    expect(table.find('suffix')!.index).toBe(3)
    expect(table.findAll('suffix').map(({ index }) => index)).toEqual([1, 3, 4])
    expect(table.find('_suffix')!.address).toBe(32n)
  })

  it('of a kernel have addresses above 2^53', () => {
    const base = 0xffffffff81000000n
    const builder = new ElfBuilder({ class: 64, littleEndian: false })
    builder.addSymbols('\0first\0second\0', [
      { name: 1, value: base, size: 16n, info: 0x12 },
      { name: 7, value: base + 16n, size: 16n, info: 0x12 },
    ])
    const table = new ElfFile(builder.build()).symbols()
    expect(table.find('second')!.address).toBe(base + 16n)
    expect(() => table.find('second')!.addressNumber).toThrow(FormatError)
    expect(table.findByAddress(base + 15n)!.name).toBe('first')
    expect(table.findByAddress(base + 16n)!.name).toBe('second')
    expect(table.findByAddress(base + 32n)).toBeUndefined()
  })

  it('one in a hundred thousand is found without decoding names', () => {
    const builder = new ElfBuilder({ class: 64, littleEndian: true })
    let strings = '\0'
    const entries = Array.from({ length: 100_000 }, (_, index) => {
      const entry = { name: strings.length, value: BigInt(0x400000 + index * 16) }
      strings += `runtime.function${index}\0`
      return entry
    })
    builder.addSymbols(strings, entries)
    const table = new ElfFile(builder.build()).symbols()
    expect(table.length).toBe(100_001)
    table.find('warm-up')
    const start = performance.now()
    for (const index of [5, 99_999, 50_000]) {
      expect(table.find(`runtime.function${index}`)!.address).toBe(BigInt(0x400000 + index * 16))
    }
    // A search takes about 1 ms. Wide, for busy machines.
    expect(performance.now() - start).toBeLessThan(750)
  })

  it('are none in a stripped file', () => {
    const elf = open('x86_64.nosections.exec')
    expect(elf.symbols().length).toBe(0)
    expect(elf.symbols().find('work')).toBeUndefined()
    expect(elf.dynamicSymbols().length).toBe(0)
    expect(elf.sections).toEqual([])
  })
})

describe('notes', () => {
  it.each(['x86_64.exec', 'x86_64.nosections.exec', 'x86_64.debug', 'arm.exec', 'mips.exec', 'powerpc64.exec'])(
    '%s: the build id is what readelf says',
    (name) => {
      const expected = /Build ID: ([0-9a-f]+)/.exec(golden(name))![1]
      expect(open(name).buildId()).toBe(expected)
      expect(open(name).goBuildId()).toBeUndefined()
    },
  )

  it('of a Go program hold its build id', () => {
    const builder = new ElfBuilder({ class: 64, littleEndian: true })
    builder.addNotes([
      { name: 'GNU', type: 4, description: 'gold' },
      { name: 'Go', type: 4, description: 'action/content' },
    ])
    const elf = new ElfFile(builder.build())
    expect(elf.goBuildId()).toBe('action/content')
    expect(elf.buildId()).toBeUndefined()
  })

  it('of a core file are all there', () => {
    const names = open('x86_64.core')
      .notes()
      .map(({ name, type }) => [name, type])
    expect(names.length).toBe(8)
    expect(names).toContainEqual(['CORE', 1])
  })

  it('padded to eight bytes', () => {
    const builder = new ElfBuilder({ class: 64, littleEndian: false })
    builder.addNotes(
      [
        { name: 'GNU', type: 5, description: 'twelve bytes' },
        { name: 'Longer', type: 9, description: 'last' },
      ],
      8,
    )
    const notes = new ElfFile(builder.build()).notes()
    const text = new TextDecoder()
    expect(notes.map(({ name, type, description }) => [name, type, text.decode(description)])).toEqual([
      ['GNU', 5, 'twelve bytes'],
      ['Longer', 9, 'last'],
    ])
  })

  it('before a damaged one are still found', () => {
    const builder = new ElfBuilder({ class: 64, littleEndian: true })
    builder.addNotes([
      { name: 'GNU', type: 3, description: '\x01\x02' },
      { name: 'GNU', type: 9, description: 'x', claim: 1000 },
    ])
    const elf = new ElfFile(builder.build())
    expect(elf.buildId()).toBe('0102')
    expect(() => elf.notes()).toThrow(FormatError)
    expect(() => elf.goBuildId()).toThrow(/note of 4 \+ 1000 bytes/)
  })
})

describe('readAt', () => {
  it.each(['x86_64.exec', 'arm.exec', 'mips.exec', 'powerpc64.exec', 'x86_64.nosections.exec'])(
    '%s: gives the bytes that get mapped',
    (name) => {
      const elf = open(name)
      const whole = open(name.replace('.nosections', ''))
      const rodata = whole.section('.rodata')!
      const expected = rodata.data()!
      expect(elf.readAt(rodata.address, expected.length)).toEqual(expected)
      expect(elf.readAt(Number(rodata.address) + 1, 3)).toEqual(expected.subarray(1, 4))
      const message = whole.symbols().find('message')!
      const bytes = elf.readAt(message.address, message.size)!
      expect(new TextDecoder().decode(bytes)).toBe('a string in .rodata\0')
    },
  )

  it('nothing outside, nor across an end, nor in memory that is only zero', () => {
    const elf = open('x86_64.exec')
    const bss = elf.section('.bss')!
    expect(elf.readAt(bss.address + BigInt(bss.size) - 8n, 8)).toBeUndefined()
    expect(elf.readAt(0, 1)).toBeUndefined()
    expect(elf.readAt(-1, 1)).toBeUndefined()
    expect(elf.readAt(Number.NaN, 1)).toBeUndefined()
    expect(elf.readAt(2 ** 60, 1)).toBeUndefined()
    const load = elf.segments.find(({ type }) => type === PT.LOAD)!
    expect(elf.readAt(load.address, load.fileSize + 1)).toBeUndefined()
    expect(elf.readAt(load.address, load.fileSize)).toEqual(load.data())
    expect(load.flags & PF.R).toBe(PF.R)
  })

  it('in a core file reads the memory of the process', () => {
    const core = open('x86_64.core')
    const program = open('x86_64.exec')
    const text = program.section('.text')!
    expect(core.header.type).toBe(ET.CORE)
    const memory = core.readAt(text.address, text.size)!
    // A breakpoint (int3) stood at `work` in some versions of gdb; the rest is the program's code.
    const different = memory.filter((byte, index) => byte !== text.data()![index])
    expect(different.length).toBeLessThanOrEqual(1)
    // The vsyscall page: the one address of a Linux process above 2^53.
    const vsyscall = core.segments.find(({ address }) => address === 0xffffffffff600000n)!
    const { offset } = vsyscall
    expect(core.readAt(0xffffffffff600010n, 3)).toEqual(fixture('x86_64.core').subarray(offset + 16, offset + 19))
  })
})

describe('extended numbering', () => {
  it('more sections than e_shnum can say', () => {
    const builder = new ElfBuilder({ class: 64, littleEndian: true })
    const count = 66_000
    for (let index = 0; index < count; index++) builder.addSection({ type: SHT.PROGBITS, address: BigInt(index) })
    const elf = new ElfFile(builder.build())
    expect(elf.header.sectionHeaderCount).toBe(0)
    expect(elf.header.sectionNameTableIndex).toBe(SHN.XINDEX)
    expect(elf.sections.length).toBe(count + 2)
    expect(elf.sections[65_999]!.address).toBe(65_998n)
    expect(elf.section('.shstrtab')!.index).toBe(count + 1)
  })

  it('symbols in sections that st_shndx cannot say', () => {
    const builder = new ElfBuilder({ class: 32, littleEndian: false })
    builder.addSymbols('\0far\0', [{ name: 1, value: 4n, section: SHN.XINDEX }], [0, 70_000])
    const symbol = new ElfFile(builder.build()).symbols().find('far')!
    expect(symbol.rawSectionIndex).toBe(SHN.XINDEX)
    expect(symbol.sectionIndex).toBe(70_000)
    const without = new ElfBuilder({ class: 32, littleEndian: false })
    without.addSymbols('\0far\0', [{ name: 1, value: 4n, section: SHN.XINDEX }])
    expect(() => new ElfFile(without.build()).symbols().at(1)!.sectionIndex).toThrow(FormatError)
  })

  it('more segments than e_phnum can say', () => {
    const builder = new ElfBuilder({ class: 64, littleEndian: true })
    for (let index = 0; index < 70_000; index++) builder.addSegment({ type: PT.LOAD, address: BigInt(index) * 4096n })
    const elf = new ElfFile(builder.build())
    expect(elf.header.programHeaderCount).toBe(0xffff)
    expect(elf.segments.length).toBe(70_000)
    expect(elf.segments[69_999]!.address).toBe(69_999n * 4096n)
  })
})

describe('opening', () => {
  it('reads the header and nothing else', () => {
    const bytes = fixture('x86_64.exec')
    const inner = new BytesSource(bytes)
    const reads: number[] = []
    const source = {
      size: inner.size,
      read: (offset: number, length: number) => {
        reads.push(length)
        return inner.read(offset, length)
      },
    }
    const elf = new ElfFile(source)
    expect(reads).toEqual([64])
    expect(elf.header.machine).toBe(EM.X86_64)
    elf.section('.text')
    expect(reads.length).toBe(3) // section headers, their names
    elf.section('.text')!.data()
    elf.section('.text')!.data()
    expect(reads.length).toBe(4)
  })

  it.each([
    ['nothing', []],
    ['another format', [0x4d, 0x5a, 0, 0]],
    ['a short file', [0x7f, 0x45, 0x4c, 0x46, 2, 1]],
    ['an unknown class', [0x7f, 0x45, 0x4c, 0x46, 3, 1, 1, ...new Array<number>(57).fill(0)]],
    ['an unknown byte order', [0x7f, 0x45, 0x4c, 0x46, 2, 3, 1, ...new Array<number>(57).fill(0)]],
    ['an unknown version', [0x7f, 0x45, 0x4c, 0x46, 2, 1, 9, ...new Array<number>(57).fill(0)]],
    ['a header cut off', [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, ...new Array<number>(30).fill(0)]],
  ])('refuses %s', (_, bytes) => {
    expect(() => new ElfFile(Uint8Array.from(bytes))).toThrow(FormatError)
    expect(() => new ElfFile(Uint8Array.from(bytes))).toThrow(/^ELF header/)
  })

  it('a path: the file is closed at the end, and when it is not ELF', () => {
    const elf = openElf(process.execPath)
    expect(elf.path).toBe(process.execPath)
    expect(elf.section('.text')!.size).toBeGreaterThan(0)
    elf.close()
    elf.close()
    expect(elf.section('.text')!.size).toBeGreaterThan(0)
    expect(() => elf.section('.text')!.data()).toThrow('closed')
    expect(() => openElf('/nonexistent')).toThrow('ENOENT')
    expect(() => openElf(new URL('../package.json', import.meta.url).pathname)).toThrow(FormatError)
  })

  it('a file cut off anywhere fails only where the missing part is asked for', () => {
    const whole = fixture('x86_64.exec')
    const full = new ElfFile(whole)
    const text = full.section('.text')!
    const cut = new ElfFile(whole.subarray(0, text.offset + text.size))
    expect(cut.header).toEqual(full.header)
    expect(cut.segments.length).toBe(full.segments.length)
    expect(cut.readAt(text.address, text.size)).toEqual(text.data())
    expect(cut.buildId()).toBe(full.buildId())
    expect(() => cut.sections).toThrow(/^section header table: should lie at 0x/)
    expect(() => cut.symbols()).toThrow(FormatError)
    expect(() => cut.section('.text')).toThrow(FormatError)
  })
})
