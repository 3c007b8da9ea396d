/** `gospy sched` for people. */
import type { GoProcess, Machine, Scheduler, SchedulerGoroutine, TimeHistogram } from '@gospy/goruntime'
import type { Output } from '../output.js'
import { cutFunction } from './cut.js'
import { processLines } from './header-text.js'
import { itemsLine, shownOf } from './items.js'
import { type IntervalReport, type SchedLook, type TimeToRunReport, timeToRunReport } from './sched-report.js'
import { type Column, table } from './table.js'
import { count, milliseconds, painter, printable } from './text.js'

/** Columns for the goroutines of one function, and functions of one queue; the rest is counted. */
const IDS_WIDTH = 40
const MOST_FUNCTIONS = 10
/** Lines longer than that are broken where no terminal is. */
const DEFAULT_WIDTH = 80
/** So many Ps are listed in any case. */
const LISTED_PS = 8
/** The least that is left of a function's name, in columns. */
const LEAST_NAME = 12

export function writeSchedText(output: Output, go: GoProcess, look: SchedLook): void {
  const paint = painter(output.colour)
  const { scheduler } = look
  const lines = [
    ...processLines(go, paint),
    howItWasRead(scheduler),
    '',
    ...schedulerLines(scheduler, output.columns ?? DEFAULT_WIDTH),
    ...systemLines(look),
    '',
    paint('bold', 'Ps'),
    ...processorLines(scheduler, output.columns),
    ...queueLines(scheduler, paint, output.columns),
  ]
  if (scheduler.machines.length > 0) {
    lines.push('', paint('bold', 'Ms'), ...machineLines(look, output.columns))
  }
  output.write(`${lines.join('\n')}\n`)
}

function howItWasRead({ pausedMs, readMs, torn, processors, machines }: Scheduler): string {
  const how =
    pausedMs === null
      ? `Read in ${milliseconds(readMs)} while it ran`
      : `Read while it was stopped for ${milliseconds(pausedMs)}`
  const changing = [...processors, ...machines].filter((one) => one.torn).length + (torn ? 1 : 0)
  return changing === 0 ? how : `${how}: ${count(changing, 'part')} changed at every look, marked ~`
}

function schedulerLines(scheduler: Scheduler, width: number): string[] {
  const { gomaxprocs, customGomaxprocs, numGoroutine, threads, npidle, nmidle, nmidlelocked, nmspinning } = scheduler
  const { runqSize, gcwaiting, stopwait, sysmonwait, needspinning, torn } = scheduler
  const origin =
    customGomaxprocs === null ? '' : customGomaxprocs ? ' (set by its environment or itself)' : ' (by the machine)'
  const stopping = gcwaiting === null ? '-' : gcwaiting ? `yes, ${number(stopwait)} Ps to go` : 'no'
  const searching = needspinning === true ? `${number(nmspinning)}, one more wanted` : number(nmspinning)
  return [
    `GOMAXPROCS ${number(gomaxprocs)}${origin}; ${number(npidle)} Ps idle`,
    ...phraseLines(
      [
        `Ms ${number(threads)}: ${number(nmidle)} idle, ${number(nmidlelocked)} wait for their locked goroutine`,
        `spinning: ${searching}`,
      ],
      width,
    ),
    ...phraseLines(
      [
        `Global run queue: ${number(runqSize)}`,
        `stopping the world: ${stopping}`,
        `sysmon sleeps: ${answer(sysmonwait)}${torn ? '  ~' : ''}`,
      ],
      width,
    ),
    `NumGoroutine: ${number(numGoroutine)}`,
    ...waitLines('Since its start', timeToRunReport(scheduler.timeToRun)),
    ...stopLines(scheduler),
  ]
}

/** Phrases on a line, and on further ones where they do not fit. */
function phraseLines([first, ...others]: readonly [string, ...string[]], width: number): string[] {
  const lines = [first]
  for (const phrase of others) {
    const longer = `${lines.at(-1)}; ${phrase}`
    if (longer.length <= width) lines[lines.length - 1] = longer
    else lines.push(`  ${phrase}`)
  }
  return lines
}

/** For how long the world was stopped, in all. */
function stopLines({ stopTheWorld }: Scheduler): string[] {
  const line = (what: string, histogram: TimeHistogram) => {
    const { counted, p50Ns, maxNs } = timeToRunReport(histogram)!
    const times = counted === 0 ? '' : `: half up to ${short(p50Ns)}, all up to ${short(maxNs)}`
    return `World stopped ${count(counted, 'time')} for ${what}${times}`
  }
  if (stopTheWorld === null) return []
  return [line('collections', stopTheWorld.totalGC), line('other reasons', stopTheWorld.totalOther)]
}

function number(value: number | null): string {
  return value === null ? '-' : String(value)
}

function answer(value: boolean | null): string {
  return value === null ? '-' : value ? 'yes' : 'no'
}

