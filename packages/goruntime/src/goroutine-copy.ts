/**
 * The copy of all goroutines, made from a process that stands still or runs on, and made anew at each look of a series.
 *
 * From a running process it works like a seqlock without the writer's help: copy the words of a g, follow its pointers
 * (thread, labels, stack), then read the same words again. Words that are the same twice held together all the while in between.
 * `goid`, which is never reused, and `trackingSeq` (Go 1.17), which counts most transitions out of running, tell most of the
 * goroutines that ran and came back to the same place: not coroutines nor, since Go 1.26, those that make system calls, which
 * are switched without counting, and not one that ran 256 times, for the count is a byte. So whoever follows the pointers also
 * says which goroutines contradict their thread, and looks once more at those that may have run. What differs or contradicts is
 * read again; what keeps doing so is marked torn.
 *
 * What is the same as at the look before need not be followed again, unless whoever followed it has doubts.
 */
import type { MemoryReader } from '@gospy/bytes'
import type { WordPlan } from './goroutine-words.js'
import { joinedRead } from './joined-read.js'
import { selectRows } from './select-rows.js'
import { withRoom } from './with-room.js'

export const STABLE = 0
/** Kept changing while it was read: its fields may be of different moments. */
export const TORN = 1
/** Could not be read; its words are zero. */
export const UNREADABLE = 2
/** Has not been looked at. */
const NEW = 3

/** Looks at a goroutine that changed before it is called torn. */
const ROUNDS = 8
/** Goroutines that changed and are looked at again together. */
const BATCH = 1024

/** What is done with rows, given by rising address. */
type OfRows = (rows: Uint32Array) => Uint32Array

export interface Follower {
  /** Looks again at what unchanged rows' pointers led to at the look before; returns those that must be followed anew. */
  readonly doubt: OfRows
  /** Reads what the rows' pointers lead to; returns the rows that cannot be of one moment. */
  readonly follow: OfRows
  /** Looks again at what `follow` read, after the words were read again; returns the rows for which it changed. */
  readonly confirm: OfRows
}

export class GoroutineCopy {
  readonly plan: WordPlan
  addresses = new Float64Array(0)
  /** `plan.width` words of each goroutine, row by row in the order of `addresses`. */
  words = new Uint32Array(0)
  /** STABLE, TORN or UNREADABLE, by row. */
  states = new Uint8Array(0)
  #memory: MemoryReader | undefined
  #order = new Uint32Array(0)
  /** Rows that are meant, by row. */
  #marks = new Uint8Array(0)
  /** The words of one g, read by themselves. */
  readonly #single: Uint32Array

  constructor(plan: WordPlan) {
    this.plan = plan
    this.#single = new Uint32Array(plan.span / 4)
  }

  /**
   * Turns to the goroutines of a look.
   * @param addresses the same as at the look before, or more
   * @param order indexes into them, by rising address
   */
  turnTo(memory: MemoryReader, addresses: Float64Array<ArrayBuffer>, order: Uint32Array<ArrayBuffer>): void {
    const before = this.addresses.length
    this.#memory = memory
    this.#order = order
    this.addresses = addresses
    this.words = withRoom(this.words, addresses.length * this.plan.width)
    this.states = withRoom(this.states, addresses.length)
    this.#marks = withRoom(this.#marks, addresses.length)
    this.states.fill(NEW, before, addresses.length)
  }

