/**
 * The view from outside held against the view from inside: a snapshot against what the Go runtime of the same process
 * prints about itself. What does not agree is returned as text, one line each.
 */
import type { DumpFrame, DumpGoroutine, FixtureTruth } from 'gospy-fixtures'
import {
  type CodeAddress,
  type Frame,
  type Goroutine,
  type Snapshot,
  type Stack,
  tracebackFrames,
} from '../src/index.js'

/** Statuses that a dump prints by name rather than by a wait reason. */
function stateOf(goroutine: Goroutine): string {
  return goroutine.waitReason ?? goroutine.status
}

function place(code: CodeAddress | null): string {
  const location = code?.location
  return location === undefined ? 'nowhere' : `${location.function} ${location.file}:${location.line}`
}

/** Go 1.5 prints `runtime.gopanic` by its name. */
function framePlace({ function: name, file, line }: Pick<DumpFrame, 'function' | 'file' | 'line'>): string {
  return `${name === 'runtime.gopanic' ? 'panic' : name} ${file}:${line}`
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
    if (!busy.has(goroutine.id) && !theirGoroutine.stackUnavailable) {
      const { frames } = theirGoroutine
      if (old) compareFrames(goroutine, frames, wrong)
      else compareFrames(goroutine, frames.filter(isShownByItsName), wrong, tracebackFrames)
    }
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
    compareCreator(goroutine, their, wrong)
    // A timer has moved it between the look and the dump: also with all other goroutines at rest it never is.
    if (goroutine.system && stateOf(goroutine) !== their.state && [stateOf(goroutine), their.state].some(isPassing))
      continue
    compareState(goroutine, their, busy, wrong)
    const { startFunction } = goroutine
    const bottom = their.frames.findLastIndex((frame) => frame.function === 'runtime.goexit')
    const start = their.frames[bottom - 1]?.function
    // A call from C runs on a goroutine that no go statement started.
    const called = /^runtime\.cgocallback(_gofunc)?$/.test(start ?? '') && startFunction === null
    if (start !== undefined && !called && startFunction?.location?.function !== start) {
      wrong.push(`${who(goroutine)} was started as ${start}, not as ${place(startFunction)}`)
    }
    if (busy.has(goroutine.id) || their.stackUnavailable) continue
    if (their.frames.length === 0) {
      wrong.push(`${who(goroutine)} has no frames in the dump`)
      continue
    }
    compareFrames(goroutine, their.frames, wrong)
  }
  return wrong
}

/** The runtime's own goroutines are named by what they are: they move when they like. */
function who({ id, system, startFunction }: Goroutine): string {
  return system ? `goroutine ${id} (system, ${startFunction?.location?.function})` : `goroutine ${id}`
}

/** The start function of the runtime's own goroutine that a disagreement is about; undefined where it is about another. */
export function systemGoroutine(disagreement: string): string | undefined {
  return /\(system, ([^)]+)\)/.exec(disagreement)?.[1]
}

/** States that end by themselves. */
function isPassing(state: string): boolean {
  return ['sleep', 'runnable', 'running', 'syscall'].includes(state)
}

function compareIds(ours: readonly Goroutine[], theirs: ReadonlyMap<number, DumpGoroutine>, wrong: string[]): void {
  const seen = new Set(ours.map(({ id }) => id))
  if (seen.size !== ours.length) wrong.push('an id is listed twice')
  for (const goroutine of ours) {
    if (!theirs.has(goroutine.id))
      wrong.push(`${who(goroutine)}, started as ${place(goroutine.startFunction)}, is not theirs`)
  }
  for (const [id, { frames }] of theirs) {
    if (!seen.has(id)) wrong.push(`goroutine ${id} (${frames.at(-1)?.function}) is missing`)
  }
}

