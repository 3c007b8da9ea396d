/** What is told of a process's heap: plain data. */
import type { TimeHistogram } from '../sched/time-histogram.js'
import type { GcPause } from './gc-pauses.js'
import type { MemStatsWords } from './mem-stats.js'
import type { SpanClass } from './span-classes.js'
import type { GcPhase } from './versions.js'

/**
 * Figures of runtime.MemStats, named as its fields in camel case: bytes, objects, ns. null is what is not known: `absent` says
 * why.
 */
export type MemStatsFigures = { readonly [K in Exclude<keyof MemStatsWords, 'lastGC'>]: number | null } & {
  /** When the last collection ended, ns since 1970; null before the first. */
  readonly lastGC: bigint | null
  /** Share of the CPU time since the program started that collections took, as of the last one. */
  readonly gcCPUFraction: number | null
}

/** Objects of one size class that were ever allocated and freed, as runtime.MemStats.BySize has them. */
export interface SizeClass {
  /** Bytes of an object; 0 for those that have a span of their own. */
  readonly size: number
  readonly mallocs: number
  readonly frees: number
}

/** What one P has put aside to allocate from without a lock. */
export interface PCache {
  /** The P's place in runtime.allp. */
  readonly p: number
  readonly spans: number
  /** Objects that it can still allocate from its spans, and the bytes they take. */
  readonly freeObjects: number
  readonly freeBytes: number
  /**
   * Objects that it allocated since the runtime last counted: the figures here have them. Of Go until 1.18, which counts ahead
   * what a cache may allocate, null.
   */
  readonly uncounted: number | null
  /** Tiny objects likewise (mcache.tinyAllocs). */
  readonly tinyAllocs: number
}

export interface GcState {
  readonly phase: GcPhase | null
  /** GOGC in percent; -1 is off. */
  readonly gogc: number | null
  /** GOMEMLIMIT in bytes; null where none is set. */
  readonly memoryLimit: number | null
  /**
   * Bytes that the next collection counts as allocated: what the last one marked and all since, with what the caches could
   * still allocate as if they had.
   */
  readonly heapLive: number | null
  /** Bytes that the last collection marked. */
  readonly heapMarked: number | null
  /** CPU time in ns since the program started, as of the last collection: of collections, and of all Ps. */
  readonly gcCpuNs: number | null
  readonly totalCpuNs: number | null
}

export interface HeapSnapshot {
  readonly mode: 'live' | 'paused'
  /** ms since 1970. */
  readonly takenAt: number
  readonly readMs: number
  readonly pausedMs: number | null
  /** Whether a second look found the same: then all figures are of one moment. Always so of a stopped process. */
  readonly stable: boolean
  readonly memStats: MemStatsFigures
  /**
   * What package runtime/metrics would tell, by its names (`/memory/classes/heap/free:bytes`), of those that the Go version has
   * (1.16 and newer): bytes, objects, cycles, percent, or seconds, without what is a histogram there: that are `pauseTimes` and
   * `bySize`. null is what is not known, and the goal, GOGC and the limit where there is none: `absent` says which.
   */
  readonly metrics: { readonly [name: string]: number | null }
  readonly gc: GcState
  /** The latest first: at most the 256 that the runtime keeps. */
  readonly pauses: readonly GcPause[] | null
  /**
   * How long collections stopped the world, each time: all since the program started, `/gc/pauses:seconds` of runtime/metrics. A
   * collection stops it twice. null before Go 1.16.
   */
  readonly pauseTimes: TimeHistogram | null
  readonly bySize: readonly SizeClass[] | null
  readonly spanClasses: readonly SpanClass[] | null
  readonly caches: readonly PCache[] | null
  /** Why figures are null, by their name. */
  readonly absent: { readonly [figure: string]: string }
  /** What people should know of it. */
  readonly warnings: readonly string[]
}
