/** `gospy sched PID`: what the scheduler of the Go runtime does, beside what the system says of the process's threads. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type GoProcess, QueueWatch, type SchedulerOptions } from '@gospy/goruntime'
import { readInterval } from '../interval.js'
import type { Io } from '../output.js'
import { writeJson } from '../render/json.js'
import { processJson } from '../render/process-json.js'
import { schedJson } from '../render/sched-json.js'
import { type IntervalReport, intervalReport, type SchedLook, takeLook } from '../render/sched-report.js'
import { writeIntervalText, writeSchedText } from '../render/sched-text.js'
import { printable } from '../render/text.js'
import { openTarget, pauseOptions, type TargetOptions } from '../target.js'
import { UsageError } from '../usage-error.js'
import { WaitForSignal } from '../wait-for-signal.js'

export interface SchedOptions extends TargetOptions {
  json?: boolean
  /** Seconds, and how many of them. */
  interval?: string
  count?: string
}

const LEAST_INTERVAL_MS = 10
const MOST_INTERVALS = 100_000

export async function sched(io: Io, pid: string | undefined, options: SchedOptions): Promise<void> {
  const signal = await show(io, pid, options)
  // As whoever sent it expects: this program was ended by it.
  if (signal !== undefined) process.kill(process.pid, signal)
}

interface SchedRequest {
  readonly how: SchedulerOptions
  readonly intervalMs: number
  readonly count: number
}

/** @returns the signal that ended it */
async function show(io: Io, pid: string | undefined, options: SchedOptions): Promise<NodeJS.Signals | undefined> {
  const request = readSchedFlags(options)
  // JSON is one answer, which is written at the end; text has been written by then.
  using signals = options.json && request.count > 0 ? new WaitForSignal() : undefined
  const wait = async (ms: number) => (signals === undefined ? void (await sleep(ms)) : await signals.wait(ms))
  using target = openTarget(pid, options)
  const { go } = target
  const first = takeLook(go, request.how)
  for (const warning of first.scheduler.warnings) io.stderr.write(`gospy: ${printable(warning)}\n`)
  if (!options.json) {
    writeSchedText(io.stdout, go, first)
    return await follow(go, first, request, wait, (interval) => writeIntervalText(io.stdout, interval))
  }
  // What it is can be told of it while it is there.
  const about = processJson(go)
  const intervals: IntervalReport[] = []
  try {
    return await follow(go, first, request, wait, (interval) => intervals.push(interval))
  } finally {
    // Also when a signal or the end of the process came first: what was seen is told.
    writeJson(io.stdout, schedJson(about, first, intervals))
  }
}

/** Reports interval after interval. @returns the signal that ended it before all were there */
async function follow(
  go: GoProcess,
  first: SchedLook,
  { how, intervalMs, count }: SchedRequest,
  wait: (ms: number) => Promise<NodeJS.Signals | undefined>,
  report: (interval: IntervalReport) => void,
): Promise<NodeJS.Signals | undefined> {
  const watch = new QueueWatch()
  watch.look(first.scheduler)
  let before = first
  for (let done = 0; done < count; done++) {
    const signal = await wait(intervalMs)
    if (signal !== undefined) return signal
    const after = takeLook(go, how)
    report(intervalReport(before, after, watch.look(after.scheduler)))
    before = after
  }
  return undefined
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
