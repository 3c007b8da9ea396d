/**
 * What package runtime/metrics would tell of the heap and the garbage collector, by its own names (src/runtime/metrics.go), once the
 * caches of the Ps are flushed, as runtime.ReadMemStats does it: until then the package itself lacks what they hold, or has too much.
 */
import type { Absence } from './absence.js'
import type { AllocationCounts } from './allocation-counts.js'
import type { HEAP_STRUCTS } from './contract.js'
import type { HeapReading, Queue } from './heap-reading.js'
import { allocatedBytes, type MemStatsWords } from './mem-stats.js'

type Structs = typeof HEAP_STRUCTS
type CpuTime = keyof Structs['workType']['fields']

export interface MetricSource {
  readonly stats: MemStatsWords
  readonly counts: AllocationCounts | undefined
  readonly sizeClasses: readonly number[]
  readonly reading: Pick<
    HeapReading,
    'controller' | 'work' | 'limiter' | 'startingStackSize' | 'finalizers' | 'cleanups'
  >
}

interface Metric {
  /** The minor version that brought it. */
  readonly since: number
  /** Undefined where it is not known. */
  readonly value: (source: MetricSource) => bigint | undefined
  /** Told in seconds, kept in ns. */
  readonly isTime?: true
}

const stat = (name: keyof MemStatsWords, since = 16): Metric => ({ since, value: ({ stats }) => stats[name] })

/** What one figure has more than another. */
const rest = (whole: keyof MemStatsWords, part: keyof MemStatsWords): Metric => ({
  since: 16,
  value: ({ stats }) => difference(stats[whole], stats[part]),
})

const cpu = (name: CpuTime): Metric => ({ since: 20, value: ({ reading }) => reading.work?.int(name), isTime: true })

const scan = (name: 'heapScan' | 'lastStackScan' | 'globalsScan'): Metric => ({
  since: 21,
  value: ({ reading }) => reading.controller?.uint(name),
})

const queue = (which: 'finalizers' | 'cleanups', what: keyof Queue): Metric => ({
  since: 26,
  value: ({ reading }) => reading[which][what],
})

/** Since Go 1.17, without the tiny objects that share one. */
const objects = (which: 'mallocs' | 'frees'): Metric => ({
  since: 17,
  value: ({ counts }) => counts?.[which].reduce((all, count) => all + count, 0n),
})

