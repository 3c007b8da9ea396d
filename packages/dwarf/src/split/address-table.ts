/** The tables of .debug_addr that units index into (DWARF 5, section 7.27). */
import type { Cursor } from '@gospy/bytes'
import type { Sections } from '../sections.js'
import { IndexedTable } from './indexed-table.js'

const SECTION = '.debug_addr'

/** One table of addresses. */
export class AddressTable extends IndexedTable {
  /** Bytes of an address. */
  readonly addressSize: number
  /** Bytes of a segment selector before each address; 0 where there are none. */
  readonly segmentSelectorSize: number
  readonly #sections: Sections

  private constructor(sections: Sections, cursor: Cursor) {
    super(cursor)
    this.#sections = sections
    this.addressSize = cursor.u8()
    this.segmentSelectorSize = cursor.u8()
    if (![2, 4, 8].includes(this.addressSize)) cursor.fail(`addresses of ${this.addressSize} bytes`, this.offset)
  }

  /**
   * All tables of the section, their headers read; none where there is no such section.
   * @throws FormatError for a malformed header, as of GNU's tables, which have none
   */
  static all(sections: Sections): readonly AddressTable[] {
    return sections.sequence(SECTION, (cursor) => new AddressTable(sections, cursor))
  }

  protected get step(): number {
    return this.segmentSelectorSize + this.addressSize
  }

  /** The addresses, in the order of their indexes. */
  *addresses(): Generator<bigint, void, undefined> {
    for (let index = 0; index < this.count; index++) {
      const offset = this.base + index * this.step + this.segmentSelectorSize
      yield this.#sections.at(SECTION, offset).uintBig(this.addressSize)
    }
  }
}
