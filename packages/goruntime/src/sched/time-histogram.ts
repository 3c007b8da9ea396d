/**
 * The runtime's histograms of durations (src/runtime/histogram.go, timeHistogram): counts of buckets whose width grows with
 * the duration. Their shape, since Go 1.17, follows from how many there are.
 */

export interface TimeHistogram {
  /** Durations counted in each bucket. */
  readonly counts: readonly number[]
  /** Where each bucket begins, ns; it ends where the next one begins. */
  readonly bounds: readonly number[]
  /** Negative durations, which some clocks make. */
  readonly underflow: number
  /** Durations longer than the last bucket has; until Go 1.19 they are counted in it. */
  readonly overflow: number
}

interface Shape {
  /** Bits below which durations share the first power of two. */
  readonly firstBits: number
  /** Each power of two is divided into two to the power of so many buckets. */
  readonly subBits: number
}

/** By the number of buckets. */
const SHAPES: ReadonlyMap<number, Shape> = new Map([
  // Go 1.17 to 1.19: 45 powers of two, of 16 buckets each.
  [45 << 4, { firstBits: 4, subBits: 4 }],
  // Since 1.20: 40 of 4.
  [40 << 2, { firstBits: 8, subBits: 2 }],
])

/** @returns null for a number of buckets that no supported version has */
export function timeHistogram(counts: readonly number[], underflow = 0, overflow = 0): TimeHistogram | null {
  const shape = SHAPES.get(counts.length)
  if (shape === undefined) return null
  return { counts, bounds: counts.map((_, index) => bucketStart(index, shape)), underflow, overflow }
}

function bucketStart(index: number, { firstBits, subBits }: Shape): number {
  const [power, sub] = [index >>> subBits, index & ((1 << subBits) - 1)]
  if (power === 0) return sub * 2 ** (firstBits - subBits)
  return 2 ** (firstBits + power - 1) * (1 + sub / 2 ** subBits)
}

/** All durations that were counted. */
export function totalOf({ counts, underflow, overflow }: TimeHistogram): number {
  return counts.reduce((sum, count) => sum + count, underflow + overflow)
}

/** What was counted between two looks at the same histogram. */
export function histogramBetween(before: TimeHistogram, after: TimeHistogram): TimeHistogram {
  return {
    counts: after.counts.map((count, index) => count - (before.counts[index] ?? 0)),
    bounds: after.bounds,
    underflow: after.underflow - before.underflow,
    overflow: after.overflow - before.overflow,
  }
}

/**
 * A duration that so much of all durations did not exceed, ns: the end of the bucket it is in.
 * @param share 0.99 for the 99th percentile; 1 for the longest
 * @returns null where nothing was counted; Infinity where it is longer than the last bucket has
 */
export function durationAt(histogram: TimeHistogram, share: number): number | null {
  const total = totalOf(histogram)
  if (!(total > 0)) return null
  const wanted = Math.max(1, Math.ceil(total * share))
  let seen = histogram.underflow
  if (seen >= wanted) return 0
  for (const [index, count] of histogram.counts.entries()) {
    seen += count
    if (seen >= wanted) return histogram.bounds[index + 1] ?? Number.POSITIVE_INFINITY
  }
  return Number.POSITIVE_INFINITY
}
