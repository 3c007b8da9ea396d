/**
 * From a process's memory to snapshots, one after the other: copy the goroutines, follow their pointers, then decode. What a
 * look found out is kept for the next one, which reads all words of all goroutines again, but follows and decodes only what
 * has changed, and what may have.
 */
import { readExactly } from '@gospy/bytes'
import { Allgs } from './allgs.js'
import { BudgetedMemory } from './budgeted-memory.js'
import { DecodedGoroutines } from './decode-goroutines.js'
import { Followed } from './followed.js'
import { type Follower, GoroutineCopy } from './goroutine-copy.js'
import { WordPlan } from './goroutine-words.js'
import type { GoroutineVariables } from './locals/frame-variables.js'
import { goroutineVariables } from './locals/goroutine-variables.js'
import type { LocalsSource } from './locals/locals-source.js'
import type { LocalsOptions } from './locals/read-variables.js'
import { COUNTED, RESTS, RestRule, RUNS } from './rest.js'
import type { RuntimeVariable } from './runtime-contract.js'
import { selectRows } from './select-rows.js'
import { Snapshot } from './snapshot.js'
import type { SnapshotSource } from './snapshot-source.js'
import { FING_RUNNING_FINALIZER } from './system-goroutine.js'
import { GoroutineStacks } from './unwind/goroutine-stacks.js'
import { InnermostCalls } from './unwind/innermost-calls.js'
import type { Look, StackReader } from './unwind/stack-reader.js'
import { withRoom } from './with-room.js'

export interface SnapshotOptions {
  /** Stop all threads while memory is copied, for at most `budgetMs`. */
  pause?: { budgetMs?: number }
  /** List dead goroutines, which wait to be reused, as well. */
  dead?: boolean
  /**
   * Whether to read stacks; true unless said otherwise. Without them, which takes half the time, each goroutine that does not run
   * has one call: the one that it was parked in, mostly `runtime.gopark`.
   */
  stacks?: boolean
  /** Read the arguments and local variables of these goroutines' frames as well: `Goroutine.variables`. */
  variables?: LocalsOptions
}

/**
 * A goroutine of which a counter says that it did not run since the last look is looked at again at every eighth look: the
 * counter comes round.
 */
const TURNS = 8
/** Bytes of address space that have their turn together: goroutines and their stacks that lie side by side are read in one go. */
const TURN_SIZE = 1 << 16

/** Snapshots of one process, one after the other: `GoProcess.snapshots`. */
export class SnapshotSeries {
  readonly #source: () => SnapshotSource
  readonly #options: SnapshotOptions
  readonly #locals: LocalsSource | undefined
  #known: KnownGoroutines | undefined

  /**
   * @param source what a look is taken from, asked for anew at each: threads come and go
   * @param locals where variables are read from; without it there are none
   * @internal
   */
  constructor(source: () => SnapshotSource, options: SnapshotOptions, locals?: LocalsSource) {
    this.#source = source
    this.#options = options
    this.#locals = locals
  }

  /**
   * The goroutines as they are now: a snapshot like any other, which nothing changes afterwards.
   *
   * What was read of a goroutine at an earlier look is shown again if nothing says that it ran since: not that the garbage collector
   * saw it wait all the time; else the count that the runtime keeps of how often it ran (Go 1.17 and newer), which comes round
   * after 256 times. A goroutine that ran exactly so often, or a multiple of it, between two looks, and is at the same place of the
   * same function again, but called by another one, may therefore be shown with its former calls and labels, for at most eight
   * looks. Not if the process is stopped (`pause`): then all that may have run are read again.
   * @throws as `GoProcess.snapshot`
   */
  next(): Snapshot {
    const takenAt = Date.now()
    const source = this.#source()
    // What was begun and not brought to an end is of no use to the next look.
    const known = this.#known ?? new KnownGoroutines(source, this.#options, this.#locals)
    this.#known = undefined
    // Which debug data variables take shows when they are read: what is left to do while the process stands still is reading.
    if (this.#locals !== undefined && this.#options.pause !== undefined) read(source, known)
    const { readMs, pausedMs } = this.#options.pause ? this.#readPaused(source, known) : read(source, known)
    const decoded = known.decode(source)
    this.#known = known
    return new Snapshot({ mode: pausedMs === null ? 'live' : 'paused', takenAt, readMs, pausedMs, ...decoded })
  }

  #readPaused(source: SnapshotSource, known: KnownGoroutines): { readMs: number; pausedMs: number } {
    const stopped = source.pause(this.#options.pause?.budgetMs)
    try {
      const memory = new BudgetedMemory(source.memory, stopped, 'the goroutines')
      const { readMs } = read({ ...source, memory }, known, stopped)
      return { readMs, pausedMs: stopped.resume() }
    } finally {
      stopped.resume()
    }
  }
}

function read(source: SnapshotSource, known: KnownGoroutines, stopped?: Look['stopped']) {
  const started = performance.now()
  known.read({ source, stopped })
  return { readMs: performance.now() - started, pausedMs: null }
}

/** All that is known of the goroutines of a process: what one look leaves to the next. */
class KnownGoroutines {
  readonly #plan: WordPlan
  readonly #rest: RestRule
  readonly #allgs: Allgs
  readonly #first: SnapshotSource
  readonly #options: SnapshotOptions
  #copy!: GoroutineCopy
  #followed!: Followed
  #stacks!: StackReader
  #decoded!: DecodedGoroutines
  /** Looks so far. */
  #looks = 0
  /** RESTS and the like, by row, at the look before. */
  #rests = new Uint8Array(0)
  /** Rows that the last look has read. */
  #rows: Uint32Array = new Uint32Array(0)
  #now: number | undefined
  #finalizerRuns = false
  readonly #locals: LocalsSource | undefined
  /** Of frames, by row. */
  #variables: ReadonlyMap<number, GoroutineVariables> = new Map()

