/**
 * A series against snapshots that were taken anew, of the same process: all committed programs, while goroutines start and end
 * between the looks, live and paused.
 */
import type { MemoryReader } from '@gospy/bytes'
import { openProcess, type Process } from '@gospy/procmem'
import { canRun, type Fixture, prebuilt, type RunningFixture, startFixture } from 'gospy-fixtures'
import { describe, expect, it } from 'vitest'
import { GoProcess, type Goroutine, type Snapshot, SnapshotSeries, type Stack } from '../src/index.js'
import { ChangedMemory } from './changed-memory.js'
import { contradictions } from './contradictions.js'

const committed = prebuilt().filter((fixture) => canRun(fixture))
const of = (program: string) => committed.filter((fixture) => fixture.program === program)
const newest = of('states').find(({ name }) => name.startsWith('states-go1.27') && name.includes('-exe'))!

const modes = {
  live: {},
  paused: { pause: { budgetMs: 10_000 } },
  'live, without stacks': { stacks: false },
  'live, dead ones as well': { dead: true },
} as const

interface Observed {
  readonly running: RunningFixture
  readonly process: Process
  readonly go: GoProcess
}

async function withFixture(fixture: Fixture, run: (observed: Observed) => Promise<void>) {
  await using running = await startFixture(fixture, { args: fixture.program === 'many' ? ['-n', '1000'] : [] })
  using process = openProcess(running.pid)
  using go = GoProcess.attach(process)
  await run({ running, process, go })
}

/** Stacks as text: equal ones are one object. */
const texts = new WeakMap<Stack, string>()
const textOf = (stack: Stack | null) => {
  if (stack === null) return null
  const text = texts.get(stack) ?? JSON.stringify(stack)
  texts.set(stack, text)
  return text
}

/** All that is said of a goroutine, but for how long it has waited. */
function said(goroutine: Goroutine): string {
  const { id, address, status, waitReason, system, lockedToThread, thread, labels, torn, error } = goroutine
  const { startFunction, createdBy, createdByGoroutine, stack, stackError } = goroutine
  const fields = { id, address, status, waitReason, system, lockedToThread, thread, labels, torn, error }
  return JSON.stringify({ ...fields, startFunction, createdBy, createdByGoroutine, stackError, stack: textOf(stack) })
}

/** Whether each entry of the snapshot's tables is one that a goroutine has. */
function tablesAreTight({ data }: Snapshot): boolean {
  const { start, creator, labels, stack } = data.columns
  const all = (length: number, ...columns: Int32Array[]) => {
    const used = new Set(columns.flatMap((column) => [...column]).filter((index) => index >= 0))
    return used.size === length
  }
  const hasLabels = data.labelSets.length === 1 || all(data.labelSets.length, labels, Int32Array.of(0))
  return all(data.codeAddresses.length, start, creator) && hasLabels && all(data.stacks.length, stack)
}

/** What the series shows between two fresh snapshots that agree with each other, and that differs from both. */
function differences(before: Snapshot, seen: Snapshot, after: Snapshot) {
  const wrong: string[] = []
  let compared = 0
  const ids = ({ data }: Snapshot) => data.columns.id.join()
  const byAddress = (snapshot: Snapshot) => new Map([...snapshot.goroutines()].map((one) => [one.address, one]))
  const [own, last] = [byAddress(seen), byAddress(after)]
  if (ids(before) === ids(after) && ids(seen) !== ids(before)) wrong.push('other goroutines')
  for (const goroutine of before.goroutines()) {
    const { address, status } = goroutine
    const expected = said(goroutine)
    const [shown, again] = [own.get(address), last.get(address)]
    const [least, waited, most] = [goroutine, shown, again].map((one) => one?.waitAtLeastNs ?? null)
    // Where it says the same but has waited for less it ran in between, as workers of the collector do.
    const hasRun = least !== null && status !== 'dead' && (most === null || most! < least!)
    if (again === undefined || said(again) !== expected || hasRun) continue
    compared++
    if (shown === undefined || said(shown) !== expected) {
      wrong.push(`${shown === undefined ? 'nothing' : said(shown)} instead of ${expected}`)
    }
    if (least === null || most === null || status === 'dead') continue
    if (!(waited !== null && waited! >= least! && waited! <= most!)) {
      wrong.push(`waited ${waited}, not from ${least} to ${most}: ${expected}`)
    }
  }
  return { wrong, compared }
}

