/**
 * All stacks of a snapshot as one tree, grown from the innermost frames outwards. Where a frame's words lie, seen from the
 * stack pointer, depends only on the frames inside of it: it is worked out once for each node of the tree, and following a
 * stack that was met before takes one word and one comparison a frame.
 */
import type { Stack } from '../stack.js'
import type { Code } from './code-table.js'

/** The end of one or many equal stacks. */
export class StackEnd {
  /** The outermost frame; null where there is none. */
  readonly outermost: StackNode | null
  /** Why there are no more frames; null where the stack is whole. */
  readonly incomplete: string | null
  /** The stack as data, once it has been made. */
  stack: Stack | undefined
  /** The look at which it was numbered last, and its number then: see `StackEnds`. */
  look = 0
  number = -1

  constructor(outermost: StackNode | null, incomplete: string | null, stack?: Stack) {
    this.outermost = outermost
    this.incomplete = incomplete
    this.stack = stack
  }
}

/** In the link register rather than on the stack. */
export const IN_LINK_REGISTER = -1

export interface NodeFacts {
  readonly inner: StackNode | null
  readonly code: Code
  /** Whether it was stopped at this very instruction: see `CodeTable.calls`. */
  readonly interrupted: boolean
  /** Whether it is on the thread's own stack rather than on a goroutine's. */
  readonly system: boolean
  /** Its stack pointer: offset from the one that the walk began with. */
  readonly sp: number
  /** Where the return address lies: offset from the stack pointer that the walk began with, or IN_LINK_REGISTER. */
  readonly returnAt: number
  /** The caller's stack pointer: offset likewise. */
  readonly callerSp: number
  /**
   * Where the goroutine's own stack goes on, for what runs on the thread's: with the caller of this frame, where it was saved, or
   * there as well but without what is on the thread's stack, which works for the scheduler and no goroutine.
   */
  readonly jump: 'none' | 'caller' | 'saved' | 'restart'
}

export class StackNode implements NodeFacts {
  readonly inner: StackNode | null
  readonly code: Code
  readonly interrupted: boolean
  readonly system: boolean
  readonly sp: number
  readonly returnAt: number
  readonly callerSp: number
  readonly jump: NodeFacts['jump']
  /** Frames up to this one. */
  readonly depth: number
  /** Set where every stack that gets here ends here. */
  end: StackEnd | null = null
  /** The caller last met: goroutines of a kind follow each other. */
  lastPc = Number.NaN
  lastCaller: StackNode | null = null
  /** All others, made when there is a second one: most frames have one caller. */
  #callers: Map<number, StackNode> | undefined
  #ends: Map<string, StackEnd> | undefined

  constructor({ inner, code, interrupted, system, sp, returnAt, callerSp, jump }: NodeFacts) {
    this.inner = inner
    this.code = code
    this.interrupted = interrupted
    this.system = system
    this.sp = sp
    this.returnAt = returnAt
    this.callerSp = callerSp
    this.jump = jump
    this.depth = inner === null ? 1 : inner.depth + 1
  }

  /** The caller whose code goes on at `pc`, where it was met before. */
  caller(pc: number): StackNode | undefined {
    return this.#callers?.get(pc)
  }

  /** Notes a caller that was not met before, or not last. */
  setCaller(pc: number, caller: StackNode): void {
    if (this.lastCaller !== null) this.#callers ??= new Map([[this.lastPc, this.lastCaller]])
    this.#callers?.set(pc, caller)
    this.lastPc = pc
    this.lastCaller = caller
  }

  /** The end of stacks that go no further than this frame for the reason given. */
  endBecause(reason: string, make: () => StackEnd): StackEnd {
    let end = this.#ends?.get(reason)
    if (end === undefined) {
      end = make()
      this.#ends ??= new Map()
      this.#ends.set(reason, end)
    }
    return end
  }

  /** Forgets callers and ends but those that are to be kept. */
  prune(nodes: ReadonlySet<StackNode>, ends: ReadonlySet<StackEnd>): void {
    for (const [pc, caller] of this.#callers ?? []) if (!nodes.has(caller)) this.#callers!.delete(pc)
    if (this.lastCaller !== null && !nodes.has(this.lastCaller)) {
      this.lastPc = Number.NaN
      this.lastCaller = null
    }
    for (const [reason, end] of this.#ends ?? []) if (!ends.has(end)) this.#ends!.delete(reason)
  }
}
