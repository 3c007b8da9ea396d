/** `gospy sched PID`: what the scheduler of the Go runtime does, beside what the system says of the process's threads. */
import { type GoProcess, QueueWatch, type SchedulerOptions } from '@gospy/goruntime'
import { readInterval } from '../interval.js'
import type { Io } from '../output.js'
import { writeJson } from '../render/json.js'
import { schedJson } from '../render/sched-json.js'
import { type IntervalReport, intervalReport, takeLook } from '../render/sched-report.js'
import { writeIntervalText, writeSchedText } from '../render/sched-text.js'
import { printable } from '../render/text.js'
import { pauseOptions, type TargetOptions, withProcess } from '../target.js'
import { UsageError } from '../usage-error.js'

export interface SchedOptions extends TargetOptions {
  json?: boolean
  /** Seconds, and how many of them. */
  interval?: string
  count?: string
}

const LEAST_INTERVAL_MS = 10
const MOST_INTERVALS = 100_000

export function sched(io: Io, pid: string | undefined, options: SchedOptions): void {
  const request = readSchedFlags(options)
  withProcess(pid, options, (go) => report(io, go, request, options.json ?? false))
}

interface SchedRequest {
  readonly how: SchedulerOptions
  readonly intervalMs: number
  readonly count: number
}

function report(io: Io, go: GoProcess, { how, intervalMs, count }: SchedRequest, json: boolean): void {
  const first = takeLook(go, how)
  for (const warning of first.scheduler.warnings) io.stderr.write(`gospy: ${printable(warning)}\n`)
  if (!json) writeSchedText(io.stdout, go, first)
  const watch = new QueueWatch()
  watch.look(first.scheduler)
  const intervals: IntervalReport[] = []
  let before = first
  for (let done = 0; done < count; done++) {
    sleep(intervalMs)
    const after = takeLook(go, how)
    const interval = intervalReport(before, after, watch.look(after.scheduler))
    if (json) intervals.push(interval)
    else writeIntervalText(io.stdout, interval)
    before = after
  }
  if (json) writeJson(io.stdout, schedJson(go, first, intervals))
}

/** @throws UsageError */
function readSchedFlags(options: SchedOptions): SchedRequest {
  const { interval, count } = options
  const how = pauseOptions(options)
  if (interval === undefined) {
    if (count !== undefined) throw new UsageError('--count is how many intervals there are: give --interval as well')
    return { how, intervalMs: 0, count: 0 }
  }
  const intervalMs = readInterval(interval, LEAST_INTERVAL_MS)
  const intervals = count === undefined ? 1 : /^\d{1,6}$/.test(count) ? Number(count) : 0
  if (intervals < 1 || intervals > MOST_INTERVALS) {
    throw new UsageError(`--count takes a number of intervals, from 1 to ${MOST_INTERVALS}, not "${count}"`)
  }
  return { how, intervalMs, count: intervals }
}

const sleeper = new Int32Array(new SharedArrayBuffer(4))

function sleep(ms: number): void {
  Atomics.wait(sleeper, 0, 0, ms)
}
