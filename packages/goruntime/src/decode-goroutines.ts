/** Copied words to columns: of each goroutine when its words are new, so that a series decodes what has changed. */
import type { Followed } from './followed.js'
import { type GoroutineCopy, TORN, UNREADABLE } from './goroutine-copy.js'
import { isDead, STATUS, statusOf } from './goroutine-status.js'
import type { GoroutineVariables } from './locals/frame-variables.js'
import type { CodeAddress } from './location.js'
import { selectRows } from './select-rows.js'
import { FLAG_LOCKED_TO_THREAD, FLAG_SYSTEM, FLAG_TORN, type SnapshotData } from './snapshot.js'
import type { SnapshotSource } from './snapshot-source.js'
import { mergedOrder, sortedOrder } from './sorted-order.js'
import { Symbolizer } from './symbolizer.js'
import { isSystemGoroutine } from './system-goroutine.js'
import type { StackReader } from './unwind/stack-reader.js'
import { withRoom } from './with-room.js'

/** What a look found out, besides goroutines. */
export interface Findings {
  readonly finalizerRuns: boolean
  /** CLOCK_MONOTONIC in ns, before anything was read. */
  readonly now: number | undefined
  /** Entries of runtime.allgs that are no goroutines. */
  readonly implausible: number
  /** Variables of frames, by row of the copy. */
  readonly variables: ReadonlyMap<number, GoroutineVariables>
}

/** What is decoded of each goroutine, in columns. */
const FIELDS = [
  'goid',
  'atomicstatus',
  'waitsince',
  'startpc',
  'gopc',
  'parentGoid',
  'lockedm',
  'runningCleanups',
] as const

type Decoded = Omit<SnapshotData, 'mode' | 'takenAt' | 'readMs' | 'pausedMs'>

/** The main goroutine's id: it was started by the runtime, and no `go` statement. */
const MAIN = 1

/** The kernel's limit (include/linux/threads.h, PID_MAX_LIMIT). */
const MAX_THREAD_ID = 1 << 22

/** So many code addresses or sets of labels are remembered that no goroutine has, besides as many as there are that some have. */
const SPARE = 1 << 14

/** What the words of each goroutine say, by row. */
export class DecodedGoroutines {
  /** Rows of the goroutines to list, by rising id. */
  #listed = new Uint32Array(0)
  #id = new Float64Array(0)
  #status = new Uint8Array(0)
  #waitReason = new Uint16Array(0)
  /** Since when it waits; 0 where that is not known. */
  #since = new Float64Array(0)
  #isLocked = new Uint8Array(0)
  #runsCleanup = new Uint8Array(0)
  /** Indexes of the symbolizer. */
  #start = new Int32Array(0)
  #creator = new Int32Array(0)
  #parent = new Float64Array(0)
  /** Whether its words are new. */
  #isNew = new Uint8Array(0)
  readonly #errors = new Map<number, string>()
  readonly #symbolizer: Symbolizer
  readonly #source: SnapshotSource
  readonly #listsDead: boolean

  constructor(source: SnapshotSource, listsDead: boolean) {
    this.#source = source
    this.#listsDead = listsDead
    this.#symbolizer = new Symbolizer(source.functions)
  }

  /** Makes room for so many rows. */
  extend(count: number): void {
    this.#id = withRoom(this.#id, count)
    this.#status = withRoom(this.#status, count)
    this.#waitReason = withRoom(this.#waitReason, count)
    this.#since = withRoom(this.#since, count)
    this.#isLocked = withRoom(this.#isLocked, count)
    this.#runsCleanup = withRoom(this.#runsCleanup, count)
    this.#start = withRoom(this.#start, count)
    this.#creator = withRoom(this.#creator, count)
    this.#parent = withRoom(this.#parent, count)
    this.#isNew = withRoom(this.#isNew, count)
  }

