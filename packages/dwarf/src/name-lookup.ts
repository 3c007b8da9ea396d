/**
 * Finds entries by name: the likely units first, then those that an index names, then all those whose bytes hold the name.
 * Indexes are made once and kept.
 */
import { type FormatError, indexOfBytes } from '@gospy/bytes'
import type { Entry } from './entry.js'
import { GoUnits } from './go-units.js'
import { NameIndexes } from './name-index/name-indexes.js'
import { NameSearch, type UnitSequence } from './name-search.js'
import { goPackage } from './qualified-name.js'
import type { Sections } from './sections.js'
import type { Unit } from './unit.js'
import { type IndexedKind, UnitIndex, wantedName } from './unit-index.js'

/** How good an entry of the right name is: 0 is best; undefined is none of what is looked for. */
export type Rank = (entry: Entry) => number | undefined

/** Bytes of a unit that are searched first; then it is twice as many each time. */
const FIRST_SEARCH = 1 << 14

/** The best rank that an entry of a unit can have: one that has it ends the walk over the unit. */
export type BestRank = (unit: Unit) => number

/** An entry of this rank or better ends the search; a worse one only serves where no unit has a better one. */
export const GOOD_ENOUGH = 1

export class NameLookup {
  readonly nameIndexes: NameIndexes
  readonly #sections: Sections
  readonly #supplementary: Sections | undefined
  readonly #units: UnitSequence
  readonly #indexes = new Map<Unit, UnitIndex>()
  readonly #goUnits: GoUnits
  #search: NameSearch | undefined

  /** @param supplementary of the file that names may be in (dwz) */
  constructor(sections: Sections, units: UnitSequence, supplementary: Sections | undefined) {
    this.#sections = sections
    this.nameIndexes = new NameIndexes(sections)
    this.#supplementary = supplementary
    this.#units = units
    this.#goUnits = new GoUnits(units)
  }

  /**
   * The best entry of that kind and name in the first unit that has one which is good enough; where none has, the best of
   * all; undefined where there is none.
   * @throws FormatError when it was not found, and a unit that may have it is malformed
   */
  find(name: string, kind: IndexedKind, rank: Rank, best: BestRank): Entry | undefined {
    const wanted = wantedName(name)
    const visited = new Set<Unit>()
    let found: Entry | undefined
    let rankOfFound = Number.POSITIVE_INFINITY
    let fault: FormatError | undefined
    for (const units of [() => this.#likely(name), () => this.#indexed(name), () => this.#candidates(name)]) {
      for (const unit of units()) {
        if (visited.has(unit)) continue
        visited.add(unit)
        const index = this.#index(unit)
        const ranks = new Map<Entry, number>()
        const isEnough = (entry: Entry) => {
          const rankOfEntry = rank(entry) ?? Number.POSITIVE_INFINITY
          ranks.set(entry, rankOfEntry)
          return rankOfEntry <= best(unit)
        }
        for (const entry of index.find(wanted, kind, isEnough)) {
          const rankOfEntry = ranks.get(entry) ?? rank(entry) ?? Number.POSITIVE_INFINITY
          if (rankOfEntry >= rankOfFound) continue
          found = entry
          rankOfFound = rankOfEntry
        }
        if (rankOfFound <= GOOD_ENOUGH) return found
        fault ??= index.fault
      }
    }
    if (found === undefined && fault !== undefined) throw fault
    return found
  }

  /**
   * The entry that completes one of another unit or the supplementary file: the definition of what is declared there (dwz), or
   * its place (link-time optimisation). Looks into all units.
   */
  completionOf(entry: Entry): Entry | undefined {
    for (const unit of this.#units.inOrder()) {
      const completion = this.#index(unit).completionOf(entry)
      if (completion !== undefined) return completion
    }
    return undefined
  }

  #index(unit: Unit): UnitIndex {
    let index = this.#indexes.get(unit)
    if (index === undefined) {
      index = new UnitIndex(unit)
      this.#indexes.set(unit, index)
    }
    return index
  }

  /** The units that the name indexes of the file tell of. */
  *#indexed(name: string): Generator<Unit, void, undefined> {
    const offsets = this.nameIndexes.unitsOf(name)
    if (offsets.size === 0) return
    for (const unit of this.#units.inOrder('.debug_info')) if (offsets.has(unit.offset)) yield unit
  }

  #candidates(name: string): Iterable<Unit> {
    this.#search ??= new NameSearch(this.#sections, this.#units, this.#supplementary)
    return this.#search.candidates(name)
  }

  /** Of a program linked by Go: the units that may have the name, by its package. */
  *#likely(name: string): Generator<Unit, void, undefined> {
    const path = goPackage(name)
    if (path === undefined) return
    // The Go linker writes names into the entries themselves.
    const needle = new TextEncoder().encode(`${name}\0`)
    for (const unit of this.#goUnits.ofPackage(path)) {
      if (hasBytes(unit, needle)) yield unit
    }
  }
}

/** Whether the bytes occur in the unit, which is read as far as up to the first occurrence. */
function hasBytes(unit: Unit, needle: Uint8Array): boolean {
  let from = unit.offset
  for (let size = FIRST_SEARCH; from < unit.end; size *= 2) {
    const end = unit.load(from, from + size)
    if (indexOfBytes(unit.bytes.subarray(from, end), needle) >= 0) return true
    if (end >= unit.end) return false
    // What is cut in two by the end is whole in the next piece.
    from = Math.max(from + 1, end - needle.length + 1)
  }
  return false
}
