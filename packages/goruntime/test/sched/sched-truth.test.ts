/**
 * What the scheduler counts, held against what runtime.NumGoroutine and runtime/metrics return in the very same process. By the installed
 * Go; with GOSPY_HEAP_TRUTH set by every Go version since 1.5, or those that GOSPY_GO_VERSIONS names, with debug data and stripped, and as
 * arm64 programs where qemu-user is there to run them.
 */
import { setTimeout } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { minorOf } from '../../../../fixtures/builder/toolchains.mjs'
import { GoProcess, type Scheduler, type TimeHistogram } from '../../src/index.js'
import type { Metrics } from '../heap/memstats-program.js'
import { openMemStats, startMemStats, truthCases } from '../heap/truth-versions.js'

const cases = truthCases()
const MOST_LOOKS = 60

/** Histograms of runtime/metrics, and who tells the same. */
const HISTOGRAMS: Record<string, (scheduler: Scheduler) => TimeHistogram | null | undefined> = {
  '/sched/latencies:seconds': ({ timeToRun }) => timeToRun,
  '/sched/pauses/stopping/gc:seconds': ({ stopTheWorld }) => stopTheWorld?.stoppingGC,
  '/sched/pauses/stopping/other:seconds': ({ stopTheWorld }) => stopTheWorld?.stoppingOther,
  '/sched/pauses/total/gc:seconds': ({ stopTheWorld }) => stopTheWorld?.totalGC,
  '/sched/pauses/total/other:seconds': ({ stopTheWorld }) => stopTheWorld?.totalOther,
}
const [RUNNING, NOT_IN_GO] = ['/sched/goroutines/running:goroutines', '/sched/goroutines/not-in-go:goroutines']

/** What differs; the program itself ran while it read, and is in a system call when it is looked at. */
function differences(scheduler: Scheduler, truth: Metrics, minor: number): string[] {
  const { metrics } = scheduler
  const wrong: string[] = []
  const compare = (name: string, ours: unknown, theirs: unknown) => {
    if (JSON.stringify(ours) !== JSON.stringify(theirs)) wrong.push(`${name}: ${ours}, is ${theirs}`)
  }
  const integer = (name: string) => Number(truth[name])
  if (RUNNING in truth) {
    compare(NOT_IN_GO, metrics[NOT_IN_GO], integer(NOT_IN_GO) + 1)
    compare(RUNNING, metrics[RUNNING], integer(RUNNING) - 1)
  }
  const rest = new Set(Object.keys(metrics))
  for (const [name, theirs] of Object.entries(truth)) {
    rest.delete(name)
    if (!/^\/(sched|sync)\//.test(name) || name === RUNNING || name === NOT_IN_GO) continue
    if (Array.isArray(theirs)) {
      const ours = HISTOGRAMS[name]?.(scheduler)
      // Until Go 1.19 what is too long is counted in the last bucket.
      const overflow = minor < 20 ? [] : [ours?.overflow]
      compare(name, ours && [ours.underflow, ...ours.counts, ...overflow], theirs)
    } else if (typeof theirs === 'string') {
      compare(name, metrics[name], Number(theirs))
    } else {
      const view = new DataView(new ArrayBuffer(8))
      view.setBigUint64(0, BigInt((theirs as { bits: string }).bits))
      compare(name, metrics[name], view.getFloat64(0))
    }
  }
  return [...wrong, ...[...rest].map((name) => `${name} is not in runtime/metrics`)]
}

describe.skipIf(cases.length === 0)('what the scheduler counts (needs Go)', () => {
  it.each(cases)('Go $version, $arch, $mode', { timeout: 120_000 }, async ({ version, mode, arch }) => {
    await using program = startMemStats({ version, mode, arch })
    await program.figures('g')
    using process = openMemStats(program)
    using go = GoProcess.attach(process)
    const count = await program.numGoroutine()
    // main, 40 that wait; in Go 1.5 also the runtime's own.
    expect(count).toBeGreaterThanOrEqual(41)
    for (const pause of [undefined, { budgetMs: 10_000 }]) {
      expect(go.scheduler(pause && { pause }).numGoroutine).toBe(count)
    }
    const own = [...go.snapshot().goroutines()].filter(({ system }) => !system || minorOf(version) === 5)
    expect(own.length).toBe(count)
    if (minorOf(version) < 16) {
      expect(go.scheduler().metrics).toEqual({})
      return
    }
    let found = ['not looked yet']
    for (let look = 0; look < MOST_LOOKS && found.length > 0; look++) {
      if (look > 0) await setTimeout(20)
      const truth = await program.metrics()
      found = differences(go.scheduler(), truth, minorOf(version))
    }
    expect(found).toEqual([])
  })
})
