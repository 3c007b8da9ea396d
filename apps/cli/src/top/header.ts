/** The lines at the top of the screen: the process, and how it does as a whole. */
import {
  FLAG_SYSTEM,
  GOROUTINE_STATUSES,
  type GoroutineStatus,
  type HeapSnapshot,
  type Scheduler,
} from '@gospy/goruntime'
import { bytesText } from '../render/bytes-text.js'
import { cutMiddle, displayWidth } from '../render/cut.js'
import { count, duration, printable } from '../render/text.js'
import type { TopModel } from './model.js'
import type { TopSample } from './sample.js'
import { sparkline } from './sparkline.js'
import { apart, type Line, line, span, widthOf } from './styled.js'

/** States that are told even when no goroutine is in them. */
const ALWAYS: readonly GoroutineStatus[] = ['running', 'runnable']
/** So many Ps are listed one by one. */
const LISTED_PS = 8
/** The line of bars, where nothing is cut. */
const PLAIN_WIDTH = 80
/** The program's path is cut down to this, in columns. */
const LEAST_PATH = 12
/** The least width of the line of bars. */
const LEAST_BARS = 10

/**
 * @param width of the screen; undefined for as wide as it takes
 * @param right what stands at the end of the first line
 */
export function headerLines(model: TopModel, width: number | undefined, right: Line): Line[] {
  const { latest, counts } = model
  return [
    titleLine(model, width, right),
    partsLine(processParts(latest), width),
    goroutinesLine(latest, width),
    barsLine(counts, width ?? PLAIN_WIDTH),
    partsLine(heapParts(latest), width),
    partsLine(queueParts(latest.scheduler), width),
  ]
}

/** As many of the parts as fit, the first one in any case: half a figure would be a wrong one. */
function partsLine(parts: readonly string[], width: number | undefined): Line {
  return line(asManyAsFit(parts, '   ', width))
}

function asManyAsFit(parts: readonly string[], between: string, width: number | undefined): string {
  let text = parts[0]!
  for (const part of parts.slice(1)) {
    const longer = `${text}${between}${part}`
    if (width !== undefined && displayWidth(longer) > width) break
    text = longer
  }
  return text
}

/** For screens with little room. */
export function shortHeaderLines(model: TopModel, width: number, right: Line): Line[] {
  return [titleLine(model, width, right), goroutinesLine(model.latest, width)]
}

function titleLine({ process }: TopModel, width: number | undefined, right: Line): Line {
  const { pid, goVersion, arch } = process
  const [before, behind] = [`gospy top  ${pid} `, `  ${goVersion} ${arch}`]
  if (width === undefined) return [span(before + printable(process.executable) + behind), span('  '), ...right]
  // Of the path the end tells most.
  const room = Math.max(LEAST_PATH, width - before.length - displayWidth(behind) - widthOf(right) - 2)
  const path = printable(process.executable)
  return apart(line(before + cutMiddle(path, room) + behind, 'title'), right, width)
}

function processParts({
  cpu,
  allowedCpus,
  scheduler,
  residentBytes,
  threads,
  startedAt,
  takenAt,
  stopped,
}: TopSample): string[] {
  const share = cpu === null ? '-' : `${Math.round(cpu * 100)} %`
  return [
    ...(stopped ? ['STOPPED'] : []),
    `CPU ${share} of ${allowedCpus === null ? '-' : `${allowedCpus * 100} %`}`,
    `GOMAXPROCS ${scheduler?.gomaxprocs ?? '-'}`,
    `threads ${threads}`,
    `memory ${residentBytes === null ? '-' : bytesText(residentBytes)}`,
    `up ${duration(Math.max(0, takenAt - startedAt) * 1e6)}`,
  ]
}

