/** GNU readelf's wide text from our reader: header, sections, segments, symbols. */
import {
  DF_1,
  describeFileType,
  describeHeaderFlags,
  describeMachine,
  describeOsAbi,
  describeSectionFlags,
  describeSectionIndex,
  describeSectionType,
  describeSegmentFlags,
  describeSegmentType,
  describeSymbolBinding,
  describeSymbolType,
  describeSymbolVisibility,
  type ElfFile,
  type ElfSymbol,
  ET,
  PN_XNUM,
  PT,
  SHN,
  SHT,
  STT,
} from '../../src/index.js'

export const hex = (value: number | bigint, width = 0) => value.toString(16).padStart(width, '0')

/** Control characters as readelf shows them: `^A`. */
export const visible = (name: string) =>
  Array.from(name, (char) => (char < ' ' ? `^${String.fromCharCode(char.charCodeAt(0) + 0x40)}` : char)).join('')

export const entries = (count: number) => `${count} ${count === 1 ? 'entry' : 'entries'}`

/** readelf -h */
export function headerText(elf: ElfFile): string[] {
  const { header } = elf
  const zero = elf.sections[0]
  const { sectionHeaderCount, sectionNameTableIndex, programHeaderCount } = header
  const extended = (value: number, isExtended: boolean, real: number | undefined) =>
    isExtended && real ? `${value} (${real})` : `${value}`
  // A library with DF_1_PIE is a program.
  const isProgram = header.type === ET.DYN && (BigInt(DF_1.PIE) & (elf.dynamic()?.flags1 ?? 0n)) !== 0n
  const type = describeFileType(header.type)
  const flags = describeHeaderFlags(header.flags, header.machine)
  const magic = elf.source.read(0, 16)
  return [
    'ELF Header:',
    `Magic: ${Array.from(magic, (byte) => hex(byte, 2)).join(' ')}`,
    `Class: ELF${header.class}`,
    `Data: 2's complement, ${header.littleEndian ? 'little' : 'big'} endian`,
    'Version: 1 (current)',
    `OS/ABI: ${describeOsAbi(header.osAbi)}`,
    `ABI Version: ${header.abiVersion}`,
    `Type: ${isProgram ? type.replace('Shared object', 'Position-Independent Executable') : type}`,
    `Machine: ${describeMachine(header.machine)}`,
    `Version: 0x${hex(header.version)}`,
    `Entry point address: 0x${hex(header.entry)}`,
    `Start of program headers: ${header.programHeaderOffset} (bytes into file)`,
    `Start of section headers: ${header.sectionHeaderOffset} (bytes into file)`,
    `Flags: 0x${hex(header.flags)}${flags === '' ? '' : `, ${flags}`}`,
    `Size of this header: ${header.headerSize} (bytes)`,
    `Size of program headers: ${header.programHeaderEntrySize} (bytes)`,
    `Number of program headers: ${extended(programHeaderCount, programHeaderCount === PN_XNUM, elf.segments.length)}`,
    `Size of section headers: ${header.sectionHeaderEntrySize} (bytes)`,
    `Number of section headers: ${extended(sectionHeaderCount, sectionHeaderCount === 0, elf.sections.length)}`,
    `Section header string table index: ${extended(sectionNameTableIndex, sectionNameTableIndex === SHN.XINDEX, zero?.link)}`,
  ]
}

/** readelf -S */
export function sectionsText(elf: ElfFile): string[] {
  const { machine, osAbi } = elf.header
  const width = elf.header.class / 4
  if (elf.sections.length === 0) return ['There are no sections in this file.']
  const lines = elf.sections.map((section) => {
    const { index, name, type, address, offset, size, entrySize, link, info, alignment } = section
    const numbers = `${hex(address, width)} ${hex(offset, 6)} ${hex(size, 6)} ${hex(entrySize, 2)}`
    const flags = describeSectionFlags(section.flags, machine, osAbi)
    const words = `${visible(name)} ${describeSectionType(type, machine)} ${numbers} ${flags} ${link} ${info} ${alignment}`
    return `[${String(index).padStart(2)}] ${words}`
  })
  const heading = elf.sections.length === 1 ? 'Section Header:' : 'Section Headers:'
  return [heading, `[Nr] Name Type ${width === 8 ? 'Addr' : 'Address'} Off Size ES Flg Lk Inf Al`, ...lines]
}

