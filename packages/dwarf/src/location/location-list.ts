/** Location lists with their entries resolved to ranges of addresses (DWARF 5, section 2.6.2; DWARF 4, section 2.6.2). */
import type { Cursor } from '@gospy/bytes'
import { DW_LLE } from '../constants/location-entry.js'
import type { Expression } from '../expression/expression.js'
import type { Unit } from '../unit.js'
import { type LocationEncoding, type LocationEntry, readLocationEntry } from './location-entry.js'

/** Where an object is while the program counter is in a range. */
export interface LocationRange {
  /** Offset of the entry in its section. */
  readonly offset: number
  /** First address of the range, as linked; 0 for the default location. */
  readonly begin: bigint
  /** Address behind the range, as linked; 0 for the default location. */
  readonly end: bigint
  /** Whether it holds wherever no other entry does (DW_LLE_default_location). */
  readonly isDefault: boolean
  /** Whether the linker threw the code away: the range is nowhere in the program. */
  readonly isDead: boolean
  /** GNU's views: which of the statements at the address `begin` the range begins with; undefined where there are none. */
  readonly beginView: number | undefined
  /** As `beginView`, of `end`. */
  readonly endView: number | undefined
  /** Where the object is. */
  readonly expression: Expression
}

/** A location list of a unit, decoded anew by each walk over it. */
export class LocationList {
  /** The unit that it belongs to. */
  readonly unit: Unit
  /** Offset of the first entry in the section. */
  readonly offset: number
  readonly #section: string
  readonly #encoding: LocationEncoding
  readonly #viewsOffset: number | undefined

  /**
   * @internal
   * @param viewsOffset of the pairs of views that go with the entries (DW_AT_GNU_locviews), in the same section
   */
  constructor(unit: Unit, offset: number, viewsOffset?: number) {
    this.unit = unit
    this.offset = offset
    this.#viewsOffset = viewsOffset
    this.#encoding = unit.version >= 5 ? 'loclists' : unit.isSplit ? 'split loc' : 'loc'
    this.#section = unit.version >= 5 ? '.debug_loclists' : '.debug_loc'
  }

  /**
   * The entries as they stand in the file, up to and with the one that ends the list.
   * @throws FormatError for an unknown kind, and a list that does not end within its section
   */
  *entries(): Generator<LocationEntry, void, undefined> {
    const cursor = this.#cursor(this.offset)
    for (;;) {
      const entry = readLocationEntry(cursor, this.#encoding, this.unit)
      yield entry
      if (entry.kind === DW_LLE.end_of_list) return
    }
  }

  /**
   * The ranges, in the order of the file.
   * @throws FormatError as `entries`, and for an index that lies outside .debug_addr
   */
  *ranges(): Generator<LocationRange, void, undefined> {
    const { unit } = this
    const top = (1n << BigInt(unit.addressSize * 8)) - 1n
    const views = this.#viewsOffset === undefined ? undefined : this.#cursor(this.#viewsOffset)
    let base: bigint | undefined
    let pair: readonly [number, number] | undefined
    for (const { offset, kind, first, second, expression } of this.entries()) {
      if (kind === DW_LLE.base_address) base = first
      else if (kind === DW_LLE.base_addressx) base = unit.indexedAddress(Number(first))
      else if (kind === DW_LLE.GNU_view_pair) pair = [Number(first), Number(second)]
      if (expression === undefined) continue

      let begin = 0n
      let end = 0n
      switch (kind) {
        case DW_LLE.startx_endx:
          begin = unit.indexedAddress(Number(first))
          end = unit.indexedAddress(Number(second))
          break
        case DW_LLE.startx_length:
          begin = unit.indexedAddress(Number(first))
          end = begin + second
          break
        case DW_LLE.start_length:
          begin = first
          end = first + second
          break
        case DW_LLE.start_end:
          begin = first
          end = second
          break
        case DW_LLE.offset_pair:
          base ??= unit.baseAddress
          begin = base + first
          end = base + second
          break
      }
      if (views !== undefined) pair = [views.uleb128(), views.uleb128()]
      yield {
        offset,
        begin: begin & top,
        end: end & top,
        isDefault: kind === DW_LLE.default_location,
        // What linkers write in place of the address of code that they threw away.
        isDead: (kind === DW_LLE.offset_pair ? base : begin)! >= top - 1n,
        beginView: pair?.[0],
        endView: pair?.[1],
        expression,
      }
      pair = undefined
    }
  }

  #cursor(offset: number): Cursor {
    return this.unit.context.sections.cursor(this.#section).seek(offset)
  }
}
