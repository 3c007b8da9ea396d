/** What `gospy sched` answers, as data; the text and the JSON are made from it. */
import {
  durationAt,
  type GoProcess,
  histogramBetween,
  type QueuedGoroutine,
  type Scheduler,
  type SchedulerOptions,
  type TimeHistogram,
  totalOf,
} from '@gospy/goruntime'

/** A thread as the kernel sees it. */
export interface ThreadReport {
  readonly tid: number
  /** As in /proc/PID/stat; null for one that ended meanwhile. */
  readonly state: string | null
  readonly waitChannel: string | null
}

export interface CpuLimitReport {
  readonly path: string
  readonly version: 1 | 2
  /** Processors' worth of time. */
  readonly cpus: number
  readonly periods: number
  readonly throttledPeriods: number
  readonly throttledNs: number
}

export interface SystemReport {
  /** Processors that its threads may run on. */
  readonly allowedCpus: number | null
  readonly threads: readonly ThreadReport[]
  readonly cpuLimits: readonly CpuLimitReport[]
  readonly cpuLimitsUnknownBecause: string | null
}

/** How long goroutines waited to run, each figure rounded up to the end of the runtime's bucket that it is in. */
export interface TimeToRunReport {
  readonly counted: number
  /** null where nothing was counted, or it is longer than the longest that the runtime tells apart. */
  readonly p50Ns: number | null
  readonly p90Ns: number | null
  readonly p99Ns: number | null
  readonly maxNs: number | null
}

export interface IntervalReport {
  readonly takenAt: number
  readonly durationNs: number
  readonly processors: readonly {
    readonly id: number
    readonly schedticksPerSecond: number | null
    readonly syscallticksPerSecond: number | null
    readonly runqSize: number | null
  }[]
  readonly runqSize: number | null
  readonly timeToRun: TimeToRunReport | null
  readonly stillQueued: readonly QueuedGoroutine[]
  /** Periods in which the limits' groups were stopped, by the groups of the look before. */
  readonly throttledPeriods: readonly {
    readonly path: string
    readonly periods: number
    readonly throttledNs: number
  }[]
}

export interface SchedLook {
  readonly scheduler: Scheduler
  readonly system: SystemReport
}

export function takeLook(go: GoProcess, options: SchedulerOptions): SchedLook {
  const scheduler = go.scheduler(options)
  const { process } = go
  const { limits, unknownBecause } = process.cpuLimits()
  return {
    scheduler,
    system: {
      allowedCpus: process.status().allowedCpus ?? null,
      threads: process.threads().map((tid) => ({
        tid,
        state: process.threadState(tid) ?? null,
        waitChannel: process.waitChannel(tid) ?? null,
      })),
      cpuLimits: limits.map(({ path, version, quotaUs, periodUs, periods, throttledPeriods, throttledNs }) => ({
        path,
        version,
        cpus: quotaUs / periodUs,
        periods,
        throttledPeriods,
        throttledNs,
      })),
      cpuLimitsUnknownBecause: unknownBecause ?? null,
    },
  }
}

export function timeToRunReport(histogram: TimeHistogram | null): TimeToRunReport | null {
  if (histogram === null) return null
  const at = (share: number) => {
    const ns = durationAt(histogram, share)
    return ns === null || !Number.isFinite(ns) ? null : ns
  }
  return { counted: totalOf(histogram), p50Ns: at(0.5), p90Ns: at(0.9), p99Ns: at(0.99), maxNs: at(1) }
}

/** What happened between two looks. @param stillQueued who stood in the same queue at both */
export function intervalReport(
  before: SchedLook,
  after: SchedLook,
  stillQueued: readonly QueuedGoroutine[],
): IntervalReport {
  const [a, b] = [before.scheduler, after.scheduler]
  const durationNs = b.monotonicNs - a.monotonicNs
  const perSecond = (from: number | null | undefined, to: number | null) =>
    from === null || from === undefined || to === null ? null : (((to - from) >>> 0) * 1e9) / durationNs
  const limits = new Map(before.system.cpuLimits.map((limit) => [limit.path, limit]))
  return {
    takenAt: b.takenAt,
    durationNs,
    processors: b.processors.map((p) => {
      const old = a.processors.find(({ id }) => id === p.id)
      return {
        id: p.id,
        schedticksPerSecond: perSecond(old?.schedtick, p.schedtick),
        syscallticksPerSecond: perSecond(old?.syscalltick, p.syscalltick),
        runqSize: p.runqSize,
      }
    }),
    runqSize: b.runqSize,
    timeToRun:
      a.timeToRun === null || b.timeToRun === null ? null : timeToRunReport(histogramBetween(a.timeToRun, b.timeToRun)),
    stillQueued,
    throttledPeriods: after.system.cpuLimits.flatMap((limit) => {
      const old = limits.get(limit.path)
      if (old === undefined) return []
      const { path, throttledPeriods, throttledNs } = limit
      return [{ path, periods: throttledPeriods - old.throttledPeriods, throttledNs: throttledNs - old.throttledNs }]
    }),
  }
}
