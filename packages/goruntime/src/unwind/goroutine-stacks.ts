/** The stacks of all goroutines, read together with them. */
import { type UnwindRules, unwindRules } from '../arch/unwind-rules.js'
import type { GoroutineCopy } from '../goroutine-copy.js'
import { joinedRead } from '../joined-read.js'
import { ProgramCode, RANK } from '../program-code.js'
import { RESTS, type RestRule } from '../rest.js'
import { selectRows } from '../select-rows.js'
import type { SnapshotSource } from '../snapshot-source.js'
import { sortedOrder } from '../sorted-order.js'
import type { Frame, Stack } from '../stack.js'
import { CodeTable } from './code-table.js'
import { type PhysicalFrame, physicalFrames } from './physical-frames.js'
import { RunningGoroutines } from './running-goroutines.js'
import { SavedStacks } from './saved-stacks.js'
import { StackCopies } from './stack-copies.js'
import { type DistinctStacks, StackEnds } from './stack-ends.js'
import type { Look, StackReader } from './stack-reader.js'
import type { StackEnd, StackNode } from './stack-tree.js'
import { StackWindow } from './stack-window.js'
import { Unwinder } from './unwinder.js'

/** The unused parts of stacks of the least size are smaller: these are read across. */
const MAX_GAP = 16 * 1024
/** So many stacks are remembered that no goroutine has any more, besides as many as there are that some have. */
const SPARE = 1 << 14

/** The frames of one stack, and whether its bytes are still the same. */
export interface StackFrames {
  readonly frames: readonly PhysicalFrame[]
  isSame(): boolean
}

const NO_FRAMES: StackFrames = { frames: [], isSame: () => true }

const RUNNING = 'it was running: its calls can be seen only while the process is stopped'
const TORN_STACK = 'it kept changing while it was read'

export class GoroutineStacks implements StackReader {
  readonly #rest: RestRule
  readonly #rules: UnwindRules
  readonly #codes: CodeTable
  readonly #unwinder: Unwinder
  readonly #window: StackWindow
  readonly #ends = new StackEnds()
  /** What was copied of a process that stands still, to be unwound when it runs again. */
  #copies: StackCopies | undefined
  /** Rows without a stack pointer, of those read last. */
  #stackless: ReadonlySet<number> = new Set()

  constructor(source: SnapshotSource, rest: RestRule) {
    this.#rest = rest
    this.#rules = unwindRules(source.arch)
    this.#codes = new CodeTable(source.functions, source.facts.wrappers, new ProgramCode(source.modules))
    this.#unwinder = new Unwinder(this.#codes, this.#rules, source.facts.topFrames)
    this.#window = new StackWindow(source.memory)
  }

  get faults(): readonly string[] {
    return this.#codes.faults
  }

  extend(count: number): void {
    this.#ends.extend(count)
  }

