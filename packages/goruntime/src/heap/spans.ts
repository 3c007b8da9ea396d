/** Spans: runs of pages that hold objects of one size (src/runtime/mheap.go, mspan). Columns, as there may be millions. */
import { type MemoryReader, readExactly, readPointers, UnreadableMemoryError } from '@gospy/bytes'
import { readWord } from '../go-string.js'
import type { FieldLayout, StructLayout } from '../runtime-layout.js'
import type { HEAP_STRUCTS } from './contract.js'
import { JoinedCopy } from './joined-copy.js'
import { viewOf } from './struct-at.js'

type SpanField = keyof (typeof HEAP_STRUCTS)['mspan']['fields']

/** Bytes of a page of Go's heap, on every machine (src/runtime/sizeclasses.go, _PageShift). */
export const HEAP_PAGE = 8192

/** More bytes than a runtime.mspan has in any version. */
const LARGEST_SPAN = 4096

/** 128 GB of the smallest spans: more are not looked at. */
const MOST_SPANS = 1 << 24

export interface SpanColumns {
  readonly count: number
  /** 1 where it holds objects of the heap, and could be read. */
  readonly inUse: Uint8Array
  readonly spanClass: Uint8Array
  readonly pages: Float64Array
  readonly elementSize: Float64Array
  /** Objects that it has room for, that are allocated, and that were when a per-P cache got it. */
  readonly elements: Float64Array
  readonly allocated: Float64Array
  readonly allocatedBefore: Float64Array
  /** Spans that could not be read. */
  readonly unreadable: number
}

/** Reads the spans at `addresses`, 0 for none. A field that is not known is 0. */
export function readSpans(
  memory: MemoryReader,
  addresses: Float64Array,
  layout: StructLayout<SpanField>,
  inUse: number,
): SpanColumns {
  const copy = new JoinedCopy(addresses, isPlausible(layout) ? layout.size : 0)
  copy.read(memory)
  return decodeSpans(copy, layout, inUse)
}

/**
 * All spans there are, in two steps: while a process stands still, they should only be copied. What one copy found is used for the
 * next, which mostly finds the same spans: to put them in order takes longer than to copy them, and so does making room.
 */
export class AllSpans {
  readonly #layout: StructLayout<SpanField>
  readonly #list: SpanList
  readonly #inUse: number
  #pointers = new Uint32Array(0)
  #copy: JoinedCopy | undefined

  /** @param inUse `mspan.state` of one that holds objects */
  constructor(list: SpanList, layout: StructLayout<SpanField>, inUse: number) {
    this.#list = list
    this.#layout = layout
    this.#inUse = inUse
  }

  /**
   * @returns what decodes them, which the next copy makes useless; undefined for a list that is none
   * @throws UnreadableMemoryError when the list cannot be read
   */
  copy(memory: MemoryReader): (() => SpanColumns) | undefined {
    const [array, length] = this.#place(memory)
    if (!(length! > 0 && length! <= MOST_SPANS)) return undefined
    // Whether the end of the array is there at all shows before room is made for it.
    readExactly(memory, array! + (length! - 1) * 8, 8)
    const pointers = new Uint32Array(length! * 2)
    const bytes = new Uint8Array(pointers.buffer)
    const read = memory.read(array!, bytes)
    if (read < bytes.length) throw new UnreadableMemoryError(array!, bytes.length, read)
    if (this.#copy === undefined || !isSame(pointers, this.#pointers)) {
      this.#pointers = pointers
      const view = viewOf(bytes)
      const addresses = Float64Array.from({ length: length! }, (_, index) => readWord(view, index * 8) || 0)
      this.#copy = new JoinedCopy(addresses, isPlausible(this.#layout) ? this.#layout.size : 0)
    }
    const copy = this.#copy
    copy.read(memory)
    return () => decodeSpans(copy, this.#layout, this.#inUse)
  }

  #place(memory: MemoryReader): readonly [array: number | undefined, length: number | undefined] {
    const { slice, array, count } = this.#list
    if (slice !== undefined) {
      const [start, length] = readPointers(memory, slice, 2)
      return [start, length]
    }
    return [readPointers(memory, array, 1)[0], viewOf(readExactly(memory, count, 4)).getUint32(0, true)]
  }
}

/** Where the list of all spans lies: a slice, until Go 1.7 a pointer to an array and a number of 32 bits. */
export type SpanList =
  | { readonly slice: number; readonly array?: never; readonly count?: never }
  | { readonly slice?: undefined; readonly array: number; readonly count: number }

function isPlausible({ fields, size }: StructLayout<SpanField>): boolean {
  const places = Object.values<FieldLayout | undefined>(fields)
  return size <= LARGEST_SPAN && places.every((place) => place === undefined || place.offset + place.size <= size)
}

function isSame(one: Uint32Array, other: Uint32Array): boolean {
  if (one.length !== other.length) return false
  for (let at = 0; at < one.length; at++) if (one[at] !== other[at]) return false
  return true
}

function decodeSpans(
  { bytes, places, lost }: JoinedCopy,
  { fields }: StructLayout<SpanField>,
  inUse: number,
): SpanColumns {
  const count = lost.length
  const columns = {
    count,
    inUse: new Uint8Array(count),
    spanClass: new Uint8Array(count),
    pages: new Float64Array(count),
    elementSize: new Float64Array(count),
    elements: new Float64Array(count),
    allocated: new Float64Array(count),
    allocatedBefore: new Float64Array(count),
  }
  const view = viewOf(bytes)
  let unreadable = 0
  for (let index = 0; index < count; index++) {
    if (lost[index] === 1) {
      unreadable++
      continue
    }
    const start = places[index]!
    columns.inUse[index] = number(view, start, fields.state) === inUse ? 1 : 0
    columns.spanClass[index] = number(view, start, fields.spanclass)
    columns.pages[index] = number(view, start, fields.npages)
    columns.elementSize[index] = number(view, start, fields.elemsize)
    columns.allocated[index] = number(view, start, fields.allocCount)
    columns.allocatedBefore[index] = number(view, start, fields.allocCountBeforeCache)
    columns.elements[index] =
      fields.nelems === undefined
        ? roomFor(columns.pages[index]!, columns.elementSize[index]!)
        : number(view, start, fields.nelems)
  }
  return { ...columns, unreadable }
}

/** Objects, until Go 1.6. */
function roomFor(pages: number, elementSize: number): number {
  return elementSize > 0 ? Math.floor((pages * HEAP_PAGE) / elementSize) : 0
}

function number(view: DataView, start: number, field: FieldLayout | undefined): number {
  if (field === undefined) return 0
  const at = start + field.offset
  switch (field.size) {
    case 1:
      return view.getUint8(at)
    case 2:
      return view.getUint16(at, true)
    case 4:
      return view.getUint32(at, true)
    default:
      return view.getUint32(at + 4, true) * 2 ** 32 + view.getUint32(at, true)
  }
}
