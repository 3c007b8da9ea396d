/** Per-P caches (src/runtime/mcache.go): of each span class one span from which the P allocates without a lock. */
import { type MemoryReader, readPointers } from '@gospy/bytes'
import type { StructLayout } from '../runtime-layout.js'
import type { HEAP_STRUCTS } from './contract.js'
import { readSpans } from './spans.js'
import { StructAt } from './struct-at.js'
import type { HeapVersionFacts } from './versions.js'

type Structs = typeof HEAP_STRUCTS
export type CacheField = keyof Structs['mcache']['fields']
export type SpanField = keyof Structs['mspan']['fields']
type PField = keyof Structs['heapP']['fields']

/** GOMAXPROCS is limited by memory alone; more are not looked at. */
const MOST_PS = 1 << 16

export interface CacheLayouts {
  readonly p: StructLayout<PField>
  readonly mcache: StructLayout<CacheField>
  readonly mspan: StructLayout<SpanField>
}

export type CacheFacts = Pick<HeapVersionFacts, 'spansAreMixed' | 'spanInUse'>

/** A span that a cache allocates from. */
export interface CachedSpan {
  readonly spanClass: number
  /** Objects that it has room for, that are allocated, and that were when the cache got it, which Go notes since 1.19. */
  readonly elements: number
  readonly allocated: number
  readonly allocatedBefore: number | undefined
  /** Bytes of each. */
  readonly elementSize: number
}

export interface Cache {
  /** Its P's place in runtime.allp. */
  readonly p: number
  readonly spans: readonly CachedSpan[]
  readonly fields: StructAt<CacheField>
  /** Cleanups that its P queued and gcCleanups does not count, since Go 1.25. */
  readonly cleanupsQueued: bigint | undefined
}

/**
 * The caches of all Ps.
 * @param allp its address in the process, and its size: a slice since Go 1.10, an array that ends with nil before
 * @throws UnreadableMemoryError when they cannot be read
 */
export function readCaches(
  memory: MemoryReader,
  allp: { readonly address: number; readonly size: number },
  layouts: CacheLayouts,
  { spansAreMixed, spanInUse }: CacheFacts,
): Cache[] | undefined {
  const { p, mcache, mspan } = layouts
  const { alloc } = mcache.fields
  if (p.fields.mcache === undefined || alloc === undefined || mspan.fields.elemsize === undefined) return undefined
  const isNoted = mspan.fields.allocCountBeforeCache !== undefined
  const caches: Cache[] = []
  for (const [index, address] of addressesOfPs(memory, allp).entries()) {
    // A P that GOMAXPROCS took away has none.
    const ofP = new StructAt(memory, address, p)
    const at = Number(ofP.uint('mcache'))
    if (at === 0) continue
    const fields = new StructAt(memory, at, mcache)
    const pointers = readPointers(memory, at + alloc.offset, Math.floor(alloc.size / 8)).map((span) => span || 0)
    const { elements, elementSize, allocated, allocatedBefore } = readSpans(memory, pointers, mspan, spanInUse)
    const spans = [...pointers.keys()].map((place) => ({
      spanClass: spansAreMixed ? 2 * place : place,
      elements: elements[place]!,
      allocated: allocated[place]!,
      allocatedBefore: isNoted ? allocatedBefore[place]! : undefined,
      elementSize: elementSize[place]!,
    }))
    // Of most classes it has none: what it points to then has no room at all (emptymspan).
    const used = spans.filter((span) => span.elements > 0)
    caches.push({ p: index, spans: used, fields, cleanupsQueued: ofP.uint('cleanupsQueued') })
  }
  return caches
}

function addressesOfPs(memory: MemoryReader, allp: { readonly address: number; readonly size: number }): number[] {
  const isSlice = allp.size === 24
  const [array, length] = isSlice ? readPointers(memory, allp.address, 2) : [allp.address, allp.size / 8]
  const all = readPointers(memory, array!, Math.min(length!, MOST_PS))
  const end = all.indexOf(0)
  return [...(end < 0 ? all : all.subarray(0, end))]
}
