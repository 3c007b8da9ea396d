/** One fixture, looked at from outside in both modes and asked from inside. */
import { setTimeout } from 'node:timers/promises'
import { openProcess } from '@gospy/procmem'
import { type Fixture, startFixture } from 'gospy-fixtures'
import { GoProcess, type Snapshot } from '../src/index.js'
import { disagreementsWithCrash, disagreementsWithStack, systemGoroutine } from './agreement.js'

export interface Observation {
  /** What the snapshots and the process's own words disagree on: nothing, if all is well. */
  readonly disagreements: readonly string[]
  /**
   * Whether the runtime broke off its dump on SIGQUIT, as it does in Go 1.17 and older when a thread in C takes the signal:
   * then there is only runtime.Stack to compare with.
   */
  readonly dumpCutOff: boolean
  readonly live: Snapshot
  readonly paused: Snapshot
}

/** Observations that are made at most. */
const ATTEMPTS = 10
/** Each begins so much later after the program's start: what a program does at its start it does at the same time in all. */
const LATER_MS = 150

/**
 * Starts the program, looks at it while it runs and while it is stopped, asks it, and ends it.
 *
 * The runtime's own goroutines (collector, scavenger, timers) move when they like, also between the look from outside and the
 * word from inside: each of them has to agree in one observation of several, all goroutines of the program in one and the same.
 */
export async function observe(fixture: Fixture | string, args: string[] = []): Promise<Observation> {
  let unsettled: Set<string> | undefined
  for (let attempt = 1; ; attempt++) {
    const observation = await observeOnce(fixture, args, (attempt - 1) * LATER_MS)
    const moved = new Set(observation.disagreements.map(systemGoroutine).filter((name) => name !== undefined))
    unsettled = new Set([...moved].filter((name) => unsettled === undefined || unsettled.has(name)))
    const disagreements = observation.disagreements.filter((text) => {
      const name = systemGoroutine(text)
      return name === undefined || unsettled!.has(name)
    })
    if ((disagreements.length === 0 && !observation.dumpCutOff) || attempt === ATTEMPTS) {
      return { ...observation, disagreements }
    }
  }
}

async function observeOnce(fixture: Fixture | string, args: string[], laterMs: number): Promise<Observation> {
  await using running = await startFixture(fixture, { args, env: { GOTRACEBACK: '2' } })
  await setTimeout(laterMs)
  // The first answer may start a collection, which starts goroutines of the runtime's own.
  await running.truth()
  await running.gc()
  const truth = await running.truth()
  using process = openProcess(running.pid)
  const go = GoProcess.attach(process)
  await settled(go)
  const live = go.snapshot()
  const paused = go.snapshot({ pause: { budgetMs: 5000 } })
  const crash = await running.crash()
  // It answers from a goroutine of its own, which waits for commands otherwise.
  const busy = new Set([truth.controlGoroutine])
  const dumpCutOff = crash.goroutines.length < truth.goroutines.length
  const disagreements = Object.entries({ live, paused }).flatMap(([mode, snapshot]) => {
    const stack = disagreementsWithStack(snapshot, truth, busy)
    const dump = dumpCutOff ? [] : disagreementsWithCrash(snapshot, crash.goroutines, busy)
    return [
      ...stack.map((text) => `${mode}, runtime.Stack: ${text}`),
      ...dump.map((text) => `${mode}, SIGQUIT: ${text}`),
    ]
  })
  return { disagreements, dumpCutOff, live, paused }
}

/** Until no goroutine has moved for a while, or one never rests. */
async function settled(go: GoProcess): Promise<void> {
  let before = ''
  for (let look = 0; look < 20; look++) {
    const now = [...go.snapshot().goroutines()].map(({ id, status, waitReason }) => [id, status, waitReason]).join()
    if (now === before) return
    before = now
    await setTimeout(30)
  }
}
