/**
 * How many objects of each size class were ever allocated and freed.
 *
 * The runtime counts what a P allocates when the span it allocates from is used up, or the P's cache is flushed (a collection,
 * runtime.ReadMemStats). What has been allocated since stands in the cached spans; with it the counts are those that
 * ReadMemStats would return now (src/runtime/mstats.go, readmemstats_m; mcache.go, refill and releaseAll).
 */
import type { StructLayout } from '../runtime-layout.js'
import type { Cache } from './caches.js'
import type { HEAP_STRUCTS } from './contract.js'
import type { SpanClass } from './span-classes.js'
import { type StructAt, viewOf } from './struct-at.js'

type Structs = typeof HEAP_STRUCTS
type DeltaField = keyof Structs['heapStatsDelta']['fields']
export type Delta = { readonly [F in DeltaField]?: readonly bigint[] }

export interface AllocationCounts {
  /** By size class; class 0 is of objects that have a span of their own. */
  readonly mallocs: bigint[]
  readonly frees: bigint[]
  /** Bytes of class 0. */
  readonly largeAlloc: bigint
  readonly largeFree: bigint
  /** Objects that were put into one of 16 bytes with others: each counts as allocated and freed. */
  readonly tiny: bigint
}

/**
 * The sum of the three heapStatsDelta that the runtime counts in; each word alone may be negative (mstats.go,
 * consistentHeapStats.unsafeRead).
 * @param bytes of `memstats.heapStats.stats`
 */
export function sumOfDeltas(bytes: Uint8Array, layout: StructLayout<DeltaField>): Delta | undefined {
  if (layout.size === 0 || bytes.length === 0) return undefined
  const view = viewOf(bytes)
  const sum: { [F in DeltaField]?: bigint[] } = {}
  for (const [field, place] of Object.entries(layout.fields) as [DeltaField, { offset: number; size: number }][]) {
    sum[field] = Array.from({ length: place.size / 8 }, (_, index) => {
      let total = 0n
      for (let at = place.offset + 8 * index; at + 8 <= view.byteLength; at += layout.size) {
        total += view.getBigUint64(at, true)
      }
      return BigInt.asUintN(64, total)
    })
  }
  return sum
}

/** Since Go 1.16. @param tinyFlushed those counted elsewhere, in Go 1.16 */
export function countsFromDeltas(
  delta: Delta,
  caches: readonly Cache[],
  tinyFlushed: bigint | undefined,
): AllocationCounts | undefined {
  const { smallAllocCount, smallFreeCount, largeAlloc, largeAllocCount, largeFree, largeFreeCount } = delta
  const tiny = delta.tinyAllocCount?.[0] ?? tinyFlushed
  if (!(smallAllocCount && smallFreeCount && largeAlloc && largeAllocCount && largeFree && largeFreeCount))
    return undefined
  if (tiny === undefined) return undefined
  return {
    mallocs: withCached([largeAllocCount[0]!, ...smallAllocCount.slice(1)], caches),
    frees: [largeFreeCount[0]!, ...smallFreeCount.slice(1)],
    largeAlloc: largeAlloc[0]!,
    largeFree: largeFree[0]!,
    tiny: tiny + sumOf(caches, 'tinyAllocs'),
  }
}

/** Go 1.9 to 1.15, which count in the central lists and in mheap. @param nmalloc of each span class */
export function countsFromCentral(
  nmalloc: readonly bigint[],
  mheap: StructAt<keyof Structs['mheap']['fields']>,
  mstats: StructAt<keyof Structs['mstats']['fields']>,
  caches: readonly Cache[],
): AllocationCounts | undefined {
  const [large, nlarge, freed] = [mheap.uint('largeAlloc'), mheap.uint('nlargeAlloc'), freedCounts(mheap, caches)]
  const tiny = mstats.uint('tinyAllocs')
  if (large === undefined || nlarge === undefined || freed === undefined || tiny === undefined) return undefined
  const mallocs = freed.frees.map((_, sizeClass) => (nmalloc[2 * sizeClass] ?? 0n) + (nmalloc[2 * sizeClass + 1] ?? 0n))
  mallocs[0] = nlarge
  return {
    mallocs: withCached(mallocs, caches),
    ...freed,
    largeAlloc: large,
    tiny: tiny + sumOf(caches, 'tinyAllocs'),
  }
}

/**
 * Until Go 1.8, which counts what is freed only, and looks at all spans for what is there (mstats.go, updatememstats).
 * @param spans sums of all spans, by class
 */
export function countsFromSpans(
  spans: readonly SpanClass[],
  mheap: StructAt<keyof Structs['mheap']['fields']>,
  mstats: StructAt<keyof Structs['mstats']['fields']>,
  caches: readonly Cache[],
): AllocationCounts | undefined {
  const freed = freedCounts(mheap, caches)
  const tiny = mstats.uint('tinyAllocs')
  if (freed === undefined || tiny === undefined) return undefined
  const mallocs = [...freed.frees]
  for (const { spanClass, objects } of spans) {
    mallocs[spanClass >> 1] = (mallocs[spanClass >> 1] ?? 0n) + BigInt(objects)
  }
  const large = spans.find(({ spanClass }) => spanClass === 0)?.objectBytes ?? 0
  return {
    mallocs,
    ...freed,
    largeAlloc: BigInt(large) + freed.largeFree,
    tiny: tiny + sumOf(caches, 'tinyAllocs'),
  }
}

/** Until Go 1.15: of objects that have a span of their own as class 0. */
function freedCounts(
  mheap: StructAt<keyof Structs['mheap']['fields']>,
  caches: readonly Cache[],
): Pick<AllocationCounts, 'frees' | 'largeFree'> | undefined {
  const [freed, nfreed, small] = [mheap.uint('largeFree'), mheap.uint('nlargeFree'), mheap.words('nsmallFree')]
  if (freed === undefined || nfreed === undefined || small === undefined) return undefined
  const frees = small.map((count, sizeClass) =>
    caches.reduce((sum, { fields }) => sum + (fields.words('nsmallFree')?.[sizeClass] ?? 0n), count),
  )
  frees[0] = nfreed + sumOf(caches, 'nlargeFree')
  return { frees, largeFree: freed + sumOf(caches, 'largeFree') }
}

/**
 * Until Go 1.18 a span is counted as if it were used up when a cache gets it, since Go 1.19 what was used of it is counted
 * when it leaves the cache.
 */
function withCached(mallocs: bigint[], caches: readonly Cache[]): bigint[] {
  const all = [...mallocs]
  for (const { spans } of caches) {
    for (const span of spans) {
      const sizeClass = span.spanClass >> 1
      all[sizeClass] = (all[sizeClass] ?? 0n) + BigInt(uncounted(span))
    }
  }
  return all
}

function uncounted({ allocated, allocatedBefore, elements }: Cache['spans'][number]): number {
  return allocatedBefore === undefined ? allocated - elements : allocated - allocatedBefore
}

function sumOf(caches: readonly Cache[], field: 'tinyAllocs' | 'largeFree' | 'nlargeFree'): bigint {
  return caches.reduce((sum, { fields }) => sum + (fields.uint(field) ?? 0n), 0n)
}
