/**
 * Go's maps up to 1.23: an array of buckets of eight entries each, chained where they overflow, and while the map grows the
 * array before that (runtime/map.go, go1.23).
 */
import { UnreadableMemoryError } from '@gospy/bytes'
import type { Type } from '../types/type.js'
import { toInteger } from './bits.js'
import { inSlot, MAX_EMPTY } from './go-slot.js'
import type { Value } from './value.js'

/** hmap.flags: the map grows into as many buckets as it has. */
const sameSizeGrow = 8

/** Longest chain of a bucket: the runtime grows a map long before. */
const MAX_CHAIN = 2 ** 12

/** Entries of one bucket, with a byte each at its start. */
const CELLS = 8

/** Marks of a bucket's first cell that say that its entries are in the new array. */
interface Marks {
  readonly firstEvacuated: number
  /** The least mark of a cell that has an entry. */
  readonly minTopHash: number
}

/** Up to Go 1.11 one mark less: emptyRest came with 1.12. */
const OLD_MARKS: Marks = { firstEvacuated: 1, minTopHash: 4 }
const MARKS: Marks = { firstEvacuated: 2, minTopHash: 5 }

/** The entries of the map whose `hmap` this is. */
export function* hashMapEntries(
  header: Value,
  key: Type,
  element: Type,
): Generator<readonly [key: Value, element: Value], void, undefined> {
  const count = header.field('count').number()
  if (count === 0) return
  const logarithm = header.field('B').number()
  // Until Go 1.8 its linker names no producer.
  const { producer } = header.type.entry.unit
  const marks = producer === undefined || /\bgo1\.([0-9]|1[01])(?![0-9])/.test(producer) ? OLD_MARKS : MARKS
  if (logarithm > 48) header.fail(`has 2^${logarithm} buckets`)
  const buckets = 2 ** logarithm
  yield* bucketEntries(header.field('buckets'), buckets, key, element, marks, false)
  const old = header.field('oldbuckets')
  if (old.integer() === 0) return
  // Of the array before, those that have not been moved yet. Its buckets are of the same type: hmap says unsafe.Pointer.
  const isSameSize = (header.field('flags').number() & sameSizeGrow) !== 0
  const bucket = header.field('buckets').deref().type
  const first = old.pointee(bucket)
  yield* chainsOf(first, isSameSize ? buckets : buckets / 2, key, element, marks, true)
}

function* bucketEntries(
  pointer: Value,
  count: number,
  key: Type,
  element: Type,
  marks: Marks,
  isOld: boolean,
): Generator<readonly [key: Value, element: Value], void, undefined> {
  // Buckets are allocated with the first entry.
  if (pointer.integer() !== 0) yield* chainsOf(pointer.deref(), count, key, element, marks, isOld)
}

function* chainsOf(
  first: Value,
  count: number,
  key: Type,
  element: Type,
  { firstEvacuated, minTopHash }: Marks,
  isOld: boolean,
): Generator<readonly [key: Value, element: Value], void, undefined> {
  // Most buckets of a map that has shrunk hold nothing: no values are made of those.
  const { memory } = first.context
  if (memory === undefined) return
  const bytes = new Uint8Array(first.size)
  const overflowAt = first.type.field('overflow').offset
  const { addressSize } = first.type.entry.unit
  const start = first.address!
  let empty = 0
  for (let index = 0; index < count; index++) {
    let address = start + index * bytes.length
    for (let chained = 0; address !== 0; chained++) {
      if (chained > MAX_CHAIN) first.fail('has buckets that overflow in a circle')
      if (++empty > MAX_EMPTY) first.fail('is one of too many buckets without entries')
      const read = memory.read(address, bytes)
      if (read < bytes.length) throw new UnreadableMemoryError(address, bytes.length, read)
      const mark = bytes[0]!
      if (isOld && mark >= firstEvacuated && mark < minTopHash) break
      let bucket: Value | undefined
      for (let cell = 0; cell < CELLS; cell++) {
        if (bytes[cell]! < minTopHash) continue
        empty = 0
        bucket ??= first.copied(first.type, address, bytes.slice())
        yield [inSlot(bucket.field('keys').at(cell), key), inSlot(bucket.field('values').at(cell), element)]
      }
      // A pointer, or a uintptr where neither keys nor elements hold any; bytes may have been read anew meanwhile.
      const overflow = bucket?.bytes() ?? bytes
      const next = toInteger(overflow.subarray(overflowAt, overflowAt + addressSize), first.littleEndian, false)
      if (typeof next === 'bigint') first.fail(`overflows to 0x${next.toString(16)}, where nothing can be read`)
      address = Number(next)
    }
  }
}
