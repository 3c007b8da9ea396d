/** Memory of a process that may stand still only for so long. */
import type { MemoryRange, MemoryReader } from '@gospy/bytes'
import type { StoppedProcess } from './snapshot-source.js'
import { TargetError } from './target-error.js'

/** Reading stops when the time is up for which the process may stand still. */
export class BudgetedMemory implements MemoryReader {
  readonly #memory: MemoryReader
  readonly #pause: StoppedProcess
  readonly #what: string

  /** @param what is being read, for people */
  constructor(memory: MemoryReader, pause: StoppedProcess, what: string) {
    this.#memory = memory
    this.#pause = pause
    this.#what = what
  }

  /** @throws TargetError PAUSE_TOO_SHORT, here and below */
  read(address: number, into: Uint8Array): number {
    this.#check()
    return this.#memory.read(address, into)
  }

  readRanges(ranges: readonly MemoryRange[]): void {
    this.#check()
    this.#memory.readRanges(ranges)
  }

  #check(): void {
    if (this.#pause.remainingMs >= 0) return
    throw new TargetError(
      'PAUSE_TOO_SHORT',
      `${this.#what} could not be copied in the time for which the process may be stopped; it runs on`,
      'allow more time (--pause=MS), or look without stopping it',
    )
  }
}
