/** What `GoProcess.scheduler` tells: plain data. What a Go version does not have, or could not be read, is null. */
import type { GoroutineStatus } from '../goroutine-status.js'
import type { TimeHistogram } from './time-histogram.js'

/** P statuses in the runtime's own words (src/runtime/runtime2.go, _Pidle …; Go 1.5 to 1.27), by number. */
export const PROCESSOR_STATUSES = ['idle', 'running', 'syscall', 'gcstop', 'dead', 'unknown'] as const
export type ProcessorStatus = (typeof PROCESSOR_STATUSES)[number]

export interface SchedulerGoroutine {
  readonly id: number
  readonly status: GoroutineStatus
  /** The function that it was started with, as `g.startpc` has it; null where it is in no Go function. */
  readonly startFunction: string | null
}

/** A P: what runs Go code needs one, and there are GOMAXPROCS of them. */
export interface Processor {
  readonly id: number
  readonly status: ProcessorStatus
  /** The M that has it, by its number. */
  readonly m: number | null
  /** How often it was given a goroutine to run, and how often one of its goroutines was in a system call, modulo 2^32. */
  readonly schedtick: number | null
  readonly syscalltick: number | null
  /** Goroutines in the local run queue, without `runnext`. */
  readonly runqSize: number | null
  /** Those goroutines, the next one first. Entries that could not be read are missing. */
  readonly runq: readonly SchedulerGoroutine[]
  /** How many goroutines ever left the queue, modulo 2^32: the place of the first one, from which the others count on. */
  readonly runqHead: number | null
  /** The goroutine that runs before those in the queue. */
  readonly runnext: SchedulerGoroutine | null
  /** Timers in its heap, those included that were stopped and are not removed yet; null before Go 1.14, where Ps have none. */
  readonly timers: number | null
  /** Whether it changed at every look, so that what is told may be of two moments. */
  readonly torn: boolean
}

/** An M: a thread that runs, or could run, Go code. */
export interface Machine {
  readonly id: number | null
  /** The thread's number on this machine; null while the thread is only just being made. */
  readonly thread: number | null
  /** What it was made for, of Ms that run one function of the runtime only at first or for ever: `runtime.sysmon`. */
  readonly startFunction: string | null
  /**
   * The goroutine that it runs, or that is in a system call or C on it; null also for an M that waits for a call from C, whose
   * runtime.g is no goroutine until then.
   */
  readonly goroutine: SchedulerGoroutine | null
  /** The P that it has; in a system call, in versions that leave it there, the one that it had, which another M may have by now. */
  readonly p: number | null
  /** Whether it looks for a goroutine to run. */
  readonly spinning: boolean | null
  /** Whether it sleeps on a note of the runtime. */
  readonly blocked: boolean | null
  /** Whether it is in the list of idle Ms. */
  readonly idle: boolean | null
  /** Whether it is in a call of C; null before Go 1.9. */
  readonly incgo: boolean | null
  /** Whether it was made for threads that C created; before Go 1.20 null, but for one that waits for a call from C. */
  readonly extra: boolean | null
  /** The goroutine that is locked to it (runtime.LockOSThread). */
  readonly lockedGoroutine: SchedulerGoroutine | null
  readonly torn: boolean
}

/** Durations by what the world was stopped for: until all Ps had stopped, and until they went on. */
export interface StopTheWorld {
  readonly stoppingGC: TimeHistogram
  readonly stoppingOther: TimeHistogram
  readonly totalGC: TimeHistogram
  readonly totalOther: TimeHistogram
}

export interface Scheduler {
  readonly mode: 'live' | 'paused'
  /** Wall-clock time, ms since 1970. */
  readonly takenAt: number
  /** CLOCK_MONOTONIC when reading began, ns: to be compared with another look's. */
  readonly monotonicNs: number
  readonly readMs: number
  readonly pausedMs: number | null
  readonly gomaxprocs: number | null
  /** Whether GOMAXPROCS was set by the environment or a call rather than derived from the machine; null before Go 1.25. */
  readonly customGomaxprocs: boolean | null
  /** What runtime.NumGoroutine returns, counted as it counts. */
  readonly numGoroutine: number | null
  readonly processors: readonly Processor[]
  readonly machines: readonly Machine[]
  /** Ms that there are, by the scheduler's own count. */
  readonly threads: number | null
  /** Ps and Ms in the lists of idle ones, by their numbers, the next one to be used first. */
  readonly idleProcessors: readonly number[] | null
  readonly idleMachines: readonly number[] | null
  /** The scheduler's own counts of them. */
  readonly npidle: number | null
  readonly nmidle: number | null
  /** Ms that wait for the goroutine that is locked to them. */
  readonly nmidlelocked: number | null
  readonly nmspinning: number | null
  readonly needspinning: boolean | null
  /** The global run queue: its length, and its first goroutines. */
  readonly runqSize: number | null
  readonly runq: readonly SchedulerGoroutine[]
  /** Whether a collection or the like waits for all Ps to stop, and for how many it still waits. */
  readonly gcwaiting: boolean | null
  readonly stopwait: number | null
  /** Whether sysmon sleeps until there is work. */
  readonly sysmonwait: boolean | null
  /** How long goroutines waited to run; null before Go 1.17. */
  readonly timeToRun: TimeHistogram | null
  /** For how long the world was stopped, since the program started; null before Go 1.22. */
  readonly stopTheWorld: StopTheWorld | null
  /**
   * What package runtime/metrics would tell, by its names (`/sched/goroutines:goroutines`), of those that the Go version has (1.16 and
   * newer), without what is a histogram there: that are `timeToRun` and `stopTheWorld`. null is what is not known. Also the calls from Go to C,
   * and how often each setting in GODEBUG changed what the program does (`/godebug/non-default-behavior/panicnil:events`).
   */
  readonly metrics: { readonly [name: string]: number | null }
  /** Why figures of `metrics` are null, by their name; of GODEBUG, where not even its settings are known, `/godebug/non-default-behavior/`. */
  readonly absent: { readonly [figure: string]: string }
  /** Whether the scheduler's own fields changed at every look. */
  readonly torn: boolean
  /** What could not be told and why, for people. */
  readonly warnings: readonly string[]
}