function compareState(ours: Goroutine, theirs: DumpGoroutine, busy: ReadonlySet<number>, wrong: string[]): void {
  if (!busy.has(ours.id)) {
    if (stateOf(ours) !== theirs.state) wrong.push(`${who(ours)} is in state ${theirs.state}, not ${stateOf(ours)}`)
    if (ours.lockedToThread !== theirs.lockedToThread) {
      wrong.push(`${who(ours)} is ${theirs.lockedToThread ? '' : 'not '}locked to its thread`)
    }
  }
  if (ours.torn) wrong.push(`${who(ours)} is torn`)
  if (ours.error !== null) wrong.push(`${who(ours)}: ${ours.error}`)
}

function compareCreator(ours: Goroutine, theirs: DumpGoroutine, wrong: string[]): void {
  const created = theirs.createdBy === null ? 'nowhere' : framePlace(theirs.createdBy)
  if (place(ours.createdBy) !== created)
    wrong.push(`${who(ours)} was created at ${created}, not ${place(ours.createdBy)}`)
  const parent = theirs.createdBy?.goroutine ?? null
  if (ours.createdByGoroutine !== parent) {
    wrong.push(`${who(ours)} was created by goroutine ${parent}, not ${ours.createdByGoroutine}`)
  }
}

function sorted(labels: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))
}

/** Go follows no more frames of a stack: until Go 1.20 the innermost of them, since then half of them from either end. */
const MOST_PRINTED = 100

/**
 * Until Go 1.16 a call that was inlined is shown or hidden as the function that it was inlined into, so that
 * `runtime.goparkunlock` appears in `time.Sleep` (runtime/traceback.go, gentraceback).
 */
function isShownByItsName({ function: name, inlined }: DumpFrame): boolean {
  return !(inlined && /^runtime\.[a-z]/.test(name))
}

/**
 * Frame by frame: function, file, line, and where the dump has them offset and pc.
 * @param select the frames of a stack that the dump shows
 */
export function compareFrames(
  ours: Goroutine,
  theirs: readonly DumpFrame[],
  wrong: string[],
  select: (stack: Stack) => readonly Frame[] = ({ frames }) => frames,
): void {
  const { stack, stackError } = ours
  if (stackError !== null) wrong.push(`the stack of ${who(ours)} is not whole: ${stackError}`)
  if (stack === null) {
    wrong.push(`${who(ours)} has no stack`)
    return
  }
  const frames = select(stack)
  let comparable = frames
  if (frames.length > theirs.length && stack.frames.length > MOST_PRINTED) {
    const half = MOST_PRINTED / 2
    const outermost = theirs.at(-1)
    const printsBothEnds = outermost && framePlace(outermost) === ourPlace(frames.at(-1)!)
    comparable = printsBothEnds
      ? [...frames.slice(0, half), ...frames.slice(-half)]
      : select({ ...stack, frames: innermost(stack.frames, MOST_PRINTED) })
  }
  const longest = Math.max(comparable.length, theirs.length)
  for (let index = 0; index < longest; index++) {
    const [our, their] = [comparable[index], theirs[index]]
    const ourText = our === undefined ? 'none' : ourPlace(our)
    const theirText = their === undefined ? 'none' : framePlace(their)
    if (ourText !== theirText) {
      wrong.push(`frame ${index} of ${who(ours)} is ${theirText}, not ${ourText}`)
      return
    }
    const offset = our!.inlined || our!.pc === our!.entry ? null : our!.pc - our!.entry
    if (their!.offset !== null && offset !== their!.offset) {
      wrong.push(`frame ${index} of ${who(ours)}, ${theirText}, is at +${their!.offset}, not at +${offset}`)
    }
    if (their!.pc !== null && Number(their!.pc) !== our!.pc) {
      wrong.push(`frame ${index} of ${who(ours)}, ${theirText}, is at ${their!.pc}, not at ${our!.pc}`)
    }
  }
}

/** The frames of the `count` innermost functions, with what was inlined into them. */
function innermost(frames: readonly Frame[], count: number): readonly Frame[] {
  let functions = 0
  const end = frames.findIndex(({ inlined }) => !inlined && ++functions === count)
  return frames.slice(0, end + 1)
}

function ourPlace({ function: name, file, line }: Frame): string {
  return framePlace({ function: name, file: file ?? '?', line: line ?? 0 })
}
