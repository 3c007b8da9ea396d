/** The elements of an array, one dimension after the other. */
import { DW_AT } from '../constants/attribute-name.js'
import type { Entry } from '../entry.js'
import type { ArrayType } from '../types/array-type.js'
import { type Dimension, dimensionsOf } from './array-layout.js'
import { computedOf } from './computed.js'
import type { Value } from './value.js'

function arrayOf(value: Value): ArrayType {
  const array = value.type.resolve()
  return array?.kind === 'array' ? array : value.fail('is no array')
}

function evaluate(value: Value, entry: Entry, attribute: number): bigint | undefined {
  return computedOf(entry, attribute, value.address ?? 0, value.context)
}

/** The dimensions from the value's own on: the first ones of its type are behind it. */
function dimensionsFrom(value: Value): readonly Dimension[] {
  return dimensionsOf(arrayOf(value), (entry, attribute) => evaluate(value, entry, attribute)).slice(value.outer)
}

/** The outermost dimension of the array that the value is. @throws ValueError for what is no array, or one without bounds */
export function dimensionOf(value: Value): Dimension {
  return dimensionsFrom(value)[0] ?? value.fail('is an array without bounds')
}

/**
 * An element of the array.
 * @param dimension the array's outermost
 * @param at counted from 0, whatever the lower bound is
 */
export function arrayElement(value: Value, dimension: Dimension, at: number): Value {
  const array = arrayOf(value)
  const bits = at * dimension.strideBits
  const outer = value.outer + 1
  // The data of an array with a descriptor lies elsewhere (DWARF 5, section 5.18.1).
  const isElsewhere = value.outer === 0 && array.entry.attribute(DW_AT.data_location) !== undefined
  const start = isElsewhere ? value.elsewhere(value.type, dataLocation(value, array)) : value
  if (outer < array.dimensions.length) return start.inside(value.type, bits / 8, { outer })
  const { bitStride } = array
  if (bitStride === undefined || bitStride % 8 === 0) return start.inside(array.element, bits / 8)
  const offset = bits % 8
  return start.inside(array.element, (bits - offset) / 8, { bits: { offset, size: bitStride } })
}

function dataLocation(value: Value, array: ArrayType): bigint {
  return (
    evaluate(value, array.entry, DW_AT.data_location) ?? value.fail('lies at a place that only a running program knows')
  )
}

/** Bytes of the array. @throws ValueError where its length is not known */
export function arraySize(value: Value): number {
  let bits: number | undefined
  for (const { count, strideBits } of dimensionsFrom(value)) {
    if (count === undefined) return value.fail('has a length that is not known')
    bits = Math.max(bits ?? 0, count * strideBits)
  }
  return bits === undefined ? value.fail('is an array without bounds') : Math.ceil(bits / 8)
}

/** Whether the elements of this array are no arrays themselves, but for their own type. */
export function isInnermost(value: Value): boolean {
  const array = value.type.resolve()
  return array?.kind === 'array' && value.outer === array.dimensions.length - 1
}
