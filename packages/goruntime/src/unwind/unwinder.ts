/**
 * From a goroutine's stack pointer and program counter to its calls, by the function table's SP deltas: the rules of
 * runtime/traceback.go (unwinder, Go 1.21 and newer; gentraceback before), Go 1.5 to 1.27. Only the words that hold return
 * addresses are looked at.
 *
 * Frame pointers are not used: the deltas are exact for every instruction of every Go version, frame pointers are kept since
 * Go 1.7 (amd64) and 1.12 (arm64), not by all assembly, and not in a function's first and last instructions.
 */
import type { UnwindRules } from '../arch/unwind-rules.js'
import type { VersionFacts } from '../version-facts.js'
import { type Code, type CodeTable, isMarkedTop, writesStackPointer } from './code-table.js'
import { IN_LINK_REGISTER, StackEnd, StackNode } from './stack-tree.js'
import type { StackWindow } from './stack-window.js'

/** Where to begin. */
export interface StackStart {
  readonly pc: number
  readonly sp: number
  /** The link register: 0 where its value is on the stack, or the architecture has none. */
  readonly lr: number
  /**
   * What `pc` is: where a call returns to, or a function begins (`saved`); the same, saved by a goroutine that entered a
   * system call (`syscall`); the instruction that a thread was stopped at (`interrupted`).
   */
  readonly kind: 'saved' | 'syscall' | 'interrupted'
}

/** Where a goroutine's own stack goes on while its thread works on another one for it (`g.sched`). */
export interface SavedStack extends StackStart {
  /** Upper bound of the stack. */
  readonly end: number
  /** Stack pointer of the outermost frame. */
  readonly top: number
}

/** More frames are not followed: a goroutine in an endless recursion has millions. */
const MAX_FRAMES = 1 << 16

/** Why a stack ends of which only the inner part was copied. */
const TOO_LARGE = 'the stack is so large that only its inner part was copied'

/** Functions that the runtime fakes calls of, in the midst of any code (runtime/traceback.go, isInjectedCall). */
const INJECTED = new Set(['sigpanic', 'asyncPreempt', 'debugCallV1', 'debugCallV2'])

/** Functions of package runtime that set the stack pointer, in Go 1.16 and older (runtime/asm_*.s, sys_linux_*.s). */
const SWITCHING = new Set(
  'asmcgocall gogo mcall morestack nanotime nanotime1 systemstack walltime walltime1'.split(' '),
)

export class Unwinder {
  /** Ends of stacks that were met and are remembered. */
  #count = 0
  readonly #codes: CodeTable
  readonly #rules: UnwindRules
  readonly #topFrames: VersionFacts['topFrames']
  /** Innermost frames by pc, for each way to begin. */
  readonly #roots: Map<number, StackNode>[] = []
  readonly #rootless = new Map<string, StackEnd>()

  constructor(codes: CodeTable, rules: UnwindRules, topFrames: VersionFacts['topFrames']) {
    this.#codes = codes
    this.#rules = rules
    this.#topFrames = topFrames
  }

  /** How many stacks are remembered. */
  get count(): number {
    return this.#count
  }

