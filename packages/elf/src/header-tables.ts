/** The tables that the ELF header leads to: section headers and their names, program headers. */
import { type ByteSource, FormatError } from '@gospy/bytes'
import type { Decompressors } from './compression.js'
import { PN_XNUM, SHN } from './constants.js'
import { type Encoding, RecordTable } from './fields.js'
import type { ElfHeader } from './header.js'
import { once } from './memo.js'
import { readPart } from './read-part.js'
import { Section, sectionHeaderSize } from './section.js'
import { programHeaderSize, Segment } from './segment.js'

/** Where the fields of section header 0 that serve extended numbering lie, for 32 and 64 bit. */
const SECTION_ZERO_SIZE = { 32: 20, 64: 32 }
const SECTION_ZERO_LINK = { 32: 24, 64: 40 }
const SECTION_ZERO_INFO = { 32: 28, 64: 44 }

/** Each table is read when first asked for, and remembered. */
export class HeaderTables {
  readonly #source: ByteSource
  readonly #header: ElfHeader
  readonly #encoding: Encoding
  readonly #decompressors: Required<Decompressors>
  readonly #sectionTable: () => RecordTable
  readonly #sections: () => readonly Section[]
  readonly #segments: () => readonly Segment[]
  readonly #sectionNames: () => Uint8Array | undefined

  constructor(source: ByteSource, header: ElfHeader, decompressors: Required<Decompressors>) {
    this.#source = source
    this.#header = header
    this.#encoding = { is64: header.class === 64, littleEndian: header.littleEndian }
    this.#decompressors = decompressors
    this.#sectionTable = once(() => this.#readSectionTable())
    this.#sections = once(() => this.#readSections())
    this.#segments = once(() => this.#readSegments())
    this.#sectionNames = once(() => this.#readSectionNames())
  }

  /** As `ElfFile.sections`. */
  get sections(): readonly Section[] {
    return this.#sections()
  }

  /** As `ElfFile.segments`. */
  get segments(): readonly Segment[] {
    return this.#segments()
  }

  /** The string table that has the names of the sections; undefined where the file has none. */
  get sectionNames(): Uint8Array | undefined {
    return this.#sectionNames()
  }

  /** Section header 0, where extended numbering keeps what does not fit the header (gABI, "Sections"). */
  #sectionZero(): RecordTable {
    const { sectionHeaderOffset: offset, class: bits } = this.#header
    const size = sectionHeaderSize(bits === 64)
    const bytes = readPart(this.#source, offset, size, 'section header 0')
    return new RecordTable(bytes, size, size, this.#encoding, 'section header 0')
  }

  #readSectionTable(): RecordTable {
    const { sectionHeaderOffset, sectionHeaderCount, sectionHeaderEntrySize, class: bits } = this.#header
    const name = 'section header table'
    const minimum = sectionHeaderSize(bits === 64)
    const table = (bytes: Uint8Array, stride: number) => new RecordTable(bytes, stride, minimum, this.#encoding, name)
    if (sectionHeaderOffset === 0) return table(new Uint8Array(0), minimum)
    const count = sectionHeaderCount === 0 ? this.#sectionZero().number(0, SECTION_ZERO_SIZE[bits]) : sectionHeaderCount
    if (sectionHeaderEntrySize < minimum) return table(new Uint8Array(0), sectionHeaderEntrySize)
    const length = count * sectionHeaderEntrySize
    return table(readPart(this.#source, sectionHeaderOffset, length, name), sectionHeaderEntrySize)
  }

  #readSections(): readonly Section[] {
    const table = this.#sectionTable()
    const context = {
      table,
      source: this.#source,
      decompressors: this.#decompressors,
      names: this.#sectionNames,
    }
    return Array.from({ length: table.length }, (_, index) => new Section(context, index))
  }

  #readSectionNames(): Uint8Array | undefined {
    const { sectionNameTableIndex: stored, class: bits } = this.#header
    const index = stored === SHN.XINDEX ? this.#sectionZero().u32(0, SECTION_ZERO_LINK[bits]) : stored
    if (index === SHN.UNDEF) return undefined
    const table = this.#sectionTable()
    const section = this.sections[index]
    if (section === undefined) {
      throw new FormatError(`names are in section ${index}, there are ${table.length}`, { section: 'ELF header' })
    }
    // Not through the section itself, whose errors would ask for its name.
    return readPart(this.#source, section.offset, section.size, 'section name table')
  }

  #readSegments(): readonly Segment[] {
    const { programHeaderOffset, programHeaderCount, programHeaderEntrySize, class: bits } = this.#header
    if (programHeaderOffset === 0 || programHeaderCount === 0) return []
    // A core file of a process with more than 65,534 mappings.
    const extended = programHeaderCount === PN_XNUM && this.#header.sectionHeaderOffset !== 0
    const count = (extended && this.#sectionZero().u32(0, SECTION_ZERO_INFO[bits])) || programHeaderCount
    const name = 'program header table'
    const minimum = programHeaderSize(bits === 64)
    const bytes =
      programHeaderEntrySize < minimum
        ? new Uint8Array(0)
        : readPart(this.#source, programHeaderOffset, count * programHeaderEntrySize, name)
    const table = new RecordTable(bytes, programHeaderEntrySize, minimum, this.#encoding, name)
    return Array.from({ length: table.length }, (_, index) => new Segment(table, index, this.#source))
  }
}
