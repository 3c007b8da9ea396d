/** What the heap's spans hold, by span class: a size class with or without pointers (src/runtime/mheap.go, spanClass). */
import { HEAP_PAGE, type SpanColumns } from './spans.js'
import type { HeapVersionFacts } from './versions.js'

export interface SpanClass {
  /** Twice the size class, and one more if all of the objects have no pointers. */
  readonly spanClass: number
  /** Bytes of an object; 0 for those that have a span of their own, whatever its size. */
  readonly size: number
  /** Whether the objects have no pointers; null until Go 1.8, whose spans have both kinds. */
  readonly noscan: boolean | null
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

/** Sums of all spans that hold objects, by class. */
export function sumSpanClasses(spans: SpanColumns, facts: HeapVersionFacts): SpanClass[] {
  const { sizeClasses, spansAreMixed } = facts
  const classes: { -readonly [K in keyof SpanClass]: SpanClass[K] }[] = Array.from(
    { length: 2 * sizeClasses.length },
    (_, spanClass) => ({
      spanClass,
      size: sizeClasses[spanClass >> 1]!,
      noscan: spansAreMixed ? null : spanClass % 2 === 1,
      spans: 0,
      objects: 0,
      objectBytes: 0,
      capacity: 0,
      bytes: 0,
    }),
  )
  for (let index = 0; index < spans.count; index++) {
    const spanClass = spans.spanClass[index]! * (spansAreMixed ? 2 : 1)
    const sum = classes[spanClass]
    if (spans.inUse[index] === 0 || sum === undefined) continue
    // Until Go 1.8 the one object of a span of its own is not counted in it.
    const isAlone = spansAreMixed && spanClass === 0
    const objects = isAlone ? 1 : spans.allocated[index]!
    sum.spans++
    sum.objects += objects
    sum.objectBytes += objects * spans.elementSize[index]!
    sum.capacity += isAlone ? 1 : spans.elements[index]!
    sum.bytes += spans.pages[index]! * HEAP_PAGE
  }
  return classes.filter(({ spans }) => spans > 0)
}
