/**
 * The threads of one process that we trace, each from PTRACE_SEIZE to PTRACE_DETACH (ptrace(2)).
 *
 * SEIZE, unlike ATTACH, sends no SIGSTOP that could be left behind, and INTERRUPT stops a thread without a signal. When
 * the tracer ends, however it ends, the kernel lets every thread go by itself: a seized thread runs on.
 */
import { ECHILD, EPERM, ESRCH } from '../errno.js'
import type { NativeCalls } from '../native/native-calls.js'
import { noSuchProcess, notPermitted } from '../proc/proc-file.js'
import { ProcessError } from '../process-error.js'
import { PTRACE_DETACH, PTRACE_GETSIGINFO, PTRACE_INTERRUPT, PTRACE_SEIZE } from './requests.js'
import { isOwnChild, threadStateOf, tracerOf, tracerText } from './thread-facts.js'
import {
  __WALL,
  decodeStopInfo,
  decodeWaitInfo,
  SIGINFO_SIZE,
  WEXITED,
  WNOHANG,
  WNOWAIT,
  WSTOPPED,
} from './wait-info.js'

/** A traced thread. */
interface Tracee {
  stopped: boolean
  /** It is on its way out and will not stop any more; the kernel has yet to report its end. */
  ending: boolean
  /** A signal that stopped it on its way in and that it gets on being let go; 0 for none. */
  signal: number
}

export class Tracees {
  readonly pid: number
  readonly #calls: NativeCalls
  readonly #threads = new Map<number, Tracee>()
  readonly #info = new DataView(new ArrayBuffer(SIGINFO_SIZE))
  readonly #infoAddress: number
  readonly #isOwnChild: boolean

  constructor(pid: number, calls: NativeCalls) {
    this.pid = pid
    this.#calls = calls
    this.#infoAddress = calls.addressOf(new Uint8Array(this.#info.buffer))
    this.#isOwnChild = isOwnChild(pid)
  }

  /** How many threads are traced. */
  get size(): number {
    return this.#threads.size
  }

  has(tid: number): boolean {
    return this.#threads.has(tid)
  }

