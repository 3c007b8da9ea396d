/** Where each goroutine was parked, from what `runtime.g` says by itself: what is shown where no stacks are read. */
import type { GoroutineCopy } from '../goroutine-copy.js'
import { isDead, STATUS, statusOf } from '../goroutine-status.js'
import type { WordPlan, WordReader } from '../goroutine-words.js'
import { ProgramCode } from '../program-code.js'
import type { SnapshotSource } from '../snapshot-source.js'
import { CodeTable } from './code-table.js'
import { type DistinctStacks, StackEnds } from './stack-ends.js'
import type { Look, StackReader } from './stack-reader.js'
import { StackEnd } from './stack-tree.js'

const NOT_READ = 'stacks were not read'
const RUNNING = 'it was running, and stacks were not read'
const TORN_PLACE = 'it kept changing while it was read'

/** So many places are remembered that no goroutine is at, besides as many as there are that some are at. */
const SPARE = 1 << 14

const NO_ROWS = new Uint32Array(0)

/** Stacks of one call each, the one that the saved program counter is in. */
export class InnermostCalls implements StackReader {
  readonly #codes: CodeTable
  readonly #plan: WordPlan
  readonly #status: WordReader
  readonly #savedPc: WordReader
  readonly #syscallPc: WordReader
  readonly #syscallSp: WordReader
  readonly #ends = new StackEnds()
  readonly #unknown = new Map<string, StackEnd>()
  readonly #ofPc = new Map<number, StackEnd>()
  /** Rows of which the words are new, and not looked up yet: the process may be standing still. */
  #rows: Uint32Array[] = []

  constructor(source: SnapshotSource, plan: WordPlan) {
    this.#plan = plan
    this.#codes = new CodeTable(source.functions, source.facts.wrappers, new ProgramCode(source.modules))
    this.#status = plan.requiredReader('atomicstatus')
    this.#savedPc = plan.requiredReader('schedPc')
    this.#syscallPc = plan.requiredReader('syscallPc')
    // Cleared when the system call is over, which the program counter is not.
    this.#syscallSp = plan.requiredReader('syscallSp')
  }

  get faults(): readonly string[] {
    return this.#codes.faults
  }

  extend(count: number): void {
    this.#ends.extend(count)
  }

  /** Nothing more is read: the words have it all. */
  read(_: Look, __: GoroutineCopy, rows: Uint32Array): void {
    this.#rows.push(rows)
  }

  confirm(): Uint32Array {
    return NO_ROWS
  }

  changed(): Uint32Array {
    return NO_ROWS
  }

  distinct({ words, states }: GoroutineCopy, rows: Uint32Array): DistinctStacks {
    for (const list of this.#rows) for (const row of list) this.#ends.set(row, this.#end(words, row * this.#plan.width))
    this.#rows = []
    const { ends, ...distinct } = this.#ends.distinct(rows, states, this.#withoutCalls(TORN_PLACE))
    this.#prune(new Set(ends))
    return distinct
  }

  /** Where a goroutine stands. @param at where its words begin */
  #end(words: Uint32Array, at: number): StackEnd | undefined {
    const status = statusOf(this.#status(words, at))
    if (isDead(status)) return undefined
    if (status === STATUS.running) return this.#withoutCalls(RUNNING)
    const pc = this.#syscallSp(words, at) !== 0 ? this.#syscallPc(words, at) : this.#savedPc(words, at)
    let end = this.#ofPc.get(pc)
    if (end === undefined) {
      end = this.#at(pc)
      this.#ofPc.set(pc, end)
    }
    return end
  }

  #at(pc: number): StackEnd {
    const code = this.#codes.at(pc)
    if (code === undefined) return this.#withoutCalls(`it stands at 0x${pc.toString(16)}, which is in no Go function`)
    const { frames, place } = this.#codes.calls(code, false)
    return new StackEnd(null, NOT_READ, { frames, current: place, incomplete: NOT_READ })
  }

  #withoutCalls(reason: string): StackEnd {
    let end = this.#unknown.get(reason)
    if (end === undefined) {
      end = new StackEnd(null, reason, { frames: [], current: -1, incomplete: reason })
      this.#unknown.set(reason, end)
    }
    return end
  }

  /** Forgets the places where no goroutine is any more, when there are many. */
  #prune(ends: ReadonlySet<StackEnd>): void {
    if (this.#ofPc.size <= 2 * ends.size + SPARE) return
    for (const places of [this.#ofPc, this.#unknown] as Map<unknown, StackEnd>[]) {
      for (const [key, end] of places) if (!ends.has(end)) places.delete(key)
    }
    this.#codes.prune()
  }
}