describe.each([...of('states'), ...of('cgo'), ...of('demo'), ...of('many')])('$name', (fixture) => {
  it.each(Object.entries(modes))('%s: as snapshots taken anew, while goroutines start and end', async (_, options) => {
    await withFixture(fixture, async ({ running, go }) => {
      const series = go.snapshots(options)
      const steps = [
        () => running.status(),
        ...(fixture.program === 'states'
          ? [() => running.spawn(300), () => running.release(290), () => running.spawn(200), () => running.gc()]
          : [() => running.gc()]),
        () => running.status(),
        () => running.status(),
      ]
      let compared = 0
      for (const step of steps) {
        await step()
        // The runtime's own goroutines move when they like, also between three looks: one look of several must be right.
        for (let attempt = 0; ; attempt++) {
          const before = go.snapshot(options)
          const seen = series.next()
          const result = differences(before, seen, go.snapshot(options))
          if (attempt < 10 && result.wrong.some((text) => text.includes('"system":true'))) continue
          expect(result.wrong).toEqual([])
          expect(tablesAreTight(seen)).toBe(true)
          expect(seen.data.mode).toBe('pause' in options ? 'paused' : 'live')
          compared += result.compared
          break
        }
      }
      expect(compared).toBeGreaterThan(steps.length * (fixture.program === 'demo' ? 3 : 10))
    })
  })
})

describe.each(of('churn'))('$name', ({ name, ...fixture }) => {
  it.each(['live', 'paused'] as const)(
    '%s: no goroutine of two moments, though their g are used again and again',
    async (mode) => {
      await withFixture({ name, ...fixture }, async ({ go }) => {
        const series = go.snapshots(modes[mode])
        const wrong: string[] = []
        let shown = 0
        let ids = new Set<number>()
        let others = 0
        for (let look = 0; look < 200; look++) {
          const snapshot = series.next()
          const stable = [...snapshot.goroutines()].filter(({ torn }) => !torn)
          wrong.push(...stable.flatMap((goroutine) => contradictions(goroutine, true)))
          shown += stable.length
          const now = new Set(stable.map(({ id }) => id))
          if (now.size !== stable.length) wrong.push(`look ${look}: an id is shown twice`)
          others += [...now].filter((id) => !ids.has(id)).length
          ids = now
          expect(snapshot.data.unreadable).toBe(0)
          expect(tablesAreTight(snapshot)).toBe(true)
        }
        expect(wrong).toEqual([])
        expect(shown).toBeGreaterThan(200 * 50)
        expect(others).toBeGreaterThan(1000)
      })
    },
    120_000,
  )
})

describe('a series', () => {
  it('leaves the snapshots that it has given as they were', async () => {
    await withFixture(newest, async ({ running, go }) => {
      const series = go.snapshots()
      const first = series.next()
      const copy = structuredClone(first.data)
      await running.spawn(5000)
      await running.release(2500)
      await running.gc()
      for (let look = 0; look < 10; look++) series.next()
      expect(first.data).toEqual(copy)
    })
  })

  it('goes on where runtime.allgs moves to another place', async () => {
    await withFixture(newest, async ({ running, process, go }) => {
      const { bias, layout } = go.source()
      const place = () => {
        const pointer = new BigUint64Array(1)
        process.memory.read(layout.variables.allgs!.address + bias, new Uint8Array(pointer.buffer))
        return pointer[0]
      }
      const series = go.snapshots()
      const places = new Set()
      for (let look = 0; look < 5; look++) {
        await running.spawn(200 * 3 ** look)
        places.add(place())
        const before = go.snapshot()
        const result = differences(before, series.next(), go.snapshot())
        expect(result.wrong).toEqual([])
        expect(result.compared).toBeGreaterThan(200 * 3 ** look)
      }
      expect(places.size).toBeGreaterThan(2)
    })
  })

  it.each([{}, modes.paused])(
    '%j: says what a snapshot says when the process has ended, again and again',
    async (options) => {
      await withFixture(newest, async ({ running, go }) => {
        const series = go.snapshots(options)
        series.next()
        await running.stop()
        const error = (run: () => unknown) => {
          try {
            run()
          } catch (error) {
            return `${error}`
          }
          return 'none'
        }
        const expected = error(() => go.snapshot(options))
        expect(expected).toMatch(/ProcessError/)
        for (let look = 0; look < 3; look++) expect(error(() => series.next())).toBe(expected)
      })
    },
  )

  it('goes on after a look that was cut short', async () => {
    await withFixture(newest, async ({ running, go }) => {
      let isCutShort = false
      const pause = () => {
        const stopped = go.source().pause(10_000)
        return {
          get remainingMs() {
            return isCutShort ? -1 : stopped.remainingMs
          },
          registers: stopped.registers,
          resume: stopped.resume,
        }
      }
      const series = new SnapshotSeries(() => ({ ...go.source(), pause }), modes.paused)
      series.next()
      await running.spawn(3000)
      isCutShort = true
      expect(() => series.next()).toThrow('could not be copied in the time')
      isCutShort = false
      const result = differences(go.snapshot(modes.paused), series.next(), go.snapshot(modes.paused))
      expect(result.wrong).toEqual([])
      expect(result.compared).toBeGreaterThan(3000)
    })
  })
})

/**
 * Goroutines that are called by other functions than before, though their words are the same: as after 256 times of running,
 * which the counter does not tell.
 */
