/**
 * All goroutines of a process at one moment: plain data in columns, that can be saved, compared and rendered without the
 * process. A goroutine is a view of one row; nothing is an object until it is asked for.
 */
import { GOROUTINE_STATUSES, type GoroutineStatus, isDead } from './goroutine-status.js'
import type { Labels } from './labels.js'
import type { GoroutineVariables } from './locals/frame-variables.js'
import type { CodeAddress } from './location.js'
import type { Frame, Stack } from './stack.js'

/** Of `flags`: it is one of the runtime's own goroutines. */
export const FLAG_SYSTEM = 1
/** Of `flags`: it is locked to its thread. */
export const FLAG_LOCKED_TO_THREAD = 2
/** Of `flags`: it kept changing while it was read. */
export const FLAG_TORN = 4

/** One entry for each goroutine, by rising id. */
export interface GoroutineColumns {
  readonly id: Float64Array
  /** Address of the `runtime.g`. */
  readonly address: Float64Array
  /** Index into GOROUTINE_STATUSES. */
  readonly status: Uint8Array
  /** Index into `waitReasons`; 0 for none. */
  readonly waitReason: Uint16Array
  /** How long it has waited at least, in ns; NaN where the runtime recorded nothing. */
  readonly waitAtLeastNs: Float64Array
  /** FLAG_ bits. */
  readonly flags: Uint8Array
  /** Thread id, 0 for none. */
  readonly thread: Int32Array
  /** Index into `labelSets`; 0 for none. */
  readonly labels: Int32Array
  /** Indexes into `codeAddresses`; -1 for unknown or none. */
  readonly start: Int32Array
  readonly creator: Int32Array
  /** Index into `stacks`; -1 where there is none to know. */
  readonly stack: Int32Array
  /** Id of the goroutine that started this one; 0 where it is not recorded. */
  readonly parent: Float64Array
}

export interface SnapshotData {
  /** `live`: read while the process ran. `paused`: all its threads were stopped. */
  readonly mode: 'live' | 'paused'
  /** When reading began, in ms since 1970. */
  readonly takenAt: number
  /** Time spent reading memory, in ms. */
  readonly readMs: number
  /** How long the process was stopped, in ms; null in live mode. */
  readonly pausedMs: number | null
  readonly columns: GoroutineColumns
  /** Texts of the wait reasons that occur; the first is ''. */
  readonly waitReasons: readonly string[]
  /** Distinct sets of labels; the first is empty. */
  readonly labelSets: readonly Labels[]
  readonly codeAddresses: readonly CodeAddress[]
  /** Distinct stacks. */
  readonly stacks: readonly Stack[]
  /** Variables of frames, by row: of those goroutines that they were asked for of. */
  readonly variables: ReadonlyMap<number, GoroutineVariables>
  /** What could not be read of a goroutine, by row. */
  readonly errors: ReadonlyMap<number, string>
  /** Goroutines in `runtime.allgs` that could not be read at all, whose id is therefore unknown. */
  readonly unreadable: number
  /** What is not known about every goroutine, and why: for people. */
  readonly warnings: readonly string[]
}

export class Snapshot {
  readonly data: SnapshotData
  /** Goroutines that kept changing while they were read. */
  readonly torn: number

  constructor(data: SnapshotData) {
    this.data = data
    const { flags } = data.columns
    let torn = 0
    for (let row = 0; row < flags.length; row++) if (flags[row]! & FLAG_TORN) torn++
    this.torn = torn
  }

  /** Goroutines listed. */
  get count(): number {
    return this.data.columns.id.length
  }

  /** Goroutines whose fields are of one moment. */
  get stable(): number {
    return this.count - this.torn
  }

  /** @throws RangeError when there is no such row */
  at(row: number): Goroutine {
    if (!(row >= 0 && row < this.count)) throw new RangeError(`no goroutine ${row}, there are ${this.count}`)
    return new Goroutine(this.data, row)
  }

  /** All goroutines, by rising id. */
  *goroutines(): Generator<Goroutine> {
    for (let row = 0; row < this.count; row++) yield this.at(row)
  }

