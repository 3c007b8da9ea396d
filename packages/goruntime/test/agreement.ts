/**
 * The view from outside held against the view from inside: a snapshot against what the Go runtime of the same process
 * prints about itself. What does not agree is returned as text, one line each.
 */
import type { DumpFrame, DumpGoroutine, FixtureTruth } from 'gospy-fixtures'
import type { CodeAddress, Goroutine, Snapshot } from '../src/index.js'

/** Statuses that a dump prints by name rather than by a wait reason. */
function stateOf(goroutine: Goroutine): string {
  return goroutine.waitReason ?? goroutine.status
}

function place(code: CodeAddress | null): string {
  const location = code?.location
  return location === undefined ? 'nowhere' : `${location.function} ${location.file}:${location.line}`
}

function framePlace({ function: name, file, line }: Pick<DumpFrame, 'function' | 'file' | 'line'>): string {
  return `${name} ${file}:${line}`
}

/**
 * Against runtime.Stack(all) of the process: the goroutines of the program, their states, creators and labels.
 * @param busy goroutines that do something else while they answer: only their id and creator are compared
 */
export function disagreementsWithStack(snapshot: Snapshot, truth: FixtureTruth, busy: ReadonlySet<number>): string[] {
  const wrong: string[] = []
  // Until Go 1.5 runtime.Stack obeyed GOTRACEBACK, and NumGoroutine counted the runtime's own goroutines as well.
  const old = /^go1\.[45](\.|$)/.test(truth.goVersion)
  const ours = [...snapshot.goroutines()].filter((goroutine) => old || !goroutine.system)
  const theirs = new Map(truth.goroutines.map((goroutine) => [goroutine.id, goroutine]))
  compareIds(ours, theirs, wrong)
  // It never counts the goroutines that run finalizers and cleanups, which a dump lists while they run the program's code.
  const counted = old
    ? ours.length
    : ours.filter(({ startFunction }) => !startFunction?.location?.function.startsWith('runtime.run')).length
  if (counted !== truth.numGoroutine) wrong.push(`NumGoroutine is ${truth.numGoroutine}, not ${counted}`)
  for (const goroutine of ours) {
    const theirGoroutine = theirs.get(goroutine.id)
    if (theirGoroutine === undefined) continue
    compareState(goroutine, theirGoroutine, busy, wrong)
    // At this level the runtime does not name a creator of its own.
    const runtimes = theirGoroutine.createdBy === null && place(goroutine.createdBy).startsWith('runtime.')
    if (!runtimes) compareCreator(goroutine, theirGoroutine, wrong)
  }
  for (const [name, labels] of Object.entries(truth.labels)) {
    const seen = snapshot.goroutine(truth.named[name]!)?.labels
    if (JSON.stringify(sorted(seen ?? {})) !== JSON.stringify(sorted(labels))) {
      wrong.push(`labels of ${name}: ${JSON.stringify(seen)} instead of ${JSON.stringify(labels)}`)
    }
  }
  return wrong
}

/**
 * Against the dump that the runtime prints on SIGQUIT at level `system`: all goroutines, also the runtime's own, with the
 * functions they were started with and where they stand.
 */
export function disagreementsWithCrash(
  snapshot: Snapshot,
  dump: readonly DumpGoroutine[],
  busy: ReadonlySet<number>,
): string[] {
  const wrong: string[] = []
  const theirs = new Map(dump.map((goroutine) => [goroutine.id, goroutine]))
  const ours = [...snapshot.goroutines()]
  compareIds(ours, theirs, wrong)
  for (const goroutine of ours) {
    const their = theirs.get(goroutine.id)
    if (their === undefined) continue
    compareState(goroutine, their, busy, wrong)
    compareCreator(goroutine, their, wrong)
    const { id, startFunction, current } = goroutine
    const bottom = their.frames.findLastIndex((frame) => frame.function === 'runtime.goexit')
    const start = their.frames[bottom - 1]?.function
    // A call from C runs on a goroutine that no go statement started.
    const called = /^runtime\.cgocallback(_gofunc)?$/.test(start ?? '') && startFunction === null
    if (start !== undefined && !called && startFunction?.location?.function !== start) {
      wrong.push(`goroutine ${id} was started as ${start}, not as ${place(startFunction)}`)
    }
    if (busy.has(id) || their.stackUnavailable) continue
    if (their.frames.length === 0) {
      wrong.push(`goroutine ${id} has no frames in the dump`)
      continue
    }
    if (place(current) !== framePlace(their.frames[0]!)) {
      wrong.push(`goroutine ${id} stands at ${framePlace(their.frames[0]!)}, not at ${place(current)}`)
    }
  }
  return wrong
}

function compareIds(ours: readonly Goroutine[], theirs: ReadonlyMap<number, DumpGoroutine>, wrong: string[]): void {
  const seen = new Set(ours.map(({ id }) => id))
  if (seen.size !== ours.length) wrong.push('an id is listed twice')
  for (const goroutine of ours) {
    if (!theirs.has(goroutine.id))
      wrong.push(`goroutine ${goroutine.id} (${place(goroutine.startFunction)}) is not theirs`)
  }
  for (const [id, { frames }] of theirs) {
    if (!seen.has(id)) wrong.push(`goroutine ${id} (${frames.at(-1)?.function}) is missing`)
  }
}

function compareState(ours: Goroutine, theirs: DumpGoroutine, busy: ReadonlySet<number>, wrong: string[]): void {
  const { id } = ours
  if (!busy.has(id)) {
    if (stateOf(ours) !== theirs.state) wrong.push(`goroutine ${id} is in state ${theirs.state}, not ${stateOf(ours)}`)
    if (ours.lockedToThread !== theirs.lockedToThread) {
      wrong.push(`goroutine ${id} is ${theirs.lockedToThread ? '' : 'not '}locked to its thread`)
    }
  }
  if (ours.torn) wrong.push(`goroutine ${id} is torn`)
  if (ours.error !== null) wrong.push(`goroutine ${id}: ${ours.error}`)
}

function compareCreator(ours: Goroutine, theirs: DumpGoroutine, wrong: string[]): void {
  const { id } = ours
  const created = theirs.createdBy === null ? 'nowhere' : framePlace(theirs.createdBy)
  if (place(ours.createdBy) !== created)
    wrong.push(`goroutine ${id} was created at ${created}, not ${place(ours.createdBy)}`)
  const parent = theirs.createdBy?.goroutine ?? null
  if (ours.createdByGoroutine !== parent) {
    wrong.push(`goroutine ${id} was created by goroutine ${parent}, not ${ours.createdByGoroutine}`)
  }
}

function sorted(labels: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))
}
