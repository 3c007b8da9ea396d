/** For how long collections stopped the world (src/runtime/mstats.go, pause_ns and pause_end; readGCStats_m). */
import { type TimeHistogram, timeHistogram } from '../sched/time-histogram.js'
import type { HeapReading } from './heap-reading.js'

/** The pauses of one collection together. */
export interface GcPause {
  /** The collection's number, from 1 on: `MemStats.NumGC` when it had ended. */
  readonly cycle: number
  readonly ns: number
  /** When the last of them ended, ns since 1970. */
  readonly endedAt: bigint
}

/** The latest first: at most as many as the runtime keeps, 256. */
export function gcPauses({ mstats }: HeapReading): GcPause[] | undefined {
  const [ns, ends, count] = [mstats?.words('pauseNs'), mstats?.words('pauseEnd'), mstats?.uint('numGC')]
  if (ns === undefined || ends === undefined || count === undefined) return undefined
  const cycles = Number(count)
  return Array.from({ length: Math.min(cycles, ns.length) }, (_, back) => {
    const at = (cycles - 1 - back) % ns.length
    return { cycle: cycles - back, ns: Number(ns[at]), endedAt: ends[at]! }
  })
}

/** All since the program started, as `/gc/pauses:seconds` of runtime/metrics has them (metrics.go): since Go 1.16. */
export function pauseTimes({ mstats, schedt }: HeapReading): TimeHistogram | undefined {
  const counts = schedt?.words('schedPauseCounts') ?? mstats?.words('gcPauseCounts')
  const underflow = schedt?.uint('schedPauseUnderflow') ?? mstats?.uint('gcPauseUnderflow')
  const overflow = schedt?.uint('schedPauseOverflow') ?? mstats?.uint('gcPauseOverflow') ?? 0n
  if (counts === undefined || underflow === undefined) return undefined
  return timeHistogram(counts.map(Number), Number(underflow), Number(overflow)) ?? undefined
}
