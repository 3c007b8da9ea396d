/** Section headers and what they describe (gABI chapter 4, "Sections"). */
import { type ByteSource, BytesSource, FormatError } from '@gospy/bytes'
import {
  type CompressionHeader,
  type Decompressors,
  decompress,
  readCompressionHeader,
  readGnuCompressionHeader,
} from './compression.js'
import { SHF, SHT } from './constants.js'
import type { RecordTable } from './fields.js'
import { once } from './memo.js'
import { PartSource } from './part-source.js'
import { checkPart, readPart } from './read-part.js'
import { stringAt } from './strings.js'

/** Byte offsets of the fields of Elf32_Shdr and Elf64_Shdr. */
const SHDR32 = {
  entry: 40,
  name: 0,
  type: 4,
  flags: 8,
  address: 12,
  offset: 16,
  size: 20,
  link: 24,
  info: 28,
  alignment: 32,
  entrySize: 36,
}
const SHDR64 = {
  entry: 64,
  name: 0,
  type: 4,
  flags: 8,
  address: 16,
  offset: 24,
  size: 32,
  link: 40,
  info: 44,
  alignment: 48,
  entrySize: 56,
}

/** Bytes of the longest name that is decoded; `-ffunction-sections` makes some of a few thousand. */
const MAX_NAME = 1 << 16
/** Longest name, in characters, that error messages show. */
const MAX_LABEL = 256

/** Bytes of one section header. */
export function sectionHeaderSize(is64: boolean): number {
  return is64 ? SHDR64.entry : SHDR32.entry
}

/** What all sections of a file share. */
export interface SectionContext {
  readonly table: RecordTable
  readonly source: ByteSource
  readonly decompressors: Required<Decompressors>
  /** Contents of the section name table; undefined when the file has none. */
  readonly names: () => Uint8Array | undefined
}

/**
 * One section. Fields are decoded when asked for; those that are numbers throw a FormatError where the file holds a
 * value above 2^53, so that one absurd header does not hide the others.
 */
export class Section {
  /** Position in `ElfFile.sections`, the number that symbols and links refer to. */
  readonly index: number
  readonly #context: SectionContext
  readonly #at: typeof SHDR32
  readonly #rawData: () => Uint8Array | undefined
  readonly #compression: () => CompressionHeader | undefined
  readonly #data: () => Uint8Array | undefined

  constructor(context: SectionContext, index: number) {
    this.#context = context
    this.index = index
    this.#at = context.table.encoding.is64 ? SHDR64 : SHDR32
    this.#rawData = once(() => this.#readRaw())
    this.#compression = once(() => this.#readCompression())
    this.#data = once(() => this.#decompress())
  }

  /**
   * The name; empty in a file without section names.
   * @throws FormatError when it lies outside the name table, or is longer than 64 KiB
   */
  get name(): string {
    const names = this.#context.names()
    return names === undefined ? '' : stringAt(names, this.nameOffset, 'section name table', MAX_NAME)
  }

  /** sh_name: where the name begins in the name table, in bytes. */
  get nameOffset(): number {
    return this.#context.table.u32(this.index, this.#at.name)
  }

  /** sh_type: see SHT. */
  get type(): number {
    return this.#context.table.u32(this.index, this.#at.type)
  }

  /** sh_flags: see SHF. */
  get flags(): number {
    return this.#context.table.number(this.index, this.#at.flags)
  }

  /** Address in memory; 0 if the section is not loaded. */
  get address(): bigint {
    return this.#context.table.big(this.index, this.#at.address)
  }

  /** File offset, in bytes. */
  get offset(): number {
    return this.#context.table.number(this.index, this.#at.offset)
  }

  /** Bytes as stored: in memory for SHT.NOBITS, in the file, thus maybe compressed, for all others. */
  get size(): number {
    return this.#context.table.number(this.index, this.#at.size)
  }

  /** sh_link: mostly the index of a section that this one refers to. */
  get link(): number {
    return this.#context.table.u32(this.index, this.#at.link)
  }

  /** sh_info: depends on the type. */
  get info(): number {
    return this.#context.table.u32(this.index, this.#at.info)
  }

  /** In bytes; 0 and 1 mean none. */
  get alignment(): number {
    return this.#context.table.number(this.index, this.#at.alignment)
  }

  /** Bytes of one entry, for tables; else 0. */
  get entrySize(): number {
    return this.#context.table.number(this.index, this.#at.entrySize)
  }

  /** Whether `data()` differs from `rawData()`. */
  get isCompressed(): boolean {
    return this.compression !== undefined
  }

  /**
   * How the section is compressed, or undefined if it is not.
   * @throws FormatError when it is in a way that is not known, or its header cannot be read
   */
  get compression(): CompressionHeader | undefined {
    return this.#compression()
  }

  /**
   * The contents, decompressed. Done at the first call and remembered, failure included.
   * Undefined for SHT.NOBITS (`.bss`, or any section of a file with only the debug data), which has none in the file.
   * @throws FormatError when the file does not hold them or they do not decompress
   */
  data(): Uint8Array | undefined {
    return this.#data()
  }

  /**
   * The contents as stored. Read at the first call and remembered. Undefined for SHT.NOBITS.
   * @throws FormatError when the file ends before the section does
   */
  rawData(): Uint8Array | undefined {
    return this.#rawData()
  }

  /**
   * As `data()`, to be read in parts: of a section that is not compressed only what is asked for is read, and nothing is
   * remembered. Undefined for SHT.NOBITS.
   * @throws FormatError as `data()`
   */
  dataSource(): ByteSource | undefined {
    const { type } = this
    if (type === SHT.NOBITS || type === SHT.NULL) return undefined
    const { source } = this.#context
    if (source instanceof BytesSource || this.isCompressed) {
      const data = this.data()
      return data && new BytesSource(data)
    }
    const { offset, size, label } = this
    checkPart(source, offset, size, label)
    return new PartSource(source, offset, size, label)
  }

  /** The name for error messages; `section 3` where it has none, none that can be read, or a very long one. */
  get label(): string {
    try {
      const { name } = this
      if (name !== '' && name.length <= MAX_LABEL) return name
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
    }
    return `section ${this.index}`
  }

  #readRaw(): Uint8Array | undefined {
    const { type } = this
    if (type === SHT.NOBITS || type === SHT.NULL) return undefined
    return readPart(this.#context.source, this.offset, this.size, this.label)
  }

  #readCompression(): CompressionHeader | undefined {
    const flagged = (this.flags & SHF.COMPRESSED) !== 0
    if (!flagged && !this.label.startsWith('.zdebug_')) return undefined
    const raw = this.rawData()
    if (raw === undefined) return undefined
    return flagged
      ? readCompressionHeader(raw, this.#context.table.encoding, this.label)
      : readGnuCompressionHeader(raw, this.label)
  }

  #decompress(): Uint8Array | undefined {
    const raw = this.rawData()
    const header = this.compression
    if (raw === undefined || header === undefined) return raw
    return decompress(raw, header, this.#context.decompressors, this.label)
  }
}