function goroutinesLine({ snapshot }: TopSample, width: number | undefined): Line {
  const { status, flags } = snapshot.data.columns
  const counts = new Array<number>(GOROUTINE_STATUSES.length).fill(0)
  let system = 0
  for (let row = 0; row < status.length; row++) {
    counts[status[row]!]!++
    if (flags[row]! & FLAG_SYSTEM) system++
  }
  const states = [...ALWAYS, ...GOROUTINE_STATUSES.filter((name) => !ALWAYS.includes(name))].flatMap((name) => {
    const number = counts[GOROUTINE_STATUSES.indexOf(name)]!
    return number > 0 || ALWAYS.includes(name) ? [`${number} ${name}`] : []
  })
  const { torn, data } = snapshot
  const doubts = [
    ...(torn > 0 ? [`${torn} torn`] : []),
    ...(data.unreadable > 0 ? [`${data.unreadable} unreadable`] : []),
  ]
  const all = [count(snapshot.count, 'goroutine'), ...doubts].join(', ')
  const told = asManyAsFit([`: ${states[0]}`, ...states.slice(1)], ', ', width && width - displayWidth(all))
  const own = `  (${system} of the runtime)`
  const fits = width === undefined || displayWidth(all + told + own) <= width
  return [span(all, 'bold'), span(told), ...(fits ? [span(own, 'dim')] : [])]
}

/** How many goroutines there were at the last looks. */
function barsLine(counts: readonly number[], width: number): Line {
  const text = (shown: readonly number[]) =>
    `  ${Math.min(...shown)} to ${Math.max(...shown)} in ${count(shown.length, 'look')}`
  // What stands behind the bars depends on how many there are, and takes some of their room.
  const room = Math.max(LEAST_BARS, width - text(counts).length)
  const shown = counts.slice(-room)
  return [span(sparkline(shown, room)), span(text(shown), 'dim')]
}

function heapParts({ heap, takenAt }: TopSample): string[] {
  if (heap === null) return ['GC -']
  const { gc, memStats } = heap
  const bytes = (value: number | null) => (value === null ? '-' : bytesText(value))
  const last = memStats.lastGC === null ? '' : ` (${ago(takenAt - Number(memStats.lastGC) / 1e6)})`
  return [
    `GC ${gc.phase === 'off' ? 'idle' : (gc.phase ?? '-')}, ${memStats.numGC === null ? '- cycles' : count(memStats.numGC, 'cycle')}${last}`,
    `heap ${bytes(gc.heapLive)}, next ${nextGc(heap)}`,
    `GC CPU ${memStats.gcCPUFraction === null ? '-' : `${(100 * memStats.gcCPUFraction).toFixed(1)} %`}`,
  ]
}

function nextGc({ gc, memStats }: HeapSnapshot): string {
  if (memStats.nextGC !== null) return `at ${bytesText(memStats.nextGC)}`
  return gc.gogc === -1 ? 'never' : '-'
}

function ago(ms: number): string {
  return ms < 1000 ? 'now' : `${duration(ms * 1e6)} ago`
}

/** With `runnext`, which is a place of its own beside the queue. */
function queueParts(scheduler: Scheduler | null): string[] {
  if (scheduler === null) return ['Run queues -']
  const { processors, runqSize, npidle, nmspinning } = scheduler
  const waiting = processors.map((p) => (p.runqSize ?? 0) + (p.runnext === null ? 0 : 1))
  const global = `global ${runqSize ?? '-'}`
  const each = processors.map(({ id }, index) => `P${id} ${waiting[index]}`)
  const longest = waiting.indexOf(Math.max(...waiting))
  const sum = waiting.reduce((all, one) => all + one, 0)
  const queues =
    processors.length <= LISTED_PS
      ? [global, ...each].join(', ')
      : `${global}, ${sum} on ${processors.length} Ps, most on P${processors[longest]!.id}: ${waiting[longest]}`
  return [`Run queues: ${queues}`, `${npidle ?? '-'} Ps idle, ${nmspinning ?? '-'} Ms spinning`]
}
