/** What the heap's spans hold, by span class: a size class with or without pointers (src/runtime/mheap.go, spanClass). */
import { type MemoryReader, readPointers } from '@gospy/bytes'
import type { StructLayout } from '../runtime-layout.js'
import type { SpanField } from './caches.js'
import { HEAP_PAGE, readSpans } from './spans.js'

export interface SpanClass {
  /** Twice the size class, and one more if the objects have no pointers. */
  readonly spanClass: number
  /** Bytes of an object; 0 for those that have a span of their own, whatever its size. */
  readonly size: number
  /** Whether the objects have no pointers. */
  readonly noscan: boolean
  readonly spans: number
  /** Objects that are allocated and not yet freed: of a span that is not yet swept also those that the last collection found dead. */
  readonly objects: number
  /** Bytes that they take. */
  readonly objectBytes: number
  /** Objects that there is room for. */
  readonly capacity: number
  /** Bytes of the spans. */
  readonly bytes: number
}

export interface SpanClasses {
  readonly classes: readonly SpanClass[]
  /** Spans that could not be read. */
  readonly unreadable: number
}

/** More spans than fit in memory: the length is not one. */
const MOST_SPANS = 1 << 28

/**
 * Of the classes that have spans, by rising class.
 * @param allspans address of the slice in the process
 * @throws UnreadableMemoryError when the list cannot be read
 */
export function readSpanClasses(
  memory: MemoryReader,
  allspans: number,
  layout: StructLayout<SpanField>,
  sizes: readonly number[],
): SpanClasses | undefined {
  if (layout.fields.spanclass === undefined) return undefined
  const [array, length] = readPointers(memory, allspans, 2)
  if (!(length! > 0 && length! <= MOST_SPANS)) return undefined
  // Whether the end of the array is there at all shows before room is made for it.
  readPointers(memory, array! + (length! - 1) * 8, 1)
  const addresses = readPointers(memory, array!, length!).map((address) => address || 0)
  const spans = readSpans(memory, addresses, layout)
  const classes: { -readonly [K in keyof SpanClass]: SpanClass[K] }[] = Array.from(
    { length: 2 * sizes.length },
    (_, spanClass) => ({
      spanClass,
      size: sizes[spanClass >> 1]!,
      noscan: spanClass % 2 === 1,
      spans: 0,
      objects: 0,
      objectBytes: 0,
      capacity: 0,
      bytes: 0,
    }),
  )
  for (let index = 0; index < spans.count; index++) {
    const sum = classes[spans.spanClass[index]!]
    if (spans.inUse[index] === 0 || sum === undefined) continue
    sum.spans++
    sum.objects += spans.allocated[index]!
    sum.objectBytes += spans.allocated[index]! * spans.elementSize[index]!
    sum.capacity += spans.elements[index]!
    sum.bytes += spans.pages[index]! * HEAP_PAGE
  }
  return { classes: classes.filter(({ spans }) => spans > 0), unreadable: spans.unreadable }
}
