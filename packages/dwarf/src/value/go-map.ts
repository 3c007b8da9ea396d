/** Go's maps: which of the two implementations a map is of, its types tell. */
import { PointerType } from '../types/pointer-type.js'
import { hashMapEntries } from './go-hash-map.js'
import { swissMapEntries } from './go-swiss-map.js'
import type { Value } from './value.js'

/**
 * The map's header; undefined for a nil map.
 * @throws ValueError where the type is not made as Go makes it
 */
function headerOf(value: Value): Value | undefined {
  const type = value.type.resolve()
  if (!(type instanceof PointerType) || type.target === undefined)
    return value.fail('is no map that is made as it should be')
  return value.integer() === 0 ? undefined : value.pointee(type.target)
}

/** Number of entries: what `len` gives. */
export function goMapLength(value: Value): number {
  const header = headerOf(value)
  return header === undefined ? 0 : header.field(isHashMap(header) ? 'count' : 'used').number()
}

/** Go up to 1.23 (1.25 with GOEXPERIMENT=noswissmap) has `hmap` with buckets. */
function isHashMap(header: Value): boolean {
  return header.fields().some(({ name }) => name === 'buckets')
}

/** The keys and elements of a map, none of a nil map. */
export function* goMapEntries(value: Value): Generator<readonly [key: Value, element: Value], void, undefined> {
  const header = headerOf(value)
  if (header === undefined) return
  const { goKey, goElem } = value.type
  if (goKey === undefined || goElem === undefined) value.fail('has keys or elements of no known type')
  else yield* isHashMap(header) ? hashMapEntries(header, goKey, goElem) : swissMapEntries(header, goKey, goElem)
}
