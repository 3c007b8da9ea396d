/** The tables of .debug_addr that units index into (DWARF 5, section 7.27). GNU's for DWARF 4 have no headers. */
import type { Cursor } from '@gospy/bytes'
import type { Sections } from '../sections.js'
import { parseUnitExtent } from '../unit-header.js'

const SECTION = '.debug_addr'

/** One table of addresses: of one unit, or of several that share it. */
export class AddressTable {
  /** Offset of the header in .debug_addr. */
  readonly offset: number
  /** Offset of the first address: what DW_AT_addr_base holds. */
  readonly base: number
  /** Length in bytes behind the length field. */
  readonly length: number
  /** 32- or 64-bit DWARF. */
  readonly format: 32 | 64
  /** Version of the format: 5. */
  readonly version: number
  /** Bytes of an address. */
  readonly addressSize: number
  /** Bytes of a segment selector before each address; 0 where there are none. */
  readonly segmentSelectorSize: number
  /** Number of addresses. */
  readonly count: number
  readonly #sections: Sections

  private constructor(sections: Sections, cursor: Cursor) {
    this.#sections = sections
    const { offset, length, end, format } = parseUnitExtent(cursor)
    this.offset = offset
    this.length = length
    this.format = format
    this.version = cursor.u16()
    if (this.version !== 5) cursor.fail(`a table of addresses of version ${this.version} (5 is known)`, this.offset)
    this.addressSize = cursor.u8()
    this.segmentSelectorSize = cursor.u8()
    this.base = cursor.offset
    if (this.base > end) cursor.fail(`a table of ${length} bytes, shorter than its header`, this.offset)
    if (![2, 4, 8].includes(this.addressSize)) cursor.fail(`addresses of ${this.addressSize} bytes`, this.offset)
    this.count = Math.floor((end - this.base) / (this.addressSize + this.segmentSelectorSize))
    cursor.seek(end)
  }

  /**
   * All tables of the section, their headers read; none where there is no such section.
   * @throws FormatError for a malformed header, as of GNU's tables, which have none
   */
  static all(sections: Sections): readonly AddressTable[] {
    if (sections.find(SECTION) === undefined) return []
    const cursor = sections.cursor(SECTION)
    const tables: AddressTable[] = []
    while (!cursor.atEnd) tables.push(new AddressTable(sections, cursor))
    return tables
  }

  /** The addresses, in the order of their indexes. */
  *addresses(): Generator<bigint, void, undefined> {
    const step = this.addressSize + this.segmentSelectorSize
    for (let index = 0; index < this.count; index++) {
      const offset = this.base + index * step + this.segmentSelectorSize
      yield this.#sections.at(SECTION, offset).uintBig(this.addressSize)
    }
  }
}
