/**
 * The heap of the committed programs, against what they say of themselves: runtime.MemStats, as ReadMemStats returned it. They
 * allocate to say it; what they said the same before and after a look must be the same in it, and what only grows must lie
 * between. heap-truth.test.ts compares everything, with a program that needs Go to be built.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { openProcess } from '@gospy/procmem'
import { canRun, fixturePath, hasStrip, prebuilt, startFixture, stripped } from 'gospy-fixtures'
import { afterAll, describe, expect, it } from 'vitest'
import { takeHeapSnapshot } from '../../src/heap/take-heap-snapshot.js'
import { GoProcess, type HeapSnapshot, type SpanClass } from '../../src/index.js'
import { ChangedMemory } from '../changed-memory.js'

const folder = mkdtempSync(join(tmpdir(), 'gospy-heap-'))
afterAll(() => rmSync(folder, { recursive: true }))

const fixtures = prebuilt().filter(
  (fixture) => fixture.program === 'states' && fixture.arch === 'amd64' && canRun(fixture),
)
const ATTEMPTS = 10
const GROWING = ['totalAlloc', 'mallocs', 'frees', 'pauseTotalNs', 'numGC', 'numForcedGC']
/** What a collection changes, and back. */
const MOVING = ['alloc', 'heapAlloc', 'heapObjects', 'heapInuse', 'heapIdle', 'heapReleased', 'mspanInuse', 'nextGC']
const minorOf = (goVersion: string | null) => Number(goVersion!.split('.')[1])

function total(classes: readonly SpanClass[], of: 'objects' | 'objectBytes' | 'bytes'): number {
  return classes.reduce((sum, spanClass) => sum + spanClass[of], 0)
}

/** What a look and the words before and after it do not agree on, and how many figures were held against them. */
function disagreements({ memStats }: HeapSnapshot, before: Record<string, number>, after: Record<string, number>) {
  const wrong: string[] = []
  let compared = 0
  for (const [name, figure] of Object.entries(memStats)) {
    const [first, last] = [before[name], after[name]]
    if (typeof figure !== 'number' || first === undefined || last === undefined) continue
    const isGrowing = GROWING.includes(name)
    // To say it they collect, too.
    const isMoving = !isGrowing && MOVING.includes(name) && before['numGC'] !== after['numGC']
    if ((first !== last && !isGrowing) || isMoving) continue
    compared++
    if (figure < first || figure > last) wrong.push(`${name}: ${figure}, is ${first} to ${last}`)
  }
  return { wrong, compared }
}

async function look(path: string, minor: number) {
  await using running = await startFixture(path)
  using process = openProcess(running.pid)
  using go = GoProcess.attach(process)
  await running.gc()
  let found = ['not looked yet']
  for (let attempt = 0; attempt < ATTEMPTS && found.length > 0; attempt++) {
    // The runtime sweeps and gives memory back when it likes.
    if (attempt > 0) await setTimeout(100)
    const before = await running.truth()
    const heap = go.heap()
    const after = await running.truth()
    const { wrong, compared } = disagreements(heap, before.memstats, after.memstats)
    const { memStats, spanClasses, gc, absent, pauses, caches, stable } = heap
    found = wrong
    if (compared < 8) found.push(`only ${compared} figures held against its words`)
    if (!stable) found.push('not stable')
    if (before.lastGC === after.lastGC && memStats.lastGC !== after.lastGC) found.push(`lastGC: ${memStats.lastGC}`)
    // Counted twice by the runtime itself, in spans and in numbers.
    if (total(spanClasses!, 'objects') !== memStats.heapObjects) found.push('objects in spans')
    if (total(spanClasses!, 'objectBytes') !== memStats.heapAlloc) found.push('bytes of objects in spans')
    if (total(spanClasses!, 'bytes') !== memStats.heapInuse) found.push('bytes of spans')
    if (found.length > 0) continue
    expect(pauses!.length).toBe(Math.min(256, memStats.numGC!))
    expect(pauses![0]!.endedAt).toBeLessThanOrEqual(memStats.lastGC! + 1_000_000_000n)
    expect(caches!.length).toBe(running.ready.gomaxprocs)
    expect(gc).toMatchObject({ phase: 'off', gogc: 100, memoryLimit: null })
    expect(Object.keys(absent).sort()).toEqual([
      ...(minor >= 21 ? ['/gc/gomemlimit:bytes'] : []),
      ...(minor < 20 ? ['gcCpuNs'] : []),
      'memoryLimit',
      ...(minor < 16 ? ['pauseTimes'] : []),
      ...(minor < 20 ? ['totalCpuNs'] : []),
    ])
    if (minor >= 20) {
      expect(gc.gcCpuNs! / gc.totalCpuNs!).toBeCloseTo(memStats.gcCPUFraction!, 9)
    }
  }
  return found
}

describe.skipIf(fixtures.length === 0)('the heap (skipped where this machine cannot run the programs)', () => {
  it.each(fixtures)('$name', async (fixture) => {
    expect(await look(fixturePath(fixture), minorOf(fixture.goVersion))).toEqual([])
  })

  it.skipIf(!hasStrip).each(fixtures.filter(({ dwarf }) => dwarf !== 'none'))(
    '$name, as strip leaves it (skipped without strip)',
    async (fixture) => {
      const path = stripped(fixturePath(fixture), join(folder, fixture.name))
      expect(await look(path, minorOf(fixture.goVersion))).toEqual([])
    },
  )

  it('is of one moment where the process is stopped', async () => {
    await using running = await startFixture(fixtures.at(-1)!)
    using process = openProcess(running.pid)
    using go = GoProcess.attach(process)
    const { mode, stable, pausedMs, memStats } = go.heap({ pause: { budgetMs: 10_000 } })
    expect({ mode, stable }).toEqual({ mode: 'paused', stable: true })
    expect(pausedMs).toBeGreaterThan(0)
    const { heapObjects, mallocs, frees } = go.heap().memStats
    expect(heapObjects).toBe(mallocs! - frees!)
    expect(memStats.heapObjects).toBeGreaterThan(100)
    // And it goes on.
    expect((await running.status()).pid).toBe(running.pid)
  })
})

it.skipIf(fixtures.length === 0)('says that figures change meanwhile (skipped where it cannot run)', async () => {
  await using running = await startFixture(fixtures.at(-1)!)
  using process = openProcess(running.pid)
  using go = GoProcess.attach(process)
  const target = go.heapTarget()
  const { offset } = target.further.struct('mstats').fields.numGC!
  const numGC = target.variables.memstats!.address + target.bias + offset
  /** Memory in which a collection ends at each of so many looks. */
  const collecting = (looks: number) => {
    let left = looks
    return new ChangedMemory(target.memory, (address, bytes, count) => {
      if (address > numGC || address + count < numGC + 4 || left === 0) return count
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      view.setUint32(numGC - address, 1000 - left--, true)
      return count
    })
  }
  const truth = takeHeapSnapshot(target)
  expect(truth.stable).toBe(true)
  const settled = takeHeapSnapshot({ ...target, memory: collecting(2) })
  expect(settled.stable).toBe(true)
  expect(settled.memStats.numGC).toBe(truth.memStats.numGC)
  expect(takeHeapSnapshot({ ...target, memory: collecting(100) }).stable).toBe(false)
})
