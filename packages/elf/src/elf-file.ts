/** An ELF file: executable, shared library, object file, kernel image or core file. */
import { type ByteSource, decodeUtf8, FormatError, toByteSource } from '@gospy/bytes'
import type { Decompressors } from './compression.js'
import { NT, PN_XNUM, PT, SHN, SHT } from './constants.js'
import { type Encoding, RecordTable } from './fields.js'
import { type ElfHeader, readHeader } from './header.js'
import { inflate } from './inflate.js'
import { once } from './memo.js'
import { type Note, readNotes } from './notes.js'
import { readPart } from './read-part.js'
import { Section, sectionHeaderSize } from './section.js'
import { programHeaderSize, Segment } from './segment.js'
import { standsAt } from './strings.js'
import { SymbolTable, symbolSize } from './symbol-table.js'
import { zstdDecompress } from './zstd.js'

/** Where the fields of section header 0 that serve extended numbering lie, for 32 and 64 bit. */
const SECTION_ZERO_SIZE = { 32: 20, 64: 32 }
const SECTION_ZERO_LINK = { 32: 24, 64: 40 }
const SECTION_ZERO_INFO = { 32: 28, 64: 44 }

/** How many times over notes may cover the file: each is in a segment and in a section, which bounds hostile overlaps. */
const MAX_NOTE_OVERLAP = 8

const utf8 = new TextEncoder()

/**
 * Opening decodes the header alone. Sections, segments, symbols and notes are decoded when first asked for, and
 * remembered: a file that is cut off or damaged throws a FormatError only when the part at fault is wanted.
 */
export class ElfFile {
  /** Where the bytes come from. */
  readonly source: ByteSource
  readonly header: ElfHeader
  readonly #encoding: Encoding
  readonly #decompressors: Required<Decompressors>
  readonly #sectionTable: () => RecordTable
  readonly #sections: () => readonly Section[]
  readonly #segments: () => readonly Segment[]
  readonly #sectionNames: () => Uint8Array | undefined
  readonly #symbols: () => SymbolTable
  readonly #dynamicSymbols: () => SymbolTable

  /**
   * @param input the whole file, or a way to read parts of it
   * @param options faster ways to decompress sections than the built-in ones (see `@gospy/elf/node`)
   * @throws FormatError when it is not an ELF file or ends within its header
   */
  constructor(input: Uint8Array | ByteSource, options: Decompressors = {}) {
    this.source = toByteSource(input)
    this.header = readHeader(this.source)
    this.#encoding = { is64: this.header.class === 64, littleEndian: this.header.littleEndian }
    this.#decompressors = { inflate: options.inflate ?? inflate, zstd: options.zstd ?? zstdDecompress }
    this.#sectionTable = once(() => this.#readSectionTable())
    this.#sections = once(() => this.#readSections())
    this.#segments = once(() => this.#readSegments())
    this.#sectionNames = once(() => this.#readSectionNames())
    this.#symbols = once(() => this.#readSymbols(SHT.SYMTAB, 'symbol table'))
    this.#dynamicSymbols = once(() => this.#readSymbols(SHT.DYNSYM, 'dynamic symbol table'))
  }

  /**
   * All sections, the empty one at index 0 included; none in a file without section headers.
   * @throws FormatError when the section headers do not lie within the file
   */
  get sections(): readonly Section[] {
    return this.#sections()
  }

  /**
   * All segments; none in a relocatable file.
   * @throws FormatError when the program headers do not lie within the file
   */
  get segments(): readonly Segment[] {
    return this.#segments()
  }

  /**
   * The first section of exactly this name. Compares bytes: no name is decoded.
   * @throws FormatError when the section headers or their names cannot be read
   */
  section(name: string): Section | undefined {
    const names = this.#sectionNames()
    if (names === undefined) return name === '' ? this.sections[0] : undefined
    if (name.includes('\0')) return undefined
    const wanted = utf8.encode(`${name}\0`)
    return this.sections.find((section) => standsAt(names, section.nameOffset, wanted))
  }