  /** Forgets all stacks but these. */
  prune(ends: ReadonlySet<StackEnd>): void {
    const nodes = new Set<StackNode>()
    for (const { outermost } of ends) {
      for (let node = outermost; node !== null && !nodes.has(node); node = node.inner) nodes.add(node)
    }
    for (const roots of this.#roots) {
      for (const [pc, root] of roots ?? []) if (!nodes.has(root)) roots.delete(pc)
    }
    for (const node of nodes) node.prune(nodes, ends)
    for (const [reason, end] of this.#rootless) if (!ends.has(end)) this.#rootless.delete(reason)
    this.#count = ends.size
    this.#codes.prune()
  }

  /** A stack of which nothing is known. */
  unknown(reason: string): StackEnd {
    let end = this.#rootless.get(reason)
    if (end === undefined) {
      end = this.#end(null, reason)
      this.#rootless.set(reason, end)
    }
    return end
  }

  /**
   * Follows a goroutine's own stack.
   * @param window open on the stack
   * @param top the stack pointer that the outermost frame must have (`g.stktopsp`): a stack that ends elsewhere
   * has been damaged. 0 where it is not known (Go 1.5)
   */
  unwind(start: StackStart, window: StackWindow, top: number): StackEnd {
    const root = this.#root(start, false)
    return root instanceof StackNode ? this.#walk(root, start, window, top) : root
  }

  /**
   * Follows a thread's own stack (g0) and, where the runtime switched to it on behalf of a goroutine, on to the
   * goroutine's. @param window open on the thread's stack
   */
  unwindSystem(start: StackStart, window: StackWindow, goroutine: SavedStack): StackEnd {
    const root = this.#root(start, true)
    return root instanceof StackNode ? this.#walk(root, start, window, goroutine.top, goroutine) : root
  }

  #root({ pc, lr, kind }: StackStart, system: boolean): StackNode | StackEnd {
    const way = (kind === 'interrupted' ? 1 : kind === 'syscall' ? 2 : 0) | (lr !== 0 ? 4 : 0) | (system ? 8 : 0)
    this.#roots[way] ??= new Map()
    const roots = this.#roots[way]
    let root = roots.get(pc)
    if (root === undefined) {
      const code = this.#codes.at(pc)
      if (code === undefined) return this.unknown(`it stands at ${hex(pc)}, which is in no Go function`)
      const inSyscall = kind === 'syscall'
      root = this.#node(null, code, 0, { interrupted: kind === 'interrupted', system, inSyscall, lr: lr !== 0 })
      roots.set(pc, root)
    }
    return root
  }

