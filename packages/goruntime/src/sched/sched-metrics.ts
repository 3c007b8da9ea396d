/** What the runtime counts of goroutines and threads, and tells by runtime.NumGoroutine and runtime/metrics (proc.go, metrics.go). */
import { STATUS } from '../goroutine-status.js'
import type { SchedulerCopy } from './read-scheduler.js'
import { PROCESSOR_STATUSES } from './scheduler.js'

const [RUNNING, DEAD] = [PROCESSOR_STATUSES.indexOf('running'), PROCESSOR_STATUSES.indexOf('dead')]

/** As runtime.NumGoroutine: all runtime.g but those that no goroutine uses, and the runtime's own. */
export function numGoroutine(copy: SchedulerCopy): number | null {
  const all = goroutines(copy)
  // Go 1.5 counts the runtime's own as well.
  const own = copy.global?.value.view.signed('ngsys') ?? 0
  return all === null ? null : Math.max(1, all - own)
}

/** The runtime's own included. */
function goroutines({ gs, global, processors }: SchedulerCopy): number | null {
  const schedt = global?.value.view
  if (gs === null || schedt === undefined) return null
  const free = schedt.signed('gFree') ?? sum(schedt.signed('gFreeStack'), schedt.signed('gFreeNoStack'))
  return sum(gs, negative(free), ...processors.map(({ value }) => negative(value.view.signed('pGFree'))))
}

/**
 * Those that the Go version has and that are no histograms.
 * @param threads Ms that there are
 * @param minor Go minor version; undefined, for a development version, is taken for the newest
 */
export function schedMetrics(
  copy: SchedulerCopy,
  threads: number | null,
  minor: number | undefined,
): Readonly<Record<string, number | null>> {
  const version = minor ?? Number.POSITIVE_INFINITY
  const metrics: Record<string, number | null> = {}
  if (version >= 19) metrics['/cgo/go-to-c-calls:calls'] = cgoCalls(copy)
  if (version >= 19) metrics['/sched/gomaxprocs:threads'] = copy.gomaxprocs
  // Since Go 1.26 with the runtime's own, as the states below have them.
  if (version >= 16) metrics['/sched/goroutines:goroutines'] = version >= 26 ? goroutines(copy) : numGoroutine(copy)
  if (version >= 26) Object.assign(metrics, states(copy, threads))
  if (version >= 20) {
    const waited = waitTime(copy, version >= 22)
    metrics['/sync/mutex/wait/total:seconds'] = waited === null ? null : waited / 1e9
  }
  return metrics
}

/** metrics.go, schedStatsAggregate.compute. */
function states(copy: SchedulerCopy, threads: number | null): Record<string, number | null> {
  const { global, machines } = copy
  const schedt = global?.value.view
  const processors = copy.processors.map(({ value }) => value).filter(({ view }) => view.number('status') !== DEAD)
  const byAddress = new Map(machines.map(({ value }) => [value.address, value]))
  let [running, inSyscall] = [0, 0]
  for (const { view } of processors) {
    if (view.number('status') !== RUNNING) continue
    const status = byAddress.get(view.pointer('m'))?.curg?.status
    if (status === STATUS.syscall || status === STATUS.deadextra) inSyscall++
    else running++
  }
  const queued = processors.map(({ runqSize, view }) => sum(runqSize, view.pointer('runnext') === 0 ? 0 : 1))
  const runnable = sum(schedt?.signed('runqsize') ?? null, ...queued)
  const withoutP = schedt?.signed('nGsyscallNoP') ?? null
  const notInGo = withoutP === null ? null : inSyscall + Math.max(0, withoutP)
  const waiting = sum(goroutines(copy), -running, negative(runnable), negative(notInGo))
  const extra = machines.filter(({ value }) => value.view.flag('isextra') === true).length
  return {
    '/sched/goroutines/not-in-go:goroutines': notInGo,
    '/sched/goroutines/running:goroutines': running,
    '/sched/goroutines/runnable:goroutines': runnable,
    '/sched/goroutines/waiting:goroutines': waiting === null ? null : Math.max(0, waiting),
    '/sched/goroutines-created:goroutines': sum(
      schedt?.number('goroutinesCreated') ?? null,
      ...processors.map(({ view }) => view.number('pGoroutinesCreated')),
    ),
    '/sched/threads/total:threads': sum(threads, -extra),
  }
}

/** As runtime.NumCgoCall. */
function cgoCalls({ ncgocall, machines }: SchedulerCopy): number | null {
  return sum(ncgocall, ...machines.map(({ value }) => value.view.number('ncgocall')))
}

/** ns that goroutines waited for mutexes, since Go 1.22 with what Ms waited for locks of the runtime. */
function waitTime({ global, machines }: SchedulerCopy, withLocks: boolean): number | null {
  const schedt = global?.value.view
  const mutexes = schedt?.number('mutexWaitTime') ?? null
  if (!withLocks) return mutexes
  const locks = machines.map(({ value }) => value.view.number('mLockWaitTime'))
  return sum(mutexes, schedt?.number('lockWaitTime') ?? null, ...locks)
}

function sum(...parts: readonly (number | null)[]): number | null {
  return parts.reduce<number | null>((all, part) => (all === null || part === null ? null : all + part), 0)
}

function negative(value: number | null): number | null {
  return value === null ? null : -value
}
