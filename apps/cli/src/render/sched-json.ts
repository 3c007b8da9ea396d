/** `gospy sched --json`: schema gospy.sched/1. */
import type { ProcessJson } from './process-json.js'
import { type IntervalReport, type SchedLook, timeToRunReport } from './sched-report.js'

export function schedJson(
  process: ProcessJson,
  { scheduler, system }: SchedLook,
  intervals: readonly IntervalReport[],
) {
  const { mode, takenAt, readMs, pausedMs, monotonicNs: _, warnings, timeToRun, stopTheWorld, ...rest } = scheduler
  return {
    schema: 'gospy.sched/1',
    process,
    snapshot: { mode, takenAt: new Date(takenAt).toISOString(), readMs, pausedMs },
    scheduler: {
      ...rest,
      processors: rest.processors.map(({ runqHead: _, ...processor }) => processor),
      timeToRun: timeToRunReport(timeToRun),
      stopTheWorld: stopTheWorld && {
        stoppingGC: timeToRunReport(stopTheWorld.stoppingGC),
        stoppingOther: timeToRunReport(stopTheWorld.stoppingOther),
        totalGC: timeToRunReport(stopTheWorld.totalGC),
        totalOther: timeToRunReport(stopTheWorld.totalOther),
      },
    },
    system,
    intervals: intervals.map((interval) => ({ ...interval, takenAt: new Date(interval.takenAt).toISOString() })),
    warnings,
  }
}
