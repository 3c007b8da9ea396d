/** The stacks of all goroutines: copied together with them, unwound afterwards. */
import { unwindRules } from '../arch/unwind-rules.js'
import type { GoroutineCopy } from '../goroutine-copy.js'
import { TORN } from '../goroutine-copy.js'
import { isDead, mayMoveStack, STATUS, statusOf } from '../goroutine-status.js'
import type { WordPlan } from '../goroutine-words.js'
import { joinedRead } from '../joined-read.js'
import { ProgramCode, RANK } from '../program-code.js'
import type { SnapshotSource, StoppedProcess } from '../snapshot-source.js'
import { sortedOrder } from '../sorted-order.js'
import type { Frame, Stack } from '../stack.js'
import { CodeTable } from './code-table.js'
import type { DecodedStacks } from './decoded-stacks.js'
import { type PhysicalFrame, physicalFrames } from './physical-frames.js'
import { type RunningGoroutine, RunningGoroutines, type RunningStack } from './running-goroutines.js'
import { StackCopies } from './stack-copies.js'
import type { StackEnd, StackNode } from './stack-tree.js'
import { StackWindow } from './stack-window.js'
import { type SavedStack, Unwinder } from './unwinder.js'

/** The most that is copied of one stack, in bytes, from the innermost frame on: an endless recursion may have filled 1 GB. */
const MOST_COPIED = 16 * 2 ** 20
/** The most that is copied of all together; where it would be more, less of the largest is. */
const MOST_COPIED_IN_ALL = 256 * 2 ** 20
/** So much of each is copied nevertheless. */
const LEAST_COPIED = 32 * 1024
/** The unused parts of stacks of the least size are smaller: these are read across. */
const MAX_GAP = 16 * 1024

const RUNNING = 'it was running: its calls can be seen only while the process is stopped'
const NO_STACK = 'no stack pointer is saved for it'
const MOVING_STACK = 'its stack was just being moved to another place'
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

/** What the columns say of a goroutine that runs. */
function runningGoroutine(address: number, columns: Columns, index: number): RunningGoroutine {
  const end = columns.stackHi[index]!
  const [pc, sp, lr] = [columns.schedPc[index]!, columns.schedSp[index]!, columns.schedLr[index]!]
  const saved: SavedStack = { pc, sp, lr, kind: 'saved', end, top: columns.topSp[index]! }
  return { address, lo: columns.stackLo[index]!, hi: end, saved }
}

/** How many bytes to copy of each stack. @param inUse bytes that are in use of each */
function copiedSizes(inUse: Float64Array): Uint32Array {
  for (let most = MOST_COPIED; ; most /= 2) {
    const sizes = Uint32Array.from(inUse, (bytes) => Math.min(bytes, most))
    if (most <= LEAST_COPIED || sizes.reduce((sum, size) => sum + size, 0) <= MOST_COPIED_IN_ALL) return sizes
  }
}

export class GoroutineStacks {
  readonly #source: SnapshotSource
  readonly #codes: CodeTable
  readonly #unwinder: Unwinder
  /** By row; -1 where there is none to know, or it has not been unwound. */
  readonly #endOfRow: Int32Array
  readonly #window: StackWindow
  readonly #copies: StackCopies
  /** Of rows that were running: where their thread stood, and where their own stack goes on behind the thread's. */
  readonly #running = new Map<number, { readonly stack: RunningStack; readonly saved: SavedStack }>()
  /** Rows without a stack pointer. */
  readonly #stackless = new Set<number>()
  readonly #plan: WordPlan
  readonly #pushesReturnAddress: boolean

  constructor(source: SnapshotSource, plan: WordPlan, count: number) {
    this.#source = source
    this.#plan = plan
    this.#codes = new CodeTable(source.functions, source.facts.wrappers, new ProgramCode(source.modules))
    const rules = unwindRules(source.arch)
    this.#pushesReturnAddress = rules.pushesReturnAddress
    this.#unwinder = new Unwinder(this.#codes, rules, source.facts.topFrames)
    this.#endOfRow = new Int32Array(count).fill(-1)
    this.#copies = new StackCopies(count)
    this.#window = new StackWindow(source.memory)
  }