/** The runtime counts every eighth time that a goroutine becomes runnable (src/runtime/runtime2.go, gTrackingPeriod). */
function waitLines(when: string, report: TimeToRunReport | null): string[] {
  if (report === null) return [`${when}, how long goroutines waited to run: - (recorded since Go 1.17)`]
  const { counted, p50Ns, p99Ns, maxNs } = report
  if (counted === 0) return [`${when}, no wait to run was counted (every eighth is)`]
  return [
    `${when}, ${count(counted, 'wait')} to run counted (every eighth is):`,
    `  half up to ${short(p50Ns)}, 99% up to ${short(p99Ns)}, all up to ${short(maxNs)}`,
  ]
}

function short(ns: number | null): string {
  if (ns === null) return '?'
  if (ns < 1e4) return `${(ns / 1e3).toFixed(1)}us`
  if (ns < 1e6) return `${Math.round(ns / 1e3)}us`
  if (ns < 1e7) return `${(ns / 1e6).toFixed(1)}ms`
  return ns < 1e10 ? `${Math.round(ns / 1e6)}ms` : `${Math.round(ns / 1e9)}s`
}

/** What the system allows the process, beside GOMAXPROCS. */
function systemLines({ scheduler: { gomaxprocs }, system }: SchedLook): string[] {
  const { allowedCpus, cpuLimits, cpuLimitsUnknownBecause, threads } = system
  const lines = [`Threads ${threads.length}, which may run on ${allowedCpus ?? '-'} processors`]
  for (const { path, cpus, periods, throttledPeriods, throttledNs } of cpuLimits) {
    const share = `stopped in ${throttledPeriods} of ${count(periods, 'period')}, ${short(throttledNs)} in all`
    lines.push(`CPU limit ${Number(cpus.toPrecision(3))} processors: ${share}`, `  ${printable(path)}`)
  }
  if (cpuLimits.length === 0) {
    lines.push(
      cpuLimitsUnknownBecause === null ? 'CPU limit: none' : `CPU limit: - (${printable(cpuLimitsUnknownBecause)})`,
    )
  }
  const least = Math.min(...cpuLimits.map(({ cpus }) => cpus))
  if (gomaxprocs !== null && least < gomaxprocs) {
    lines.push('  GOMAXPROCS is above it: when all Ps are busy, all threads are stopped', '  for a part of each period')
  }
  return lines
}

const PROCESSOR_COLUMNS: readonly Column[] = [
  { title: 'P', align: 'right' },
  { title: 'Status' },
  { title: 'M', align: 'right' },
  { title: 'Schedtick', align: 'right' },
  { title: 'Syscalltick', align: 'right' },
  { title: 'Queue', align: 'right' },
  { title: 'Timers', align: 'right' },
  { title: 'Next', cut: 'afterNumber', least: 16 },
]

function processorLines({ processors }: Scheduler, width: number | undefined): string[] {
  const rows = processors.map((p) => [
    `${p.id}${p.torn ? '~' : ''}`,
    p.status,
    number(p.m),
    number(p.schedtick),
    number(p.syscalltick),
    number(p.runqSize),
    number(p.timers),
    p.runnext === null ? '-' : goroutineText(p.runnext),
  ])
  return table(PROCESSOR_COLUMNS, rows, width)
}

function goroutineText({ id, startFunction }: SchedulerGoroutine): string {
  return `${id} ${printable(startFunction ?? '?')}`
}

function queueLines(scheduler: Scheduler, paint: ReturnType<typeof painter>, width: number | undefined): string[] {
  const queues: [title: string, size: number | null, goroutines: readonly SchedulerGoroutine[]][] = [
    ...scheduler.processors.map((p): [string, number | null, readonly SchedulerGoroutine[]] => [
      `Run queue of P ${p.id}`,
      p.runqSize,
      p.runq,
    ]),
    ['Global run queue', scheduler.runqSize, scheduler.runq],
  ]
  return queues.flatMap(([title, size, goroutines]) => {
    if (goroutines.length === 0) return []
    const unread = (size ?? goroutines.length) - goroutines.length
    const note = unread > 0 ? `, the first ${goroutines.length} of ${size}` : ''
    return ['', `${paint('bold', title)}${note}`, ...functionLines(goroutines, width)]
  })
}

/** Goroutines of one function together, in the order of the queue. */
function functionLines(goroutines: readonly SchedulerGoroutine[], width: number | undefined): string[] {
  const groups = new Map<string, number[]>()
  for (const { id, startFunction } of goroutines) {
    const name = startFunction ?? '?'
    const ids = groups.get(name)
    if (ids === undefined) groups.set(name, [id])
    else ids.push(id)
  }
  const shown = shownOf(groups.size, MOST_FUNCTIONS)
  const rows = [...groups].slice(0, shown).map(([name, ids]) => {
    return [String(ids.length), printable(name), itemsLine('', ids.map(String), ids.length, IDS_WIDTH)]
  })
  const rest = [...groups.values()].slice(shown)
  if (rest.length > 0) rows.push([String(rest.flat().length), `of ${rest.length} more functions`, ''])
  const columns: Column[] = [{ title: '', align: 'right' }, { title: '', cut: 'function', least: 20 }, { title: '' }]
  return table(columns, rows, width).slice(1)
}

