/**
 * Finds entries by name: the likely units first, then those that an index names, then all those whose bytes hold the name.
 * Indexes are made once and kept.
 */
import { type FormatError, indexOfBytes } from '@gospy/bytes'
import { DW_LANG } from './constants/values.js'
import type { Entry } from './entry.js'
import { NameIndexes } from './name-index/name-indexes.js'
import { NameSearch } from './name-search.js'
import { goPackage } from './qualified-name.js'
import type { Sections } from './sections.js'
import type { Unit } from './unit.js'
import { type IndexedKind, UnitIndex, wantedName } from './unit-index.js'

/** How good an entry of the right name is: 0 is best; undefined is none of what is looked for. */
export type Rank = (entry: Entry) => number | undefined

/** An entry of this rank or better ends the search; a worse one only serves where no unit has a better one. */
export const GOOD_ENOUGH = 1

export class NameLookup {
  readonly nameIndexes: NameIndexes
  readonly #sections: Sections
  readonly #supplementary: Sections | undefined
  readonly #units: readonly Unit[]
  readonly #indexes = new Map<Unit, UnitIndex>()
  #search: NameSearch | undefined
  #packages: Map<string, Unit[]> | undefined

  /** @param supplementary of the file that names may be in (dwz) */
  constructor(sections: Sections, units: readonly Unit[], supplementary: Sections | undefined) {
    this.#sections = sections
    this.nameIndexes = new NameIndexes(sections)
    this.#supplementary = supplementary
    this.#units = units
  }

  /**
   * The best entry of that kind and name in the first unit that has one which is good enough; where none has, the best of
   * all; undefined where there is none.
   * @throws FormatError when it was not found, and a unit that may have it is malformed
   */
  find(name: string, kind: IndexedKind, rank: Rank): Entry | undefined {
    const wanted = wantedName(name)
    const visited = new Set<Unit>()
    let best: Entry | undefined
    let bestRank = Number.POSITIVE_INFINITY
    let fault: FormatError | undefined
    for (const units of [() => this.#likely(name), () => this.#indexed(name), () => this.#candidates(name)]) {
      for (const unit of units()) {
        if (visited.has(unit)) continue
        visited.add(unit)
        const index = this.#index(unit)
        for (const entry of index.find(wanted, kind)) {
          const rankOfEntry = rank(entry) ?? Number.POSITIVE_INFINITY
          if (rankOfEntry >= bestRank) continue
          best = entry
          bestRank = rankOfEntry
        }
        if (bestRank <= GOOD_ENOUGH) return best
        fault ??= index.fault
      }
    }
    if (best === undefined && fault !== undefined) throw fault
    return best
  }

  /**
   * The entry that completes one of another unit or the supplementary file: the definition of what is declared there (dwz), or
   * its place (link-time optimisation). Looks into all units.
   */
  completionOf(entry: Entry): Entry | undefined {
    for (const unit of this.#units) {
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
  #indexed(name: string): readonly Unit[] {
    const offsets = this.nameIndexes.unitsOf(name)
    if (offsets.size === 0) return []
    return this.#units.filter((unit) => unit.section === '.debug_info' && offsets.has(unit.offset))
  }

  #candidates(name: string): Iterable<Unit> {
    this.#search ??= new NameSearch(this.#sections, this.#units, this.#supplementary)
    return this.#search.candidates(name)
  }

  /**
   * Of a program linked by Go: the units of the name's package, which have its variables, and those of package runtime, of
   * which one has the types of the whole program (cmd/link/internal/ld/dwarf.go, go1.27).
   */
  #likely(name: string): readonly Unit[] {
    const path = goPackage(name)
    if (path === undefined) return []
    const packages = this.#goPackages()
    const own = packages.get(path) ?? []
    const units = path === 'runtime' ? own : [...own, ...(packages.get('runtime') ?? [])]
    // The Go linker writes names into the entries themselves.
    const needle = new TextEncoder().encode(`${name}\0`)
    return units.filter((unit) => indexOfBytes(unit.bytes.subarray(unit.offset, unit.end), needle) >= 0)
  }

  #goPackages(): Map<string, Unit[]> {
    if (this.#packages === undefined) {
      const packages = new Map<string, Unit[]>()
      for (const unit of this.#units) {
        const name = nameOfGoUnit(unit)
        if (name === undefined) continue
        const units = packages.get(name)
        if (units === undefined) packages.set(name, [unit])
        else units.push(unit)
      }
      this.#packages = packages
    }
    return this.#packages
  }
}

function nameOfGoUnit(unit: Unit): string | undefined {
  try {
    return unit.language === DW_LANG.Go ? unit.name : undefined
  } catch (error) {
    // A malformed unit is reported by the search proper, when nothing else has the name.
    if ((error as { code?: unknown }).code === 'ERR_FORMAT') return undefined
    throw error
  }
}
