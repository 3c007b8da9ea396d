/**
 * Every figure that package runtime/metrics has in the very same process (metrics.All) is told, or it is known why it is not. Those
 * that nothing else counts are held against it here, once what they count has happened; the others in heap-truth and sched-truth.
 */
import { setTimeout } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { minorOf } from '../../../../fixtures/builder/toolchains.mjs'
import { GoProcess, type HeapSnapshot, type Scheduler } from '../../src/index.js'
import type { MemStatsProgram, Metrics } from './memstats-program.js'
import { openMemStats, startMemStats, type TruthCase, truthCases } from './truth-versions.js'

const GODEBUG = 'panicnil=1,randautoseed=0'

const cases = truthCases().filter(({ version }) => minorOf(version) >= 16)
/** Linked with C, of this machine's architecture. */
const withC = cases
  .filter(({ version, arch, mode }) => minorOf(version) >= 19 && arch === cases[0]!.arch && mode === 'exe')
  .flatMap((what) => (['external', 'stripped-external'] as const).map((mode): TruthCase => ({ ...what, mode })))

interface Told {
  readonly heap: HeapSnapshot
  readonly scheduler: Scheduler
}

/** Histograms are told by names of their own. */
const HISTOGRAMS: Readonly<Record<string, (told: Told) => unknown>> = {
  '/gc/heap/allocs-by-size:bytes': ({ heap }) => heap.bySize,
  '/gc/heap/frees-by-size:bytes': ({ heap }) => heap.bySize,
  '/gc/pauses:seconds': ({ heap }) => heap.pauseTimes,
  '/sched/latencies:seconds': ({ scheduler }) => scheduler.timeToRun,
  '/sched/pauses/stopping/gc:seconds': ({ scheduler }) => scheduler.stopTheWorld?.stoppingGC,
  '/sched/pauses/stopping/other:seconds': ({ scheduler }) => scheduler.stopTheWorld?.stoppingOther,
  '/sched/pauses/total/gc:seconds': ({ scheduler }) => scheduler.stopTheWorld?.totalGC,
  '/sched/pauses/total/other:seconds': ({ scheduler }) => scheduler.stopTheWorld?.totalOther,
}

/** Names of which nothing is told, and no word why. */
function untold(told: Told, truth: Metrics): string[] {
  const { heap, scheduler } = told
  return Object.keys(truth).filter((name) => {
    const value = HISTOGRAMS[name]?.(told) ?? heap.metrics[name] ?? scheduler.metrics[name]
    return (value === undefined || value === null) && (heap.absent[name] ?? scheduler.absent[name]) === undefined
  })
}

const COUNTS = /^\/(cgo|gc\/finalizers|gc\/cleanups|godebug)\//

/** Looks until nothing was counted meanwhile: what is to be attended to is attended to when the runtime likes. */
async function look(program: MemStatsProgram, go: GoProcess) {
  const counts = (truth: Metrics) =>
    Object.fromEntries(
      Object.entries(truth).flatMap(([name, value]) => (COUNTS.test(name) ? [[name, Number(value)]] : [])),
    )
  let before = counts(await program.metrics())
  for (let left = 60; left > 0; left--) {
    const told = { heap: go.heap({ spans: false }), scheduler: go.scheduler() }
    const truth = await program.metrics()
    const after = counts(truth)
    if (JSON.stringify(before) === JSON.stringify(after)) return { told, truth, counts: after }
    before = after
    await setTimeout(50)
  }
  throw new Error('the runtime was never quiet')
}

describe.skipIf(cases.length === 0)('all that runtime/metrics has (needs Go)', () => {
  it.each([...cases, ...withC])('Go $version, $arch, $mode', { timeout: 120_000 }, async (what) => {
    const minor = minorOf(what.version)
    await using program = startMemStats(what, { GODEBUG })
    await program.events()
    using process = openMemStats(program)
    using go = GoProcess.attach(process)
    const { told, truth, counts } = await look(program, go)
    expect(untold(told, truth)).toEqual([])
    const { heap, scheduler } = told
    const all: Record<string, number | null> = { ...heap.metrics, ...scheduler.metrics }
    expect(Object.fromEntries(Object.keys(counts).map((name) => [name, all[name]]))).toEqual(counts)
    // What the program has done for it.
    const expected: Record<string, number> = {}
    if (minor >= 19) expected['/cgo/go-to-c-calls:calls'] = what.mode.endsWith('external') ? 5 : 0
    if (minor >= 21) expected['/godebug/non-default-behavior/panicnil:events'] = 3
    if (minor >= 21) expected['/godebug/non-default-behavior/randautoseed:events'] = 1
    if (minor >= 26) {
      expected['/gc/finalizers/executed:finalizers'] = 4
      expected['/gc/finalizers/queued:finalizers'] = 5
      expected['/gc/cleanups/executed:cleanups'] = 3
      expected['/gc/cleanups/queued:cleanups'] = 4
    }
    for (const [name, count] of Object.entries(expected)) expect(counts[name], name).toBeGreaterThanOrEqual(count)
  })
})