describe('stacks that change unnoticed', () => {
  /**
   * The stacks of goroutines that `isMeant` read as zeros from when `changes` is set.
   * @param isUnseen whether no collection has seen them wait
   */
  const changed = async ({ running, go }: Observed, isUnseen: boolean, isMeant = (_: Goroutine): boolean => true) => {
    // Collections make stacks smaller, step by step, and so move them: until there is nothing left to be done.
    for (let collection = 0; collection < 5; collection++) await running.gc()
    const truth = go.snapshot()
    const { fields } = go.source().layout.g
    const word = (address: number) => {
      const value = new BigUint64Array(1)
      go.process.memory.read(address, new Uint8Array(value.buffer))
      return Number(value[0])
    }
    const meant = [...truth.goroutines()].filter((one) => {
      return one.status === 'waiting' && one.waitReason !== 'sleep' && !one.system && isMeant(one)
    })
    const stacks = meant.map(({ address }) => [
      word(address + fields.schedSp!.offset),
      word(address + fields.stackHi!.offset),
    ])
    const since = meant.map(({ address }) => address + fields.waitsince!.offset)
    const state = { changes: false }
    const memory: MemoryReader = new ChangedMemory(go.process.memory, (start, bytes, count) => {
      const seen = bytes.subarray(0, count)
      const zero = (from: number, to: number) => seen.fill(0, Math.max(0, from - start), Math.max(0, to - start))
      if (isUnseen) for (const address of since) zero(address, address + 8)
      if (state.changes) for (const [from, to] of stacks) zero(from!, to!)
      return count
    })
    const series = (options = {}) => new SnapshotSeries(() => ({ ...go.source(), memory }), options)
    // A stack that a collection has made smaller after all lies elsewhere now, and is not changed.
    const unmoved = () => {
      const here = meant.filter(({ address }, index) => word(address + fields.schedSp!.offset) === stacks[index]![0])
      return here.map(({ id }) => id)
    }
    return { ids: meant.map(({ id }) => id), unmoved, state, series }
  }
  const broken = (snapshot: Snapshot, ids: number[]) => {
    return ids.filter((id) => snapshot.goroutine(id)!.stackError !== null).length
  }
  const minor = ({ name }: Fixture) => Number(/-go1\.(\d+)/.exec(name)![1])
  const counted = of('states').filter((fixture) => minor(fixture) >= 17)
  const uncounted = of('states').filter((fixture) => minor(fixture) < 17)

  it.each(counted)('$name: shown within eight looks', async (fixture) => {
    await withFixture(fixture, async (observed) => {
      const isMeant = ({ waitReason }: Goroutine) => waitReason !== 'coroutine'
      const { ids, unmoved, state, series: make } = await changed(observed, true, isMeant)
      const series = make()
      expect(broken(series.next(), ids)).toBe(0)
      state.changes = true
      let last = series.next()
      for (let look = 1; look < 8; look++) last = series.next()
      expect(unmoved().length).toBeGreaterThan(20)
      expect(broken(last, unmoved())).toBe(unmoved().length)
      state.changes = false
      let seen = 0
      for (let look = 0; look < 8; look++) seen = broken(series.next(), ids)
      expect(seen).toBe(0)
    })
  })

  it.each([
    ...uncounted.map((fixture) => ({
      fixture,
      name: fixture.name,
      what: 'at once, where nothing counts',
      options: {},
    })),
    { fixture: newest, name: newest.name, what: 'at once while the process is stopped', options: modes.paused },
  ])('$name: shown $what', async ({ fixture, options }) => {
    await withFixture(fixture, async (observed) => {
      const { ids, unmoved, state, series: make } = await changed(observed, true)
      const series = make(options)
      expect(broken(series.next(), ids)).toBe(0)
      state.changes = true
      const next = series.next()
      expect(unmoved().length).toBeGreaterThan(20)
      expect(broken(next, unmoved())).toBe(unmoved().length)
    })
  })

  it('coroutines: shown at once', async () => {
    await withFixture(newest, async (observed) => {
      const {
        ids,
        state,
        series: make,
      } = await changed(observed, false, ({ waitReason }) => waitReason === 'coroutine')
      expect(ids.length).toBeGreaterThan(0)
      const series = make()
      series.next()
      state.changes = true
      expect(broken(series.next(), ids)).toBe(ids.length)
    })
  })

  it('cannot be, once the collector has seen a goroutine wait: it is not read again', async () => {
    await withFixture(newest, async (observed) => {
      const { ids, state, series: make } = await changed(observed, false, ({ waitAtLeastNs }) => waitAtLeastNs !== null)
      expect(ids.length).toBeGreaterThan(20)
      const series = make()
      series.next()
      state.changes = true
      for (let look = 0; look < 20; look++) expect(broken(series.next(), ids)).toBe(0)
    })
  })
})
