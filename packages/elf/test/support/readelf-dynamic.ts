/** GNU readelf's wide text from our reader: dynamic section, relocations, symbol versions. */
import {
  DT,
  type DynamicEntry,
  type DynamicTable,
  describeDynamicFlags,
  describeDynamicFlags1,
  describeDynamicTag,
  describeRelocationType,
  type ElfFile,
  EM,
  PT,
  type RelocationTable,
  type Section,
  SHN,
  SHT,
  STT,
  VER_FLG,
} from '../../src/index.js'
import { entries, hex, symbolName, visible } from './readelf-text.js'

/** Tags whose value is a string, and how readelf introduces it. */
const STRINGS = new Map<number, string>([
  [DT.NEEDED, 'Shared library'],
  [DT.SONAME, 'Library soname'],
  [DT.RPATH, 'Library rpath'],
  [DT.RUNPATH, 'Library runpath'],
  [DT.AUXILIARY, 'Auxiliary library'],
  [DT.FILTER, 'Filter library'],
  [DT.CONFIG, 'Configuration file'],
  [DT.DEPAUDIT, 'Dependency audit library'],
  [DT.AUDIT, 'Audit library'],
])
const SIZES: readonly number[] = [
  ...[DT.PLTRELSZ, DT.RELASZ, DT.RELAENT, DT.STRSZ, DT.SYMENT, DT.RELSZ, DT.RELENT, DT.INIT_ARRAYSZ, DT.FINI_ARRAYSZ],
  ...[
    DT.PREINIT_ARRAYSZ,
    DT.RELRSZ,
    DT.RELRENT,
    DT.GNU_CONFLICTSZ,
    DT.GNU_LIBLISTSZ,
    DT.PLTPADSZ,
    DT.MOVEENT,
    DT.MOVESZ,
  ],
]
const COUNTS: readonly number[] = [DT.RELACOUNT, DT.RELCOUNT, DT.VERDEFNUM, DT.VERNEEDNUM]

function entryText(table: DynamicTable, { tag, value }: DynamicEntry, elf: ElfFile): string {
  const { machine } = elf.header
  const head = `0x${hex(tag, elf.header.class / 4)} (${describeDynamicTag(tag, machine)})`
  const string = STRINGS.get(tag)
  if (string !== undefined) return `${head} ${string}: [${visible(table.string(value))}]`
  if (tag === DT.FLAGS) return `${head} ${describeDynamicFlags(value)}`
  if (tag === DT.FLAGS_1) return `${head} Flags: ${value === 0n ? 'None' : describeDynamicFlags1(value)}`
  if (tag === DT.PLTREL) return `${head} ${describeDynamicTag(Number(value), machine)}`
  if (tag === DT.BIND_NOW) return head
  if (SIZES.includes(tag)) return `${head} ${value} (bytes)`
  if (COUNTS.includes(tag)) return `${head} ${value}`
  if (machine === EM.MIPS && tag >= DT.LOPROC) return `${head} ${mipsText(tag, value)}`
  return `${head} 0x${hex(value)}`
}

const MIPS_FLAGS = ['QUICKSTART', 'NOTPOT', 'NO_LIBRARY_REPLACEMENT']
/** RLD_VERSION, LOCAL_GOTNO, CONFLICTNO, LIBLISTNO, SYMTABNO, UNREFEXTNO, HIPAGENO, DELTA_…_NO: in decimal. */
const MIPS_DECIMAL = [0x01, 0x0a, 0x0b, 0x10, 0x11, 0x12, 0x14, 0x18, 0x1a, 0x1c, 0x1e, 0x21]

function mipsText(tag: number, value: bigint): string {
  if (tag === 0x70000005) {
    if (value === 0n) return 'NONE'
    return MIPS_FLAGS.filter((_, bit) => (value >> BigInt(bit)) & 1n).join(' ')
  }
  return MIPS_DECIMAL.includes(tag - DT.LOPROC) ? String(value) : `0x${hex(value)}`
}

/** readelf -d */
export function dynamicText(elf: ElfFile): string[] {
  const table = elf.dynamic()
  if (table === undefined) return ['There is no dynamic section in this file.']
  const place = elf.sectionsOfType(SHT.DYNAMIC)[0] ?? elf.segmentsOfType(PT.DYNAMIC)[0]!
  const size = 'fileSize' in place ? place.fileSize : place.size
  const isTerminated = table.length < Math.floor(size / (elf.header.class / 4))
  const lines = Array.from(table, (entry) => entryText(table, entry, elf))
  if (isTerminated) lines.push(`0x${hex(0, elf.header.class / 4)} (NULL) 0x0`)
  const heading = `Dynamic section at offset 0x${hex(place.offset)} contains ${entries(lines.length)}:`
  return [heading, 'Tag Type Name/Value', ...lines]
}

/** readelf -r */
export function relocationsText(elf: ElfFile): string[] {
  const tables = new Map(elf.relocations().map((table) => [table.sectionIndex, table]))
  const packed = new Map(elf.relativeRelocations().map((table) => [table.label, table]))
  const lines = elf.sections.flatMap((section) => {
    if (section.size === 0) return []
    const heading = (count: number) =>
      `Relocation section '${visible(section.name)}' at offset 0x${hex(section.offset)} contains ${entries(count)}:`
    const table = tables.get(section.index)
    if (table !== undefined) return [heading(table.length), ...tableText(elf, table)]
    const relr = section.type === SHT.RELR ? packed.get(section.label) : undefined
    if (relr === undefined) return []
    const addresses = Array.from(relr.addresses(), (address) => hex(address, elf.header.class / 4))
    return [heading(relr.length), `${addresses.length} offsets`, ...addresses]
  })
  if (lines.length > 0) return lines
  const isDynamic = elf.sections.length === 0 && elf.relocations().some(({ length }) => length > 0)
  return [
    isDynamic ? 'There are no static relocations in this file.' : 'There are no relocations in this file.',
    ...(isDynamic ? ['To see the dynamic relocations add --use-dynamic to the command line.'] : []),
  ]
}

