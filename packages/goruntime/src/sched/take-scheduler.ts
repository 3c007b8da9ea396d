/** From a process's memory to what is told of its scheduler. */

import { BudgetedMemory } from '../budgeted-memory.js'
import type { FurtherData } from '../further/further-data.js'
import { FIRST_WITH_GODEBUG, NON_DEFAULT, nonDefaultCounts } from '../godebug/non-default.js'
import { isDead } from '../goroutine-status.js'
import type { SnapshotSource } from '../snapshot-source.js'
import { type GoroutineWords, nameGoroutine } from './goroutine-names.js'
import type { Looked } from './look-again.js'
import { type MachineCopy, type ProcessorCopy, type SchedulerCopy, SchedulerReader } from './read-scheduler.js'
import { numGoroutine, schedMetrics } from './sched-metrics.js'
import { type Machine, PROCESSOR_STATUSES, type Processor, type Scheduler, type StopTheWorld } from './scheduler.js'
import { type TimeHistogram, timeHistogram } from './time-histogram.js'

export interface SchedulerOptions {
  /** Stop all threads while memory is copied, for at most `budgetMs`. */
  pause?: { budgetMs?: number }
}

export function takeScheduler(source: SnapshotSource, further: FurtherData, options: SchedulerOptions): Scheduler {
  // Debug data are read before anything is looked at, or stopped.
  const readerOf = (memory = source.memory) => new SchedulerReader(memory, { ...source, further })
  readerOf()
  further.variable('gomaxprocs')
  further.variable('ncgocall')
  further.variable('godebugsAll')
  further.variable('godebugCache')
  further.struct('schedt')
  const takenAt = Date.now()
  const start = process.hrtime.bigint()
  const read = () => ({ copy: readerOf().read(), pausedMs: null, monotonicNs: Number(process.hrtime.bigint()) })
  const readPaused = () => {
    const pause = source.pause(options.pause?.budgetMs)
    try {
      const monotonicNs = Number(process.hrtime.bigint())
      const copy = readerOf(new BudgetedMemory(source.memory, pause, "the scheduler's data")).read()
      return { copy, pausedMs: pause.resume(), monotonicNs }
    } finally {
      pause.resume()
    }
  }
  const { copy, pausedMs, monotonicNs } = options.pause === undefined ? read() : readPaused()
  const readMs = Number(process.hrtime.bigint() - start) / 1e6
  const mode = pausedMs === null ? 'live' : 'paused'
  return { mode, takenAt, monotonicNs, readMs, pausedMs, ...decode(source, further, copy) }
}

type Decoded = Omit<Scheduler, 'mode' | 'takenAt' | 'monotonicNs' | 'readMs' | 'pausedMs'>

