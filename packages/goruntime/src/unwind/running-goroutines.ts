/**
 * Goroutines that run, in a process that is stopped: where they stand is in the registers of their threads. A thread may be on
 * the goroutine's own stack, on the one it was started with (g0), to which the runtime switches for its own work, or on the one
 * for signals.
 */
import type { MemoryReader } from '@gospy/bytes'
import { type UnwindRules, unwindRules } from '../arch/unwind-rules.js'
import { readPointerField } from '../pointer-field.js'
import type { MField } from '../runtime-contract.js'
import type { SnapshotSource, StoppedProcess, ThreadRegisters } from '../snapshot-source.js'
import { type CodeTable, writesStackPointer } from './code-table.js'
import type { StackEnd } from './stack-tree.js'
import { StackWindow } from './stack-window.js'
import type { SavedStack, StackStart, Unwinder } from './unwinder.js'

export interface RunningGoroutine {
  readonly address: number
  /** Address of the M that runs it. */
  readonly m: number
  /** Bounds of its stack. */
  readonly lo: number
  readonly hi: number
  /** What `g.sched` holds: right only while the thread is on another stack on the goroutine's behalf. */
  readonly saved: SavedStack
}

/** What was found of a goroutine that runs. */
export interface RunningStack {
  readonly end: StackEnd
  /** Stack pointer that the innermost frame was found by; 0 where nothing was. */
  readonly sp: number
  /** Whether that is on its thread's own stack. */
  readonly system: boolean
  /** Of its thread, where that stands in the innermost frame itself. */
  readonly registers: ThreadRegisters | undefined
}

interface Bounds {
  readonly lo: number
  readonly hi: number
}

/** A signal handler may be interrupted by another signal, hardly more often. */
const MAX_SIGNALS = 4
/** Frames of a signal handler. */
const MAX_HANDLER_FRAMES = 64

/** What the kernel calls: the outermost frame of every handler (runtime/sys_linux_*.s). */
const SIGNAL_ENTRIES = new Set(['sigtramp', 'cgoSigtramp'])

/** What a handler returns to, where it is code of the program's and not of the kernel's. */
const SIGNAL_RETURNS = new Set(['sigreturn', 'sigreturn__sigaction'])

export class RunningGoroutines {
  readonly #source: SnapshotSource
  readonly #memory: MemoryReader
  readonly #unwinder: Unwinder
  readonly #codes: CodeTable
  readonly #stopped: StoppedProcess
  readonly #rules: UnwindRules

  constructor(source: SnapshotSource, unwinder: Unwinder, codes: CodeTable, stopped: StoppedProcess) {
    this.#source = source
    this.#memory = source.memory
    this.#unwinder = unwinder
    this.#codes = codes
    this.#stopped = stopped
    this.#rules = unwindRules(source.arch)
  }

  unwind(goroutine: RunningGoroutine): RunningStack {
    const { m } = goroutine
    if (m === 0 || this.#field(m, 'curg') !== goroutine.address) {
      return this.#unknown('it was just being given to a thread, or taken from one')
    }
    const thread = this.#source.hostThread(this.#field(m, 'procid'))
    const registers = thread === 0 ? undefined : this.#stopped.registers(thread)
    if (registers === undefined) return this.#unknown('the thread that runs it has no registers to read')
    const { pc, sp, lr } = registers
    let start: StackStart = { pc, sp, lr, kind: 'interrupted' }
    for (let signals = 0; signals < MAX_SIGNALS; signals++) {
      const signalStack = this.#stackOf(this.#field(m, 'gsignal'))
      if (!isOn(signalStack, start.sp))
        return this.#unwindFrom(m, start, goroutine, signals === 0 ? registers : undefined)
      const interrupted = this.#behindSignal(start, signalStack)
      if (interrupted === undefined) return this.#unknown('its thread was handling a signal')
      start = interrupted
    }
    return this.#unknown('its thread was handling signals within signals')
  }