function tableText(elf: ElfFile, table: RelocationTable): string[] {
  const { machine } = elf.header
  const is64 = elf.header.class === 64
  const width = elf.header.class / 4
  const heading = table.hasAddends
    ? is64
      ? "Offset Info Type Symbol's Value Symbol's Name + Addend"
      : "Offset Info Type Sym. Value Symbol's Name + Addend"
    : is64
      ? "Offset Info Type Symbol's Value Symbol's Name"
      : "Offset Info Type Sym. Value Symbol's Name"
  const signed = (value: bigint) => (value < 0n ? `-${hex(-value)}` : hex(value))
  const lines = Array.from(table, ({ offset, type, symbol, addend, index }) => {
    const words = [hex(offset, width), hex(table.infoOf(index), width), describeRelocationType(type, machine)]
    if (symbol === undefined) {
      if (addend !== undefined) words.push(signed(addend))
    } else {
      const suffix = visible(symbol.versionedName.slice(symbol.name.length))
      const name = symbol.name === '' ? unnamed(elf, symbol) : symbolName(elf, symbol)
      // An IFUNC is shown as a call, without its value.
      if (symbol.type === STT.GNU_IFUNC) words.push(`${name}${suffix}()`, name + suffix)
      else words.push(hex(symbol.address, width), name + suffix)
      if (addend !== undefined) words.push(addend < 0n ? '-' : '+', hex(addend < 0n ? -addend : addend))
    }
    if (machine === EM.MIPS && is64) {
      const types = [type >>> 8, type >>> 16].map((each) => describeRelocationType(each & 0xff, machine))
      return [words.join(' '), `Type2: ${types[0]}`, `Type3: ${types[1]}`]
    }
    return [words.join(' ')]
  })
  return [heading, ...lines.flat()]
}

function unnamed(elf: ElfFile, symbol: Parameters<typeof symbolName>[1]): string {
  if (symbol.rawSectionIndex === SHN.ABS) return 'ABS'
  if (symbol.rawSectionIndex === SHN.COMMON) return 'COMMON'
  return symbol.type === STT.SECTION ? symbolName(elf, symbol) : '<null>'
}

const flagNames = (flags: number) => {
  const names = Object.entries(VER_FLG).filter(([, bit]) => flags & bit)
  return names.length === 0 ? 'none' : names.map(([name]) => name).join(' | ')
}

/** readelf -V, without the offsets in front of its lines. */
export function versionsText(elf: ElfFile): string[] {
  const width = elf.header.class / 4
  const versions = elf.symbolVersions()
  const place = ({ address, offset, link }: Section) =>
    `Addr: 0x${hex(address, 16)} Offset: 0x${hex(offset, 8)} Link: ${link} (${visible(elf.sections[link]?.name ?? '')})`
  const lines = elf.sections.flatMap((section) => {
    const name = `'${visible(section.name)}'`
    if (versions === undefined) return []
    if (section.type === SHT.GNU_VERSYM) {
      const symbols = elf.symbolTable(section.link)
      const words = Array.from({ length: versions.length }, (_, index) => {
        const raw = versions.rawOf(index)
        if (raw === 0) return '0 (*local*)'
        if (raw === 1) return '1 (*global*)'
        const version = versions.of(index, symbols?.rawSectionIndexOf(index) !== SHN.UNDEF)
        const number = `${hex(raw & 0x7fff)}${raw & 0x8000 ? 'h' : ' '}`
        return `${number}(${visible(version?.name ?? '*invalid*')})`
      })
      const rows = Array.from({ length: Math.ceil(words.length / 4) }, (_, row) =>
        words.slice(row * 4, row * 4 + 4).join(' '),
      )
      return [`Version symbols section ${name} contains ${entries(words.length)}:`, place(section), ...rows]
    }
    if (section.type === SHT.GNU_VERDEF) {
      const rows = versions.definitions.flatMap(({ revision, flags, index, parents, name: version }) => [
        `Rev: ${revision} Flags: ${flagNames(flags)} Index: ${index} Cnt: ${parents.length + 1} Name: ${visible(version)}`,
        ...parents.map((parent, at) => `Parent ${at + 1}: ${visible(parent)}`),
      ])
      return [`Version definition section ${name} contains ${entries(section.info)}:`, place(section), ...rows]
    }
    if (section.type === SHT.GNU_VERNEED) {
      const rows = versions.requirements.flatMap(({ revision, file, versions: needed }) => [
        `Version: ${revision} File: ${visible(file)} Cnt: ${needed.length}`,
        ...needed.map(
          ({ name: version, flags, index }) => `Name: ${visible(version)} Flags: ${flagNames(flags)} Version: ${index}`,
        ),
      ])
      return [`Version needs section ${name} contains ${entries(section.info)}:`, place(section), ...rows]
    }
    return []
  })
  return lines.length === 0 || width === 0 ? ['No version information found in this file.'] : lines
}