const MACHINE_COLUMNS: readonly Column[] = [
  { title: 'M', align: 'right' },
  { title: 'Thread', align: 'right' },
  { title: 'P', align: 'right' },
  { title: 'Does' },
  { title: 'Goroutine', cut: 'afterNumber', least: 16 },
  { title: 'Kernel', cut: 'end', least: 8 },
]

function machineLines({ scheduler, system }: SchedLook, width: number | undefined): string[] {
  const threads = new Map(system.threads.map((thread) => [thread.tid, thread]))
  const kernel = (tid: number | null) => {
    const thread = tid === null ? undefined : threads.get(tid)
    return thread === undefined ? '-' : [thread.state ?? '-', thread.waitChannel ?? ''].join(' ').trimEnd()
  }
  const rows = scheduler.machines.map((m) => [
    `${number(m.id)}${m.torn ? '~' : ''}`,
    number(m.thread),
    number(m.p),
    does(m),
    m.goroutine === null ? '-' : goroutineText(m.goroutine),
    printable(kernel(m.thread)),
  ])
  const own = new Set(scheduler.machines.map(({ thread }) => thread))
  const others = system.threads.filter(({ tid }) => !own.has(tid))
  rows.push(...others.map(({ tid }) => ['-', String(tid), '-', 'not of Go', '-', printable(kernel(tid))]))
  return table(MACHINE_COLUMNS, rows, width)
}

/** What an M does, in a word: what it runs, or what it waits for. */
function does(m: Machine): string {
  const { goroutine, lockedGoroutine } = m
  if (goroutine !== null) {
    const what = m.incgo === true ? 'in C' : goroutine.status === 'running' ? 'runs' : goroutine.status
    return lockedGoroutine === null ? what : `${what}, locked`
  }
  // Its runtime.g is no goroutine until a thread of C calls; since Go 1.21 it stays with the thread that it once served.
  if (m.extra === true && lockedGoroutine === null) return m.thread === null ? 'kept for C' : 'between calls from C'
  if (m.spinning === true) return 'spins'
  if (m.idle === true) return 'idle'
  if (m.startFunction === 'runtime.sysmon') return 'sysmon'
  if (lockedGoroutine !== null) return `waits for ${lockedGoroutine.id}`
  return m.blocked === true ? 'blocked' : '-'
}

const INTERVAL_COLUMNS: readonly Column[] = [
  { title: 'P', align: 'right' },
  { title: 'Schedticks/s', align: 'right' },
  { title: 'Syscallticks/s', align: 'right' },
  { title: 'Queue', align: 'right' },
]

/** What happened since the look before. */
export function writeIntervalText(output: Output, interval: IntervalReport): void {
  const paint = painter(output.colour)
  const perSecond = (value: number | null) =>
    value === null ? '-' : value < 10 ? value.toFixed(1) : String(Math.round(value))
  const title = `${new Date(interval.takenAt).toISOString()}  ${(interval.durationNs / 1e9).toFixed(2)} s later`
  const { processors } = interval
  const busy = processors.filter(
    (p) => p.schedticksPerSecond !== 0 || p.syscallticksPerSecond !== 0 || p.runqSize !== 0,
  )
  const shown = processors.length <= LISTED_PS ? processors : busy
  const rows = shown.map((p) => [
    String(p.id),
    perSecond(p.schedticksPerSecond),
    perSecond(p.syscallticksPerSecond),
    number(p.runqSize),
  ])
  const lines = ['', paint('bold', title), ...table(INTERVAL_COLUMNS, rows, output.columns)]
  const idle = processors.length - shown.length
  if (idle > 0) lines.push(`${count(idle, 'other P')} did nothing`)
  lines.push(`Global run queue: ${number(interval.runqSize)}`, ...waitLines('Meanwhile', interval.timeToRun))
  const [longest] = interval.stillQueued
  if (longest !== undefined) {
    const { waitedAtLeastNs, processor } = longest
    const name = printable(longest.startFunction ?? '?')
    const who = `  goroutine ${longest.id} `
    const where = ` on P ${processor}`
    const room = (output.columns ?? Number.POSITIVE_INFINITY) - who.length - where.length
    lines.push(
      `${count(interval.stillQueued.length, 'goroutine')} stood still in a run queue, longest for at least ${short(waitedAtLeastNs)}:`,
      who + cutFunction(name, Math.max(LEAST_NAME, room)) + where,
    )
  }
  for (const { path, periods, throttledNs } of interval.throttledPeriods) {
    if (periods > 0) {
      lines.push(`Stopped in ${count(periods, 'period')}, ${short(throttledNs)} in all, by`, `  ${printable(path)}`)
    }
  }
  output.write(`${lines.join('\n')}\n`)
}
