/** The stacks of all goroutines: read while they are copied, made into frames afterwards. */
import type { MemoryReader } from '@gospy/bytes'
import { unwindRules } from '../arch/unwind-rules.js'
import type { GoroutineCopy } from '../goroutine-copy.js'
import { TORN } from '../goroutine-copy.js'
import { isDead, SCAN_BIT, STATUS } from '../goroutine-status.js'
import type { WordPlan, WordReader } from '../goroutine-words.js'
import { joinedRead } from '../joined-read.js'
import type { SnapshotSource, StoppedProcess } from '../snapshot-source.js'
import { sortedOrder } from '../sorted-order.js'
import type { Frame, Stack } from '../stack.js'
import { programFrame } from '../traceback.js'
import { CodeTable } from './code-table.js'
import { RunningGoroutines } from './running-goroutines.js'
import type { StackEnd, StackNode } from './stack-tree.js'
import { StackWindow } from './stack-window.js'
import { type SavedStack, type StackStart, Unwinder } from './unwinder.js'

/** The most that is read ahead of one stack, in bytes; few use more. */
const READ_AHEAD = 64 * 1024
/** The unused parts of stacks of the least size are smaller: these are read across. */
const MAX_GAP = 16 * 1024

const RUNNING = 'it was running: its calls can be seen only while the process is stopped'
const NO_STACK = 'it has no stack yet'
const TORN_STACK = 'it kept changing while it was read'

/** Goroutines whose stacks are to be followed, and from where. */
interface Starts {
  readonly rows: number[]
  readonly starts: StackStart[]
  readonly sps: number[]
  readonly ends: number[]
}

export class GoroutineStacks {
  readonly #source: SnapshotSource
  readonly #codes: CodeTable
  readonly #unwinder: Unwinder
  /** By row; -1 where there is none to know. */
  readonly #endOfRow: Int32Array
  readonly #fields: Record<
    'stackLo' | 'stackHi' | 'schedPc' | 'schedSp' | 'schedLr' | 'syscallPc' | 'syscallSp',
    WordReader
  >
  readonly #m: WordReader
  readonly #status: WordReader

  constructor(source: SnapshotSource, plan: WordPlan, count: number) {
    this.#source = source
    this.#codes = new CodeTable(source.functions, source.facts.wrappers)
    const rules = unwindRules(source.arch)
    this.#unwinder = new Unwinder(this.#codes, rules, source.facts.topFrames)
    this.#endOfRow = new Int32Array(count).fill(-1)
    const field = (name: Parameters<WordPlan['reader']>[0]) => plan.reader(name) ?? (() => 0)
    this.#fields = {
      stackLo: field('stackLo'),
      stackHi: field('stackHi'),
      schedPc: field('schedPc'),
      schedSp: field('schedSp'),
      // Where return addresses are pushed, what the field holds is of no meaning.
      schedLr: rules.pushesReturnAddress ? () => 0 : field('schedLr'),
      syscallPc: field('syscallPc'),
      syscallSp: field('syscallSp'),
    }
    this.#m = field('m')
    this.#status = plan.requiredReader('atomicstatus')
  }

  /**
   * Follows the stacks of goroutines that were copied.
   * @param stopped the process, if it stands still: only then have running goroutines a stack to follow
   */
  follow(copy: GoroutineCopy, rows: Uint32Array, stopped?: StoppedProcess): void {
    const { memory } = this.#source
    const { words, plan, addresses } = copy
    const waiting: Starts = { rows: [], starts: [], sps: [], ends: [] }
    const running = stopped && new RunningGoroutines(this.#source, this.#unwinder, this.#codes, stopped)
    for (const row of rows) {
      const at = row * plan.width
      const status = this.#status(words, at) & ~SCAN_BIT
      if (isDead(status)) this.#endOfRow[row] = -1
      else if (status !== STATUS.running) this.#addStart(waiting, row, words, at)
      else if (running === undefined) this.#setEnd(row, this.#unwinder.unknown(RUNNING))
      else {
        const own = { lo: this.#fields.stackLo(words, at), hi: this.#fields.stackHi(words, at) }
        const goroutine = { address: addresses[row]!, ...own, saved: this.#saved(words, at) }
        this.#setEnd(row, running.unwind(this.#m(words, at), goroutine))
      }
    }
    this.#followSaved(memory, waiting)
  }

  /** Where a goroutine that does not run goes on. */
  #saved(words: Uint32Array, at: number): SavedStack {
    const { stackHi, schedPc, schedSp, schedLr } = this.#fields
    return {
      pc: schedPc(words, at),
      sp: schedSp(words, at),
      lr: schedLr(words, at),
      kind: 'saved',
      end: stackHi(words, at),
    }
  }

  #addStart(starts: Starts, row: number, words: Uint32Array, at: number): void {
    const { stackLo, syscallPc, syscallSp } = this.#fields
    let start: StackStart = this.#saved(words, at)
    const inSyscall = syscallSp(words, at)
    if (inSyscall !== 0) start = { pc: syscallPc(words, at), sp: inSyscall, lr: 0, kind: 'syscall' }
    const { end } = start.kind === 'saved' ? (start as SavedStack) : this.#saved(words, at)
    const { pc, sp } = start
    if (pc === 0 && sp === 0) {
      this.#setEnd(row, this.#unwinder.unknown(NO_STACK))
    } else if (!(sp >= stackLo(words, at) && sp < end && sp % 8 === 0)) {
      const reason = `its stack pointer, 0x${sp.toString(16)}, does not lie on its stack`
      this.#setEnd(row, this.#unwinder.unknown(reason))
    } else {
      starts.rows.push(row)
      starts.starts.push(start)
      starts.sps.push(sp)
      starts.ends.push(end)
    }
  }

  #followSaved(memory: MemoryReader, { rows, starts, sps, ends }: Starts): void {
    const window = new StackWindow(memory)
    const addresses = Float64Array.from(sps)
    const sizes = Uint32Array.from(ends, (end, index) => Math.min(READ_AHEAD, (end - sps[index]!) & ~7))
    joinedRead(
      memory,
      addresses,
      sortedOrder(addresses),
      sizes,
      (index, words, first) => {
        const from = sps[index]!
        window.openRead(ends[index]!, words, first, from, from + sizes[index]!)
        this.#setEnd(rows[index]!, this.#unwinder.unwind(starts[index]!, window))
      },
      (index) => {
        // Some of it may be there: as much as can be read is followed.
        window.open(ends[index]!)
        this.#setEnd(rows[index]!, this.#unwinder.unwind(starts[index]!, window))
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
