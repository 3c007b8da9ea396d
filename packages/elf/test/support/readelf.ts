/**
 * GNU readelf's wide text from our reader, and the same lines picked out of what readelf printed: the comparison that
 * the tests of this package rest on.
 */
import { spawnSync } from 'node:child_process'
import { expect } from 'vitest'
import {
  describeFileType,
  describeMachine,
  describeNoteType,
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
  PN_XNUM,
  SHN,
  STT,
  type SymbolTable,
} from '../../src/index.js'

interface ReadelfText {
  header: string[]
  sections: string[]
  segments: string[]
  symbols: string[]
  notes: string[]
}

export const hasReadelf = spawnSync('readelf', ['--version']).status === 0

/** Runs readelf; its warnings go to stderr and do not matter here. */
export function runReadelf(path: string): string {
  const { stdout } = spawnSync('readelf', ['-W', '-h', '-S', '-l', '-s', '-n', path], {
    encoding: 'utf8',
    maxBuffer: 1 << 30,
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
  })
  return stdout
}

const squeeze = (text: string) => text.trim().replace(/\s+/g, ' ')

/** The lines that we make too. What readelf adds from elsewhere (dynamic section, symbol versions) is taken off. */
function parseReadelf(text: string): ReadelfText {
  const result: ReadelfText = { header: [], sections: [], segments: [], symbols: [], notes: [] }
  let isDynamicTable = false
  for (const line of text.split('\n')) {
    const table = /^Symbol table (?:'(.*)' )?contains/.exec(line)
    if (table) isDynamicTable = table[1] === '.dynsym'
    if (
      /^ {2}(Class|Data|OS\/ABI|ABI Version|Type|Machine|Version|Entry|Start|Flags|Size|Number|Section)\b.*:/.test(line)
    ) {
      // readelf spells the flags out after a comma; of DYN it tells executables from libraries.
      const plain = line
        .replace(/(Flags:\s+0x[0-9a-f]+).*/, '$1')
        .replace('Position-Independent Executable', 'Shared object')
      result.header.push(squeeze(plain))
    } else if (/^ {2}\[ *\d+\] /.test(line)) {
      result.sections.push(squeeze(line))
    } else if (/ 0x[0-9a-f]{6,} 0x[0-9a-f]{8,} 0x[0-9a-f]{8,} 0x[0-9a-f]{5,} 0x[0-9a-f]{5,} /.test(line)) {
      result.segments.push(squeeze(line))
    } else if (/^ +\d+: [0-9a-f]{8,16} /.test(line)) {
      // The bits of st_other that are not the visibility are spelled out in brackets.
      const plain = line.replace(/ \[[^\]]*\] (?= *(\d+|UND|ABS|COM)\b)/, ' ')
      result.symbols.push(squeeze(isDynamicTable ? plain.replace(/@\S+( \(\d+\))?$/, '') : plain))
    } else if (/^ {2}\S.*\t?0x[0-9a-f]{8}\t/.test(line)) {
      result.notes.push(squeeze(line))
    }
  }
  return result
}

const hex = (value: number | bigint, width = 0) => value.toString(16).padStart(width, '0')

/** Control characters as readelf shows them: `^A`. */
const visible = (name: string) =>
  Array.from(name, (char) => (char < ' ' ? `^${String.fromCharCode(char.charCodeAt(0) + 0x40)}` : char)).join('')

/** The same lines from our reader. */
function renderReadelf(elf: ElfFile): ReadelfText {
  return {
    header: renderHeader(elf),
    sections: renderSections(elf),
    segments: renderSegments(elf),
    symbols: elf.sections.flatMap((section) => {
      if (section.type === 2) return renderSymbols(elf, elf.symbols())
      return section.type === 11 ? renderSymbols(elf, elf.dynamicSymbols()) : []
    }),
    notes: elf
      .notes()
      .map(({ name, type, description }) =>
        squeeze(`${name || '(NONE)'} 0x${hex(description.length, 8)} ${describeNoteType(name, type)}`),
      ),
  }
}