  /**
   * The decompressed contents of a debug section, under whichever name it is stored: for `.debug_info` that section,
   * compressed or not, else `.zdebug_info`. Undefined if the file has neither or has no contents for it.
   * @throws FormatError when it cannot be read or decompressed
   */
  debugSection(name: string): Uint8Array | undefined {
    const data = this.section(name)?.data()
    return data ?? this.section(name.replace(/^\.debug_/, '.zdebug_'))?.data()
  }

  /**
   * `.symtab`; empty if the file is stripped.
   * @throws FormatError when the table does not lie within the file or has entries of a wrong size
   */
  symbols(): SymbolTable {
    return this.#symbols()
  }

  /**
   * `.dynsym`: what the file exports to and imports from others; empty if there is none.
   * @throws FormatError as `symbols`
   */
  dynamicSymbols(): SymbolTable {
    return this.#dynamicSymbols()
  }

  /**
   * All notes, each once, in the order of the segments and then of the sections that hold them.
   * @throws FormatError when one cannot be read
   */
  notes(): Note[] {
    return [...this.iterateNotes()]
  }

  /** As `notes`, one at a time: a fault shows only when it is reached. */
  *iterateNotes(): IterableIterator<Note> {
    const { littleEndian } = this.header
    // Sections and segments mostly show the same bytes.
    const seen = new Set<number>()
    let left = this.source.size * MAX_NOTE_OVERLAP
    for (const { fileOffset, length, alignment, label } of this.#notePlaces()) {
      left -= length
      if (left < 0) throw new FormatError('too many notes overlap', { section: label })
      const bytes = readPart(this.source, fileOffset, length, label)
      for (const note of readNotes(bytes, { littleEndian, alignment, fileOffset, label })) {
        if (seen.has(note.offset)) continue
        seen.add(note.offset)
        yield note
      }
    }
  }

  /**
   * The GNU build id, in lower-case hex: the same for a program and its separate debug file.
   * @throws FormatError when the notes cannot be read up to it
   */
  buildId(): string | undefined {
    const note = this.#findNote('GNU', NT.GNU_BUILD_ID)
    return note && Array.from(note.description, (byte) => byte.toString(16).padStart(2, '0')).join('')
  }

  /**
   * The build id that the Go linker wrote into `.note.go.buildid`.
   * @throws FormatError when the notes cannot be read up to it
   */
  goBuildId(): string | undefined {
    const note = this.#findNote('Go', NT.GO_BUILD_ID)
    return note && decodeUtf8(note.description)
  }

  /**
   * The bytes of the file that get mapped at an address (PT_LOAD). Undefined where the range does not lie wholly within
   * what one segment has in the file (memory that starts out as zero is not read from the file), and where address or
   * length is a number that is no integer.
   * @param address as linked: for a running position-independent program, subtract where it was loaded
   * @throws FormatError when the file ends before the segment does
   */
  readAt(address: bigint | number, length: number): Uint8Array | undefined {
    if (typeof address === 'number' && !Number.isSafeInteger(address)) return undefined
    const exact = BigInt(address)
    for (const segment of this.segments) {
      if (segment.type !== PT.LOAD) continue
      const offset = segment.fileOffset(exact, length)
      if (offset !== undefined) return readPart(this.source, offset, length, `segment ${segment.index}`)
    }
    return undefined
  }

