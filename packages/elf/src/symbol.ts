/** One entry of a symbol table (gABI chapter 4, "Symbol Table"). */
import type { SymbolTable } from './symbol-table.js'
import type { SymbolVersion } from './symbol-version.js'

/** A view of one entry: fields are decoded when asked for. */
export class ElfSymbol {
  /** Position in the table. */
  readonly index: number
  readonly #table: SymbolTable

  constructor(table: SymbolTable, index: number) {
    this.#table = table
    this.index = index
  }

  /**
   * The name as stored, without a version; section symbols have none of their own.
   * @throws FormatError when it lies outside the string table
   */
  get name(): string {
    return this.#table.nameOf(this.index)
  }

  /**
   * The version, in `.dynsym` of a file that has versions; undefined where the symbol has none.
   * @throws FormatError when the version tables cannot be read
   */
  get version(): SymbolVersion | undefined {
    return this.#table.versionOf(this.index)
  }

  /**
   * The name with its version as nm and readelf write it: `memcpy@@GLIBC_2.14`, `memcpy@GLIBC_2.2.5`. The symbol that
   * stands for a version itself is just `GLIBC_2.14`.
   * @throws FormatError as `name` and `version`
   */
  get versionedName(): string {
    const { name, version } = this
    return version === undefined || version.name === name
      ? name
      : `${name}${version.isDefault ? '@@' : '@'}${version.name}`
  }

  /** st_value: an address; in a relocatable file an offset in its section; for SHN.COMMON an alignment. */
  get address(): bigint {
    return this.#table.addressOf(this.index)
  }

  /**
   * `address` as a number: ten times cheaper.
   * @throws FormatError when it is above 2^53, as those of a kernel are
   */
  get addressNumber(): number {
    return this.#table.addressNumberOf(this.index)
  }

  /**
   * In bytes; 0 where it is not known.
   * @throws FormatError when it is above 2^53
   */
  get size(): number {
    return this.#table.sizeOf(this.index)
  }

  /** See STT. */
  get type(): number {
    return this.#table.infoOf(this.index) & 0xf
  }

  /** See STB. */
  get binding(): number {
    return this.#table.infoOf(this.index) >> 4
  }

  /** See STV. */
  get visibility(): number {
    return this.#table.otherOf(this.index) & 3
  }

  /** st_other: the visibility and processor-specific bits. */
  get other(): number {
    return this.#table.otherOf(this.index)
  }

  /** st_shndx as stored: an index of a section, or one of SHN. */
  get rawSectionIndex(): number {
    return this.#table.rawSectionIndexOf(this.index)
  }

  /**
   * Index of the section that the symbol is defined in, extended numbering resolved; else one of SHN.
   * An index from extended numbering may be equal to a reserved one: `rawSectionIndex` is SHN.XINDEX then.
   */
  get sectionIndex(): number {
    return this.#table.sectionIndexOf(this.index)
  }
}
