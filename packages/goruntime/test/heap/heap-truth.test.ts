/**
 * Every figure of the heap, held against what runtime.ReadMemStats and runtime/metrics returned in the very same process, which has
 * allocated nothing since. By the installed Go; with GOSPY_HEAP_TRUTH set by every Go version since 1.5, or those that GOSPY_GO_VERSIONS names, with debug data and stripped, for this machine and for
 * arm64, where qemu-user is there to run it.
 */
import { setTimeout } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { minorOf } from '../../../../fixtures/builder/toolchains.mjs'
import { GoProcess, type HeapSnapshot } from '../../src/index.js'
import type { MemStats, MemStatsProgram, Metrics } from './memstats-program.js'
import { openMemStats, startMemStats, truthCases } from './truth-versions.js'

const settings: Record<string, string>[] = [{}, { GOGC: '50', GOMEMLIMIT: '40MiB' }, { GOGC: 'off' }]
const cases = truthCases().flatMap((what) =>
  (what.arch === 'arm64' ? settings.slice(0, 1) : settings).map((env) => ({ ...what, env, set: JSON.stringify(env) })),
)

/** Looks until the runtime, which sweeps and gives memory back when it likes, was quiet meanwhile. */
const MOST_LOOKS = 60

async function whileQuiet(program: MemStatsProgram, go: GoProcess, first: 'r' | 'w' | 'g') {
  let before = await program.figures(first)
  for (let look = 0; look < MOST_LOOKS; look++) {
    const heap = go.heap()
    const after = await program.figures()
    if (JSON.stringify(before) === JSON.stringify(after)) return { heap, truth: after }
    before = after
    await setTimeout(50)
  }
  throw new Error('the runtime was never quiet')
}

/** What differs from the truth, of all that is told. */
function differences({ memStats, bySize, pauses }: HeapSnapshot, truth: MemStats): string[] {
  const wrong: string[] = []
  const compare = (name: string, ours: unknown, theirs: unknown) => {
    if (JSON.stringify(ours) !== JSON.stringify(theirs)) wrong.push(`${name}: ${ours}, is ${theirs}`)
  }
  const { nextGC, lastGC, gcCPUFraction, pauses: _, bySize: __, ...plain } = truth
  for (const [name, theirs] of Object.entries(plain)) {
    const ours = memStats[name as keyof typeof memStats]
    compare(name, ours, theirs)
  }
  // With GOGC off there is none: a goal of exabytes.
  const hasGoal = BigInt(nextGC) <= Number.MAX_SAFE_INTEGER
  compare('nextGC', memStats.nextGC, hasGoal ? Number(nextGC) : null)
  compare('lastGC', String(memStats.lastGC ?? 0), lastGC)
  // Printed with seven digits.
  const fraction = memStats.gcCPUFraction!
  if (Math.abs(fraction - Number(gcCPUFraction)) > 1e-6 * fraction) compare('gcCPUFraction', fraction, gcCPUFraction)
  compare(
    'pauses',
    pauses?.map(({ ns, endedAt }) => [String(ns), String(endedAt)]),
    truth.pauses,
  )
  // The first class is of large objects, which ReadMemStats leaves out.
  const classes = bySize?.map(({ size, mallocs, frees }) => [size, mallocs, frees]).slice(1, truth.bySize.length)
  if (classes !== undefined) compare('bySize', classes, truth.bySize.slice(1))
  return wrong
}

/** Figures of runtime/metrics that are the scheduler's. */
const NOT_TOLD = /^\/(sched|sync|cgo|godebug)\//

async function metricsWhileQuiet(program: MemStatsProgram, go: GoProcess) {
  const read = async () => {
    const all = Object.entries(await program.metrics())
    return Object.fromEntries(all.filter(([name]) => !NOT_TOLD.test(name)))
  }
  let before = await read()
  for (let look = 0; look < MOST_LOOKS; look++) {
    const heap = go.heap()
    const after = await read()
    if (JSON.stringify(before) === JSON.stringify(after)) return { heap, truth: after }
    before = after
    await setTimeout(50)
  }
  throw new Error('the runtime was never quiet')
}

/** What differs from what runtime/metrics has, of all that it has; and how much was compared. */
function metricDifferences(
  { metrics, bySize, pauseTimes }: HeapSnapshot,
  truth: Metrics,
  minor: number,
): { wrong: string[]; compared: number } {
  const wrong: string[] = []
  const rest = new Set(Object.keys(metrics))
  for (const [name, theirs] of Object.entries(truth)) {
    rest.delete(name)
    const ours = metrics[name]
    if (Array.isArray(theirs)) {
      if (name === '/gc/pauses:seconds') {
        // Until Go 1.19 what is too long is counted in the last bucket.
        const overflow = minor < 20 ? [] : [pauseTimes?.overflow]
        const own = pauseTimes && [pauseTimes.underflow, ...pauseTimes.counts, ...overflow]
        if (JSON.stringify(own) !== JSON.stringify(theirs)) wrong.push(`${name}: ${own}, is ${theirs}`)
        continue
      }
      const which = name === '/gc/heap/allocs-by-size:bytes' ? 'mallocs' : 'frees'
      // The last bucket has what is larger than all classes; in Go 1.16 the first is of what there is none.
      const [large, ...small] = bySize!.map((sizeClass) => sizeClass[which])
      const own = [...small, large]
      if (JSON.stringify(own) !== JSON.stringify(theirs.slice(-own.length))) wrong.push(`${name}: ${own}, is ${theirs}`)
      continue
    }
    const value = typeof theirs === 'string' ? BigInt(theirs) : float((theirs as { bits: string }).bits)
    const expected = value > Number.MAX_SAFE_INTEGER ? null : Number(value)
    if (ours !== expected) wrong.push(`${name}: ${ours}, is ${value}`)
  }
  for (const name of rest) wrong.push(`${name} is not in runtime/metrics`)
  return { wrong, compared: Object.keys(metrics).length }
}