  /** Of a process that runs, stacks are unwound as they are read. Of one that stands still, only those of goroutines that run. */
  read(look: Look, copy: GoroutineCopy, rows: Uint32Array): void {
    const saved = this.#saved(copy, rows)
    for (const row of rows) this.#ends.set(row, undefined)
    this.#stackless = saved.stackless
    for (const [row, reason] of saved.astray) this.#ends.set(row, this.#unwinder.unknown(reason))
    this.#readRunning(look, saved)
    if (look.stopped === undefined) {
      this.#readSaved(look, saved, (place, end) => this.#ends.set(saved.rows[place]!, end))
      return
    }
    this.#copies = new StackCopies(saved.rows.length)
    this.#eachSaved(look, saved, (place, stack, first, bytes) => {
      const isCut = saved.isCut(place, bytes)
      this.#copies!.keep(saved.rows[place]!, saved.start(place), stack, first, bytes >>> 2, isCut)
    })
  }

  #saved(copy: GoroutineCopy, rows: Uint32Array): SavedStacks {
    return new SavedStacks(copy, rows, this.#rules.pushesReturnAddress)
  }

  #readRunning({ source, stopped }: Look, saved: SavedStacks): void {
    const goroutines = stopped && new RunningGoroutines(source, this.#unwinder, this.#codes, stopped)
    for (const running of saved.running) {
      this.#ends.set(running.row, goroutines?.unwind(running).end ?? this.#unwinder.unknown(RUNNING))
    }
  }

  /** Unwinds saved stacks as they are read. @param found given each one's place and its end */
  #readSaved(look: Look, saved: SavedStacks, found: (place: number, end: StackEnd) => void): void {
    this.#eachSaved(look, saved, (place, stack, first, bytes) => {
      found(place, this.#unwind(saved, place, stack, first, bytes))
    })
  }

  #eachSaved(
    { source }: Look,
    { sps, sizes }: SavedStacks,
    visit: (place: number, stack: Uint32Array, first: number, bytes: number) => void,
  ): void {
    joinedRead(
      source.memory,
      sps,
      sortedOrder(sps),
      sizes,
      (place, stack, first) => visit(place, stack, first, sizes[place]!),
      // As much of it as is there.
      (place, stack, bytes) => visit(place, stack, 0, bytes),
      MAX_GAP,
    )
  }

  /** @param stack words, of which those from index `first` on lie at the stack pointer */
  #unwind(saved: SavedStacks, place: number, stack: Uint32Array, first: number, bytes: number): StackEnd {
    const start = saved.start(place)
    this.#window.openCopy(start.sp, start.end, stack, first, bytes >>> 2, saved.isCut(place, bytes))
    return this.#unwinder.unwind(start, this.#window, start.top)
  }

  /**
   * Words, stack, and both again, within microseconds. What was read of all goroutines at once lies milliseconds apart, in
   * which one may go to and fro between two places, uncounted or as often as makes the counter come round.
   */
  confirm({ source: { memory } }: Look, copy: GoroutineCopy, rows: Uint32Array): Uint32Array {
    const { words, plan } = copy
    const doubtful = selectRows(rows, (row) => this.#rest.of(words, row * plan.width) !== RESTS)
    const saved = this.#saved(copy, doubtful)
    let stack = new Uint32Array(1024)
    const isSameStack = (place: number) => {
      const bytes = saved.sizes[place]!
      if (bytes > stack.byteLength) stack = new Uint32Array(bytes / 4)
      const count = memory.read(saved.sps[place]!, new Uint8Array(stack.buffer, 0, bytes))
      return this.#unwind(saved, place, stack, 0, count) === this.#ends.get(saved.rows[place]!)
    }
    const changed = saved.rows.filter((row, place) => {
      for (let look = 0; look < 2; look++) if (!copy.isSame(row) || !isSameStack(place)) return true
      return false
    })
    if (this.#stackless.size === 0) return changed
    // A stack pointer is cleared when a goroutine goes on, and saved before it parks: those without were just doing either.
    const stackless = rows.filter((row) => this.#stackless.has(row))
    return Uint32Array.from([...changed, ...stackless])
  }

  changed(look: Look, copy: GoroutineCopy, rows: Uint32Array): Uint32Array {
    const saved = this.#saved(copy, rows)
    const changed: number[] = []
    this.#readSaved(look, saved, (place, end) => {
      const row = saved.rows[place]!
      if (end !== this.#ends.get(row)) changed.push(row)
    })
    return Uint32Array.from(changed)
  }

  /**
   * The frames of a goroutine that was copied, innermost first, each with its place on the stack, read anew; the calls in them are, in
   * this order, those of its `Stack`. None where the stack is not known.
   */
  frames({ source, stopped }: Look, copy: GoroutineCopy, row: number): StackFrames {
    const { memory } = source
    const saved = this.#saved(copy, Uint32Array.of(row))
    const [running] = saved.running
    if (running !== undefined) {
      if (stopped === undefined) return NO_FRAMES
      const stack = new RunningGoroutines(source, this.#unwinder, this.#codes, stopped).unwind(running)
      return { frames: physicalFrames(this.#codes, stack, running.saved.sp), isSame: () => true }
    }
    if (saved.rows.length === 0) return NO_FRAMES
    const [sp, size] = [saved.sps[0]!, saved.sizes[0]!]
    const words = new Uint32Array(size / 4)
    const bytes = memory.read(sp, new Uint8Array(words.buffer))
    const end = this.#unwind(saved, 0, words, 0, bytes)
    return {
      frames: physicalFrames(this.#codes, { end, sp, system: false, registers: undefined }, sp),
      isSame: () => {
        const now = new Uint32Array(size / 4)
        return (
          memory.read(sp, new Uint8Array(now.buffer)) === bytes && now.every((word, index) => word === words[index])
        )
      },
    }
  }

  distinct({ states }: GoroutineCopy, rows: Uint32Array): DistinctStacks {
    this.#unwindCopies()
    const torn = this.#unwinder.unknown(TORN_STACK)
    const { ends, ...distinct } = this.#ends.distinct(rows, states, torn, (end) => this.#stack(end))
    if (this.#unwinder.count > 2 * ends.length + SPARE) this.#unwinder.prune(new Set(ends))
    return distinct
  }

  #unwindCopies(): void {
    this.#copies?.each((row, start, open) => {
      open(this.#window)
      this.#ends.set(row, this.#unwinder.unwind(start, this.#window, start.top))
    })
    this.#copies = undefined
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
