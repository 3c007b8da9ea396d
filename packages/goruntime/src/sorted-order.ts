/**
 * The indexes of `keys` by rising key; equal keys keep their order. NaN is not allowed.
 * A comparison function would cost more than the reading of the memory that it orders, so key and index are packed into one
 * number where they fit, which the engine sorts natively.
 * @param keys non-negative integers
 */
export function sortedOrder(keys: Float64Array): Uint32Array<ArrayBuffer> {
  const count = keys.length
  let smallest = Number.POSITIVE_INFINITY
  let largest = 0
  let sorted = true
  for (let index = 0; index < count; index++) {
    const key = keys[index]!
    if (key < largest) sorted = false
    if (key < smallest) smallest = key
    if (key > largest) largest = key
  }
  const order = new Uint32Array(count)
  for (let index = 0; index < count; index++) order[index] = index
  if (sorted) return order
  // Addresses of heap objects are multiples of eight.
  let unit = 8
  for (let index = 0; index < count && unit === 8; index++) {
    if ((keys[index]! - smallest) % 8 !== 0) unit = 1
  }
  if (((largest - smallest) / unit + 1) * count > Number.MAX_SAFE_INTEGER) {
    return order.sort((a, b) => keys[a]! - keys[b]! || a - b)
  }
  const packed = new Float64Array(count)
  for (let index = 0; index < count; index++) packed[index] = ((keys[index]! - smallest) / unit) * count + index
  packed.sort()
  for (let position = 0; position < count; position++) {
    const pair = packed[position]!
    order[position] = pair - Math.floor(pair / count) * count
  }
  return order
}

/**
 * Two orders of different indexes as one.
 * @param one indexes of `keys` by rising key, as is `other`; of equal keys, those of `one` come first
 */
export function mergedOrder(keys: Float64Array, one: Uint32Array, other: Uint32Array): Uint32Array<ArrayBuffer> {
  const order = new Uint32Array(one.length + other.length)
  let next = 0
  let position = 0
  for (const index of other) {
    const key = keys[index]!
    while (next < one.length && keys[one[next]!]! <= key) order[position++] = one[next++]!
    order[position++] = index
  }
  order.set(next === 0 ? one : one.subarray(next), position)
  return order
}
