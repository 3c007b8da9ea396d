/** Where the elements of an array lie: bounds and strides of each dimension, those of a running program included. */
import { DW_AT } from '../constants/attribute-name.js'
import type { Entry } from '../entry.js'
import type { ArrayType } from '../types/array-type.js'
import { defaultLowerBound } from '../types/language.js'
import { ValueError } from './value-error.js'

/** One dimension: its indexes, and how far its elements are apart. */
export interface Dimension {
  readonly lower: number
  /** Undefined where nobody knows, as of C's flexible arrays: any index is as good as another. */
  readonly count: number | undefined
  readonly strideBits: number
}

/** Evaluates an attribute that is no constant, for the array at hand. */
export type Evaluate = (entry: Entry, attribute: number) => number | bigint | undefined

/**
 * The dimensions of an array.
 * @throws ValueError for a dimension behind which another one's length is not known
 */
export function dimensionsOf(array: ArrayType, evaluate: Evaluate): readonly Dimension[] {
  const known = array.dimensions.map((dimension) => {
    const { entry } = dimension
    const lower = dimension.lower ?? toNumber(evaluate(entry, DW_AT.lower_bound)) ?? defaultLowerBound(entry.unit)
    return { lower, count: dimension.count ?? dynamicCount(entry, lower, evaluate), byteStride: dimension.byteStride }
  })
  const { bitStride, stride } = array
  let strideBits = bitStride ?? (stride === undefined ? undefined : stride * 8)
  const dimensions: Dimension[] = []
  // From the dimension that runs fastest to the slowest.
  const order = known.map((_, index) => (array.isColumnMajor ? index : known.length - 1 - index))
  for (const index of order) {
    const { lower, count, byteStride } = known[index]!
    const own = byteStride === undefined ? strideBits : byteStride * 8
    if (own === undefined) throw new ValueError(`the elements of ${array.describe()} have no known size`)
    dimensions[index] = { lower, count, strideBits: own }
    strideBits = count === undefined ? undefined : own * count
  }
  return dimensions
}

function dynamicCount(entry: Entry, lower: number, evaluate: Evaluate): number | undefined {
  if (isDynamic(entry, DW_AT.count)) return toNumber(evaluate(entry, DW_AT.count))
  if (!isDynamic(entry, DW_AT.upper_bound)) return undefined
  const upper = toNumber(evaluate(entry, DW_AT.upper_bound))
  return upper === undefined ? undefined : Math.max(0, upper - lower + 1)
}

function isDynamic(entry: Entry, attribute: number): boolean {
  return entry.attribute(attribute) !== undefined && entry.integer(attribute) === undefined
}

function toNumber(value: number | bigint | undefined): number | undefined {
  if (value === undefined) return undefined
  // A bound of a running program is a signed word.
  const number = Number(typeof value === 'bigint' ? BigInt.asIntN(64, value) : value)
  return Number.isSafeInteger(number) ? number : undefined
}
