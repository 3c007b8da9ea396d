/** Spans: runs of pages that hold objects of one size (src/runtime/mheap.go, mspan). Read as columns, as there may be millions. */
import type { MemoryReader } from '@gospy/bytes'
import { joinedRead } from '../joined-read.js'
import type { FieldLayout, StructLayout } from '../runtime-layout.js'
import { sortedOrder } from '../sorted-order.js'
import type { HEAP_STRUCTS } from './contract.js'

type SpanField = keyof (typeof HEAP_STRUCTS)['mspan']['fields']

/** Bytes of a page of Go's heap, on every machine (src/runtime/sizeclasses.go, _PageShift). */
export const HEAP_PAGE = 8192

/** More bytes than a runtime.mspan has in any version. */
const LARGEST_SPAN = 4096

/** A span whose objects the garbage collector manages, of Go 1.9 and newer (src/runtime/mheap.go, mSpanInUse). */
const IN_USE = 1

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
export function readSpans(memory: MemoryReader, addresses: Float64Array, layout: StructLayout<SpanField>): SpanColumns {
  const count = addresses.length
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
  const { fields, size } = layout
  let unreadable = 0
  if (size > LARGEST_SPAN || !Object.values(fields).every((field) => field.offset + field.size <= size))
    return { ...columns, unreadable: count }
  // One view of the memory that was read: to make one for each span takes longer than all else.
  let view: DataView = new DataView(new ArrayBuffer(0))
  const visit = (index: number, words: Uint32Array, firstWord: number) => {
    if (view.buffer !== words.buffer) view = new DataView(words.buffer)
    const start = words.byteOffset + 4 * firstWord
    columns.inUse[index] = number(view, start, fields.state) === IN_USE ? 1 : 0
    columns.spanClass[index] = number(view, start, fields.spanclass)
    columns.pages[index] = number(view, start, fields.npages)
    columns.elementSize[index] = number(view, start, fields.elemsize)
    columns.elements[index] = number(view, start, fields.nelems)
    columns.allocated[index] = number(view, start, fields.allocCount)
    columns.allocatedBefore[index] = number(view, start, fields.allocCountBeforeCache)
  }
  joinedRead(memory, addresses, sortedOrder(addresses), size, visit, () => unreadable++)
  return { ...columns, unreadable }
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