const METRICS: Readonly<Record<string, Metric>> = {
  '/cpu/classes/gc/mark/assist:cpu-seconds': cpu('gcAssistTime'),
  '/cpu/classes/gc/mark/dedicated:cpu-seconds': cpu('gcDedicatedTime'),
  '/cpu/classes/gc/mark/idle:cpu-seconds': cpu('gcIdleTime'),
  '/cpu/classes/gc/pause:cpu-seconds': cpu('gcPauseTime'),
  '/cpu/classes/gc/total:cpu-seconds': cpu('gcTotalTime'),
  '/cpu/classes/idle:cpu-seconds': cpu('idleTime'),
  '/cpu/classes/scavenge/assist:cpu-seconds': cpu('scavengeAssistTime'),
  '/cpu/classes/scavenge/background:cpu-seconds': cpu('scavengeBgTime'),
  '/cpu/classes/scavenge/total:cpu-seconds': cpu('scavengeTotalTime'),
  '/cpu/classes/total:cpu-seconds': cpu('totalTime'),
  '/cpu/classes/user:cpu-seconds': cpu('userTime'),
  '/gc/cleanups/executed:cleanups': queue('cleanups', 'executed'),
  '/gc/cleanups/queued:cleanups': queue('cleanups', 'queued'),
  '/gc/cycles/automatic:gc-cycles': rest('numGC', 'numForcedGC'),
  '/gc/cycles/forced:gc-cycles': stat('numForcedGC'),
  '/gc/cycles/total:gc-cycles': stat('numGC'),
  '/gc/finalizers/executed:finalizers': queue('finalizers', 'executed'),
  '/gc/finalizers/queued:finalizers': queue('finalizers', 'queued'),
  '/gc/heap/allocs:bytes': stat('totalAlloc', 17),
  '/gc/heap/allocs:objects': objects('mallocs'),
  '/gc/heap/frees:bytes': {
    since: 17,
    value: ({ counts, sizeClasses }) => counts && allocatedBytes(counts, sizeClasses).freed,
  },
  '/gc/heap/frees:objects': objects('frees'),
  '/gc/heap/goal:bytes': stat('nextGC'),
  '/gc/heap/live:bytes': { since: 21, value: ({ reading }) => reading.controller?.uint('heapMarked') },
  '/gc/heap/objects:objects': stat('heapObjects'),
  '/gc/heap/tiny/allocs:objects': { since: 17, value: ({ counts }) => counts?.tiny },
  '/gc/gogc:percent': { since: 21, value: ({ reading }) => reading.controller?.int('gcPercent') },
  '/gc/gomemlimit:bytes': { since: 21, value: ({ reading }) => reading.controller?.uint('memoryLimit') },
  '/gc/limiter/last-enabled:gc-cycle': { since: 19, value: ({ reading }) => reading.limiter?.uint('lastEnabledCycle') },
  '/gc/scan/globals:bytes': scan('globalsScan'),
  '/gc/scan/heap:bytes': scan('heapScan'),
  '/gc/scan/stack:bytes': scan('lastStackScan'),
  '/gc/scan/total:bytes': {
    since: 21,
    value: ({ reading: { controller } }) =>
      (['heapScan', 'lastStackScan', 'globalsScan'] as const)
        .map((name) => controller?.uint(name))
        .reduce((all, part) => (all === undefined || part === undefined ? undefined : all + part), 0n),
  },
  '/gc/stack/starting-size:bytes': { since: 19, value: ({ reading }) => reading.startingStackSize },
  '/memory/classes/heap/free:bytes': rest('heapIdle', 'heapReleased'),
  '/memory/classes/heap/objects:bytes': stat('heapAlloc'),
  '/memory/classes/heap/released:bytes': stat('heapReleased'),
  '/memory/classes/heap/stacks:bytes': stat('stackInuse'),
  '/memory/classes/heap/unused:bytes': rest('heapInuse', 'heapAlloc'),
  '/memory/classes/metadata/mcache/free:bytes': rest('mcacheSys', 'mcacheInuse'),
  '/memory/classes/metadata/mcache/inuse:bytes': stat('mcacheInuse'),
  '/memory/classes/metadata/mspan/free:bytes': rest('mspanSys', 'mspanInuse'),
  '/memory/classes/metadata/mspan/inuse:bytes': stat('mspanInuse'),
  '/memory/classes/metadata/other:bytes': stat('gcSys'),
  '/memory/classes/os-stacks:bytes': rest('stackSys', 'stackInuse'),
  '/memory/classes/other:bytes': stat('otherSys'),
  '/memory/classes/profiling/buckets:bytes': stat('buckHashSys'),
  '/memory/classes/total:bytes': stat('sys'),
}

/**
 * Those that the Go version has: bytes, objects, cycles, percent, or seconds. null is what is not known, and what a number cannot
 * hold: the goal, GOGC and the limit where there is none. Why it is null is noted by its name.
 * @param minor Go minor version; undefined, for a development version, is taken for the newest
 */
export function runtimeMetrics(
  source: MetricSource,
  minor: number | undefined,
  why: Absence,
): Readonly<Record<string, number | null>> {
  const known = Object.entries(METRICS).filter(([, { since }]) => since <= (minor ?? Number.POSITIVE_INFINITY))
  return Object.fromEntries(
    known.map(([name, { value, isTime }]) => {
      const found = value(source)
      if (found === undefined) return [name, why.unknown(name)]
      if (found < 0n || found > Number.MAX_SAFE_INTEGER) return [name, why.because(name, unfit(name, found))]
      return [name, isTime ? Number(found) / 1e9 : Number(found)]
    }),
  )
}

/** What it means that they are as large as words can be, or negative. */
const UNSET: Readonly<Record<string, string>> = {
  '/gc/gogc:percent': 'collections are off',
  '/gc/gomemlimit:bytes': 'none is set',
  '/gc/heap/goal:bytes': 'no collection is to come',
}

const unfit = (name: string, value: bigint) => UNSET[name] ?? `it is ${value}, which is no plausible figure`

function difference(whole: bigint | undefined, part: bigint | undefined): bigint | undefined {
  return whole === undefined || part === undefined ? undefined : whole - part
}