/** readelf -l */
export function segmentsText(elf: ElfFile): string[] {
  const { machine } = elf.header
  const width = elf.header.class / 4
  if (elf.segments.length === 0) return ['There are no program headers in this file.']
  const lines = elf.segments.flatMap((segment) => {
    const { type, offset, address, physicalAddress, fileSize, memorySize, flags, alignment } = segment
    const name = describeSegmentType(type, machine).slice(0, 14)
    // readelf pads the sizes of 32-bit files to one digit less.
    const digits = elf.header.class === 32 ? 5 : 6
    const sizes = `0x${hex(fileSize, digits)} 0x${hex(memorySize, digits)}`
    const addresses = `0x${hex(address, width)} 0x${hex(physicalAddress, width)}`
    const align = alignment === 0 ? '0' : `0x${hex(alignment)}`
    const line = `${name} 0x${hex(offset, 6)} ${addresses} ${sizes} ${describeSegmentFlags(flags)} ${align}`
    if (type !== PT.INTERP || fileSize === 0) return [line]
    return [line, `[Requesting program interpreter: ${elf.interpreter()}]`]
  })
  const heading = ['Program Headers:', 'Type Offset VirtAddr PhysAddr FileSiz MemSiz Flg Align']
  if (elf.sections.length === 0) return [...heading, ...lines]
  const mapping = elf.segments.map((segment) => {
    const names = elf.sectionsOf(segment).map(({ name }) => visible(name))
    return `${String(segment.index).padStart(2, '0')} ${names.join(' ')}`
  })
  return [...heading, ...lines, 'Section to Segment mapping:', 'Segment Sections...', ...mapping]
}

/** The name as readelf prints it: section symbols show the name of their section. */
export function symbolName(elf: ElfFile, symbol: ElfSymbol): string {
  const { name, type, sectionIndex } = symbol
  return visible(name || (type === STT.SECTION ? (elf.sections[sectionIndex]?.name ?? '') : ''))
}

/** readelf -s --dyn-syms */
export function symbolsText(elf: ElfFile): string[] {
  const { machine, osAbi } = elf.header
  const width = elf.header.class / 4
  if (elf.sections.length === 0) return ['Dynamic symbol information is not available for displaying symbols.']
  return elf.sections.flatMap((section) => {
    if (section.type !== SHT.SYMTAB && section.type !== SHT.DYNSYM) return []
    const table = elf.symbolTable(section.index)
    if (table === undefined || table.length === 0) return []
    const lines = Array.from(table, (symbol) => {
      const { index, address, size, type, binding, visibility, sectionIndex, rawSectionIndex, version } = symbol
      const sizeText = size > 99999 ? `0x${hex(size)}` : String(size)
      const isFar = rawSectionIndex === SHN.XINDEX
      const where = isFar ? String(sectionIndex) : describeSectionIndex(rawSectionIndex, machine)
      const isBad = rawSectionIndex < SHN.LORESERVE && rawSectionIndex >= elf.sections.length
      const needed = version?.file === undefined ? '' : ` (${version.index})`
      const suffix = visible(symbol.versionedName.slice(symbol.name.length)) + needed
      const words = [
        `${index}: ${hex(address, width)} ${sizeText}`,
        describeSymbolType(type, machine, osAbi),
        describeSymbolBinding(binding, osAbi),
        describeSymbolVisibility(visibility),
        isBad ? `bad section index[ ${where}]` : where,
        symbolName(elf, symbol) + suffix,
      ]
      return words.join(' ')
    })
    const heading = `Symbol table '${visible(section.name)}' contains ${entries(table.length)}:`
    return [heading, 'Num: Value Size Type Bind Vis Ndx Name', ...lines]
  })
}
