/** The unit that has the code at an address: by .debug_aranges where that is right, else by what the units say themselves. */
import { FormatError } from '@gospy/bytes'
import type { UnitSequence } from '../name-search.js'
import type { Sections } from '../sections.js'
import type { Unit } from '../unit.js'
import { type AddressRange, rangesHold } from './address-range.js'
import { type ArangeSet, readAranges } from './aranges.js'
import { entryRanges } from './entry-ranges.js'
import { type RangeIndex, RangeIndexBuilder } from './range-index.js'
import { isTypeUnit, UnitStarts } from './unit-starts.js'

/** Where the units are known: all, or those as far as one goes. */
export interface UnitSource extends UnitSequence {
  units(): readonly Unit[]
  unitAt(offset: number): Unit | undefined
}

/** Where the units and their functions are known. */
export interface UnitRangesContext {
  readonly sections: Sections
  readonly units: UnitSource
  /** Ranges of the unit's functions, as far as the unit can be read: of one that does not say its own. */
  functionRanges(unit: Unit): { readonly ranges: readonly AddressRange[]; readonly fault: FormatError | undefined }
}

/**
 * How many ranges units can have in all, for each byte of the sections that hold them: lists that overlap (every unit's starting
 * one entry later) would be the square of that.
 */
const RANGES_PER_BYTE = 1
const SLACK = 0x1_0000

/** So many addresses are looked for among the units that start nearest below them; then it pays to have all ranges in order. */
const MAX_SEARCHES = 256

/** Units whose ranges are read for one such address. */
const MAX_TRIED = 8

export class UnitRanges {
  readonly #context: UnitRangesContext
  readonly #starts: UnitStarts
  #sets: readonly ArangeSet[] | undefined
  #aranges: RangeIndex | undefined
  /** Of units that .debug_aranges led to: their own ranges. */
  readonly #confirmed = new Map<Unit, RangeIndex>()
  #own: { index: RangeIndex; silent: readonly Unit[] } | undefined
  #functions: RangeIndex | undefined
  #searches = 0
  #hasMissed = false
  /** The first thing that could not be read on the way: thrown by a search that finds nothing. */
  #fault: FormatError | undefined

  constructor(context: UnitRangesContext) {
    this.#context = context
    this.#starts = new UnitStarts(context.units, (unit) => this.#tried(() => unit.lowAddress()))
  }

  /** @throws FormatError when none is found, and a unit that may have the address cannot be read */
  find(address: bigint): Unit | undefined {
    const { units } = this.#context
    for (const offset of this.#arangeIndex().find(address)) {
      const unit = units.unitAt(offset)
      if (unit !== undefined && this.#confirms(unit, address)) return unit
    }
    if (this.#own === undefined && this.#searches < MAX_SEARCHES) {
      this.#searches++
      const unit = this.#search(address)
      if (unit !== undefined) return unit
    }
    this.#own ??= this.#indexUnits()
    for (const position of this.#own.index.find(address)) return units.units()[position]
    this.#functions ??= this.#indexFunctions(this.#own.silent)
    for (const position of this.#functions.find(address)) return units.units()[position]
    if (this.#fault !== undefined) throw this.#fault
    return undefined
  }

  /**
   * A unit whose own ranges hold the address, of those that start nearest below it (DW_AT_low_pc, which most have, however many
   * ranges they have). Who asks for a few addresses only does not have the ranges of all units read.
   */
  #search(address: bigint): Unit | undefined {
    const tried = new Set<Unit>()
    const holds = (unit: Unit) => {
      tried.add(unit)
      return rangesHold(this.#rangesOf(unit), address)
    }
    let nearest = -1n
    for (const start of this.#starts.inOrder()) {
      if (start.low > address || start.low <= nearest) continue
      nearest = start.low
      if (holds(start.unit)) return start.unit
    }
    for (const { unit } of this.#starts.below(address)) {
      if (tried.size >= MAX_TRIED) break
      if (!tried.has(unit) && holds(unit)) return unit
    }
    // A unit of code in many places may be anywhere: the first time it is looked for, and then found by the index of all ranges.
    if (this.#hasMissed) return undefined
    this.#hasMissed = true
    for (const { unit } of this.#starts.inOrder()) if (!tried.has(unit) && holds(unit)) return unit
    return undefined
  }

  /** The sets of .debug_aranges that can be read. */
  sets(): readonly ArangeSet[] {
    this.#sets ??= [...readAranges(this.#context.sections, (error) => this.#note(error))]
    return this.#sets
  }

  #note(error: FormatError): void {
    this.#fault ??= error
  }

  #arangeIndex(): RangeIndex {
    if (this.#aranges === undefined) {
      const builder = new RangeIndexBuilder()
      for (const set of this.sets()) for (const range of set.ranges) builder.add(range, set.unitOffset)
      this.#aranges = builder.build()
    }
    return this.#aranges
  }

  /** Whether the unit's own ranges, or those of its functions, hold the address. */
  #confirms(unit: Unit, address: bigint): boolean {
    let index = this.#confirmed.get(unit)
    if (index === undefined) {
      index = indexOf(this.#rangesOf(unit))
      this.#confirmed.set(unit, index)
    }
    if (index.find(address).next().done === false) return true
    if (index.length > 0 && !saysOneRange(unit)) return false
    return rangesHold(this.#functionRanges(unit), address)
  }

  #rangesOf(unit: Unit): Iterable<AddressRange> {
    return this.#tried(() => [...entryRanges(unit.root())]) ?? []
  }

  #functionRanges(unit: Unit): readonly AddressRange[] {
    const table = this.#tried(() => this.#context.functionRanges(unit))
    if (table?.fault !== undefined) this.#note(table.fault)
    return table?.ranges ?? []
  }

  #tried<Result>(run: () => Result): Result | undefined {
    try {
      return run()
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      this.#note(error)
      return undefined
    }
  }

  #indexUnits(): { index: RangeIndex; silent: readonly Unit[] } {
    const { sections } = this.#context
    const units = this.#context.units.units()
    let size = SLACK
    for (const name of ['.debug_ranges', '.debug_rnglists']) size += (sections.length(name) ?? 0) * RANGES_PER_BYTE
    const builder = new RangeIndexBuilder()
    const silent: Unit[] = []
    for (const [position, unit] of units.entries()) {
      if (isTypeUnit(unit)) continue
      if (builder.length > size + position) {
        this.#note(
          new FormatError('the units have overlapping range lists, too many to read them all', {
            section: '.debug_ranges',
          }),
        )
        break
      }
      const before = builder.length
      for (const range of this.#rangesOf(unit)) builder.add(range, position)
      if (builder.length === before || saysOneRange(unit)) silent.push(unit)
    }
    return { index: builder.build(), silent }
  }

  #indexFunctions(silent: readonly Unit[]): RangeIndex {
    const wanted = new Set(silent)
    const builder = new RangeIndexBuilder()
    for (const [position, unit] of this.#context.units.units().entries()) {
      if (!wanted.has(unit)) continue
      for (const range of this.#functionRanges(unit)) builder.add(range, position)
    }
    return builder.build()
  }
}

/** Before version 3 a unit could not say that its code lies in several pieces: the rest is known by its functions only. */
function saysOneRange(unit: Unit): boolean {
  return unit.version <= 2
}

function indexOf(ranges: Iterable<AddressRange>): RangeIndex {
  const builder = new RangeIndexBuilder()
  for (const range of ranges) builder.add(range, 0)
  return builder.build()
}