  constructor(source: SnapshotSource, options: SnapshotOptions, locals: LocalsSource | undefined) {
    this.#locals = locals
    this.#first = source
    this.#options = options
    this.#plan = new WordPlan(source.layout.g)
    this.#rest = new RestRule(source, this.#plan)
    this.#allgs = new Allgs(address(source, 'allgs')!, address(source, 'allglen'))
    this.#startAnew()
  }

  #startAnew(): void {
    const source = this.#first
    this.#rows = new Uint32Array(0)
    this.#copy = new GoroutineCopy(this.#plan)
    this.#followed = new Followed(source, this.#plan)
    this.#stacks =
      this.#options.stacks === false ? new InnermostCalls(source, this.#plan) : new GoroutineStacks(source, this.#rest)
    this.#decoded = new DecodedGoroutines(source, this.#options.dead ?? false)
  }

  /** Reads what is new, and what may be. Nothing is decoded that need not be while the process may be standing still. */
  read(look: Look): void {
    const { source, stopped } = look
    const { memory } = source
    // Before anything is read: what has waited until then has waited at least so long.
    this.#now = source.monotonicNow()
    // Where what was known is none of it any more, its memory is damaged, or was.
    if (!this.#allgs.look(memory)) this.#startAnew()
    for (const row of this.#rows) this.#rests[row] = this.#rest.of(this.#copy.words, row * this.#plan.width)
    const { addresses, order } = this.#allgs
    const [copy, followed, stacks] = [this.#copy, this.#followed, this.#stacks]
    copy.turnTo(memory, addresses, order)
    this.#rests = withRoom(this.#rests, addresses.length)
    for (const columns of [followed, stacks, this.#decoded]) columns.extend(addresses.length)
    const follow = (rows: Uint32Array) => {
      stacks.read(look, copy, rows)
      return followed.follow(copy, rows, memory)
    }
    const confirm = (rows: Uint32Array) => stacks.confirm(look, copy, rows)
    this.#rows =
      stopped === undefined
        ? copy.readRunning({
            doubt: (rows) => this.#changed(look, rows),
            follow,
            confirm,
          })
        : copy.readStopped({ doubt: (rows) => selectRows(rows, (row) => this.#rests[row] !== RESTS), follow })
    this.#readVariables(look, { follow, confirm })
    this.#finalizerRuns = readFinalizerRuns(source)
    this.#looks++
  }

  /** @param follower for goroutines that ran on meanwhile, and are copied once more */
  #readVariables(look: Look, follower: Pick<Follower, 'follow' | 'confirm'>): void {
    const [locals, stacks, options] = [this.#locals, this.#stacks, this.#options.variables]
    if (locals === undefined || options === undefined || !(stacks instanceof GoroutineStacks)) return
    const rows = new Set(this.#rows)
    const again = (row: number) => {
      this.#copy.readAgain(Uint32Array.of(row), follower)
      rows.add(row)
    }
    this.#variables = goroutineVariables({ look, locals, copy: this.#copy, stacks }, options, again)
    this.#rows = Uint32Array.from(rows)
  }

  /** Of goroutines that are as they were at the last look, those that run, and those that ran nevertheless. */
  #changed(look: Look, rows: Uint32Array): Uint32Array {
    const running: number[] = []
    const doubtful = selectRows(rows, (row) => {
      const rest = this.#rests[row]
      if (rest === RUNS) running.push(row)
      return rest !== RUNS && rest !== RESTS && (rest !== COUNTED || this.#hasTurn(row))
    })
    const stacks = this.#stacks.changed(look, this.#copy, doubtful)
    const others = this.#followed.changed(this.#copy, doubtful, look.source.memory)
    return Uint32Array.from([...running, ...stacks, ...others])
  }

  #hasTurn(row: number): boolean {
    return Math.floor(this.#copy.addresses[row]! / TURN_SIZE) % TURNS === this.#looks % TURNS
  }

  /** All goroutines, in columns of their own. @param source as it is at this look */
  decode(source: SnapshotSource) {
    this.#followed.decode()
    this.#decoded.decode(this.#copy, this.#rows)
    return this.#decoded.columns(source, this.#copy, this.#followed, this.#stacks, {
      finalizerRuns: this.#finalizerRuns,
      now: this.#now,
      implausible: this.#allgs.implausible,
      variables: this.#variables,
    })
  }
}

function address(source: SnapshotSource, name: RuntimeVariable): number | undefined {
  const variable = source.layout.variables[name]
  return variable && variable.address + source.bias
}

function readFinalizerRuns(source: SnapshotSource): boolean {
  const status = address(source, 'fingStatus')
  if (status !== undefined) return (readExactly(source.memory, status, 1)[0]! & FING_RUNNING_FINALIZER) !== 0
  const running = address(source, 'fingRunning')
  return running !== undefined && readExactly(source.memory, running, 1)[0] !== 0
}