function float(bits: string): number {
  const view = new DataView(new ArrayBuffer(8))
  view.setBigUint64(0, BigInt(bits))
  return view.getFloat64(0)
}

describe.skipIf(cases.length === 0)('the heap as runtime.ReadMemStats has it (needs Go)', () => {
  it.each(cases)('Go $version, $arch, $mode, $set', { timeout: 120_000 }, async ({ version, mode, arch, env }) => {
    const minor = minorOf(version)
    await using program = startMemStats({ version, mode, arch }, env)
    await program.figures()
    using process = openMemStats(program)
    using go = GoProcess.attach(process)
    for (const first of ['r', 'w', 'g', 'w'] as const) {
      const { heap, truth } = await whileQuiet(program, go, first)
      expect(heap.stable).toBe(true)
      expect(differences(heap, truth)).toEqual([])
      expect(heap.memStats.numGC).toBe(truth.numGC)
      const { spanClasses } = heap
      const sum = (of: 'objects' | 'objectBytes' | 'bytes') =>
        spanClasses!.reduce((total, spanClass) => total + spanClass[of], 0)
      expect([sum('objects'), sum('objectBytes'), sum('bytes')]).toEqual([
        truth.heapObjects,
        truth.heapAlloc,
        truth.heapInuse,
      ])
    }
    if (minor >= 16) {
      const { heap, truth } = await metricsWhileQuiet(program, go)
      const { wrong, compared } = metricDifferences(heap, truth, minor)
      expect(wrong).toEqual([])
      expect(compared).toBeGreaterThanOrEqual(minor >= 20 ? 33 : 18)
    } else {
      expect(go.heap().metrics).toEqual({})
    }
    const { gc, absent } = go.heap()
    // Of a stripped program of Go 1.5 no code tells where runtime.gcpercent lies.
    if (minor > 5 || mode === 'exe') expect(gc.gogc).toBe(env['GOGC'] === 'off' ? -1 : Number(env['GOGC'] ?? 100))
    const limit = env['GOMEMLIMIT'] === undefined ? null : 40 << 20
    expect(gc.memoryLimit).toBe(minor < 19 ? null : limit)
    expect(gc.phase).toBe('off')
    if (minor < 19) expect(absent['memoryLimit']).toBe('told from Go 1.19 on')
  })

  it.each(cases.filter(({ set }) => set === '{}'))(
    'counts what is not flushed from the caches of the Ps: Go $version, $arch, $mode',
    { timeout: 120_000 },
    async ({ version, mode, arch }) => {
      await using program = startMemStats({ version, mode, arch })
      await whileQuietOnly(program)
      using process = openMemStats(program)
      using go = GoProcess.attach(process)
      let heap: HeapSnapshot
      let truth: MemStats
      let collected: boolean
      do {
        // Which may begin a collection, and that flushes the caches, and frees.
        const { numGC } = await program.figures()
        await program.allocate()
        heap = go.heap()
        truth = await program.figures()
        collected = truth.numGC !== numGC
      } while (collected)
      const { memStats, bySize, caches } = heap
      expect(caches!.reduce((sum, { spans }) => sum + spans, 0)).toBeGreaterThan(0)
      const { alloc, totalAlloc, mallocs, frees, heapObjects } = memStats
      expect({ alloc, totalAlloc, mallocs, frees, heapObjects }).toEqual({
        alloc: truth['alloc'],
        totalAlloc: truth['totalAlloc'],
        mallocs: truth['mallocs'],
        frees: truth['frees'],
        heapObjects: truth['heapObjects'],
      })
      const classes = bySize!.map(({ size, mallocs, frees }) => [size, mallocs, frees])
      expect(classes.slice(1, truth.bySize.length)).toEqual(truth.bySize.slice(1))
    },
  )
})

/** Until sweeping is over, which frees objects. */
async function whileQuietOnly(program: MemStatsProgram): Promise<void> {
  let before = await program.figures('g')
  for (let look = 0; look < MOST_LOOKS; look++) {
    await setTimeout(50)
    const after = await program.figures()
    if (JSON.stringify(before) === JSON.stringify(after)) return
    before = after
  }
}
