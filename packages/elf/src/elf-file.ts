/** An ELF file: executable, shared library, object file, kernel image or core file. */
import { type ByteSource, BytesSource, decodeUtf8, FormatError, toByteSource } from '@gospy/bytes'
import type { Decompressors } from './compression.js'
import { ET, NT, PT, SHF, SHT } from './constants.js'
import { type DebugAltLink, type DebugLink, readDebugAltLink, readDebugLink, toHex } from './debug-link.js'
import type { DynamicTable } from './dynamic.js'
import { DynamicLinking } from './dynamic-linking.js'
import { type Encoding, RecordTable } from './fields.js'
import { type GnuProperty, readGnuProperties } from './gnu-property.js'
import { type ElfHeader, readHeader } from './header.js'
import { HeaderTables } from './header-tables.js'
import { inflate } from './inflate.js'
import { once } from './memo.js'
import { type AbiTag, readAbiTag, readPackageMetadata, readStapsdtProbe, type StapsdtProbe } from './note-contents.js'
import { type Note, readNotes } from './notes.js'
import { checkPart, readPart } from './read-part.js'
import type { RelocationTable } from './relocation.js'
import { readRelrTables, relocatedData, relocationTables } from './relocation-tables.js'
import type { RelrTable } from './relr.js'
import type { Section } from './section.js'
import { sectionInSegment } from './section-in-segment.js'
import type { Segment } from './segment.js'
import { standsAt, stringAt } from './strings.js'
import { symbolSize } from './symbol-layout.js'
import { SymbolTable } from './symbol-table.js'
import type { SymbolVersions } from './symbol-version.js'
import { WindowedBytes } from './windowed-bytes.js'
import { zstdDecompress } from './zstd.js'

/** How many times over notes may cover the file: each is in a segment and in a section, which bounds hostile overlaps. */
const MAX_NOTE_OVERLAP = 8

const NOTHING = new Uint8Array(0)
const utf8 = new TextEncoder()

/**
 * Opening decodes the header alone. Sections, segments, symbols and notes are decoded when first asked for, and
 * remembered: a file that is cut off or damaged throws a FormatError only when the part at fault is wanted.
 */
export class ElfFile {
  /** Where the bytes come from. */
  readonly source: ByteSource
  /** The ELF header, decoded when the file is opened. */
  readonly header: ElfHeader
  readonly #encoding: Encoding
  readonly #tables: HeaderTables
  readonly #symbols: () => SymbolTable
  readonly #dynamicSymbols: () => SymbolTable
  readonly #symbolTables = new Map<number, SymbolTable>()
  readonly #linking: DynamicLinking
  readonly #relocations: () => readonly RelocationTable[]
  readonly #relr: () => readonly RelrTable[]
  readonly #debugData = new Map<number, Uint8Array>()

