/** The units of a program linked by Go, by package. Their roots are read as far as one goes. */
import { DW_LANG } from './constants/values.js'
import type { UnitSequence } from './name-search.js'
import type { Unit } from './unit.js'

export class GoUnits {
  readonly #units: Iterator<Unit>
  /** Those of Go that have been read, and their packages. */
  readonly #read: Unit[] = []
  readonly #packages: string[] = []

  constructor(units: UnitSequence) {
    this.#units = units.inOrder()[Symbol.iterator]()
  }

  /**
   * The units of the package, which have its variables, and those of package runtime, of which one has the types of the whole
   * program (cmd/link/internal/ld/dwarf.go, go1.27); in the order of the file.
   */
  *ofPackage(path: string): Generator<Unit, void, undefined> {
    for (let index = 0; index < this.#read.length || this.#readNext(); index++) {
      const name = this.#packages[index]
      if (name === path || name === 'runtime') yield this.#read[index]!
    }
  }

  #readNext(): boolean {
    for (let next = this.#units.next(); next.done !== true; next = this.#units.next()) {
      const name = nameOfGoUnit(next.value)
      if (name === undefined) continue
      this.#read.push(next.value)
      this.#packages.push(name)
      return true
    }
    return false
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
