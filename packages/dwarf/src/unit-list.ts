/** The units of one section, in the order of the file: each header is read when one gets that far, and nothing else of the unit. */
import { type Cursor, FormatError } from '@gospy/bytes'
import { type Extent, readInitialLength } from './initial-length.js'
import type { Sections } from './sections.js'
import type { Unit } from './unit.js'
import { parseUnitHeader, type UnitHeader, type UnitSection } from './unit-header.js'

/** Bytes that are read for a header: the longest has 40 (64-bit DWARF, a type unit), and the root entry is mostly wanted, too. */
const WINDOW = 512

/** Bytes that are looked at together for the end of the padding. */
const PADDING_WINDOW = 4096

interface UnitListContext {
  /** @throws FormatError when the file does not know what to do with a unit of that header */
  unitOf(header: UnitHeader): Unit
  /** Gets what is wrong with a header that cannot be read. */
  onFault(error: FormatError): void
}

export class UnitList {
  readonly #sections: Sections
  readonly #section: UnitSection
  readonly #context: UnitListContext
  readonly #units: Unit[] = []
  /** Offset of the next header. */
  #next = 0
  /** Where the units end; undefined before the first header has been read. */
  #end: number | undefined
  #hasFault = false

  constructor(sections: Sections, section: UnitSection, context: UnitListContext) {
    this.#sections = sections
    this.#section = section
    this.#context = context
  }

  /** All units that can be read. */
  all(): readonly Unit[] {
    while (this.#readNext());
    return this.#units
  }

  /** The unit of that position among those that can be read, or undefined behind the last. */
  at(index: number): Unit | undefined {
    while (index >= this.#units.length && this.#readNext());
    return this.#units[index]
  }

  /** The unit that holds an offset, or undefined where none does. */
  holding(offset: number): Unit | undefined {
    while (offset >= this.#next && this.#readNext());
    const units = this.#units
    let low = 0
    let high = units.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (units[middle]!.end <= offset) low = middle + 1
      else high = middle
    }
    const unit = units[low]
    return unit !== undefined && offset >= unit.offset ? unit : undefined
  }

  /** Reads on up to the next unit that can be read; false at the end of the section. */
  #readNext(): boolean {
    this.#end ??= this.#endOfUnits()
    while (this.#next < this.#end) {
      const cursor = this.#sections.ahead(this.#section, this.#next, WINDOW)
      // One unit that cannot be read takes away no other, as long as its length tells where the next one starts.
      const extent = this.#tried(() => readInitialLength(cursor))
      if (extent === undefined) {
        this.#next = this.#end
        return false
      }
      this.#next = extent.end
      // Of runs of zeros between units one fault says enough: an error costs far more than the four bytes.
      if (extent.length === 0 && this.#hasFault) continue
      const unit = this.#tried(() => this.#readUnit(cursor, extent))
      if (unit === undefined) continue
      this.#units.push(unit)
      return true
    }
    return false
  }

  #readUnit(cursor: Cursor, extent: Extent): Unit {
    return this.#context.unitOf(parseUnitHeader(cursor, this.#section, extent))
  }

  /** Zeros behind the last unit are padding. */
  #endOfUnits(): number {
    let end = this.#sections.length(this.#section) ?? 0
    while (end > 0) {
      const from = Math.max(0, end - PADDING_WINDOW)
      const bytes = this.#sections.part(this.#section, from, end)
      while (end > from && bytes[end - 1] === 0) end--
      if (end > from) break
    }
    return end
  }

  /** The result, or undefined where that is a FormatError. */
  #tried<Result>(run: () => Result): Result | undefined {
    try {
      return run()
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      this.#hasFault = true
      this.#context.onFault(error)
      return undefined
    }
  }
}
