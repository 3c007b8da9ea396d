/** From what was read to what is told: numbers, and of each that is missing why. */
import { Absence } from './absence.js'
import type { AllocationCounts } from './allocation-counts.js'
import type { Cache } from './caches.js'
import { type GcPause, gcPauses, pauseTimes } from './gc-pauses.js'
import { allocationCounts, type HeapReading, type HeapSource } from './heap-reading.js'
import type { GcState, HeapSnapshot, MemStatsFigures, PCache, SizeClass } from './heap-snapshot.js'
import { memStats } from './mem-stats.js'
import { runtimeMetrics } from './runtime-metrics.js'
import type { SpanClass } from './span-classes.js'
import type { HeapVersionFacts } from './versions.js'

/** The figures that one look tells. */
export type HeapFigures = Pick<
  HeapSnapshot,
  'memStats' | 'metrics' | 'gc' | 'pauses' | 'pauseTimes' | 'bySize' | 'caches' | 'absent'
>

/** What the runtime has as memory limit where none is set: math.MaxInt64. */
const NO_LIMIT = (1n << 63n) - 1n

/** @param spans sums of all spans, by class: needed of versions that count in them */
export function heapFigures(
  source: HeapSource,
  reading: HeapReading,
  facts: HeapVersionFacts,
  spans: readonly SpanClass[] | undefined,
): HeapFigures {
  const why = new Absence(source)
  const number = (name: string, value: bigint | undefined): number | null => {
    if (value === undefined) return why.unknown(name)
    const plain = Number(value)
    // A wall clock in ns is told as it is.
    return isCount(plain) || name === 'gogc' || name === 'lastGC'
      ? plain
      : why.because(name, `it is ${value}, which is no plausible figure`)
  }
  const counts = allocationCounts(source.further, reading, facts.countsAreInSpans ? spans : undefined)
  const words = memStats(reading, counts, facts)
  const figures = Object.fromEntries(Object.entries(words).map(([name, value]) => [name, number(name, value)]))
  const { nextGC, lastGC } = words
  // With GOGC off it is the largest word, or since Go 1.19 what is left of the largest limit.
  if (nextGC !== undefined && nextGC > Number.MAX_SAFE_INTEGER) {
    why.because('nextGC', `no collection is to come: it is ${nextGC}`)
  }
  const memory = {
    ...figures,
    lastGC: lastGC === 0n ? why.because('lastGC', 'there was no collection yet') : (lastGC ?? null),
    gcCPUFraction: reading.mstats?.float('gcCPUFraction') ?? why.unknown('gcCPUFraction'),
  } as MemStatsFigures
  const { sizeClasses } = facts
  return {
    memStats: memory,
    metrics: runtimeMetrics({ stats: words, counts, sizeClasses, reading }, source.minor, why),
    gc: gcState(reading, facts, number, why),
    pauses: pausesOf(reading) ?? why.unknown('pauses'),
    pauseTimes: pauseTimes(reading) ?? why.unknown('pauseTimes'),
    bySize: classesOf(counts, facts) ?? why.unknown('bySize'),
    caches: reading.caches?.map(pCache) ?? why.unknown('caches'),
    absent: why.reasons,
  }
}

function gcState(
  { mstats, controller, work, gcPhase, gcPercent }: HeapReading,
  { gcPhases }: HeapVersionFacts,
  number: (name: string, value: bigint | undefined) => number | null,
  why: Absence,
): GcState {
  const limit = controller?.uint('memoryLimit')
  const [gcTime, idleTime] = [work?.uint('gcTotalTime'), work?.uint('gcIdleTime')]
  return {
    phase: gcPhases[gcPhase ?? -1] ?? why.unknown('phase'),
    gogc: number('gogc', gcPercent),
    memoryLimit: limit === NO_LIMIT ? why.because('memoryLimit', 'none is set') : number('memoryLimit', limit),
    heapLive: number('heapLive', mstats?.uint('heapLive') ?? controller?.uint('heapLive')),
    heapMarked: number('heapMarked', mstats?.uint('heapMarked') ?? controller?.uint('heapMarked')),
    gcCpuNs: number('gcCpuNs', gcTime === undefined || idleTime === undefined ? undefined : gcTime - idleTime),
    totalCpuNs: number('totalCpuNs', work?.uint('totalTime')),
  }
}

function pausesOf(reading: HeapReading): GcPause[] | undefined {
  const pauses = gcPauses(reading)
  return pauses?.every(({ ns }) => isCount(ns)) ? pauses : undefined
}

function classesOf(counts: AllocationCounts | undefined, { sizeClasses }: HeapVersionFacts): SizeClass[] | undefined {
  const classes = counts?.mallocs.map((mallocs, sizeClass) => ({
    size: sizeClasses[sizeClass] ?? 0,
    mallocs: Number(mallocs),
    frees: Number(counts.frees[sizeClass]),
  }))
  return classes?.every(({ mallocs, frees }) => isCount(mallocs) && isCount(frees)) ? classes : undefined
}

const isCount = (value: number) => Number.isSafeInteger(value) && value >= 0

function pCache({ p, spans, fields }: Cache): PCache {
  let [freeObjects, freeBytes, uncounted] = [0, 0, 0]
  let isNoted = spans.length > 0
  for (const { elements, allocated, allocatedBefore, elementSize } of spans) {
    freeObjects += elements - allocated
    freeBytes += (elements - allocated) * elementSize
    if (allocatedBefore === undefined) isNoted = false
    else uncounted += allocated - allocatedBefore
  }
  return {
    p,
    spans: spans.length,
    freeObjects,
    freeBytes,
    uncounted: isNoted || spans.length === 0 ? uncounted : null,
    tinyAllocs: Number(fields.uint('tinyAllocs') ?? 0n),
  }
}
