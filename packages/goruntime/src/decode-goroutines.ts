/** Copied words to columns. */
import type { Followed } from './followed.js'
import { type GoroutineCopy, TORN, UNREADABLE } from './goroutine-copy.js'
import { isDead, STATUS, statusOf } from './goroutine-status.js'
import type { GoroutineVariables } from './locals/frame-variables.js'
import type { CodeAddress } from './location.js'
import type { GField } from './runtime-contract.js'
import { FLAG_LOCKED_TO_THREAD, FLAG_SYSTEM, FLAG_TORN, type GoroutineColumns, type SnapshotData } from './snapshot.js'
import type { SnapshotSource } from './snapshot-source.js'
import { sortedOrder } from './sorted-order.js'
import { Symbolizer } from './symbolizer.js'
import { isSystemGoroutine } from './system-goroutine.js'
import type { GoroutineStacks } from './unwind/goroutine-stacks.js'
import { innermostCalls } from './unwind/innermost-calls.js'

/** What was copied of the process, before anything is decoded. */
export interface Copied {
  readonly copy: GoroutineCopy
  /** Entries of runtime.allgs that are no goroutines. */
  readonly implausible: number
  readonly followed: Followed
  /** Undefined where none were asked for. */
  readonly stacks: GoroutineStacks | undefined
  /** Of frames, by row of the copy. */
  readonly variables: ReadonlyMap<number, GoroutineVariables>
  readonly finalizerRuns: boolean
  readonly now: number | undefined
}

type Decoded = Omit<SnapshotData, 'mode' | 'takenAt' | 'readMs' | 'pausedMs'>

/** The main goroutine's id: it was started by the runtime, and no `go` statement. */
const MAIN = 1

export function decodeGoroutines(source: SnapshotSource, copied: Copied, listDead: boolean): Decoded {
  const { copy, followed, now } = copied
  const { plan, words, states, addresses } = copy
  const { rows, unreadable } = listedRows(copied, listDead)
  const count = rows.length
  const at = rows.map((row) => row * plan.width)
  const field = (name: GField) => plan.column(name, words, at)
  const id = field('goid')
  const atomicstatus = field('atomicstatus')
  const waitsince = field('waitsince')
  const startpc = field('startpc')
  const gopc = field('gopc')
  const parentGoid = field('parentGoid')
  const lockedm = field('lockedm')
  const runningCleanups = field('runningCleanups')
  const reasonOf = source.waitReasons.reader(plan)
  const isSystem = systemRule(source, copied)
  const labels = followed.decodeLabels()

  const decoded = copied.stacks?.decode(rows, states) ?? innermostCalls(source, copy, rows)
  const { stacks, ofRow: stack, faults } = decoded

  const columns = { ...newColumns(count), stack }
  const errors = new Map<number, string>()
  const variables = new Map<number, GoroutineVariables>()
  const symbolizer = new Symbolizer(source.functions)
  const note = (index: number, error: string) => {
    const before = errors.get(index)
    errors.set(index, before === undefined ? error : `${before}; ${error}`)
  }

  for (let index = 0; index < count; index++) {
    const row = rows[index]!
    const ofFrames = copied.variables.get(row)
    if (ofFrames !== undefined) variables.set(index, ofFrames)
    const status = statusOf(atomicstatus[index]!)
    const waits = status === STATUS.waiting || status === STATUS.leaked
    columns.id[index] = id[index]! || 0
    columns.address[index] = addresses[row]!
    columns.status[index] = Math.min(status, STATUS.unknown)
    if (status >= STATUS.unknown) note(index, `its status is ${status}, which no known Go version has`)

    const reason = waits ? reasonOf(words, at[index]!) : 0
    if (reason >= 0) columns.waitReason[index] = reason
    else note(index, 'its wait reason is none that this Go version has')

    // Written by the garbage collector, for goroutines that it finds waiting or in a system call.
    // A coroutine is switched without clearing it (coroswitch, runtime/coro.go).
    const records = source.waitReasons.texts[reason] !== 'coroutine'
    const since = (waits && records) || status === STATUS.syscall ? waitsince[index]! : 0
    const waited = since > 0 && now !== undefined ? now - since : Number.NaN
    columns.waitAtLeastNs[index] = waited >= 0 ? waited : Number.NaN

    const start = startpc[index]! > 0 ? symbolizer.index(startpc[index]!, 'entry') : -1
    columns.start[index] = start
    const system = isSystem(symbolizer.codeAddresses[start], runningCleanups[index] !== 0)
    columns.flags[index] =
      (system ? FLAG_SYSTEM : 0) |
      (lockedm[index] !== 0 ? FLAG_LOCKED_TO_THREAD : 0) |
      (states[row] === TORN ? FLAG_TORN : 0)
    const procid = followed.procid[row]!
    if (isThreadId(procid)) columns.thread[index] = source.hostThread(procid)
    else if (procid !== 0) note(index, 'its thread has an id that no thread has')
    columns.labels[index] = labels.ofRow.get(row) ?? 0
    const error = labels.errors.get(row)
    if (error !== undefined) note(index, error)

    const created = id[index] !== MAIN && gopc[index]! > 0
    columns.creator[index] = created ? symbolizer.index(gopc[index]!, 'created') : -1
    columns.parent[index] = created ? parentGoid[index]! || 0 : 0
  }
  return {
    columns,
    waitReasons: source.waitReasons.texts,
    labelSets: labels.sets,
    codeAddresses: symbolizer.codeAddresses,
    stacks,
    variables,
    errors,
    unreadable: unreadable + copied.implausible,
    warnings: [...source.warnings, ...new Set([...faults, ...symbolizer.faults])],
  }
}

