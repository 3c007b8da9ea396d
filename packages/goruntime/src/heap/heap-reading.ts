/** One look at the variables that the memory allocator and the garbage collector count in: copied, so that a stopped process may go on. */
import { type MemoryReader, readExactly } from '@gospy/bytes'
import type { FurtherField } from '../further/contract.js'
import type { FurtherData } from '../further/further-data.js'
import type { RuntimeLayout } from '../runtime-layout.js'
import {
  type AllocationCounts,
  countsFromCentral,
  countsFromDeltas,
  countsFromSpans,
  type Delta,
  sumOfDeltas,
} from './allocation-counts.js'
import { type Cache, readCaches } from './caches.js'
import type { HEAP_STRUCTS } from './contract.js'
import type { SpanClass } from './span-classes.js'
import { StructAt, viewOf } from './struct-at.js'
import type { HeapVersionFacts } from './versions.js'

type Structs = typeof HEAP_STRUCTS
type Fields<S extends keyof Structs> = StructAt<FurtherField<S>>

/** What a look needs to know of a process. */
export interface HeapSource {
  readonly memory: MemoryReader
  readonly variables: RuntimeLayout['variables']
  readonly further: FurtherData
  /** What is added to link-time addresses in the process. */
  readonly bias: number
  /** Go minor version, if it is known. */
  readonly minor: number | undefined
}

/** What is to be done for objects that are gone: since the program started, undefined where that is not known. */
export interface Queue {
  readonly queued: bigint | undefined
  readonly executed: bigint | undefined
}

/** What was read; undefined what the Go version does not have, or what is not known to lie where. */
export interface HeapReading {
  readonly mstats: Fields<'mstats'> | undefined
  readonly controller: Fields<'gcControllerState'> | undefined
  readonly mheap: Fields<'mheap'> | undefined
  readonly work: Fields<'workType'> | undefined
  readonly limiter: Fields<'gcCPULimiterState'> | undefined
  readonly startingStackSize: bigint | undefined
  readonly schedt: Fields<'heapSched'> | undefined
  readonly finalizers: Queue
  readonly cleanups: Queue
  readonly delta: Delta | undefined
  readonly caches: readonly Cache[] | undefined
  readonly gcPhase: number | undefined
  readonly gcPercent: bigint | undefined
}

/** @throws UnreadableMemoryError when the variables cannot be read */
export function readHeap(source: HeapSource, facts: HeapVersionFacts): HeapReading {
  const { memory, variables, further, bias } = source
  const at = (place: { address: number } | undefined) => place && place.address + bias
  const struct = <S extends keyof Structs>(key: S, address: number | undefined): Fields<S> | undefined => {
    const layout = further.struct(key)
    return address === undefined || layout.size === 0 ? undefined : new StructAt(memory, address, layout)
  }
  const uint64 = (place: { address: number } | undefined) =>
    place && viewOf(readExactly(memory, place.address + bias, 8)).getBigUint64(0, true)
  const int32 = (place: { address: number } | undefined) =>
    place && viewOf(readExactly(memory, place.address + bias, 4)).getInt32(0, true)

  // The caches first: what a P puts from its cache into the counts meanwhile is rather counted twice than not at all, and seen
  // by a second look.
  const { allp } = variables
  const caches =
    allp &&
    readCaches(
      memory,
      { address: allp.address + bias, size: allp.size },
      {
        p: further.struct('heapP'),
        mcache: further.struct('mcache'),
        mspan: further.struct('mspan'),
      },
      facts,
    )
  const mstats = struct('mstats', at(variables.memstats))
  const controller = struct('gcControllerState', at(variables.gcController))
  const mheap = struct('mheap', at(further.variable('mheap_')))
  const deltas = mstats?.bytes('heapStats')
  const stackSize = int32(further.variable('startingStackSize'))
  const cleanups = struct('cleanupQueue', at(further.variable('gcCleanups')))
  const gcpercent = int32(further.variable('gcpercent'))
  return {
    mstats,
    controller,
    mheap,
    work: struct('workType', at(further.variable('work'))),
    limiter: struct('gcCPULimiterState', at(further.variable('gcCPULimiter'))),
    startingStackSize: stackSize === undefined ? undefined : BigInt(stackSize),
    schedt: struct('heapSched', at(variables.sched)),
    finalizers: {
      queued: uint64(further.variable('finqueued')),
      executed: uint64(further.variable('finexecuted')),
    },
    cleanups: { queued: cleanupsQueued(cleanups?.uint('queued'), caches), executed: cleanups?.uint('executed') },
    delta: deltas && sumOfDeltas(deltas, further.struct('heapStatsDelta')),
    caches,
    gcPhase: int32(further.variable('gcphase')),
    gcPercent: controller?.int('gcPercent') ?? (gcpercent === undefined ? undefined : BigInt(gcpercent)),
  }
}

/** src/runtime/mcleanup.go, readQueueStats. */
function cleanupsQueued(flushed: bigint | undefined, caches: readonly Cache[] | undefined): bigint | undefined {
  return caches?.reduce(
    (all, { cleanupsQueued }) => (all === undefined || cleanupsQueued === undefined ? undefined : all + cleanupsQueued),
    flushed,
  )
}

/**
 * What was ever allocated and freed.
 * @param spans sums of all spans, by class, of versions that count in them
 */
export function allocationCounts(
  further: FurtherData,
  { mstats, mheap, delta, caches }: HeapReading,
  spans: readonly SpanClass[] | undefined,
): AllocationCounts | undefined {
  if (mstats === undefined || caches === undefined) return undefined
  if (delta !== undefined) return countsFromDeltas(delta, caches, mstats.uint('tinyAllocs'))
  if (mheap === undefined) return undefined
  if (spans !== undefined) return countsFromSpans(spans, mheap, mstats, caches)
  const { nmalloc } = further.struct('mcentral').fields
  const central = mheap.bytes('central')
  const { alloc } = further.struct('mcache').fields
  if (central === undefined || nmalloc === undefined || alloc === undefined) return undefined
  const view = viewOf(central)
  const spanClasses = Math.floor(alloc.size / 8)
  const stride = Math.floor(central.length / spanClasses)
  if (nmalloc.offset + 8 > stride) return undefined
  const counts = Array.from({ length: spanClasses }, (_, spanClass) =>
    view.getBigUint64(spanClass * stride + nmalloc.offset, true),
  )
  return countsFromCentral(counts, mheap, mstats, caches)
}