  /**
   * Copies from a process that is stopped.
   * @param follower `follow` is called once. The process may have been stopped in the middle of a transition: a
   * contradiction is what its memory says
   * @returns the rows that are not as they were at the look before, or that were followed anew
   */
  readStopped({ doubt, follow }: Pick<Follower, 'doubt' | 'follow'>): Uint32Array {
    const rows = this.#readFirst(doubt)
    follow(this.#readable(rows))
    return rows
  }

  /**
   * Copies from a process that runs.
   * @param follower `follow` is called again with the rows that had changed by the time it was done with them, and with
   * those that it returned
   * @returns as `readStopped`
   */
  readRunning({ doubt, follow, confirm }: Follower): Uint32Array {
    const followed = this.#readFirst(doubt)
    this.#settle(followed, follow, confirm)
    return followed
  }

  /** Copies rows, given by rising address, once more from a process that runs. @param follower as above */
  readAgain(rows: Uint32Array, { follow, confirm }: Pick<Follower, 'follow' | 'confirm'>): void {
    this.#read(rows)
    this.#settle(rows, follow, confirm)
  }

  #settle(followed: Uint32Array, follow: OfRows, confirm: OfRows): void {
    const first = this.#readable(followed)
    if (first.length === 0) return
    const changed = this.#round(first, follow, confirm)
    // Few at a time: of many that all run now and then, most would have run again by the time the last of them is read.
    for (let from = 0; from < changed.length; from += BATCH) {
      let rows = changed.subarray(from, from + BATCH)
      for (let round = 1; rows.length > 0 && round < ROUNDS; round++) rows = this.#round(rows, follow, confirm)
      for (const row of rows) this.states[row] = TORN
    }
  }

  /** Follows rows whose words were read, and reads these again. @returns those that are to be followed once more */
  #round(rows: Uint32Array, follow: OfRows, confirm: OfRows): Uint32Array {
    const contradicting = follow(rows)
    const changed = this.#read(rows)
    const unconfirmed = confirm(this.#without(rows, changed))
    return this.#readable(this.#inOrder(rows, changed, contradicting, unconfirmed))
  }

  #readFirst(doubt: OfRows): Uint32Array {
    const changed = this.#read(this.#order)
    if (changed.length === this.#order.length) return changed
    const unchanged = selectRows(this.#without(this.#order, changed), (row) => this.states[row] === STABLE)
    const doubtful = doubt(unchanged)
    return doubtful.length === 0 ? changed : this.#inOrder(this.#order, changed, doubtful)
  }

  #mark(...lists: Uint32Array[]): void {
    this.#marks.fill(0)
    for (const list of lists) for (const row of list) this.#marks[row] = 1
  }

  #without(rows: Uint32Array, others: Uint32Array): Uint32Array {
    if (others.length === 0) return rows
    this.#mark(others)
    return selectRows(rows, (row) => this.#marks[row] === 0)
  }

  /** Those of some rows, given by rising address, that one of the lists has, in whatever order. */
  #inOrder(rows: Uint32Array, ...lists: Uint32Array[]): Uint32Array {
    if (lists.every(({ length }) => length === 0)) return new Uint32Array(0)
    this.#mark(...lists)
    return selectRows(rows, (row) => this.#marks[row] === 1)
  }

  /** Whether the words of a row are still the same. */
  isSame(row: number): boolean {
    const { offsets, width, span } = this.plan
    const memory = this.#single
    const bytes = new Uint8Array(memory.buffer)
    if (this.#memory!.read(this.addresses[row]!, bytes) !== span) return this.states[row] === UNREADABLE
    const start = row * width
    for (let index = 0; index < width; index++) {
      if (this.words[start + index] !== memory[offsets[index]!]) return false
    }
    return true
  }

  #readable(rows: Uint32Array): Uint32Array {
    return selectRows(rows, (row) => this.states[row] !== UNREADABLE)
  }

  /** Reads rows, given by rising address, and returns those that are not what they were. */
  #read(rows: Uint32Array): Uint32Array {
    const { words, states } = this
    const { offsets, width, span } = this.plan
    const changed = new Uint32Array(rows.length)
    let count = 0
    joinedRead(
      this.#memory!,
      this.addresses,
      rows,
      span,
      (row, memory, first) => {
        const start = row * width
        let same = states[row] === STABLE
        for (let index = 0; index < width; index++) {
          const word = memory[first + offsets[index]!]!
          if (words[start + index] !== word) {
            words[start + index] = word
            same = false
          }
        }
        if (same) return
        states[row] = STABLE
        changed[count++] = row
      },
      (row) => {
        if (states[row] === UNREADABLE) return
        states[row] = UNREADABLE
        words.fill(0, row * width, (row + 1) * width)
        changed[count++] = row
      },
    )
    return changed.subarray(0, count)
  }
}
