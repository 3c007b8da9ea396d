/** Where the stacks of goroutines lie that do not run, by what their copied words say. */
import type { GoroutineCopy } from '../goroutine-copy.js'
import { isDead, mayMoveStack, STATUS, statusOf } from '../goroutine-status.js'
import type { RunningGoroutine } from './running-goroutines.js'
import type { SavedStack } from './unwinder.js'

/** The most that is copied of one stack, in bytes, from the innermost frame on: an endless recursion may have filled 1 GB. */
const MOST_COPIED = 16 * 2 ** 20
/** The most that is copied of all together; where it would be more, less of the largest is. */
const MOST_COPIED_IN_ALL = 256 * 2 ** 20
/** So much of each is copied nevertheless. */
const LEAST_COPIED = 32 * 1024

const NO_STACK = 'no stack pointer is saved for it'
const MOVING_STACK = 'its stack was just being moved to another place'

/** What is needed of each goroutine, in columns. */
const FIELDS = [
  'atomicstatus',
  'm',
  'stackLo',
  'stackHi',
  'schedPc',
  'schedSp',
  'schedLr',
  'syscallPc',
  'syscallSp',
  'topSp',
] as const

type Columns = Readonly<Record<(typeof FIELDS)[number], Float64Array>>

export class SavedStacks {
  /** The rows of those that have a saved stack; their number in this list is their place. */
  readonly rows: Uint32Array
  /** Their stack pointers, and how many bytes to copy there, by place. */
  readonly sps: Float64Array
  readonly sizes: Uint32Array
  /** Those that run. */
  readonly running: readonly (RunningGoroutine & { readonly row: number })[]
  /** Rows whose stack pointer is on no stack of theirs, and why. */
  readonly astray: ReadonlyMap<number, string>
  /** Those of them that have none at all. */
  readonly stackless: ReadonlySet<number>
  readonly #columns: Columns
  /** Indexes into the columns, by place. */
  readonly #indexes: Uint32Array

  /** @param pushesReturnAddress whether calls push it on the stack: then what `g.sched.lr` holds is of no meaning */
  constructor({ plan, words, addresses }: GoroutineCopy, rows: Uint32Array, pushesReturnAddress: boolean) {
    const columns = plan.columns(FIELDS, words, rows)
    if (pushesReturnAddress) columns.schedLr.fill(0)
    this.#columns = columns
    const { atomicstatus, m, stackLo, stackHi, schedSp, syscallSp } = columns
    const saved = new Uint32Array(rows.length)
    const running: (RunningGoroutine & { row: number })[] = []
    const astray = new Map<number, string>()
    const stackless = new Set<number>()
    let count = 0
    for (let index = 0; index < rows.length; index++) {
      const row = rows[index]!
      const status = statusOf(atomicstatus[index]!)
      if (isDead(status)) continue
      if (status === STATUS.running) {
        const saved = this.#start(index, schedSp[index]!, false)
        running.push({ row, address: addresses[row]!, m: m[index]!, lo: stackLo[index]!, hi: saved.end, saved })
        continue
      }
      const sp = syscallSp[index] || schedSp[index]!
      if (sp >= stackLo[index]! && sp < stackHi[index]! && sp % 8 === 0) {
        saved[count++] = index
      } else if (sp === 0) {
        stackless.add(row)
        astray.set(row, NO_STACK)
      } else if (mayMoveStack(atomicstatus[index]!)) {
        astray.set(row, MOVING_STACK)
      } else {
        astray.set(row, `its stack pointer, 0x${sp.toString(16)}, does not lie on its stack`)
      }
    }
    this.running = running
    this.astray = astray
    this.stackless = stackless
    this.#indexes = saved.subarray(0, count)
    this.rows = this.#indexes.map((index) => rows[index]!)
    this.sps = Float64Array.from(this.#indexes, (index) => syscallSp[index] || schedSp[index]!)
    this.sizes = copiedSizes(Float64Array.from(this.#indexes, (_, place) => this.#inUse(place)))
  }

  /** Where to begin. */
  start(place: number): SavedStack {
    const { atomicstatus, stackLo, stackHi, syscallSp, topSp } = this.#columns
    const index = this.#indexes[place]!
    const top = topSp[index]!
    // The last of the words that are changed when a stack is moved: all frames are where they belong.
    const isOnOldStack = mayMoveStack(atomicstatus[index]!) && (top < stackLo[index]! || top > stackHi[index]!)
    return this.#start(index, this.sps[place]!, syscallSp[index] !== 0, isOnOldStack ? 0 : top)
  }

  #start(index: number, sp: number, isSyscall: boolean, top = this.#columns.topSp[index]!): SavedStack {
    const { schedPc, schedLr, syscallPc, stackHi } = this.#columns
    return {
      pc: isSyscall ? syscallPc[index]! : schedPc[index]!,
      sp,
      lr: isSyscall ? 0 : schedLr[index]!,
      kind: isSyscall ? 'syscall' : 'saved',
      end: stackHi[index]!,
      top,
    }
  }

  /** Whether the stack goes on behind the part that is copied. @param bytes that could be copied */
  isCut(place: number, bytes: number): boolean {
    return bytes === this.sizes[place] && bytes < this.#inUse(place)
  }

  /** Bytes that are in use of a stack. */
  #inUse(place: number): number {
    return Math.floor((this.#columns.stackHi[this.#indexes[place]!]! - this.sps[place]!) / 8) * 8
  }
}

/** How many bytes to copy of each stack. @param inUse bytes that are in use of each */
function copiedSizes(inUse: Float64Array): Uint32Array {
  for (let most = MOST_COPIED; ; most /= 2) {
    const sizes = Uint32Array.from(inUse, (bytes) => Math.min(bytes, most))
    if (most <= LEAST_COPIED || sizes.reduce((sum, size) => sum + size, 0) <= MOST_COPIED_IN_ALL) return sizes
  }
}
