/** The tables of .debug_str_offsets that units index into (DWARF 5, section 7.26). GNU's for DWARF 4 have no headers. */
import type { Cursor } from '@gospy/bytes'
import type { Sections } from '../sections.js'
import { parseUnitExtent } from '../unit-header.js'

const SECTION = '.debug_str_offsets'

/** One table of offsets in .debug_str. */
export class StringOffsetsTable {
  /** Offset of the header in .debug_str_offsets. */
  readonly offset: number
  /** Offset of the first offset: what DW_AT_str_offsets_base holds. */
  readonly base: number
  /** Length in bytes behind the length field. */
  readonly length: number
  /** 32- or 64-bit DWARF, which is also the size of the offsets. */
  readonly format: 32 | 64
  /** Version of the format: 5. */
  readonly version: number
  /** Number of offsets. */
  readonly count: number
  readonly #sections: Sections

  private constructor(sections: Sections, cursor: Cursor) {
    this.#sections = sections
    const { offset, length, end, format } = parseUnitExtent(cursor)
    this.offset = offset
    this.length = length
    this.format = format
    this.version = cursor.u16()
    if (this.version !== 5) cursor.fail(`a table of strings of version ${this.version} (5 is known)`, this.offset)
    cursor.skip(2)
    this.base = cursor.offset
    if (this.base > end) cursor.fail(`a table of ${length} bytes, shorter than its header`, this.offset)
    this.count = Math.floor((end - this.base) / (this.format / 8))
    cursor.seek(end)
  }

  /**
   * All tables of the section, their headers read; none where there is no such section.
   * @throws FormatError for a malformed header, as of GNU's tables, which have none
   */
  static all(sections: Sections): readonly StringOffsetsTable[] {
    if (sections.find(SECTION) === undefined) return []
    const cursor = sections.cursor(SECTION)
    const tables: StringOffsetsTable[] = []
    while (!cursor.atEnd) tables.push(new StringOffsetsTable(sections, cursor))
    return tables
  }

  /** The offsets in .debug_str, in the order of their indexes. */
  *offsets(): Generator<number, void, undefined> {
    const size = this.format / 8
    for (let index = 0; index < this.count; index++) {
      yield this.#sections.at(SECTION, this.base + index * size).uint(size)
    }
  }

  /**
   * The string of an index.
   * @throws FormatError when the table has no such index
   */
  string(index: number): string {
    const size = this.format / 8
    const cursor = this.#sections.at(SECTION, this.base)
    if (!(index >= 0 && index < this.count)) cursor.fail(`string ${index} of a table of ${this.count}`)
    return this.#sections.string('.debug_str', cursor.seek(this.base + index * size).uint(size))
  }
}