  /**
   * Copies the stacks of goroutines that were copied. Those that run, in a process that stands still, are unwound at once: there
   * are as many of them as processors.
   * @param stopped the process, if it stands still: only then have running goroutines a stack to follow
   */
  copy({ words, addresses }: GoroutineCopy, rows: Uint32Array, stopped?: StoppedProcess): void {
    const columns = this.#columns(words, rows)
    const running = stopped && new RunningGoroutines(this.#source, this.#unwinder, this.#codes, stopped)
    const saved = new Uint32Array(rows.length)
    let count = 0
    for (let index = 0; index < rows.length; index++) {
      const row = rows[index]!
      this.#endOfRow[row] = -1
      this.#copies.drop(row)
      this.#stackless.delete(row)
      this.#running.delete(row)
      const status = statusOf(columns.atomicstatus[index]!)
      if (isDead(status)) continue
      if (status !== STATUS.running) saved[count++] = index
      else if (running === undefined) this.#setEnd(row, this.#unwinder.unknown(RUNNING))
      else {
        const goroutine = runningGoroutine(addresses[row]!, columns, index)
        const stack = running.unwind(columns.m[index]!, goroutine)
        this.#running.set(row, { stack, saved: goroutine.saved })
        this.#setEnd(row, stack.end)
      }
    }
    this.#copySaved(columns, rows, saved.subarray(0, count))
  }

  #columns(words: Uint32Array, rows: Uint32Array): Columns {
    const at = rows.map((row) => row * this.#plan.width)
    const columns = Object.fromEntries(FIELDS.map((name) => [name, this.#plan.column(name, words, at)])) as Columns
    // Where return addresses are pushed, what the field holds is of no meaning.
    if (this.#pushesReturnAddress) columns.schedLr.fill(0)
    return columns
  }

  /** Stacks of goroutines that do not run, from where they go on. @param indexes into the columns */
  #copySaved(columns: Columns, rows: Uint32Array, indexes: Uint32Array): void {
    const { atomicstatus, stackLo, stackHi, schedPc, schedSp, schedLr, syscallPc, syscallSp, topSp } = columns
    const sps = new Float64Array(indexes.length)
    const inUse = new Float64Array(indexes.length)
    const copied = new Uint32Array(indexes.length)
    let count = 0
    for (const index of indexes) {
      const sp = syscallSp[index] || schedSp[index]!
      const end = stackHi[index]!
      if (sp >= stackLo[index]! && sp < end && sp % 8 === 0) {
        sps[count] = sp
        inUse[count] = Math.floor((end - sp) / 8) * 8
        copied[count++] = index
      } else {
        if (sp === 0) this.#stackless.add(rows[index]!)
        const astray = mayMoveStack(atomicstatus[index]!)
          ? MOVING_STACK
          : `its stack pointer, 0x${sp.toString(16)}, does not lie on its stack`
        const reason = sp === 0 ? NO_STACK : astray
        this.#setEnd(rows[index]!, this.#unwinder.unknown(reason))
      }
    }
    const sizes = copiedSizes(inUse.subarray(0, count))
    // The last of the words that are changed when a stack is moved: all frames are where they belong.
    const isOnOldStack = (index: number) =>
      mayMoveStack(atomicstatus[index]!) && (topSp[index]! < stackLo[index]! || topSp[index]! > stackHi[index]!)
    const keep = (place: number, words: Uint32Array, first: number, bytes: number) => {
      const index = copied[place]!
      const isSyscall = syscallSp[index] !== 0
      const start: SavedStack = {
        pc: isSyscall ? syscallPc[index]! : schedPc[index]!,
        sp: sps[place]!,
        lr: isSyscall ? 0 : schedLr[index]!,
        kind: isSyscall ? 'syscall' : 'saved',
        end: stackHi[index]!,
        top: isOnOldStack(index) ? 0 : topSp[index]!,
      }
      const isCut = bytes === sizes[place] && bytes < inUse[place]!
      this.#copies.keep(rows[index]!, start, words, first, bytes >>> 2, isCut)
    }
    const addresses = sps.subarray(0, count)
    joinedRead(
      this.#source.memory,
      addresses,
      sortedOrder(addresses),
      sizes,
      (place, words, first) => keep(place, words, first, sizes[place]!),
      // As much of it as is there.
      (place, words, bytes) => keep(place, words, 0, bytes),
      MAX_GAP,
    )
  }

  /**
   * Looks at the goroutines once more that may have run since they were copied, at each by itself: its words, its stack, and both
   * again, within microseconds. What was read of all of them at once lies milliseconds apart, in which a goroutine may go to and
   * fro between two places, uncounted (coroutines; system calls since Go 1.26; all before Go 1.17) or as often as makes the
   * counter come round.
   * @returns the rows of those that are no longer as they were copied
   */
  changed(copy: GoroutineCopy, rows: Uint32Array): Uint32Array {
    const { memory } = this.#source
    let stack = new Uint32Array(1024)
    const isSameStack = (row: number, { sp, bytes }: { sp: number; bytes: number }) => {
      if (bytes > stack.byteLength) stack = new Uint32Array(bytes / 4)
      const read = memory.read(sp, new Uint8Array(stack.buffer, 0, bytes))
      return read === bytes && this.#copies.equals(row, stack, 0)
    }
    const provesRest = this.#restProof(copy)
    return rows.filter((row) => {
      // It is cleared when a goroutine goes on, and saved before it parks: this one was just doing either.
      if (this.#stackless.has(row)) return true
      const extent = this.#copies.extent(row)
      if (extent.bytes === 0 || provesRest(row)) return false
      for (let look = 0; look < 2; look++) {
        if (!copy.isSame(row) || !isSameStack(row, extent)) return true
      }
      return false
    })
  }

  /**
   * Tells, of goroutines whose words were the same before and after their stacks were read, those that cannot have run in between.
   * The garbage collector notes since when a goroutine waits, once in a cycle; running clears it (proc.go, execute and
   * exitsyscall), all but coroutines (coro.go, coroswitch_m). Until Go 1.7 a cycle could note the same time twice (mgcmark.go).
   */
  #restProof({ words, plan }: GoroutineCopy): (row: number) => boolean {
    const { facts, waitReasons } = this.#source
    if (!facts.waitsinceProvesRest) return () => false
    const waitsince = plan.requiredReader('waitsince')
    const status = plan.requiredReader('atomicstatus')
    const reason = waitReasons.reader(plan)
    const coroutine = waitReasons.texts.indexOf('coroutine')
    // Which ones are coroutines is not known.
    if (waitReasons.texts.length === 1) return () => false
    return (row) => {
      const at = row * plan.width
      if (waitsince(words, at) === 0) return false
      const now = statusOf(status(words, at))
      return now === STATUS.syscall || (now === STATUS.waiting && (coroutine < 0 || reason(words, at) !== coroutine))
    }
  }

  #setEnd(row: number, end: StackEnd): void {
    this.#endOfRow[row] = end.index
  }

  /**
   * Distinct stacks, for each of the rows the index of its own, -1 for none, and what the function table did not tell.
   * @param states of the copy, by row: what kept changing has no stack that could be trusted
   */
  decode(rows: Uint32Array, states: Uint8Array): DecodedStacks {
    for (const row of rows) this.#unwind(row)
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
    return { stacks, ofRow, faults: this.#codes.faults }
  }

  /** Unwinds what was copied of a goroutine's stack, if something was. */
  #unwind(row: number): void {
    const start = this.#copies.open(row, this.#window)
    if (start !== undefined) this.#setEnd(row, this.#unwinder.unwind(start, this.#window, start.top))
  }

  /**
   * The frames of a goroutine that was copied, innermost first, each with its place on the stack; the calls in them are, in this order,
   * those of its `Stack`. Empty where the stack is not known.
   */
  frames(row: number): PhysicalFrame[] {
    const running = this.#running.get(row)
    if (running !== undefined) return physicalFrames(this.#codes, running.stack, running.saved.sp)
    this.#unwind(row)
    const end = this.#unwinder.ends[this.#endOfRow[row]!]
    const { sp } = this.#copies.extent(row)
    return end === undefined || sp === 0
      ? []
      : physicalFrames(this.#codes, { end, sp, system: false, registers: undefined }, sp)
  }

  /** Whether a goroutine's stack, if it was copied, is still the same. */
  isSameStack(row: number): boolean {
    const { sp, bytes } = this.#copies.extent(row)
    if (bytes === 0) return true
    const words = new Uint32Array(bytes / 4)
    return this.#source.memory.read(sp, new Uint8Array(words.buffer)) === bytes && this.#copies.equals(row, words, 0)
  }

  #stack({ outermost, incomplete }: StackEnd): Stack {
    const nodes: StackNode[] = []
    for (let node: StackNode | null = outermost; node !== null; node = node.inner) nodes.push(node)
    let count = 0
    for (const { code, interrupted } of nodes) count += this.#codes.calls(code, interrupted).frames.length
    const frames: Frame[] = new Array(count)
    let at = 0
    let current = -1
    let rank = -1
    for (let index = nodes.length - 1; index >= 0; index--) {
      const { code, interrupted } = nodes[index]!
      const calls = this.#codes.calls(code, interrupted)
      // Of the runtime's own the outermost tells what it is for, of all others the innermost where it stands.
      if (calls.rank > rank || (calls.rank === RANK.runtime && rank === RANK.runtime)) {
        rank = calls.rank
        current = at + calls.place
      }
      for (const frame of calls.frames) frames[at++] = frame
    }
    return { frames, current, incomplete }
  }
}