  /** Decodes rows whose words are new. */
  decode({ plan, words, states }: GoroutineCopy, rows: Uint32Array): void {
    const status = plan.requiredReader('atomicstatus')
    if (rows.length === 0) return
    const listed = selectRows(rows, (row) => {
      return states[row] !== UNREADABLE && (this.#listsDead || !isDead(status(words, row * plan.width)))
    })
    if (this.#errors.size > 0) for (const row of rows) this.#errors.delete(row)
    this.#decodeListed(plan, words, listed)
    this.#list(rows, listed)
  }

  #decodeListed(plan: GoroutineCopy['plan'], words: Uint32Array, rows: Uint32Array): void {
    const columns = plan.columns(FIELDS, words, rows)
    const { goid: id, atomicstatus, waitsince, startpc, gopc, parentGoid, lockedm, runningCleanups } = columns
    const { waitReasons } = this.#source
    const reasonOf = waitReasons.reader(plan)
    const symbolizer = this.#symbolizer
    for (let index = 0; index < rows.length; index++) {
      const row = rows[index]!
      const status = statusOf(atomicstatus[index]!)
      const waits = status === STATUS.waiting || status === STATUS.leaked
      this.#id[row] = id[index]! || 0
      this.#status[row] = Math.min(status, STATUS.unknown)
      if (status >= STATUS.unknown) this.#note(row, `its status is ${status}, which no known Go version has`)

      const reason = waits ? reasonOf(words, row * plan.width) : 0
      this.#waitReason[row] = Math.max(reason, 0)
      if (reason < 0) this.#note(row, 'its wait reason is none that this Go version has')

      // Written by the garbage collector, for goroutines that it finds waiting or in a system call.
      // A coroutine is switched without clearing it (coroswitch, runtime/coro.go).
      const records = waitReasons.texts[reason] !== 'coroutine'
      this.#since[row] = ((waits && records) || status === STATUS.syscall ? waitsince[index]! : 0) || 0

      this.#isLocked[row] = lockedm[index] !== 0 ? 1 : 0
      this.#runsCleanup[row] = runningCleanups[index] !== 0 ? 1 : 0
      this.#start[row] = startpc[index]! > 0 ? symbolizer.index(startpc[index]!, 'entry') : -1
      const created = id[index] !== MAIN && gopc[index]! > 0
      this.#creator[row] = created ? symbolizer.index(gopc[index]!, 'created') : -1
      this.#parent[row] = created ? parentGoid[index]! || 0 : 0
    }
  }

  #note(row: number, error: string): void {
    const before = this.#errors.get(row)
    this.#errors.set(row, before === undefined ? error : `${before}; ${error}`)
  }

