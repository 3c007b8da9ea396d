/** The figures of runtime.MemStats, as runtime.ReadMemStats would return them now (src/runtime/mstats.go, readmemstats_m). */
import type { AllocationCounts } from './allocation-counts.js'
import { heapGoal } from './heap-goal.js'
import type { HeapReading } from './heap-reading.js'
import type { HeapVersionFacts } from './versions.js'

/** Bytes, objects or ns, named as the fields of runtime.MemStats in camel case; undefined is what is not known. */
export interface MemStatsWords {
  /** Bytes of objects that are allocated and not yet freed; the same as heapAlloc. */
  alloc: bigint | undefined
  totalAlloc: bigint | undefined
  sys: bigint | undefined
  mallocs: bigint | undefined
  frees: bigint | undefined
  heapAlloc: bigint | undefined
  heapSys: bigint | undefined
  heapIdle: bigint | undefined
  heapInuse: bigint | undefined
  heapReleased: bigint | undefined
  heapObjects: bigint | undefined
  stackInuse: bigint | undefined
  stackSys: bigint | undefined
  mspanInuse: bigint | undefined
  mspanSys: bigint | undefined
  mcacheInuse: bigint | undefined
  mcacheSys: bigint | undefined
  buckHashSys: bigint | undefined
  gcSys: bigint | undefined
  otherSys: bigint | undefined
  /** Above 2^53 where no collection is to come. */
  nextGC: bigint | undefined
  /** ns since 1970; 0 before the first collection. */
  lastGC: bigint | undefined
  pauseTotalNs: bigint | undefined
  numGC: bigint | undefined
  numForcedGC: bigint | undefined
}

export function memStats(
  { mstats, controller, mheap, delta }: HeapReading,
  counts: AllocationCounts | undefined,
  facts: HeapVersionFacts,
): MemStatsWords {
  const fromDelta = (field: 'inStacks' | 'inWorkBufs') => delta?.[field]?.[0]
  const stackInuse = delta === undefined ? mstats?.uint('stacksInuse') : fromDelta('inStacks')
  // Memory that the garbage collector takes from the heap's pages: counted in the stacks' manner since 1.16.
  const gcPages = delta === undefined ? 0n : sum(fromDelta('inWorkBufs'), delta.inPtrScalarBits?.[0] ?? 0n)
  const heapBytes = facts.stacksAreHeap ? stackInuse : 0n
  const sinceController = {
    inuse: controller?.uint('heapInUse'),
    released: controller?.uint('heapReleased'),
    free: controller?.uint('heapFree'),
  }
  const heapInuse = difference(mstats?.uint('heapInuse') ?? sinceController.inuse, heapBytes)
  const heapReleased = mstats?.uint('heapReleased') ?? sinceController.released
  const heapSys = difference(
    mstats?.uint('heapSys') ?? sum(sinceController.inuse, sinceController.free, sinceController.released),
    heapBytes,
  )
  const heapIdle = mstats?.uint('heapIdle') ?? difference(heapSys, heapInuse)
  const gcSys = sum(mstats?.uint('gcSys'), gcPages)
  const stackSys = sum(mstats?.uint('stacksSys'), stackInuse)
  const [mspanSys, mcacheSys] = [mstats?.uint('mspanSys'), mstats?.uint('mcacheSys')]
  const [buckHashSys, otherSys] = [mstats?.uint('buckhashSys'), mstats?.uint('otherSys')]
  const allocated = counts && allocatedBytes(counts, facts.sizeClasses)
  const heapAlloc = difference(allocated?.total, allocated?.freed)
  const mallocs = counts && total(counts.mallocs) + counts.tiny
  const frees = counts && total(counts.frees) + counts.tiny
  return {
    alloc: heapAlloc,
    totalAlloc: allocated?.total,
    sys: sum(heapSys, stackSys, mspanSys, mcacheSys, buckHashSys, gcSys, otherSys),
    mallocs,
    frees,
    heapAlloc,
    heapSys,
    heapIdle,
    heapInuse,
    heapReleased,
    heapObjects: difference(mallocs, frees),
    stackInuse,
    stackSys,
    mspanInuse: mheap?.uint('spanInuse'),
    mspanSys,
    mcacheInuse: mheap?.uint('cacheInuse'),
    mcacheSys,
    buckHashSys,
    gcSys,
    otherSys,
    nextGC: heapGoal(
      mstats?.uint('nextGC') ?? controller?.uint('heapGoal'),
      controller,
      facts.limitHeadroomPercent,
      heapAlloc,
    ),
    lastGC: mstats?.uint('lastGC'),
    pauseTotalNs: mstats?.uint('pauseTotalNs'),
    numGC: mstats?.uint('numGC'),
    numForcedGC: mstats?.uint('numForcedGC'),
  }
}

/** Bytes that were ever allocated and freed. */
export function allocatedBytes({ mallocs, frees, largeAlloc, largeFree }: AllocationCounts, sizes: readonly number[]) {
  const bytes = (counts: readonly bigint[]) =>
    counts.reduce((sum, count, sizeClass) => sum + count * BigInt(sizes[sizeClass] ?? 0), 0n)
  return { total: bytes(mallocs) + largeAlloc, freed: bytes(frees) + largeFree }
}

const total = (counts: readonly bigint[]) => counts.reduce((all, count) => all + count, 0n)

/** Undefined where one of them is. */
function sum(...parts: readonly (bigint | undefined)[]): bigint | undefined {
  return parts.reduce((all, part) => (all === undefined || part === undefined ? undefined : all + part), 0n)
}

function difference(whole: bigint | undefined, part: bigint | undefined): bigint | undefined {
  return whole === undefined || part === undefined ? undefined : whole - part
}
