/** The elements of whatever has elements: arrays, lists, the buffers of Go's channels, and what C's pointers lead to. */
import type { MemoryReader } from '@gospy/bytes'
import { arrayElement, dimensionOf } from './array-elements.js'
import { channelOf } from './go-channel.js'
import { goMapLength } from './go-map.js'
import { type List, listOf } from './list.js'
import type { Value } from './value.js'
import { ValueError } from './value-error.js'

/** Bytes of a list that are read with its first element, and most that are read at once. */
const FIRST_BLOCK = 2 ** 10
const LARGEST_BLOCK = 2 ** 16

/** How many elements there are; undefined where nobody knows. @throws ValueError for what has none */
export function countOf(value: Value): number | undefined {
  switch (value.shape) {
    case 'array':
      return dimensionOf(value).count
    case 'list':
    case 'text':
      return listOf(value).length
    case 'map':
      return goMapLength(value)
    case 'channel':
      return channelOf(value)?.length ?? 0
    default:
      return value.fail('has no elements')
  }
}

/** For how many elements there is room. @throws ValueError for anything but lists and channels */
export function capacityOf(value: Value): number {
  if (value.shape === 'channel') return channelOf(value)?.capacity ?? 0
  if (value.shape === 'list') return listOf(value).capacity
  return value.fail('has no capacity')
}

/** The element at an index of the language. @throws ValueError where there is none */
export function elementAt(value: Value, index: number): Value {
  if (!Number.isSafeInteger(index)) throw new ValueError(`${index} is no index`)
  switch (value.shape) {
    case 'array': {
      const dimension = dimensionOf(value)
      const at = index - dimension.lower
      const { count } = dimension
      if (at < 0 || (count !== undefined && at >= count)) return value.fail(`has no element ${index}`)
      return arrayElement(value, dimension, at)
    }
    case 'list': {
      const { address, length, element, stride } = listOf(value)
      if (!(index >= 0 && index < length)) return value.fail(`has no element ${index}: it has ${length}`)
      return value.elsewhere(element, address + index * stride)
    }
    case 'channel': {
      const channel = channelOf(value)
      return channel !== undefined && index >= 0 && index < channel.length
        ? channel.at(index)
        : value.fail(`has no element ${index}`)
    }
    case 'pointer': {
      const first = value.deref()
      return first.elsewhere(first.type, first.address! + index * first.size)
    }
    default:
      return value.fail('has no elements')
  }
}

/** The elements in order, one by one. @throws ValueError for what has none */
export function* itemsOf(value: Value): Generator<Value, void, undefined> {
  switch (value.shape) {
    case 'array': {
      value.prefetch()
      const dimension = dimensionOf(value)
      for (let at = 0; at < (dimension.count ?? 0); at++) yield arrayElement(value, dimension, at)
      return
    }
    case 'list': {
      yield* listItems(value, listOf(value))
      return
    }
    case 'channel': {
      const channel = channelOf(value)
      for (let at = 0; channel !== undefined && at < channel.length; at++) yield channel.at(at)
      return
    }
    default:
      value.fail('has no elements')
  }
}

/** The elements of a list, read many at once. */
function* listItems(value: Value, list: List): Generator<Value, void, undefined> {
  const { memory } = value.context
  // Little at first: of many lists, only some elements are asked for.
  let wanted = FIRST_BLOCK
  for (let first = 0, count = 0; first < list.length; first += count, wanted = Math.min(wanted * 4, LARGEST_BLOCK)) {
    count = Math.min(Math.max(1, Math.floor(wanted / Math.max(1, list.stride))), list.length - first)
    const bytes = memory === undefined ? undefined : readWhatThereIs(memory, list, first, count)
    for (let at = first; at < first + count; at++) {
      yield value.copied(list.element, list.address + at * list.stride, bytes?.subarray((at - first) * list.stride))
    }
  }
}

function readWhatThereIs(memory: MemoryReader, list: List, first: number, count: number): Uint8Array | undefined {
  if (count * list.stride > LARGEST_BLOCK) return undefined
  const bytes = new Uint8Array(count * list.stride)
  return bytes.subarray(0, memory.read(list.address + first * list.stride, bytes))
}
