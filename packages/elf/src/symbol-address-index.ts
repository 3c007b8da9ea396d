/**
 * Which symbol covers an address: an index over a symbol table, made once by sorting and one sweep. Which of several
 * symbols wins is said at `SymbolTable.findByAddress`.
 */

/** Columns over the symbols that count: addresses as two words of 32 bits, for kernels lie above 2^53. */
export interface AddressColumns {
  /** How many symbols there are. */
  readonly length: number
  /** Index in the symbol table. */
  readonly symbol: Uint32Array
  readonly startHigh: Uint32Array
  readonly startLow: Uint32Array
  /** Address of the last byte; of a symbol without a size its own. */
  readonly lastHigh: Uint32Array
  readonly lastLow: Uint32Array
  /** The higher wins among those that begin at one address; 0 to 15. */
  readonly rank: Uint8Array
  /** 1 for a symbol without a size: it only counts where no other covers the address. */
  readonly isPoint: Uint8Array
}

/** Stands for "no symbol" in the list of winners. */
const NONE = 0xffff_ffff

/** The address space, cut where the winner changes. */
export class SymbolAddressIndex {
  readonly #high: Uint32Array
  readonly #low: Uint32Array
  readonly #winner: Uint32Array
  readonly #count: number

  constructor(columns: AddressColumns) {
    const order = sortByAddress(columns)
    // Each symbol starts one stretch and ends at most one.
    const size = columns.length * 2 + 1
    const [high, low, winner] = [new Uint32Array(size), new Uint32Array(size), new Uint32Array(size)]
    let count = 0
    const { startHigh, startLow, lastHigh, lastLow } = columns
    const cut = (atHigh: number, atLow: number, symbol: number) => {
      if (count > 0 && high[count - 1] === atHigh && low[count - 1] === atLow) count--
      if (count > 0 && winner[count - 1] === symbol) return
      high[count] = atHigh
      low[count] = atLow
      winner[count++] = symbol
    }
    // The symbols that cover the address at hand; the one on top began last.
    const open = new Uint32Array(columns.length)
    let depth = 0
    /** Ends what ends before an address; at each end, whoever is below takes over. */
    const closeBefore = (atHigh: number, atLow: number, isEnd: boolean) => {
      while (depth > 0) {
        const top = open[depth - 1]!
        const topHigh = lastHigh[top]!
        const topLow = lastLow[top]!
        if (!isEnd && (topHigh > atHigh || (topHigh === atHigh && topLow >= atLow))) return
        // What began before the top and has ended no later is hidden by it to its end.
        do depth--
        while (depth > 0 && isNotAfter(lastHigh[open[depth - 1]!]!, lastLow[open[depth - 1]!]!, topHigh, topLow))
        if (topHigh === NONE && topLow === NONE) continue
        const below = depth > 0 ? columns.symbol[open[depth - 1]!]! : NONE
        cut(topLow === NONE ? topHigh + 1 : topHigh, topLow === NONE ? 0 : topLow + 1, below)
      }
    }
    for (let next = 0; next < order.length; next++) {
      const at = order[next]!
      const atHigh = startHigh[at]!
      const atLow = startLow[at]!
      closeBefore(atHigh, atLow, false)
      // A point below anything with a size never shows. Points at one address come before all else that begins there.
      if (columns.isPoint[at] === 1 && depth > 0 && columns.isPoint[open[depth - 1]!] === 0) continue
      cut(atHigh, atLow, columns.symbol[at]!)
      open[depth++] = at
    }
    closeBefore(0, 0, true)
    this.#high = high.slice(0, count)
    this.#low = low.slice(0, count)
    this.#winner = winner.slice(0, count)
    this.#count = count
  }

  /** Index of the symbol that covers an address, given as two words; undefined where none does. */
  find(high: number, low: number): number | undefined {
    let from = 0
    let to = this.#count
    while (from < to) {
      const middle = (from + to) >>> 1
      const atHigh = this.#high[middle]!
      if (atHigh < high || (atHigh === high && this.#low[middle]! <= low)) from = middle + 1
      else to = middle
    }
    const symbol = from === 0 ? NONE : this.#winner[from - 1]!
    return symbol === NONE ? undefined : symbol
  }
}

function isNotAfter(aHigh: number, aLow: number, bHigh: number, bLow: number): boolean {
  return aHigh < bHigh || (aHigh === bHigh && aLow <= bLow)
}

/** Positions in the columns by address; of equal addresses points first, then by rank, then the later symbol first. */
function sortByAddress(columns: AddressColumns): Uint32Array {
  const { length, rank, isPoint } = columns
  // Backwards, so that of equals the first of the table comes last, and wins.
  let order = new Uint32Array(length)
  const first = new Uint32Array(length)
  for (let at = 0; at < length; at++) {
    order[at] = length - 1 - at
    first[at] = isPoint[at] === 1 ? rank[at]! : rank[at]! + 16
  }
  order = sortByColumn(order, first, 0)
  for (const column of [columns.startLow, columns.startHigh]) {
    for (const shift of [0, 16]) order = sortByColumn(order, column, shift)
  }
  return order
}

/** One pass of a radix sort, stable: by 16 bits of a column. A pass over equal digits costs next to nothing. */
function sortByColumn(order: Uint32Array<ArrayBuffer>, column: Uint32Array, shift: number): Uint32Array<ArrayBuffer> {
  const starts = new Uint32Array(0x10001)
  let isSorted = true
  for (let next = 0, before = 0; next < order.length; next++) {
    const digit = (column[order[next]!]! >>> shift) & 0xffff
    starts[digit + 1]!++
    if (digit < before) isSorted = false
    before = digit
  }
  if (isSorted) return order
  for (let digit = 0; digit < 0x10000; digit++) starts[digit + 1]! += starts[digit]!
  const sorted = new Uint32Array(order.length)
  for (let next = 0; next < order.length; next++) {
    const at = order[next]!
    sorted[starts[(column[at]! >>> shift) & 0xffff]!++] = at
  }
  return sorted
}
