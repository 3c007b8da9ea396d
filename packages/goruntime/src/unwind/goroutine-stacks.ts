/** The stacks of all goroutines: read while they are copied, made into frames afterwards. */
import { unwindRules } from '../arch/unwind-rules.js'
import type { GoroutineCopy } from '../goroutine-copy.js'
import { TORN } from '../goroutine-copy.js'
import { isDead, SCAN_BIT, STATUS } from '../goroutine-status.js'
import type { WordPlan } from '../goroutine-words.js'
import { joinedRead } from '../joined-read.js'
import type { SnapshotSource, StoppedProcess } from '../snapshot-source.js'
import { sortedOrder } from '../sorted-order.js'
import type { Frame, Stack } from '../stack.js'
import { programFrame } from '../traceback.js'
import { CodeTable } from './code-table.js'
import { RunningGoroutines } from './running-goroutines.js'
import type { StackEnd, StackNode } from './stack-tree.js'
import { StackWindow } from './stack-window.js'
import { type StackStart, Unwinder } from './unwinder.js'

/** The most that is read ahead of one stack, in bytes; few use more. */
const READ_AHEAD = 64 * 1024
/** The unused parts of stacks of the least size are smaller: these are read across. */
const MAX_GAP = 16 * 1024

const RUNNING = 'it was running: its calls can be seen only while the process is stopped'
const NO_STACK = 'it has no stack yet'
const TORN_STACK = 'it kept changing while it was read'

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

export class GoroutineStacks {
  readonly #source: SnapshotSource
  readonly #codes: CodeTable
  readonly #unwinder: Unwinder
  /** By row; -1 where there is none to know. */
  readonly #endOfRow: Int32Array
  readonly #plan: WordPlan
  readonly #pushesReturnAddress: boolean

  constructor(source: SnapshotSource, plan: WordPlan, count: number) {
    this.#source = source
    this.#plan = plan
    this.#codes = new CodeTable(source.functions, source.facts.wrappers)
    const rules = unwindRules(source.arch)
    this.#pushesReturnAddress = rules.pushesReturnAddress
    this.#unwinder = new Unwinder(this.#codes, rules, source.facts.topFrames)
    this.#endOfRow = new Int32Array(count).fill(-1)
  }

  /**
   * Follows the stacks of goroutines that were copied.
   * @param stopped the process, if it stands still: only then have running goroutines a stack to follow
   */
  follow({ words, addresses }: GoroutineCopy, rows: Uint32Array, stopped?: StoppedProcess): void {
    const columns = this.#columns(words, rows)
    const running = stopped && new RunningGoroutines(this.#source, this.#unwinder, this.#codes, stopped)
    const saved = new Uint32Array(rows.length)
    let count = 0
    for (let index = 0; index < rows.length; index++) {
      const row = rows[index]!
      const status = columns.atomicstatus[index]! & ~SCAN_BIT
      if (isDead(status)) this.#endOfRow[row] = -1
      else if (status !== STATUS.running) saved[count++] = index
      else if (running === undefined) this.#setEnd(row, this.#unwinder.unknown(RUNNING))
      else {
        const goroutine = {
          address: addresses[row]!,
          lo: columns.stackLo[index]!,
          hi: columns.stackHi[index]!,
          saved: {
            pc: columns.schedPc[index]!,
            sp: columns.schedSp[index]!,
            lr: columns.schedLr[index]!,
            kind: 'saved' as const,
            end: columns.stackHi[index]!,
            top: columns.topSp[index]!,
          },
        }
        this.#setEnd(row, running.unwind(columns.m[index]!, goroutine))
      }
    }
    this.#followSaved(columns, rows, saved.subarray(0, count))
  }

  #columns(words: Uint32Array, rows: Uint32Array): Columns {
    const at = rows.map((row) => row * this.#plan.width)
    const columns = Object.fromEntries(FIELDS.map((name) => [name, this.#plan.column(name, words, at)])) as Columns
    // Where return addresses are pushed, what the field holds is of no meaning.
    if (this.#pushesReturnAddress) columns.schedLr.fill(0)
    return columns
  }

  /** Stacks of goroutines that do not run, from where they go on. @param indexes into the columns */
  #followSaved(columns: Columns, rows: Uint32Array, indexes: Uint32Array): void {
    const { stackLo, stackHi, schedPc, schedSp, schedLr, syscallPc, syscallSp, topSp } = columns
    const sps = new Float64Array(indexes.length)
    const sizes = new Uint32Array(indexes.length)
    const followed = new Uint32Array(indexes.length)
    let count = 0
    for (const index of indexes) {
      const sp = syscallSp[index] || schedSp[index]!
      const end = stackHi[index]!
      if (sp >= stackLo[index]! && sp < end && sp % 8 === 0) {
        sps[count] = sp
        sizes[count] = Math.min(READ_AHEAD, (end - sp) & ~7)
        followed[count++] = index
      } else {
        const reason = sp === 0 ? NO_STACK : `its stack pointer, 0x${sp.toString(16)}, does not lie on its stack`
        this.#setEnd(rows[index]!, this.#unwinder.unknown(reason))
      }
    }
    const window = new StackWindow(this.#source.memory)
    const unwind = (place: number) => {
      const index = followed[place]!
      const start: StackStart =
        syscallSp[index] === 0
          ? { pc: schedPc[index]!, sp: sps[place]!, lr: schedLr[index]!, kind: 'saved' }
          : { pc: syscallPc[index]!, sp: sps[place]!, lr: 0, kind: 'syscall' }
      this.#setEnd(rows[index]!, this.#unwinder.unwind(start, window, topSp[index]!))
    }
    const addresses = sps.subarray(0, count)
    joinedRead(
      this.#source.memory,
      addresses,
      sortedOrder(addresses),
      sizes.subarray(0, count),
      (place, words, first) => {
        const from = sps[place]!
        window.openRead(stackHi[followed[place]!]!, words, first, from, from + sizes[place]!)
        unwind(place)
      },
      (place) => {
        // Some of it may be there: as much as can be read is followed.
        window.open(stackHi[followed[place]!]!)
        unwind(place)
      },
      MAX_GAP,
    )
  }

  #setEnd(row: number, end: StackEnd): void {
    this.#endOfRow[row] = end.index
  }

  /**
   * Distinct stacks, and for each of the rows the index of its own; -1 for none.
   * @param states of the copy, by row: what kept changing has no stack that could be trusted
   */
  decode(rows: Uint32Array, states: Uint8Array): { stacks: Stack[]; ofRow: Int32Array } {
    const torn = this.#unwinder.unknown(TORN_STACK).index
    const stacks: Stack[] = []
    const known = new Int32Array(this.#unwinder.ends.length).fill(-1)
    const ofRow = new Int32Array(rows.length)
    for (let index = 0; index < rows.length; index++) {
      const row = rows[index]!
      let end = this.#endOfRow[row]!
      if (end >= 0 && states[row] === TORN) end = torn
      if (end >= 0 && known[end] === -1) known[end] = stacks.push(this.#stack(this.#unwinder.ends[end]!)) - 1
      ofRow[index] = end < 0 ? -1 : known[end]!
    }
    return { stacks, ofRow }
  }

  #stack({ outermost, incomplete }: StackEnd): Stack {
    const calls: (readonly Frame[])[] = []
    for (let node: StackNode | null = outermost; node !== null; node = node.inner) {
      calls.push(this.#codes.frames(node.code, node.interrupted))
    }
    const frames = calls.reverse().flat()
    return { frames, current: programFrame(frames), incomplete }
  }
}
