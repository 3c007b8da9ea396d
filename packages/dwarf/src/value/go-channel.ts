/** Go's channels: `hchan` of runtime/chan.go, the same since Go 1.0 as far as it is read here (seen up to go1.27). */
import { PointerType } from '../types/pointer-type.js'
import type { Value } from './value.js'

/** The buffer of a channel. */
export interface Channel {
  /** Elements in the buffer. */
  readonly length: number
  /** Elements that the buffer has room for; 0 of an unbuffered channel. */
  readonly capacity: number
  /** The element that is received as the index-th from now on. */
  at(index: number): Value
}

/**
 * The channel that a value refers to; undefined for nil.
 * @throws ValueError where the type is not made as Go makes it, or the counts are not true
 */
export function channelOf(value: Value): Channel | undefined {
  const type = value.type.resolve()
  if (!(type instanceof PointerType) || type.target === undefined)
    return value.fail('is no channel that is made as it should be')
  if (value.integer() === 0) return undefined
  const channel = value.pointee(type.target)
  const length = channel.field('qcount').number()
  const capacity = channel.field('dataqsiz').number()
  const first = channel.field('recvx').number()
  if (length > capacity || first > capacity)
    return value.fail(`has ${length} of ${capacity} elements, from ${first} on`)
  const element = value.type.goElem ?? value.fail('has elements of no known type')
  const stride = channel.field('elemsize').number()
  const buffer = channel.field('buf').bigint()
  return {
    length,
    capacity,
    at: (index) => value.elsewhere(element, buffer + BigInt(((first + index) % capacity) * stride)),
  }
}
