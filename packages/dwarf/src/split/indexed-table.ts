/**
 * What the tables that units index into have in common, those of addresses and those of strings (DWARF 5, sections 7.26 and 7.27).
 * GNU's for DWARF 4 have no headers.
 */
import type { Cursor } from '@gospy/bytes'
import { readInitialLength } from '../initial-length.js'

/** One table: of one unit, or of several that share it. */
export abstract class IndexedTable {
  /** Offset of the header in the table's section. */
  readonly offset: number
  /** Offset of what has index 0: what the unit says (DW_AT_addr_base, DW_AT_str_offsets_base). */
  readonly base: number
  /** Offset of the first byte behind the table. */
  readonly end: number
  /** Length in bytes behind the length field. */
  readonly length: number
  /** 32- or 64-bit DWARF. */
  readonly format: 32 | 64
  /** Version of the format: 5. */
  readonly version: number

  /**
   * @internal Reads the header, but for the two bytes at its end.
   * @throws FormatError for a version that is not known, and a length that the header does not fit into
   */
  constructor(cursor: Cursor) {
    const { offset, length, end, format } = readInitialLength(cursor)
    this.offset = offset
    this.length = length
    this.end = end
    this.format = format
    this.version = cursor.u16()
    if (this.version !== 5) cursor.fail(`a table of version ${this.version} (5 is known)`, offset)
    this.base = cursor.offset + 2
    if (this.base > end) cursor.fail(`a table of ${length} bytes, shorter than its header`, offset)
  }

  /** Bytes from one index to the next. */
  protected abstract get step(): number

  /** How many indexes there are. */
  get count(): number {
    return Math.floor((this.end - this.base) / this.step)
  }
}
