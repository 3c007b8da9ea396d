/** A process whose every thread is stopped, for as short as possible. */
import type { Architecture } from '../arch/architecture.js'
import type { NativeCalls } from '../native/native-calls.js'
import { ProcessError } from '../process-error.js'
import { now } from './clock.js'
import { type Registers, readRegisters } from './registers.js'
import { release, stopAll } from './stop.js'
import { Tracees } from './tracees.js'
import { readVectorRegisters, type VectorRegisters } from './vector-registers.js'

/** @internal What `Process.pause` hands over. */
export interface PauseContext {
  readonly pid: number
  readonly calls: NativeCalls
  readonly architecture: Architecture
  readonly budgetMs: number
  /** Called once, when the process runs again. */
  readonly onResume: () => void
}

/**
 * Every thread of a process, stopped. Resumes at the end of a `using` scope or by `resume()`; if this process dies, by
 * whatever signal, the kernel resumes it.
 */
export class Pause {
  /** The threads that are stopped, by rising number. */
  readonly threads: readonly number[]
  readonly #context: PauseContext
  readonly #tracees: Tracees
  readonly #startMs: number
  readonly #registers = new Map<number, Registers>()
  readonly #vectorRegisters = new Map<number, VectorRegisters>()
  #pausedMs: number | undefined

  /** @internal Use `Process.pause`. */
  constructor(context: PauseContext) {
    this.#context = context
    this.#tracees = new Tracees(context.pid, context.calls)
    this.#startMs = now()
    try {
      stopAll(this.#tracees, this.#startMs + context.budgetMs)
    } catch (error) {
      release(this.#tracees)
      throw error
    }
    this.threads = this.#tracees.stopped().sort((a, b) => a - b)
  }

  /** For how long the process has been (or, once resumed, was) kept from running, in ns: from the first thread asked to stop. */
  get pausedNs(): number {
    return Math.round((this.#pausedMs ?? now() - this.#startMs) * 1e6)
  }

  /** What is left of the budget, in ms; negative when it is used up. Copying loops should look at it now and then. */
  get remainingMs(): number {
    return this.#startMs + this.#context.budgetMs - now()
  }

  /** Whether the process runs again. */
  get resumed(): boolean {
    return this.#pausedMs !== undefined
  }

  /**
   * The general registers of a stopped thread.
   * @throws ProcessError `ECLOSED` after `resume()`, `EINVAL` for a thread that is not in `threads`, `ESRCH` when the
   * process was killed meanwhile, `EARCH` for a 32-bit process
   */
  registers(tid: number): Registers {
    return this.#kept(this.#registers, tid, readRegisters)
  }

  /**
   * The vector registers of a stopped thread, which hold floating-point numbers as well.
   * @throws ProcessError as `registers`
   */
  vectorRegisters(tid: number): VectorRegisters {
    return this.#kept(this.#vectorRegisters, tid, readVectorRegisters)
  }

  #kept<T>(
    all: Map<number, T>,
    tid: number,
    read: (calls: NativeCalls, architecture: Architecture, pid: number, tid: number) => T,
  ): T {
    const { pid, calls, architecture } = this.#context
    if (this.resumed) throw new ProcessError('ECLOSED', `process ${pid} runs again: its registers are gone`, { pid })
    let registers = all.get(tid)
    if (registers === undefined) {
      if (!this.#tracees.has(tid)) throw new ProcessError('EINVAL', `${tid} is no thread of process ${pid}`, { pid })
      registers = read(calls, architecture, pid, tid)
      all.set(tid, registers)
    }
    return registers
  }

  /** Lets every thread run on, each with the signal it was about to receive, if any. A second call does nothing. */
  resume(): void {
    if (this.resumed) return
    try {
      this.#tracees.detachStopped()
      this.#pausedMs = now() - this.#startMs
    } finally {
      this.#pausedMs ??= now() - this.#startMs
      release(this.#tracees)
      this.#context.onResume()
    }
  }

  [Symbol.dispose](): void {
    this.resume()
  }
}
