/** The dynamic section: what a file tells the dynamic linker (gABI chapter 5, "Dynamic Section"). */
import { DT } from './dynamic-constants.js'
import type { RecordTable } from './fields.js'
import type { StringReader } from './strings.js'

/** Bytes of one entry. */
export function dynamicEntrySize(is64: boolean): number {
  return is64 ? 16 : 8
}

/** One entry. What the value means (an address, a number of bytes, an offset in the string table) depends on the tag. */
export interface DynamicEntry {
  /** d_tag: see DT. */
  readonly tag: number
  /** d_val or d_ptr. */
  readonly value: bigint
}

/** The entries in front of DT_NULL, which ends them. */
export class DynamicTable {
  /** How many entries, the DT_NULL not counted. */
  readonly length: number
  readonly #table: RecordTable
  readonly #strings: StringReader
  readonly #valueAt: number

  /** @param strings of DT_STRTAB */
  constructor(table: RecordTable, strings: StringReader) {
    this.#table = table
    this.#strings = strings
    this.#valueAt = table.encoding.is64 ? 8 : 4
    let length = 0
    while (length < table.length && table.approximate(length, 0) !== DT.NULL) length++
    this.length = length
  }

  /**
   * All entries, in order.
   * @throws FormatError at a tag above 2^53, which no specification has
   */
  *[Symbol.iterator](): IterableIterator<DynamicEntry> {
    for (let index = 0; index < this.length; index++) {
      yield { tag: this.#table.number(index, 0), value: this.#table.big(index, this.#valueAt) }
    }
  }

  /** The value of the first entry with a tag (see DT); undefined where there is none. */
  get(tag: number): bigint | undefined {
    for (let index = 0; index < this.length; index++) {
      if (this.#table.approximate(index, 0) === tag) return this.#table.big(index, this.#valueAt)
    }
    return undefined
  }

  /** DT_NEEDED: names of the libraries that the file wants to be loaded with, in order. @throws FormatError as `string` */
  get needed(): string[] {
    return Array.from(this)
      .filter(({ tag }) => tag === DT.NEEDED)
      .map(({ value }) => this.string(value))
  }

  /** DT_SONAME: the name by which others need this library. @throws FormatError as `string` */
  get soname(): string | undefined {
    return this.#stringOf(DT.SONAME)
  }

  /**
   * DT_RPATH: folders, joined by colons, where needed libraries are looked for; the linker ignores it where there is a
   * DT_RUNPATH. @throws FormatError as `string`
   */
  get rpath(): string | undefined {
    return this.#stringOf(DT.RPATH)
  }

  /** DT_RUNPATH: as `rpath`, but searched after LD_LIBRARY_PATH. @throws FormatError as `string` */
  get runpath(): string | undefined {
    return this.#stringOf(DT.RUNPATH)
  }

  /** DT_FLAGS: see DF; 0 where there are none. */
  get flags(): bigint {
    return this.get(DT.FLAGS) ?? 0n
  }

  /** DT_FLAGS_1: see DF_1; 0 where there are none. */
  get flags1(): bigint {
    return this.get(DT.FLAGS_1) ?? 0n
  }

  /**
   * A string of the dynamic string table (DT_STRTAB), which entries such as DT_NEEDED, DT_AUXILIARY or DT_CONFIG refer to.
   * @param offset in the table, in bytes: the value of such an entry
   * @throws FormatError when the table cannot be read or has no string there
   */
  string(offset: bigint): string {
    // No table is that long: any number above it says so.
    return this.#strings.at(offset > 0xffff_ffffn ? Number.MAX_SAFE_INTEGER : Number(offset))
  }

  #stringOf(tag: number): string | undefined {
    const offset = this.get(tag)
    return offset === undefined ? undefined : this.string(offset)
  }
}