  /** @param added those of the rows that are listed */
  #list(rows: Uint32Array, added: Uint32Array): void {
    const kept = this.#listed.length === 0 ? this.#listed : this.#listedBesides(rows)
    const ids = new Float64Array(added.length)
    for (let index = 0; index < added.length; index++) ids[index] = this.#id[added[index]!]!
    const byId = sortedOrder(ids)
    for (let index = 0; index < byId.length; index++) byId[index] = added[byId[index]!]!
    this.#listed = mergedOrder(this.#id, kept, byId)
  }

  /** Those that were listed before, without the rows. */
  #listedBesides(rows: Uint32Array): Uint32Array {
    for (const row of rows) this.#isNew[row] = 1
    const kept = selectRows(this.#listed, (row) => this.#isNew[row] === 0)
    for (const row of rows) this.#isNew[row] = 0
    return kept
  }

  /**
   * All goroutines as they are listed, in columns of their own.
   * @param source as it is at this look
   */
  columns(
    source: SnapshotSource,
    copy: GoroutineCopy,
    followed: Followed,
    stacks: StackReader,
    findings: Findings,
  ): Decoded {
    const { addresses, states } = copy
    const rows = this.#listed
    const count = rows.length
    const { stacks: distinctStacks, ofRow: stack } = stacks.distinct(copy, rows)
    const columns = {
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
      stack,
      parent: new Float64Array(count),
    }
    const { codeAddresses } = this.#symbolizer
    const codes = new Distinct(codeAddresses)
    const labelSets = new Distinct(followed.labelSets)
    labelSets.number(0)
    const isSystem = this.#systemRule(findings.finalizerRuns)
    const now = findings.now ?? Number.NaN
    // One column after the other: each loop is of few arrays, which stay in the processor's cache.
    gather(columns.id, this.#id, rows)
    gather(columns.address, addresses, rows)
    gather(columns.status, this.#status, rows)
    gather(columns.waitReason, this.#waitReason, rows)
    gather(columns.waitAtLeastNs, this.#since, rows)
    gather(columns.parent, this.#parent, rows)
    gather(columns.labels, followed.labels, rows)
    gather(columns.start, this.#start, rows)
    gather(columns.creator, this.#creator, rows)
    for (let index = 0; index < count; index++) {
      const row = rows[index]!
      const since = columns.waitAtLeastNs[index]!
      const waited = since > 0 ? now - since : Number.NaN
      columns.waitAtLeastNs[index] = waited >= 0 ? waited : Number.NaN
      columns.flags[index] =
        (isSystem(columns.start[index]!, this.#runsCleanup[row] === 1) ? FLAG_SYSTEM : 0) |
        (this.#isLocked[row] === 1 ? FLAG_LOCKED_TO_THREAD : 0) |
        (states[row] === TORN ? FLAG_TORN : 0)
      const procid = followed.procid[row]!
      if (isThreadId(procid)) columns.thread[index] = source.hostThread(procid)
    }
    labelSets.renumber(columns.labels)
    codes.renumber(columns.start)
    codes.renumber(columns.creator)
    const errors = this.#errorsOf(rows, followed)
    const variables = new Map<number, GoroutineVariables>()
    if (findings.variables.size > 0) {
      rows.forEach((row, index) => {
        const ofFrames = findings.variables.get(row)
        if (ofFrames !== undefined) variables.set(index, ofFrames)
      })
    }
    const faults = new Set([...stacks.faults, ...this.#symbolizer.faults])
    if (codeAddresses.length > 2 * codes.entries.length + SPARE) this.#pruneCodes(codes)
    if (followed.labelSets.length > 2 * labelSets.entries.length + SPARE) followed.prune()
    return {
      columns,
      // The source's own may grow.
      waitReasons: [...source.waitReasons.texts],
      labelSets: labelSets.entries,
      codeAddresses: codes.entries,
      stacks: distinctStacks,
      variables,
      errors,
      unreadable: countOf(UNREADABLE, states, addresses.length) + findings.implausible,
      warnings: [...source.warnings, ...faults],
    }
  }

  /** What could not be read, by place in the list. */
  #errorsOf(rows: Uint32Array, { procid, labelErrors }: Followed): Map<number, string> {
    const errors = new Map<number, string>()
    for (let index = 0; index < rows.length; index++) {
      const row = rows[index]!
      const hasThread = procid[row] === 0 || isThreadId(procid[row]!)
      if (hasThread && this.#errors.size === 0 && labelErrors.size === 0) continue
      const texts = [
        this.#errors.get(row),
        hasThread ? undefined : 'its thread has an id that no thread has',
        labelErrors.get(row),
      ].filter((text) => text !== undefined)
      if (texts.length > 0) errors.set(index, texts.join('; '))
    }
    return errors
  }

  #pruneCodes(kept: Distinct<CodeAddress>): void {
    const number = (index: number) => kept.number(index)
    for (const row of this.#listed) {
      this.#start[row] = number(this.#start[row]!)
      this.#creator[row] = number(this.#creator[row]!)
    }
    this.#symbolizer.renumber(kept.entries)
  }

  /** The rule for system goroutines by the index of their start function, asked once for each. */
  #systemRule(finalizerRuns: boolean): (start: number, cleanupRuns: boolean) => boolean {
    const { systemFunctions } = this.#source.facts
    const { codeAddresses } = this.#symbolizer
    const answers: boolean[] = []
    const ask = (start: number, cleanupRuns: boolean) => {
      const name = codeAddresses[start]?.location?.function
      return isSystemGoroutine(name, { finalizerRuns, cleanupRuns, systemFunctions })
    }
    return (start, cleanupRuns) => {
      if (start < 0 || cleanupRuns) return ask(start, cleanupRuns)
      answers[start] ??= ask(start, false)
      return answers[start]
    }
  }
}

/** Entries of a table that occur, numbered in the order in which they do. */
class Distinct<T> {
  readonly entries: T[] = []
  readonly #all: readonly T[]
  readonly #numbers: Int32Array

  constructor(all: readonly T[]) {
    this.#all = all
    this.#numbers = new Int32Array(all.length).fill(-1)
  }

  /** Makes numbers of indexes in the whole table. */
  renumber(indexes: Int32Array): void {
    for (let at = 0; at < indexes.length; at++) indexes[at] = this.number(indexes[at]!)
  }

  /** The number of the entry that has an index in the whole table; -1 for -1. */
  number(index: number): number {
    if (index < 0) return -1
    let number = this.#numbers[index]!
    if (number < 0) {
      number = this.entries.push(this.#all[index]!) - 1
      this.#numbers[index] = number
    }
    return number
  }
}

type Column = Float64Array | Int32Array | Uint16Array | Uint8Array

/** What a column has of the rows. */
function gather(into: Column, from: Column, rows: Uint32Array): void {
  for (let index = 0; index < rows.length; index++) into[index] = from[rows[index]!]!
}

function isThreadId(id: number): boolean {
  return Number.isInteger(id) && id > 0 && id <= MAX_THREAD_ID
}

function countOf(value: number, column: Uint8Array, length: number): number {
  let count = 0
  for (let row = 0; row < length; row++) if (column[row] === value) count++
  return count
}