function decode(source: SnapshotSource, further: FurtherData, copy: SchedulerCopy): Decoded {
  const { functions } = source
  const functionName = (pc: number) =>
    (pc > 0 ? functions.table.functionAt(pc - functions.bias)?.name : undefined) ?? null
  const named = (words: GoroutineWords | undefined) => (words === undefined ? null : nameGoroutine(words, functionName))
  const all = (list: readonly GoroutineWords[]) => list.map((words) => nameGoroutine(words, functionName))
  const mIds = new Map(copy.machines.map(({ value: { address, view } }) => [address, view.signed('id')]))
  const pIds = new Map(copy.processors.map(({ value: { address, view } }) => [address, view.signed('id')]))
  const global = copy.global?.value
  const idleMs = new Set(global?.idleMachines)

  const processor = ({ value: { view, runq, runqSize, runnext }, torn }: Looked<ProcessorCopy>): Processor => ({
    id: view.signed('id') ?? -1,
    status: PROCESSOR_STATUSES[view.number('status') ?? -1] ?? 'unknown',
    m: mIds.get(view.pointer('m')) ?? null,
    schedtick: view.number('schedtick'),
    syscalltick: view.number('syscalltick'),
    runqSize,
    runq: all(runq),
    runqHead: view.number('runqhead'),
    runnext: named(runnext),
    timers: view.number('timersLength'),
    torn,
  })
  // Until a thread of C calls, the runtime.g of an M that was made for that is none (proc.go, oneNewExtraM).
  const waitsForCall = ({ curg }: MachineCopy) => curg !== undefined && isDead(curg.status)
  const machine = ({ value, torn }: Looked<MachineCopy>): Machine => {
    const { address, view, curg, lockedg, startpc } = value
    const isWaiting = waitsForCall(value)
    return {
      id: view.signed('id'),
      thread: source.hostThread(view.number('procid') ?? 0) || null,
      startFunction: functionName(startpc),
      goroutine: isWaiting ? null : named(curg),
      p: pIds.get(view.pointer('p')) ?? null,
      spinning: view.flag('spinning'),
      blocked: view.flag('blocked'),
      idle: global === undefined ? null : idleMs.has(address),
      incgo: view.flag('incgo'),
      extra: view.flag('isextra') ?? (isWaiting ? true : null),
      lockedGoroutine: isWaiting ? null : named(lockedg),
      torn,
    }
  }
  const schedt = global?.view
  const created = schedt?.number('mcount') ?? null
  const threads = created === null ? null : created - (schedt?.number('nmfreed') ?? 0)
  const stopped = (key: keyof StopTheWorld) =>
    timeHistogram(
      schedt?.words(`${key}Counts`) ?? [],
      schedt?.number(`${key}Underflow`) ?? 0,
      schedt?.number(`${key}Overflow`) ?? 0,
    )
  const counts = schedt?.words('timeToRunCounts') ?? []
  return {
    gomaxprocs: copy.gomaxprocs,
    customGomaxprocs: schedt?.flag('customGomaxprocs') ?? null,
    numGoroutine: numGoroutine(copy),
    // Until Go 1.9 those stay in the list that a smaller GOMAXPROCS ended.
    processors: copy.processors.map(processor).filter(({ status }) => status !== 'dead'),
    machines: copy.machines.map(machine).sort((a, b) => (a.id ?? -1) - (b.id ?? -1)),
    threads,
    idleProcessors: global?.idleProcessors.flatMap((address) => pIds.get(address) ?? []) ?? null,
    idleMachines: global?.idleMachines.flatMap((address) => mIds.get(address) ?? []) ?? null,
    npidle: schedt?.signed('npidle') ?? null,
    nmidle: schedt?.signed('nmidle') ?? null,
    nmidlelocked: schedt?.signed('nmidlelocked') ?? null,
    nmspinning: schedt?.signed('nmspinning') ?? null,
    needspinning: schedt?.flag('needspinning') ?? null,
    runqSize: schedt?.signed('runqsize') ?? null,
    runq: all(global?.runq ?? []),
    gcwaiting: schedt?.flag('gcwaiting') ?? null,
    stopwait: schedt?.signed('stopwait') ?? null,
    sysmonwait: schedt?.flag('sysmonwait') ?? null,
    timeToRun: timeHistogram(
      counts,
      schedt?.number('timeToRunUnderflow') ?? 0,
      schedt?.number('timeToRunOverflow') ?? 0,
    ),
    stopTheWorld: stopTheWorld(stopped),
    ...allMetrics(source, further, schedMetrics(copy, threads, further.minor)),
    torn: copy.global?.torn ?? false,
    warnings: [...unknown(further), ...copy.warnings],
  }
}

/** Those of the scheduler, and what GODEBUG changed, which is counted elsewhere and read while the process runs. */
function allMetrics(
  { memory, bias }: SnapshotSource,
  further: FurtherData,
  metrics: Readonly<Record<string, number | null>>,
): Pick<Scheduler, 'metrics' | 'absent'> {
  const unknown = further.unknownBecause ?? 'not found in the process'
  const absent = Object.entries(metrics).flatMap(([name, value]) => (value === null ? [[name, unknown]] : []))
  const version = further.minor ?? Number.POSITIVE_INFINITY
  if (version < FIRST_WITH_GODEBUG) return { metrics, absent: Object.fromEntries(absent) }
  const counts = nonDefaultCounts({ memory, bias, further })
  if (typeof counts === 'string') return { metrics, absent: Object.fromEntries([...absent, [NON_DEFAULT, counts]]) }
  const told = [...counts].map(([setting, count]) => [`${NON_DEFAULT}${setting}:events`, count])
  return { metrics: { ...metrics, ...Object.fromEntries(told) }, absent: Object.fromEntries(absent) }
}

function stopTheWorld(histogram: (key: keyof StopTheWorld) => TimeHistogram | null): StopTheWorld | null {
  const [stoppingGC, stoppingOther] = [histogram('stoppingGC'), histogram('stoppingOther')]
  const [totalGC, totalOther] = [histogram('totalGC'), histogram('totalOther')]
  if (stoppingGC === null || stoppingOther === null || totalGC === null || totalOther === null) return null
  return { stoppingGC, stoppingOther, totalGC, totalOther }
}

function unknown(further: FurtherData): string[] {
  const { unknownBecause, missing } = further
  if (unknownBecause !== undefined) return [`most of the scheduler's data are not known: ${unknownBecause}`]
  return missing.length === 0 ? [] : [`not found: ${missing.join(', ')}: what depends on it is shown as unknown`]
}