function renderHeader(elf: ElfFile): string[] {
  const { header } = elf
  const zero = elf.sections[0]
  const { sectionHeaderCount, sectionNameTableIndex, programHeaderCount } = header
  const extended = (value: number, isExtended: boolean, real: number | undefined) =>
    isExtended && real ? `${value} (${real})` : `${value}`
  return [
    `Class: ELF${header.class}`,
    `Data: 2's complement, ${header.littleEndian ? 'little' : 'big'} endian`,
    'Version: 1 (current)',
    `OS/ABI: ${describeOsAbi(header.osAbi)}`,
    `ABI Version: ${header.abiVersion}`,
    `Type: ${describeFileType(header.type)}`,
    `Machine: ${describeMachine(header.machine)}`,
    `Version: 0x${hex(header.version)}`,
    `Entry point address: 0x${hex(header.entry)}`,
    `Start of program headers: ${header.programHeaderOffset} (bytes into file)`,
    `Start of section headers: ${header.sectionHeaderOffset} (bytes into file)`,
    `Flags: 0x${hex(header.flags)}`,
    `Size of this header: ${header.headerSize} (bytes)`,
    `Size of program headers: ${header.programHeaderEntrySize} (bytes)`,
    `Number of program headers: ${extended(programHeaderCount, programHeaderCount === PN_XNUM, elf.segments.length)}`,
    `Size of section headers: ${header.sectionHeaderEntrySize} (bytes)`,
    `Number of section headers: ${extended(sectionHeaderCount, sectionHeaderCount === 0, elf.sections.length)}`,
    `Section header string table index: ${extended(sectionNameTableIndex, sectionNameTableIndex === SHN.XINDEX, zero?.link)}`,
  ]
}

function renderSections(elf: ElfFile): string[] {
  const { machine, osAbi } = elf.header
  const width = elf.header.class / 4
  return elf.sections.map((section) => {
    const { index, name, type, address, offset, size, entrySize, link, info, alignment } = section
    const number = String(index).padStart(2)
    const numbers = `${hex(address, width)} ${hex(offset, 6)} ${hex(size, 6)} ${hex(entrySize, 2)}`
    const flags = describeSectionFlags(section.flags, machine, osAbi)
    return squeeze(
      `[${number}] ${name} ${describeSectionType(type, machine)} ${numbers} ${flags} ${link} ${info} ${alignment}`,
    )
  })
}

function renderSegments(elf: ElfFile): string[] {
  const width = elf.header.class / 4
  return elf.segments.map((segment) => {
    const { type, offset, address, physicalAddress, fileSize, memorySize, flags, alignment } = segment
    const name = describeSegmentType(type, elf.header.machine).slice(0, 14)
    // readelf pads the sizes of 32-bit files to one digit less.
    const digits = elf.header.class === 32 ? 5 : 6
    const sizes = `0x${hex(fileSize, digits)} 0x${hex(memorySize, digits)}`
    const addresses = `0x${hex(address, width)} 0x${hex(physicalAddress, width)}`
    const align = alignment === 0 ? '0' : `0x${hex(alignment)}`
    return squeeze(`${name} 0x${hex(offset, 6)} ${addresses} ${sizes} ${describeSegmentFlags(flags)} ${align}`)
  })
}

function renderSymbols(elf: ElfFile, table: SymbolTable): string[] {
  const { machine, osAbi } = elf.header
  const width = elf.header.class / 4
  return Array.from(table, (symbol) => {
    const { index, address, size, type, binding, visibility, sectionIndex, rawSectionIndex } = symbol
    const sizeText = size > 99999 ? `0x${hex(size)}` : String(size)
    const where = rawSectionIndex === SHN.XINDEX ? String(sectionIndex) : describeSectionIndex(rawSectionIndex, machine)
    const isBad = rawSectionIndex < SHN.LORESERVE && rawSectionIndex >= elf.sections.length
    // Section symbols show the name of their section.
    const name = symbol.name || (type === STT.SECTION ? (elf.sections[sectionIndex]?.name ?? '') : '')
    const words = [
      `${index}: ${hex(address, width)} ${sizeText}`,
      describeSymbolType(type, machine, osAbi),
      describeSymbolBinding(binding, osAbi),
      describeSymbolVisibility(visibility),
      isBad ? `bad section index[ ${where}]` : where,
      visible(name),
    ]
    return squeeze(words.join(' '))
  })
}

/** Fails where our lines differ from readelf's; returns how many were compared. */
export function compareWithReadelf(elf: ElfFile, text: string): number {
  const expected = parseReadelf(text)
  const actual = renderReadelf(elf)
  expect(actual.header).toEqual(expected.header)
  expect(actual.sections).toEqual(expected.sections)
  expect(actual.segments).toEqual(expected.segments)
  expect(actual.symbols).toEqual(expected.symbols)
  // readelf goes by sections where there are some, and decodes the contents of some notes behind their type.
  const notes = expected.notes.sort()
  expect(actual.notes.length).toBe(notes.length)
  for (const [index, note] of actual.notes.sort().entries()) expect(notes[index]!.startsWith(note)).toBe(true)
  return Object.values(actual).reduce((sum, lines) => sum + lines.length, 0)
}