  #unknown(reason: string): RunningStack {
    return { end: this.#unwinder.unknown(reason), sp: 0, system: false, registers: undefined }
  }

  #unwindFrom(
    m: number,
    stopped: StackStart,
    goroutine: RunningGoroutine,
    ofThread: ThreadRegisters | undefined,
  ): RunningStack {
    let start = stopped
    let registers = ofThread
    const code = this.#codes.at(start.pc)
    if (code === undefined || writesStackPointer(code)) {
      // Into the kernel's own code in the process, which reads the clock, on its way there or back: the runtime notes who
      // asked for the time (runtime/sys_linux_amd64.s, nanotime1).
      const [pc, sp] = [this.#field(m, 'vdsoPC'), this.#field(m, 'vdsoSP')]
      if (sp !== 0) {
        start = { pc, sp, lr: 0, kind: 'saved' }
        registers = undefined
      }
    }
    const window = new StackWindow(this.#memory)
    if (isOn(goroutine, start.sp)) {
      window.open(goroutine.hi)
      return { end: this.#unwinder.unwind(start, window, goroutine.saved.top), sp: start.sp, system: false, registers }
    }
    const system = this.#stackOf(this.#field(m, 'g0'))
    if (!isOn(system, start.sp)) return this.#unknown('its thread is on a stack that is not known')
    window.open(system.hi)
    return {
      end: this.#unwinder.unwindSystem(start, window, goroutine.saved),
      sp: start.sp,
      system: true,
      registers,
    }
  }

  /** Where the code stands that a signal handler interrupted; undefined where the handler's frames cannot be followed. */
  #behindSignal({ pc, sp, lr }: StackStart, { hi }: Bounds): StackStart | undefined {
    const stack = new StackWindow(this.#memory)
    stack.open(hi)
    let [code, at, link] = [this.#codes.at(pc), sp, lr]
    for (let frame = 0; frame < MAX_HANDLER_FRAMES; frame++) {
      if (code?.spDelta === undefined) return undefined
      const { pushesReturnAddress } = this.#rules
      const base = at + code.spDelta
      if (SIGNAL_ENTRIES.has(code.runtimeName)) return this.#signalFrame(stack, base)
      // The handler is done: it has returned to where the kernel said, and that address is off the stack.
      if (pushesReturnAddress && SIGNAL_RETURNS.has(code.runtimeName)) return this.#signalFrame(stack, base - 8)
      const returns = pushesReturnAddress ? stack.word(base) : code.spDelta === 0 && link !== 0 ? link : stack.word(at)
      at = pushesReturnAddress ? base + 8 : base
      link = 0
      code = this.#codes.at(returns)
    }
    return undefined
  }

  /** @param address of what the kernel put on the stack for the handler (`struct rt_sigframe`) */
  #signalFrame(stack: StackWindow, address: number): StackStart | undefined {
    const { pc, sp, lr } = this.#rules.signalFrame
    const start = {
      pc: stack.word(address + pc),
      sp: stack.word(address + sp),
      lr: lr === undefined ? 0 : stack.word(address + lr),
    }
    return Number.isNaN(start.pc + start.sp) ? undefined : { ...start, lr: start.lr || 0, kind: 'interrupted' }
  }

  /** Bounds of a g's stack; an empty one where it cannot be read. */
  #stackOf(g: number): Bounds {
    const { stackLo, stackHi } = this.#source.layout.g.fields
    if (g === 0 || stackLo === undefined || stackHi === undefined) return { lo: 0, hi: 0 }
    return { lo: readPointerField(this.#memory, g, stackLo), hi: readPointerField(this.#memory, g, stackHi) }
  }

  #field(m: number, name: MField): number {
    return readPointerField(this.#memory, m, this.#source.layout.m.fields[name])
  }
}

function isOn({ lo, hi }: Bounds, sp: number): boolean {
  return sp >= lo && sp < hi
}