  /**
   * @param input the whole file, or a way to read parts of it
   * @param options faster ways to decompress sections than the built-in ones (see `@gospy/elf/node`)
   * @throws FormatError when it is not an ELF file or ends within its header
   */
  constructor(input: Uint8Array | ByteSource, options: Decompressors = {}) {
    this.source = toByteSource(input)
    this.header = readHeader(this.source)
    this.#encoding = { is64: this.header.class === 64, littleEndian: this.header.littleEndian }
    const decompressors = { inflate: options.inflate ?? inflate, zstd: options.zstd ?? zstdDecompress }
    this.#tables = new HeaderTables(this.source, this.header, decompressors)
    this.#linking = new DynamicLinking(this, this.#encoding)
    this.#symbols = once(() => this.#symbolsOf(SHT.SYMTAB) ?? this.#noSymbols())
    this.#dynamicSymbols = once(
      () => this.#symbolsOf(SHT.DYNSYM) ?? (this.sections.length === 0 ? this.#linking.symbols : this.#noSymbols()),
    )
    this.#relocations = once(() =>
      this.sections.length === 0 ? this.#linking.relocations() : relocationTables(this, this.#encoding),
    )
    this.#relr = once(() => (this.sections.length === 0 ? this.#linking.relr() : readRelrTables(this, this.#encoding)))
  }

  /**
   * All sections, the empty one at index 0 included; none in a file without section headers.
   * @throws FormatError when the section headers do not lie within the file
   */
  get sections(): readonly Section[] {
    return this.#tables.sections
  }

  /**
   * All segments; none in a relocatable file.
   * @throws FormatError when the program headers do not lie within the file
   */
  get segments(): readonly Segment[] {
    return this.#tables.segments
  }

  /**
   * The first section of exactly this name. Compares bytes: no name is decoded.
   * @throws FormatError when the section headers or their names cannot be read
   */
  section(name: string): Section | undefined {
    return this.#sectionsNamed(name).next().value ?? undefined
  }

  *#sectionsNamed(name: string): Generator<Section, void, undefined> {
    const names = this.#tables.sectionNames
    if (names === undefined) {
      const [first] = this.sections
      if (name === '' && first !== undefined) yield first
      return
    }
    if (name.includes('\0')) return
    const wanted = utf8.encode(`${name}\0`)
    for (const section of this.sections) if (standsAt(names, section.nameOffset, wanted)) yield section
  }

  /**
   * The contents of a debug section as a decoder wants them: decompressed, in a relocatable file (`.o`) with relocations
   * applied, and under whichever name it is stored: for `.debug_info` that section, else `.zdebug_info`. Undefined if
   * the file has neither or has no contents for it.
   * @throws FormatError when it cannot be read, decompressed or relocated
   */
  debugSection(name: string): Uint8Array | undefined {
    return this.#debugSections(name).next().value ?? undefined
  }

  /**
   * As `debugSection`, to be read in parts: where the section is not compressed, and the file not relocatable, only those that
   * are asked for are read from the file, which has to stay open for as long.
   * @throws FormatError as `debugSection`
   */
  debugSource(name: string): ByteSource | undefined {
    for (const stored of storedNames(name)) {
      for (const section of this.#sectionsNamed(stored)) {
        const data = this.header.type === ET.REL ? this.#debugDataOf(section) : this.#debugData.get(section.index)
        const source = data === undefined ? section.dataSource() : new BytesSource(data)
        if (source !== undefined) return source
      }
    }
    return undefined
  }

  /**
   * As `debugSection`, of all sections of that name, in the order of the file: object files and `.dwo` files have one
   * `.debug_info` or `.debug_types` for each type unit. Empty where there is none.
   * @throws FormatError when one cannot be read, decompressed or relocated
   */
  debugSections(name: string): Uint8Array[] {
    return [...this.#debugSections(name)]
  }

  *#debugSections(name: string): Generator<Uint8Array, void, undefined> {
    for (const stored of storedNames(name)) {
      let found = false
      for (const section of this.#sectionsNamed(stored)) {
        const data = this.#debugDataOf(section)
        if (data === undefined) continue
        found = true
        yield data
      }
      if (found) return
    }
  }

  #debugDataOf(section: Section): Uint8Array | undefined {
    let data = this.#debugData.get(section.index)
    if (data === undefined) {
      data = this.header.type === ET.REL ? relocatedData(this, section, this.#encoding) : section.data()
      if (data !== undefined) this.#debugData.set(section.index, data)
    }
    return data
  }

  /**
   * All sections of a type (see SHT), in order.
   * @throws FormatError as `sections`
   */
  sectionsOfType(type: number): Section[] {
    return this.sections.filter((section) => section.type === type)
  }

  /**
   * The section that an address lies in: of those that are loaded (SHF.ALLOC), `.tbss` left out, which shares its
   * addresses with what follows.
   * @throws FormatError as `sections`, or when a header has a size above 2^53
   */
  sectionAt(address: bigint): Section | undefined {
    return this.sections.find(({ flags, type, address: start, size }) => {
      if ((flags & SHF.ALLOC) === 0 || ((flags & SHF.TLS) !== 0 && type === SHT.NOBITS)) return false
      return address >= start && address < start + BigInt(size)
    })
  }

  /**
   * All segments of a type (see PT), in order.
   * @throws FormatError as `segments`
   */
  segmentsOfType(type: number): Segment[] {
    return this.segments.filter((segment) => segment.type === type)
  }

  /**
   * The PT_LOAD segment whose memory has an address.
   * @throws FormatError as `segments`, or when a header has a size above 2^53
   */
  segmentAt(address: bigint): Segment | undefined {
    return this.segments.find(
      ({ type, address: start, memorySize }) =>
        type === PT.LOAD && address >= start && address < start + BigInt(memorySize),
    )
  }

  /**
   * The sections that a segment is made of, as `readelf -l` maps them; none for those of a file without section headers.
   * @throws FormatError as `sections`, or when a header has an offset or size above 2^53
   */
  sectionsOf(segment: Segment): Section[] {
    return this.sections.filter((section) => section.index > 0 && sectionInSegment(section, segment))
  }

  /**
   * `.symtab`; empty if the file is stripped.
   * @throws FormatError when the table does not lie within the file or has entries of a wrong size
   */
  symbols(): SymbolTable {
    return this.#symbols()
  }

  /**
   * `.dynsym`: what the file exports to and imports from others; empty if there is none. In a file without section
   * headers it is found as the dynamic linker finds it, its length through the hash table.
   * @throws FormatError as `symbols`
   */
  dynamicSymbols(): SymbolTable {
    return this.#dynamicSymbols()
  }

  /**
   * The symbol table in a section: the one that relocations (sh_link) refer to. Undefined if the section holds none.
   * @throws FormatError as `symbols`
   */
  symbolTable(sectionIndex: number): SymbolTable | undefined {
    const section = this.sections[sectionIndex]
    const type = section?.type
    if (section === undefined || (type !== SHT.SYMTAB && type !== SHT.DYNSYM)) return undefined
    let table = this.#symbolTables.get(sectionIndex)
    if (table === undefined) {
      table = this.#readSymbols(section, type === SHT.SYMTAB ? 'symbol table' : 'dynamic symbol table')
      this.#symbolTables.set(sectionIndex, table)
    }
    return table
  }

  /**
   * The dynamic section: needed libraries, flags, and all else that the dynamic linker is told. Undefined in a static
   * program, and in a file that has only debug data.
   * @throws FormatError when it does not lie within the file
   */
  dynamic(): DynamicTable | undefined {
    return this.#linking.table
  }

  /**
   * Versions of the symbols in `.dynsym`; undefined if there are none. The version of one symbol is `symbol.version`.
   * @throws FormatError when `.gnu.version` does not lie within the file
   */
  symbolVersions(): SymbolVersions | undefined {
    return this.#linking.versions
  }

  /**
   * All tables of relocations with symbols or addends (SHT_REL, SHT_RELA), in the order of the file; in one without
   * section headers those of the dynamic section. A table is read when something in it is asked for.
   * @throws FormatError when the section headers, or the dynamic section, cannot be read
   */
  relocations(): readonly RelocationTable[] {
    return this.#relocations()
  }

  /**
   * Packed relative relocations (SHT_RELR); mostly one table or none.
   * @throws FormatError when one does not lie within the file
   */
  relativeRelocations(): readonly RelrTable[] {
    return this.#relr()
  }

  /**
   * PT_INTERP: path of the dynamic linker that the kernel starts; undefined in a static program or library.
   * @throws FormatError when the segment does not lie within the file or does not end with a NUL
   */
  interpreter(): string | undefined {
    // Of a file with debug data alone the segment has no bytes.
    const segment = this.segments.find(({ type, fileSize }) => type === PT.INTERP && fileSize > 0)
    return segment && stringAt(segment.data(), 0, 'interpreter')
  }

  /**
   * `.gnu_debuglink`: the separate file that has the debug data. `@gospy/elf/node` looks for it.
   * @throws FormatError when the section cannot be read
   */
  debugLink(): DebugLink | undefined {
    const data = this.section('.gnu_debuglink')?.data()
    return data && readDebugLink(data, this.header.littleEndian)
  }

  /**
   * `.gnu_debugaltlink`: the file of debug data that this one shares with others.
   * @throws FormatError when the section cannot be read
   */
  debugAltLink(): DebugAltLink | undefined {
    const data = this.section('.gnu_debugaltlink')?.data()
    return data && readDebugAltLink(data)
  }

  /**
   * All notes, each once, in the order of the segments and then of the sections that hold them.
   * @throws FormatError when one cannot be read
   */
  notes(): Note[] {
    return [...this.iterateNotes()]
  }

  /**
   * The notes in one section (SHT.NOTE) or segment (PT.NOTE), in order.
   * @throws FormatError when one cannot be read, after those before it have been given
   */
  *notesIn(place: Section | Segment): IterableIterator<Note> {
    const { littleEndian } = this.header
    const { offset: fileOffset, alignment, label } = place
    const length = 'fileSize' in place ? place.fileSize : place.size
    const bytes = readPart(this.source, fileOffset, length, label)
    yield* readNotes(bytes, { littleEndian, alignment, fileOffset, label })
  }

  /**
   * As `notes`, one at a time: a fault shows only when it is reached.
   * @param options.sections whether to look into sections too; false for those of segments alone, as of a core file, which
   * may be cut off before its section headers
   */
  *iterateNotes(options: { sections?: boolean } = {}): IterableIterator<Note> {
    // Sections and segments mostly show the same bytes.
    const seen = new Set<number>()
    let left = this.source.size * MAX_NOTE_OVERLAP
    for (const place of this.#notePlaces(options.sections ?? true)) {
      left -= 'fileSize' in place ? place.fileSize : place.size
      if (left < 0) throw new FormatError('too many notes overlap', { section: place.label })
      for (const note of this.notesIn(place)) {
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
    return note && toHex(note.description)
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
   * The oldest kernel that the file runs on.
   * @throws FormatError when the notes cannot be read up to it, or it is damaged
   */
  abiTag(): AbiTag | undefined {
    const note = this.#findNote('GNU', NT.GNU_ABI_TAG)
    return note && readAbiTag(note, this.#encoding)
  }

  /**
   * GNU properties: what the code needs of the processor (`describeGnuProperty` puts them in words). None is an empty list.
   * @throws FormatError when the notes cannot be read up to them, or they are damaged
   */
  gnuProperties(): GnuProperty[] {
    const note = this.#findNote('GNU', NT.GNU_PROPERTY_TYPE_0)
    return note === undefined ? [] : readGnuProperties(note, this.#encoding)
  }

  /**
   * The places that were made for probes (SystemTap, bpftrace, gdb): `sys/sdt.h`.
   * @throws FormatError when a note cannot be read
   */
  stapsdtProbes(): StapsdtProbe[] {
    const baseNow = this.section('.stapsdt.base')?.address
    const probes: StapsdtProbe[] = []
    for (const note of this.iterateNotes()) {
      if (note.name !== 'stapsdt' || note.type !== NT.STAPSDT) continue
      probes.push(readStapsdtProbe(note, this.#encoding, baseNow))
    }
    return probes
  }

  /**
   * The package that the file comes from (the systemd/Fedora note of type FDO_PACKAGING_METADATA): `{ type: 'deb', … }`.
   * @throws FormatError when the notes cannot be read up to it, or it is not a JSON object
   */
  packageMetadata(): Readonly<Record<string, unknown>> | undefined {
    const note = this.#findNote('FDO', NT.FDO_PACKAGING_METADATA)
    return note && readPackageMetadata(note)
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

  *#notePlaces(withSections: boolean): IterableIterator<Section | Segment> {
    yield* this.segmentsOfType(PT.NOTE)
    if (withSections) yield* this.sectionsOfType(SHT.NOTE)
  }

  #findNote(name: string, type: number): Note | undefined {
    for (const note of this.iterateNotes()) if (note.type === type && note.name === name) return note
    return undefined
  }

  #symbolsOf(type: number): SymbolTable | undefined {
    const section = this.sections.find((each) => each.type === type)
    return section && this.symbolTable(section.index)
  }

  #noSymbols(): SymbolTable {
    const size = symbolSize(this.#encoding.is64)
    const none = () => undefined
    return new SymbolTable({
      symbols: new RecordTable(NOTHING, size, size, this.#encoding, 'symbol table'),
      machine: this.header.machine,
      strings: () => WindowedBytes.of(NOTHING),
      ...{ extendedIndices: none, hash: none, versions: none },
    })
  }

  #readSymbols(section: Section, label: string): SymbolTable {
    const minimum = symbolSize(this.#encoding.is64)
    const bytes = this.#windowed(section) ?? NOTHING
    const isDynamic = section.type === SHT.DYNSYM
    return new SymbolTable({
      symbols: new RecordTable(bytes, section.entrySize || minimum, minimum, this.#encoding, label),
      machine: this.header.machine,
      strings: once(() => this.#linkedStrings(section, label)),
      extendedIndices: once(() => this.#extendedIndices(section)),
      hash: () => (isDynamic ? this.#linking.hash : undefined),
      versions: () => (isDynamic ? this.#linking.versions : undefined),
    })
  }

  #linkedStrings(section: Section, label: string): WindowedBytes {
    const linked = this.sections[section.link]
    const strings = linked && this.#windowed(linked)
    if (strings !== undefined) return strings
    throw new FormatError(`names are in section ${section.link}, which has no contents`, { section: label })
  }

  /** As `section.data()`, but not all of it is read. */
  #windowed(section: Section): WindowedBytes | undefined {
    const { type, isCompressed } = section
    if (isCompressed || type === SHT.NOBITS || type === SHT.NULL) {
      const data = section.data()
      return data && WindowedBytes.of(data)
    }
    const { offset, size, label } = section
    checkPart(this.source, offset, size, label)
    return new WindowedBytes(this.source, offset, size)
  }

  #extendedIndices(symbols: Section): RecordTable | undefined {
    const section = this.sections.find((each) => each.type === SHT.SYMTAB_SHNDX && each.link === symbols.index)
    const bytes = section?.data()
    return bytes && new RecordTable(bytes, 4, 4, this.#encoding, 'extended section indices')
  }
}

/** The names that a debug section may have in the file: its own, and that of sections compressed before ELF knew compression. */
function storedNames(name: string): ReadonlySet<string> {
  return new Set([name, name.replace(/^\.debug_/, '.zdebug_')])
}