/** The kernel's limit (include/linux/threads.h, PID_MAX_LIMIT). */
const MAX_THREAD_ID = 1 << 22

function isThreadId(id: number): boolean {
  return Number.isInteger(id) && id > 0 && id <= MAX_THREAD_ID
}

/** The rows of the goroutines to list, by rising id. */
function listedRows({ copy }: Copied, listDead: boolean): { rows: Uint32Array; unreadable: number } {
  const { plan, words, states } = copy
  const status = plan.requiredReader('atomicstatus')
  const listed = new Uint32Array(states.length)
  let count = 0
  let unreadable = 0
  for (let row = 0; row < states.length; row++) {
    if (states[row] === UNREADABLE) unreadable++
    else if (listDead || !isDead(status(words, row * plan.width))) listed[count++] = row
  }
  const rows = listed.subarray(0, count)
  const ids = plan.column(
    'goid',
    words,
    rows.map((row) => row * plan.width),
  )
  for (let index = 0; index < count; index++) ids[index] ||= 0
  return { rows: sortedOrder(ids).map((position) => rows[position]!), unreadable }
}

/** The rule for system goroutines, asked once for each start function. */
function systemRule(source: SnapshotSource, { finalizerRuns }: Copied) {
  const { systemFunctions } = source.facts
  const answers = new Map<CodeAddress | undefined, boolean>()
  const ask = (start: CodeAddress | undefined, cleanupRuns: boolean) =>
    isSystemGoroutine(start?.location?.function, { finalizerRuns, cleanupRuns, systemFunctions })
  return (start: CodeAddress | undefined, cleanupRuns: boolean): boolean => {
    if (cleanupRuns) return ask(start, true)
    let answer = answers.get(start)
    if (answer === undefined) {
      answer = ask(start, false)
      answers.set(start, answer)
    }
    return answer
  }
}

function newColumns(count: number): Omit<GoroutineColumns, 'stack'> {
  return {
    id: new Float64Array(count),
    address: new Float64Array(count),
    status: new Uint8Array(count),
    waitReason: new Uint16Array(count),
    waitAtLeastNs: new Float64Array(count),
    flags: new Uint8Array(count),
    thread: new Int32Array(count),
    labels: new Int32Array(count),
    start: new Int32Array(count),
    creator: new Int32Array(count),
    parent: new Float64Array(count),
  }
}