  /** The threads that are stopped. */
  stopped(): number[] {
    return [...this.#threads].filter(([, tracee]) => tracee.stopped).map(([tid]) => tid)
  }

  /** The threads that are traced and have neither stopped nor ended. */
  running(): number[] {
    return [...this.#threads].filter(([, tracee]) => !tracee.stopped && !tracee.ending).map(([tid]) => tid)
  }

  /** Signals that will be given back on detaching, by thread. */
  heldSignals(): Map<number, number> {
    return new Map(
      [...this.#threads].filter(([, { signal }]) => signal !== 0).map(([tid, { signal }]) => [tid, signal]),
    )
  }

  /**
   * Attaches to a thread; it runs on.
   * @returns false where the thread has ended
   * @throws ProcessError `ETRACED`, `EPERM`
   */
  seize(tid: number): boolean {
    const result = this.#calls.ptrace(PTRACE_SEIZE, tid, 0, 0)
    if (result >= 0) {
      this.#threads.set(tid, { stopped: false, ending: false, signal: 0 })
      return true
    }
    if (result === -ESRCH) return false
    if (result !== -EPERM) throw this.#failed('PTRACE_SEIZE', tid, result)
    // "Not permitted" is also the answer for a thread that is just ending, and for one that has a tracer.
    const state = threadStateOf(this.pid, tid)
    if (state === undefined || state === 'Z' || state === 'X') return false
    const tracer = tracerOf(this.pid, tid)
    if (tracer !== 0) {
      throw new ProcessError('ETRACED', `process ${this.pid} is already traced by ${tracerText(tracer)}`, {
        pid: this.pid,
        advice: ['A process can have one tracer: end that one first, or look without pausing.'],
      })
    }
    throw notPermitted(this.pid, `pause process ${this.pid} (ptrace)`, 'EPERM')
  }

  /** Asks a traced thread to stop. It does so before it next runs code of its own. */
  interrupt(tid: number): void {
    const result = this.#calls.ptrace(PTRACE_INTERRUPT, tid, 0, 0)
    // ESRCH: it is ending; its end is reported by `poll`.
    if (result < 0 && result !== -ESRCH) throw this.#failed('PTRACE_INTERRUPT', tid, result)
  }

  /** Takes up what has happened to the threads that have not stopped yet; returns how many may still do so. */
  poll(): number {
    let running = 0
    for (const [tid, tracee] of this.#threads) {
      if (!tracee.stopped && this.#pollOne(tid, tracee)) running++
    }
    return running
  }

  /** Finds out, from /proc, which threads have ended or stopped without a report of it. */
  lookAtStates(): void {
    for (const [tid, tracee] of this.#threads) {
      if (tracee.stopped) continue
      const state = threadStateOf(this.pid, tid)
      if (state === 't' && this.#endIsNodes(tid)) this.#takeUnreported(tid, tracee)
      if (state !== undefined && state !== 'Z' && state !== 'X') continue
      if (state === undefined || this.#endIsNodes(tid)) this.#threads.delete(tid)
      else tracee.ending = true
    }
  }

  /** Whether the thread still runs. */
  #pollOne(tid: number, tracee: Tracee): boolean {
    const forNode = this.#endIsNodes(tid)
    const options = WSTOPPED | (forNode ? 0 : WEXITED) | WNOHANG | __WALL
    const result = this.#calls.wait(tid, this.#infoAddress, options | WNOWAIT)
    if (result === -ECHILD) {
      // No tracee of ours any more: it ended in another thread's exec, which takes over the leader's number.
      this.#threads.delete(tid)
      return false
    }
    if (result < 0) throw this.#failed('waitid', tid, result)
    const report = decodeWaitInfo(this.#info)
    if (report.kind === 'none') return !tracee.ending
    // Taking the report of a signal takes the signal: should we be killed before we give it back, it would be lost
    // (kernel/exit.c, wait_task_stopped, clears the exit code that ptrace_stop returns as the signal). So that report is
    // left where it is, unless Node would find it there.
    if (report.kind === 'ended' || report.signal === 0 || forNode) this.#calls.wait(tid, this.#infoAddress, options)
    if (report.kind === 'ended') {
      this.#threads.delete(tid)
    } else {
      tracee.stopped = true
      tracee.signal = report.signal
    }
    return false
  }

  /**
   * A child of our own that stops while Node's event loop runs: Node asks after every child, and may have taken the report
   * that it stopped. (It then believes that the child has ended.) Then the stop itself is looked at.
   */
  #takeUnreported(tid: number, tracee: Tracee): void {
    if (!this.#pollOne(tid, tracee)) return
    if (this.#calls.ptrace(PTRACE_GETSIGINFO, tid, 0, this.#infoAddress) < 0) return
    const report = decodeStopInfo(this.#info)
    tracee.stopped = true
    tracee.signal = report.signal
  }

  /**
   * The end of a child of our own is for Node to collect, which knows what to do with it. Any other tracee's end is ours:
   * its parent hears of it only when we have.
   */
  #endIsNodes(tid: number): boolean {
    return tid === this.pid && this.#isOwnChild
  }

  /**
   * Lets every stopped thread run on, with the signal it is owed. What had not stopped, or was killed meanwhile, is still
   * there afterwards.
   */
  detachStopped(): void {
    let failure: ProcessError | undefined
    for (const [tid, tracee] of this.#threads) {
      if (!tracee.stopped) continue
      const result = this.#calls.ptrace(PTRACE_DETACH, tid, 0, tracee.signal)
      if (result >= 0) {
        this.#threads.delete(tid)
        continue
      }
      // ESRCH: killed while it was stopped. Its end has to be collected, or it stays a zombie for as long as we live.
      tracee.stopped = false
      if (result !== -ESRCH) failure ??= this.#failed('PTRACE_DETACH', tid, result)
    }
    if (failure !== undefined) throw failure
  }

  #failed(request: string, tid: number, result: number): ProcessError {
    if (result === -ESRCH) return noSuchProcess(this.pid)
    return new ProcessError('ESYSTEM', `${request} of thread ${tid} of process ${this.pid}: error ${-result}`, {
      pid: this.pid,
    })
  }
}