  /** The goroutine with this id, or undefined. */
  goroutine(id: number): Goroutine | undefined {
    const row = this.data.columns.id.indexOf(id)
    return row < 0 ? undefined : this.at(row)
  }
}

/** A view of one goroutine in a snapshot. */
export class Goroutine {
  readonly #data: SnapshotData
  readonly #columns: GoroutineColumns
  readonly row: number

  constructor(data: SnapshotData, row: number) {
    this.#data = data
    this.#columns = data.columns
    this.row = row
  }

  get id(): number {
    return this.#columns.id[this.row]!
  }

  /** Address of its `runtime.g` in the process. */
  get address(): number {
    return this.#columns.address[this.row]!
  }

  get status(): GoroutineStatus {
    return GOROUTINE_STATUSES[this.#columns.status[this.row]!]!
  }

  /** Whether it has ended, or was never started, and waits to be reused: listed only on request. */
  get dead(): boolean {
    return isDead(this.#columns.status[this.row]!)
  }

  /** Why it waits, in the runtime's words; null when it does not wait, or the runtime gave no reason. */
  get waitReason(): string | null {
    return this.#data.waitReasons[this.#columns.waitReason[this.row]!] || null
  }

  /** How long it has waited at least, in ns; null while no garbage collection has seen it wait. */
  get waitAtLeastNs(): number | null {
    const value = this.#columns.waitAtLeastNs[this.row]!
    return Number.isNaN(value) ? null : value
  }

  /** Whether it is one of the runtime's own. */
  get system(): boolean {
    return this.#flag(FLAG_SYSTEM)
  }

  get lockedToThread(): boolean {
    return this.#flag(FLAG_LOCKED_TO_THREAD)
  }

  /** Id, on this machine, of the thread it runs on or is locked to; null for any other. */
  get thread(): number | null {
    return this.#columns.thread[this.row] || null
  }

  get labels(): Labels {
    return this.#data.labelSets[this.#columns.labels[this.row]!]!
  }

  /** Whether its fields may be of different moments. */
  get torn(): boolean {
    return this.#flag(FLAG_TORN)
  }

  /** What could not be read, or null. */
  get error(): string | null {
    return this.#data.errors.get(this.row) ?? null
  }

  /** The function it was started with. */
  get startFunction(): CodeAddress | null {
    return this.#code(this.#columns.start)
  }

  /** Where its `go` statement is; null for the main goroutine, which has none. */
  get createdBy(): CodeAddress | null {
    return this.#code(this.#columns.creator)
  }

  /** The goroutine that executed that statement; null before Go 1.21, which does not record it. */
  get createdByGoroutine(): number | null {
    return this.#columns.parent[this.row] || null
  }

  /**
   * Its calls. Null where it has none, being dead, and where none of them can be known: `stackError` says why. A running
   * goroutine's are in its thread's registers, which only a paused process shows.
   */
  get stack(): Stack | null {
    const stack = this.#data.stacks[this.#columns.stack[this.row]!]
    return stack === undefined || stack.frames.length === 0 ? null : stack
  }

  /** Why the stack is not whole, or not known at all; null where it is whole, and for the dead. */
  get stackError(): string | null {
    return this.#data.stacks[this.#columns.stack[this.row]!]?.incomplete ?? null
  }

  /**
   * The frame that tells where it stands: the innermost of the program's own code, not of the library or runtime code below
   * (see `Stack.current`). Null where the stack is not known.
   */
  get current(): Frame | null {
    const stack = this.stack
    return stack && stack.frames[stack.current]!
  }

  /** The variables of its frames; null where they were not asked for, and where it has no stack. */
  get variables(): GoroutineVariables | null {
    return this.#data.variables.get(this.row) ?? null
  }

  #flag(flag: number): boolean {
    return (this.#columns.flags[this.row]! & flag) !== 0
  }

  #code(column: Int32Array): CodeAddress | null {
    return this.#data.codeAddresses[column[this.row]!] ?? null
  }
}