  #walk(root: StackNode, start: StackStart, stack: StackWindow, top: number, goroutine?: SavedStack): StackEnd {
    let node = root
    let base = start.sp
    let { lr } = start
    for (;;) {
      if (node.end !== null) {
        if (node.end.incomplete !== null || top === 0 || base + node.sp === top) return node.end
        return this.#stop(node, `${this.#name(node)} is not where the stack begins`)
      }
      let pc: number
      if (node.jump !== 'none') {
        // Only the frames of a thread's stack have a way to jump, and only with a goroutine are they followed.
        stack.open(goroutine!.end)
        if (node.jump === 'restart') return this.unwind(goroutine!, stack, top)
        base = goroutine!.sp
        lr = goroutine!.lr
        pc = node.jump === 'saved' ? goroutine!.pc : stack.word(base + node.returnAt)
      } else {
        pc = node.returnAt === IN_LINK_REGISTER ? lr : stack.word(base + node.returnAt)
      }
      if (pc === node.lastPc) {
        node = node.lastCaller!
        continue
      }
      const caller = node.caller(pc) ?? this.#caller(node, pc, base, lr, stack)
      if (!(caller instanceof StackNode)) return caller
      node.setCaller(pc, caller)
      node = caller
    }
  }

  /** A caller that is met for the first time, or the end of the stack. */
  #caller(node: StackNode, pc: number, base: number, lr: number, stack: StackWindow): StackNode | StackEnd {
    if (Number.isNaN(pc)) {
      if (stack.isBehindCut(base + node.returnAt)) return this.#stop(node, TOO_LARGE)
      return this.#stop(node, `no return address of ${this.#name(node)} at ${hex(base + node.returnAt)}`)
    }
    if (node.depth >= MAX_FRAMES) return this.#stop(node, `more than ${MAX_FRAMES} frames`)
    const interrupted = INJECTED.has(node.code.runtimeName)
    let code = this.#codes.at(pc)
    let sp = node.callerSp
    let savedLr: number | undefined
    if (interrupted && this.#rules.injectedCallFrame > 0) {
      savedLr = sp
      sp += this.#rules.injectedCallFrame
      if (code === undefined) {
        // A call of nil or of a wild pointer: go on with who made it.
        code = this.#codes.at(stack.word(base + savedLr))
        savedLr = undefined
      }
    }
    // A call returns behind itself, never to a function's first instruction: but C calls Go from a place that is made up.
    const isCall = !interrupted && node.jump !== 'saved' && !node.code.runtimeName.startsWith('cgocallback')
    if (code === undefined || (code.pc === code.entry && isCall)) {
      return this.#stop(node, `${this.#name(node)} returns to ${hex(pc)}, which is in no Go function`)
    }
    const isFirst = node.jump === 'saved'
    return this.#node(node, code, isFirst ? 0 : sp, {
      interrupted,
      system: node.system && node.jump === 'none',
      inSyscall: false,
      lr: isFirst && lr !== 0,
      ...(savedLr !== undefined && { savedLr }),
    })
  }

  /**
   * A new frame.
   * @param sp its stack pointer, as an offset
   * @param how whether the link register has its return address (`lr`), or the word at offset `savedLr` the one that the
   * link register had
   */
  #node(
    inner: StackNode | null,
    code: Code,
    sp: number,
    how: { interrupted: boolean; system: boolean; inSyscall: boolean; lr: boolean; savedLr?: number },
  ): StackNode {
    const { pushesReturnAddress } = this.#rules
    const { interrupted, system } = how
    const delta = code.spDelta ?? 0
    const jump = system ? this.#jump(code, delta) : 'none'
    // The frame that jumps has its return address on the goroutine's stack, at the stack pointer saved for it.
    const at = jump === 'none' ? sp : 0
    const returnAt = pushesReturnAddress
      ? at + delta
      : delta === 0 && how.savedLr !== undefined
        ? how.savedLr
        : delta === 0 && how.lr
          ? IN_LINK_REGISTER
          : at
    const callerSp = at + delta + (pushesReturnAddress ? 8 : 0)
    const node = new StackNode({ inner, code, interrupted, system, sp, returnAt, callerSp, jump })
    if (jump === 'none') node.end = this.#endAt(node, sp, how)
    return node
  }

  /** The end that a frame itself is, or null. */
  #endAt(node: StackNode, sp: number, { inSyscall }: { inSyscall: boolean }): StackEnd | null {
    const { code, system, inner } = node
    if (this.#isSwitching(node)) return this.#end(node, `${this.#name(node)} switches stacks`)
    if (this.#isTop(code, system)) {
      // What else ends a stack ends a thread's.
      const isWhole = system || code.runtimeName === 'goexit'
      return this.#end(node, isWhole ? null : `${this.#name(node)} is not how a goroutine begins`)
    }
    if (code.spDelta === undefined) return this.#end(node, `nothing is known of the frame of ${this.#name(node)}`)
    // cgocallback switches stacks, but leaves frames of its own on both. System calls are seen as they were entered.
    if (writesStackPointer(code) && code.runtimeName !== 'cgocallback' && !inSyscall) {
      return this.#end(node, `${this.#name(node)} switches stacks`)
    }
    // A leaf keeps its return address in the link register; anything else takes room on the stack.
    const isFirst = inner === null || inner.jump === 'saved'
    const isLeaf = !this.#rules.pushesReturnAddress && node.callerSp === sp && (node.returnAt !== sp || isFirst)
    if (node.callerSp <= sp && !isLeaf) return this.#end(node, `${this.#name(node)} has no frame`)
    return null
  }

  /** Before Go 1.17 the table does not mark what sets the stack pointer: a thread may stand in the midst of it. */
  #isSwitching({ code, interrupted, inner }: StackNode): boolean {
    return this.#topFrames !== 'marked' && interrupted && inner === null && SWITCHING.has(code.runtimeName)
  }

  #isTop(code: Code, system: boolean): boolean {
    if (this.#topFrames === 'marked') return isMarkedTop(code)
    return this.#topFrames.has(code.runtimeName) || (system && code.runtimeName === 'asmcgocall')
  }

  /** How the goroutine's own stack is found again behind this frame of its thread's stack. */
  #jump(code: Code, delta: number): StackNode['jump'] {
    const { runtimeName } = code
    // At its first and last instructions nothing is switched; on x86 nothing tells those apart (runtime/traceback.go).
    if (runtimeName === 'systemstack' && (this.#rules.pushesReturnAddress || delta !== 0)) return 'caller'
    if (runtimeName === 'morestack') return 'saved'
    // The scheduler: it has just been given the goroutine, or is about to run it.
    return runtimeName === 'mcall' || this.#isTop(code, true) ? 'restart' : 'none'
  }

  #stop(node: StackNode, reason: string): StackEnd {
    return node.endBecause(reason, () => this.#end(node, reason))
  }

  #end(outermost: StackNode | null, incomplete: string | null): StackEnd {
    this.#count++
    return new StackEnd(outermost, incomplete)
  }

  #name({ code, interrupted }: StackNode): string {
    return this.#codes.calls(code, interrupted).frames.at(-1)!.function
  }
}

function hex(address: number): string {
  return `0x${address.toString(16)}`
}
