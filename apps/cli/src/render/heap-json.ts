/** `gospy heap --json`: schema gospy.heap/1. */
import type { HeapSnapshot } from '@gospy/goruntime'
import { timeToRunReport } from './sched-report.js'
import { wallClock } from './wall-clock.js'

/** The parts of the answer that are about the heap. Key order is part of what people see. */
export function heapJson(heap: HeapSnapshot) {
  const { mode, takenAt, readMs, pausedMs, stable, warnings, memStats, pauses } = heap
  const { metrics, gc, pauseTimes, bySize, spanClasses, caches, absent } = heap
  return {
    snapshot: {
      mode,
      takenAt: new Date(takenAt).toISOString(),
      readMs: toMicroseconds(readMs),
      pausedMs: pausedMs && toMicroseconds(pausedMs),
      stable,
      warnings,
    },
    memStats: { ...memStats, lastGC: memStats.lastGC === null ? null : wallClock(memStats.lastGC) },
    metrics,
    gc,
    pauses: pauses?.map(({ cycle, ns, endedAt }) => ({ cycle, ns, endedAt: wallClock(endedAt) })) ?? null,
    pauseTimes: timeToRunReport(pauseTimes),
    bySize,
    spanClasses,
    caches,
    absent,
  }
}

/** Finer than that is noise. */
function toMicroseconds(ms: number): number {
  return Math.round(ms * 1000) / 1000
}
