/**
 * Memory through PTRACE_PEEKDATA, 8 bytes a call: the way of last resort where /proc/PID/mem and process_vm_readv are
 * blocked. It takes a stopped thread: within a pause one of that pause, else one is stopped for the length of each read.
 */
import type { MemoryRange, MemoryReader } from '@gospy/bytes'
import { EFAULT, EIO, ESRCH } from '../errno.js'
import type { NativeCalls } from '../native/native-calls.js'
import { ProcessError } from '../process-error.js'
import { PTRACE_PEEKDATA } from '../ptrace/requests.js'
import { isAddress, type MemoryTarget } from './target.js'

/** Runs `action` while the thread it is given is stopped by us. */
export type WithStoppedThread = <Result>(action: (tid: number) => Result) => Result

/** Bytes in a word of ptrace, on 64-bit machines. */
const WORD = 8

export class PtracePeekReader implements MemoryReader {
  readonly #target: MemoryTarget
  readonly #calls: NativeCalls
  readonly #withStoppedThread: WithStoppedThread
  readonly #word = new Uint8Array(WORD)
  readonly #wordAddress: number

  constructor(target: MemoryTarget, calls: NativeCalls, withStoppedThread: WithStoppedThread) {
    this.#target = target
    this.#calls = calls
    this.#withStoppedThread = withStoppedThread
    this.#wordAddress = calls.addressOf(this.#word)
  }

  read(address: number, into: Uint8Array): number {
    if (into.length === 0 || !isAddress(address)) return 0
    return this.#withStoppedThread((tid) => this.#peek(tid, address, into))
  }

  readRanges(ranges: readonly MemoryRange[]): void {
    if (ranges.length === 0) return
    this.#withStoppedThread((tid) => {
      for (const range of ranges) {
        const { address, into } = range
        range.bytesRead = into.length === 0 || !isAddress(address) ? 0 : this.#peek(tid, address, into)
      }
    })
  }

  /** Reads aligned words: they never cross a page, so that each is wholly there or wholly not. */
  #peek(tid: number, address: number, into: Uint8Array): number {
    const { length } = into
    const local = this.#calls.addressOf(into)
    let done = 0
    while (done < length) {
      const skip = (address + done) % WORD
      const wanted = Math.min(WORD - skip, length - done)
      if (wanted === WORD) {
        // The kernel stores the word where it is told to: right where it belongs.
        if (!this.#peekWord(tid, address + done, local + done)) return done
      } else {
        if (!this.#peekWord(tid, address + done - skip, this.#wordAddress)) return done
        for (let index = 0; index < wanted; index++) into[done + index] = this.#word[skip + index]!
      }
      done += wanted
    }
    return done
  }

  /** Whether there is a word to read. */
  #peekWord(tid: number, address: number, to: number): boolean {
    const result = this.#calls.ptrace(PTRACE_PEEKDATA, tid, address, to)
    if (result >= 0) return true
    switch (-result) {
      case EIO:
      case EFAULT:
        return false
      case ESRCH:
        // Only SIGKILL ends a stopped thread.
        throw this.#target.gone('read its memory')
      default: {
        const { pid } = this.#target
        throw new ProcessError('ESYSTEM', `cannot read memory of process ${pid}: PTRACE_PEEKDATA, error ${-result}`, {
          pid,
        })
      }
    }
  }
}