  *#notePlaces() {
    for (const { index, type, offset, fileSize, alignment } of this.segments) {
      if (type !== PT.NOTE) continue
      yield { fileOffset: offset, length: fileSize, alignment, label: `note segment ${index}` }
    }
    for (const { type, offset, size, alignment, label } of this.sections) {
      if (type === SHT.NOTE) yield { fileOffset: offset, length: size, alignment, label }
    }
  }

  #findNote(name: string, type: number): Note | undefined {
    for (const note of this.iterateNotes()) if (note.type === type && note.name === name) return note
    return undefined
  }

  /** Section header 0, where extended numbering keeps what does not fit the header (gABI, "Sections"). */
  #sectionZero(): RecordTable {
    const { sectionHeaderOffset: offset, class: bits } = this.header
    const size = sectionHeaderSize(bits === 64)
    const bytes = readPart(this.source, offset, size, 'section header 0')
    return new RecordTable(bytes, size, size, this.#encoding, 'section header 0')
  }

  #readSectionTable(): RecordTable {
    const { sectionHeaderOffset, sectionHeaderCount, sectionHeaderEntrySize, class: bits } = this.header
    const name = 'section header table'
    const minimum = sectionHeaderSize(bits === 64)
    const table = (bytes: Uint8Array, stride: number) => new RecordTable(bytes, stride, minimum, this.#encoding, name)
    if (sectionHeaderOffset === 0) return table(new Uint8Array(0), minimum)
    const count = sectionHeaderCount === 0 ? this.#sectionZero().number(0, SECTION_ZERO_SIZE[bits]) : sectionHeaderCount
    if (sectionHeaderEntrySize < minimum) return table(new Uint8Array(0), sectionHeaderEntrySize)
    const length = count * sectionHeaderEntrySize
    return table(readPart(this.source, sectionHeaderOffset, length, name), sectionHeaderEntrySize)
  }

  #readSections(): readonly Section[] {
    const table = this.#sectionTable()
    const context = {
      table,
      source: this.source,
      decompressors: this.#decompressors,
      names: this.#sectionNames,
    }
    return Array.from({ length: table.length }, (_, index) => new Section(context, index))
  }

  #readSectionNames(): Uint8Array | undefined {
    const { sectionNameTableIndex: stored, class: bits } = this.header
    const index = stored === SHN.XINDEX ? this.#sectionZero().u32(0, SECTION_ZERO_LINK[bits]) : stored
    if (index === SHN.UNDEF) return undefined
    const table = this.#sectionTable()
    const section = this.sections[index]
    if (section === undefined) {
      throw new FormatError(`names are in section ${index}, there are ${table.length}`, { section: 'ELF header' })
    }
    // Not through the section itself, whose errors would ask for its name.
    return readPart(this.source, section.offset, section.size, 'section name table')
  }

  #readSegments(): readonly Segment[] {
    const { programHeaderOffset, programHeaderCount, programHeaderEntrySize, class: bits } = this.header
    if (programHeaderOffset === 0 || programHeaderCount === 0) return []
    // A core file of a process with more than 65,534 mappings.
    const extended = programHeaderCount === PN_XNUM && this.header.sectionHeaderOffset !== 0
    const count = (extended && this.#sectionZero().u32(0, SECTION_ZERO_INFO[bits])) || programHeaderCount
    const name = 'program header table'
    const minimum = programHeaderSize(bits === 64)
    const bytes =
      programHeaderEntrySize < minimum
        ? new Uint8Array(0)
        : readPart(this.source, programHeaderOffset, count * programHeaderEntrySize, name)
    const table = new RecordTable(bytes, programHeaderEntrySize, minimum, this.#encoding, name)
    return Array.from({ length: table.length }, (_, index) => new Segment(table, index, this.source))
  }

  #readSymbols(type: number, label: string): SymbolTable {
    const minimum = symbolSize(this.#encoding.is64)
    const section = this.sections.find((each) => each.type === type)
    const bytes = section?.data() ?? new Uint8Array(0)
    return new SymbolTable({
      symbols: new RecordTable(bytes, section?.entrySize || minimum, minimum, this.#encoding, label),
      strings: once(() => this.#linkedStrings(section, label)),
      extendedIndices: once(() => this.#extendedIndices(section)),
    })
  }

  #linkedStrings(section: Section | undefined, label: string): Uint8Array {
    if (section === undefined) return new Uint8Array(0)
    const strings = this.sections[section.link]?.data()
    if (strings !== undefined) return strings
    throw new FormatError(`names are in section ${section.link}, which has no contents`, { section: label })
  }

  #extendedIndices(symbols: Section | undefined): RecordTable | undefined {
    const section = this.sections.find((each) => each.type === SHT.SYMTAB_SHNDX && each.link === symbols?.index)
    const bytes = section?.data()
    return bytes && new RecordTable(bytes, 4, 4, this.#encoding, 'extended section indices')
  }
}
