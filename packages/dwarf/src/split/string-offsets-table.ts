/** The tables of .debug_str_offsets that units index into (DWARF 5, section 7.26). */
import type { Cursor } from '@gospy/bytes'
import type { Sections } from '../sections.js'
import { IndexedTable } from './indexed-table.js'

const SECTION = '.debug_str_offsets'

/** One table of offsets in .debug_str, each of the size that the format says. */
export class StringOffsetsTable extends IndexedTable {
  readonly #sections: Sections

  private constructor(sections: Sections, cursor: Cursor) {
    super(cursor)
    this.#sections = sections
  }

  /**
   * All tables of the section, their headers read; none where there is no such section.
   * @throws FormatError for a malformed header, as of GNU's tables, which have none
   */
  static all(sections: Sections): readonly StringOffsetsTable[] {
    return sections.sequence(SECTION, (cursor) => new StringOffsetsTable(sections, cursor))
  }

  protected get step(): number {
    return this.format / 8
  }

  /** The offsets in .debug_str, in the order of their indexes. */
  *offsets(): Generator<number, void, undefined> {
    for (let index = 0; index < this.count; index++) {
      yield this.#sections.at(SECTION, this.base + index * this.step).uint(this.step)
    }
  }

  /**
   * The string of an index.
   * @throws FormatError when the table has no such index
   */
  string(index: number): string {
    const cursor = this.#sections.at(SECTION, this.base)
    if (!(index >= 0 && index < this.count)) cursor.fail(`string ${index} of a table of ${this.count}`)
    return this.#sections.string('.debug_str', cursor.seek(this.base + index * this.step).uint(this.step))
  }
}
