/** Sequences: the runs of rows that are about one piece of code each, and the search for the row of an address. */
import { joinAddress, type SplitAddress } from '../address.js'
import type { LineRows } from './line-rows.js'
import { LINE_FLAG } from './row-layout.js'

/** A run of rows with ascending addresses (DWARF 5, section 6.2.1). */
export interface LineSequence {
  /** Address of the first instruction. */
  readonly low: bigint
  /** Address behind the last. */
  readonly high: bigint
  /** Index of the first row, and of the one that ends the sequence. */
  readonly firstRow: number
  readonly lastRow: number
}

/** The sequences of a table, in order of address; those of no bytes, and rows that no row ends, are not among them. */
export class LineSequences {
  readonly #rows: LineRows
  /** Rows of each sequence, in order of address: first and last (which ends it). */
  readonly #first: Uint32Array
  readonly #last: Uint32Array
  /** For each sequence the index of that, among it and those before, which ends last: where they overlap. */
  readonly #farthest: Uint32Array
  /** Rows in order of address of the sequences where they are not, by first row. */
  readonly #orders = new Map<number, Uint32Array>()

  /** @internal */
  constructor(rows: LineRows) {
    this.#rows = rows
    const firsts: number[] = []
    const lasts: number[] = []
    let first = 0
    let ascending = true
    const { length, flags, addressHigh, addressLow } = rows
    for (let index = 0; index < length; index++) {
      if (index > first && compareRows(addressHigh, addressLow, index - 1, index) > 0) ascending = false
      if ((flags[index]! & LINE_FLAG.endSequence) === 0) continue
      if (!ascending) this.#orders.set(first, orderRows(rows, first, index))
      const start = ascending ? first : this.#orders.get(first)![0]!
      if (index > first && compareRows(addressHigh, addressLow, start, index) < 0) {
        firsts.push(first)
        lasts.push(index)
      }
      first = index + 1
      ascending = true
    }
    const order = Uint32Array.from(firsts.keys()).sort(
      (a, b) => compareRows(addressHigh, addressLow, this.#lowest(firsts[a]!), this.#lowest(firsts[b]!)) || a - b,
    )
    this.#first = order.map((index) => firsts[index]!)
    this.#last = order.map((index) => lasts[index]!)
    this.#farthest = new Uint32Array(order.length)
    let farthest = 0
    for (let index = 0; index < order.length; index++) {
      if (compareRows(addressHigh, addressLow, this.#last[farthest]!, this.#last[index]!) < 0) farthest = index
      this.#farthest[index] = farthest
    }
  }

  get length(): number {
    return this.#first.length
  }

  *[Symbol.iterator](): Generator<LineSequence, void, undefined> {
    for (let index = 0; index < this.#first.length; index++) {
      const firstRow = this.#first[index]!
      const lastRow = this.#last[index]!
      const { addressHigh, addressLow } = this.#rows
      const lowest = this.#lowest(firstRow)
      const low = joinAddress(addressHigh[lowest]!, addressLow[lowest]!)
      yield { low, high: this.#rows.address(lastRow), firstRow, lastRow }
    }
  }

  /**
   * The row whose instructions include the address, or -1. Of several rows with one address the last has them.
   * @internal
   */
  find(address: SplitAddress): number {
    const rows = this.#rows
    let index = upperBound(this.#first.length, (at) => rows.compare(this.#lowest(this.#first[at]!), address) <= 0) - 1
    // Where sequences overlap, the one that begins last counts. Those that cannot reach the address are not tried.
    while (index >= 0 && rows.compare(this.#last[index]!, address) <= 0) {
      if (rows.compare(this.#last[this.#farthest[index]!]!, address) <= 0) return -1
      index--
    }
    if (index < 0) return -1
    const first = this.#first[index]!
    const order = this.#orders.get(first)
    const count = this.#last[index]! - first
    if (order === undefined) return first + upperBound(count, (at) => rows.compare(first + at, address) <= 0) - 1
    return order[upperBound(count, (at) => rows.compare(order[at]!, address) <= 0) - 1]!
  }

  #lowest(first: number): number {
    return this.#orders.get(first)?.[0] ?? first
  }
}

function compareRows(high: Uint32Array, low: Uint32Array, a: number, b: number): number {
  return high[a]! - high[b]! || low[a]! - low[b]!
}

/** The rows before `last`, by address, and as they come where that is the same. */
function orderRows(rows: LineRows, first: number, last: number): Uint32Array {
  const { addressHigh, addressLow } = rows
  return Uint32Array.from({ length: last - first }, (_, index) => first + index).sort(
    (a, b) => compareRows(addressHigh, addressLow, a, b) || a - b,
  )
}

/** How many of the first `count` indexes hold, of which those that do come first. */
function upperBound(count: number, holds: (index: number) => boolean): number {
  let low = 0
  let high = count
  while (low < high) {
    const middle = (low + high) >>> 1
    if (holds(middle)) low = middle + 1
    else high = middle
  }
  return low
}
