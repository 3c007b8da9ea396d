/**
 * The copy of all goroutines, made from a process that stands still or runs on.
 *
 * From a running process it works like a seqlock without the writer's help: copy the words of a g, follow its pointers
 * (thread, labels), then read the same words again. Words that are the same twice held together all the while in between.
 * `goid`, which is never reused, and `trackingSeq` (Go 1.17), which counts most transitions out of running, tell most of the
 * goroutines that ran and came back to the same place: not coroutines nor, since Go 1.26, those that make system calls, which
 * are switched without counting, and not one that ran 256 times, for the count is a byte. So whoever follows the pointers also
 * says which goroutines contradict their thread, and looks once more at those that may have run. What differs or contradicts is
 * read again; what keeps doing so is marked torn.
 */
import type { MemoryReader } from '@gospy/bytes'
import type { WordPlan } from './goroutine-words.js'
import { joinedRead } from './joined-read.js'
import { sortedOrder } from './sorted-order.js'

export const STABLE = 0
/** Kept changing while it was read: its fields may be of different moments. */
export const TORN = 1
/** Could not be read; its words are zero. */
export const UNREADABLE = 2

const NO_ROWS = new Uint32Array(0)

/** Looks at a goroutine that changed before it is called torn. */
const ROUNDS = 8

/**
 * Reads what the rows' pointers lead to.
 * @returns the rows that cannot be of one moment
 */
export type Follow = (copy: GoroutineCopy, rows: Uint32Array) => Uint32Array

export class GoroutineCopy {
  readonly plan: WordPlan
  readonly addresses: Float64Array
  /** `plan.width` words of each goroutine, row by row in the order of `addresses`. */
  readonly words: Uint32Array
  /** STABLE, TORN or UNREADABLE, by row. */
  readonly states: Uint8Array
  readonly #memory: MemoryReader
  readonly #order: Uint32Array
  /** The words of one g, read by themselves. */
  readonly #single: Uint32Array

  private constructor(memory: MemoryReader, plan: WordPlan, addresses: Float64Array) {
    this.#memory = memory
    this.plan = plan
    this.addresses = addresses
    this.words = new Uint32Array(addresses.length * plan.width)
    this.states = new Uint8Array(addresses.length)
    this.#order = sortedOrder(addresses)
    this.#single = new Uint32Array(plan.span / 4)
  }

  /**
   * Copies from a process that is stopped.
   * @param follow called once with all rows that were read. The process may have been stopped in the middle of a
   * transition: a contradiction is what its memory says
   */
  static ofStopped(memory: MemoryReader, plan: WordPlan, addresses: Float64Array, follow: Follow): GoroutineCopy {
    const copy = new GoroutineCopy(memory, plan, addresses)
    copy.#read(copy.#order)
    follow(copy, copy.#readable(copy.#order))
    return copy
  }

  /**
   * Copies from a process that runs.
   * @param follow as above, but called again with the rows that had changed by the time it was done with them, and with
   * those that it returned
   * @param confirm looks again at what `follow` read, after the words were read again; returns the rows for which it changed
   */
  static ofRunning(
    memory: MemoryReader,
    plan: WordPlan,
    addresses: Float64Array,
    follow: Follow,
    confirm?: Follow,
  ): GoroutineCopy {
    const copy = new GoroutineCopy(memory, plan, addresses)
    copy.again(copy.#order, follow, confirm)
    return copy
  }

  /** Copies rows, given by rising address, again from a process that runs. @param follow, confirm as above */
  again(which: Uint32Array, follow: Follow, confirm?: Follow): void {
    this.#read(which)
    let rows = this.#readable(which)
    for (const row of rows) this.states[row] = STABLE
    for (let round = 0; rows.length > 0 && round < ROUNDS; round++) {
      const contradicting = follow(this, rows)
      const changed = this.#read(rows)
      rows = this.#union(this.#union(changed, contradicting), confirm?.(this, rows) ?? NO_ROWS)
    }
    for (const row of rows) this.states[row] = TORN
  }

  /** Rows of either list that are not unreadable by now, by rising address. */
  #union(changed: Uint32Array, contradicting: Uint32Array): Uint32Array {
    if (contradicting.length === 0) return changed
    const rows = Uint32Array.from(new Set([...changed, ...this.#readable(contradicting)]))
    return rows.sort((a, b) => this.addresses[a]! - this.addresses[b]!)
  }

  /** Whether the words of a row are still the same. */
  isSame(row: number): boolean {
    const { offsets, width, span } = this.plan
    const memory = this.#single
    const bytes = new Uint8Array(memory.buffer)
    if (this.#memory.read(this.addresses[row]!, bytes) !== span) return this.states[row] === UNREADABLE
    const start = row * width
    for (let index = 0; index < width; index++) {
      if (this.words[start + index] !== memory[offsets[index]!]) return false
    }
    return true
  }

  #readable(rows: Uint32Array): Uint32Array {
    return rows.filter((row) => this.states[row] !== UNREADABLE)
  }

  /** Reads rows, given by rising address, and returns those whose words are not what they were. */
  #read(rows: Uint32Array): Uint32Array {
    const { words, states } = this
    const { offsets, width, span } = this.plan
    const changed = new Uint32Array(rows.length)
    let count = 0
    joinedRead(
      this.#memory,
      this.addresses,
      rows,
      span,
      (row, memory, first) => {
        const start = row * width
        let same = true
        for (let index = 0; index < width; index++) {
          const word = memory[first + offsets[index]!]!
          if (words[start + index] !== word) {
            words[start + index] = word
            same = false
          }
        }
        if (!same) changed[count++] = row
      },
      (row) => {
        states[row] = UNREADABLE
        words.fill(0, row * width, (row + 1) * width)
      },
    )
    return changed.subarray(0, count)
  }
}
