/** Ranges of addresses that each stand for something, sorted, so that what holds an address is found by halving. */
import type { AddressRange } from './address-range.js'

/** Collects ranges, in any order, for a `RangeIndex`. */
export class RangeIndexBuilder {
  readonly #lows: bigint[] = []
  readonly #highs: bigint[] = []
  readonly #values: number[] = []

  get length(): number {
    return this.#values.length
  }

  /** Ranges that hold no address are left out. */
  add({ low, high }: AddressRange, value: number): void {
    if (high <= low) return
    this.#lows.push(low)
    this.#highs.push(high)
    this.#values.push(value)
  }

  build(): RangeIndex {
    return new RangeIndex(this.#lows, this.#highs, this.#values)
  }
}

export class RangeIndex {
  readonly #lows: BigUint64Array
  readonly #highs: BigUint64Array
  /** The highest end of the range and those before it: where ranges overlap, it says when to stop looking. */
  readonly #reach: BigUint64Array
  readonly #values: Float64Array

  constructor(lows: readonly bigint[], highs: readonly bigint[], values: readonly number[]) {
    const count = lows.length
    this.#lows = new BigUint64Array(count)
    this.#highs = new BigUint64Array(count)
    this.#reach = new BigUint64Array(count)
    this.#values = new Float64Array(count)
    const order = sortedOrder(lows)
    let reach = 0n
    for (let index = 0; index < count; index++) {
      const from = order === undefined ? index : order[index]!
      const high = highs[from]!
      if (high > reach) reach = high
      this.#lows[index] = lows[from]!
      this.#highs[index] = high
      this.#reach[index] = reach
      this.#values[index] = values[from]!
    }
  }

  get length(): number {
    return this.#values.length
  }

  /** The values of all ranges that hold the address: the range that begins last, thus the innermost, comes first. */
  *find(address: bigint): Generator<number, void, undefined> {
    const lows = this.#lows
    let low = 0
    let high = lows.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (lows[middle]! <= address) low = middle + 1
      else high = middle
    }
    for (let index = low - 1; index >= 0 && this.#reach[index]! > address; index--) {
      if (this.#highs[index]! > address) yield this.#values[index]!
    }
  }

  /** The values, in order of address. */
  values(): Iterable<number> {
    return this.#values
  }
}

/** Undefined where they are in order as they are: most lists of a file were written so. */
function sortedOrder(lows: readonly bigint[]): Uint32Array | undefined {
  let sorted = true
  for (let index = 1; sorted && index < lows.length; index++) sorted = lows[index - 1]! <= lows[index]!
  if (sorted) return undefined
  return Uint32Array.from(lows.keys()).sort((a, b) => (lows[a]! < lows[b]! ? -1 : lows[a]! > lows[b]! ? 1 : a - b))
}
