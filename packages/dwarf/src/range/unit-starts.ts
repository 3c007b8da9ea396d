/** Where the code of each unit starts, by DW_AT_low_pc alone: it is read as far as one goes, and then kept in order. */
import { DW_UT } from '../constants/values.js'
import type { UnitSequence } from '../name-search.js'
import type { Unit } from '../unit.js'

interface UnitStart {
  readonly low: bigint
  readonly unit: Unit
}

export class UnitStarts {
  readonly #units: UnitSequence
  readonly #lowOf: (unit: Unit) => bigint | undefined
  #next: Iterator<Unit> | undefined
  readonly #read: UnitStart[] = []
  #sorted: readonly UnitStart[] | undefined

  /** @param lowOf where a unit starts, or undefined where it does not say */
  constructor(units: UnitSequence, lowOf: (unit: Unit) => bigint | undefined) {
    this.#units = units
    this.#lowOf = lowOf
  }

  /** The units that say where they start, in the order of the file. */
  *inOrder(): Generator<UnitStart, void, undefined> {
    for (let index = 0; index < this.#read.length || this.#readNext(); index++) yield this.#read[index]!
  }

  #readNext(): boolean {
    this.#next ??= this.#units.inOrder()[Symbol.iterator]()
    for (let next = this.#next.next(); next.done !== true; next = this.#next.next()) {
      const unit = next.value
      const low = isTypeUnit(unit) ? undefined : this.#lowOf(unit)
      if (low === undefined) continue
      this.#read.push({ low, unit })
      return true
    }
    return false
  }

  /** Those that start at or before the address, the nearest first; of two that start together, in the order of the file. */
  *below(address: bigint): Generator<UnitStart, void, undefined> {
    while (this.#readNext());
    this.#sorted ??= [...this.#read].sort((a, b) => (a.low > b.low ? -1 : a.low < b.low ? 1 : 0))
    const sorted = this.#sorted
    let low = 0
    let high = sorted.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (sorted[middle]!.low > address) low = middle + 1
      else high = middle
    }
    for (let index = low; index < sorted.length; index++) yield sorted[index]!
  }
}

/** Type units have no code. */
export function isTypeUnit({ unitType }: Unit): boolean {
  return unitType === DW_UT.type || unitType === DW_UT.split_type
}
