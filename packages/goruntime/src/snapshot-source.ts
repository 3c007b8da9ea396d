/** What taking a snapshot needs of a process: a live one gives it, and so can anything else that has memory and a layout. */
import type { MemoryReader } from '@gospy/bytes'
import type { FunctionTable } from './function-table.js'
import type { RuntimeLayout } from './runtime-layout.js'
import type { VersionFacts } from './version-facts.js'
import type { WaitReasons } from './wait-reasons.js'

/** All that a snapshot needs to know of a process, besides its memory. */
export interface SnapshotSource {
  readonly memory: MemoryReader
  /** Architecture as Go names it. */
  readonly arch: string
  readonly layout: RuntimeLayout
  readonly facts: VersionFacts
  /** What is added to link-time addresses in the process. */
  readonly bias: number
  readonly waitReasons: WaitReasons
  /** What this process does not tell, for people. */
  readonly warnings: readonly string[]
  readonly functions: FunctionTable
  /** Paths of the modules that the program is made of, as far as they are known. */
  readonly modules: readonly string[]
  /** From a thread id as the process sees it to the one that this machine shows. */
  hostThread(procid: number): number
  /** The process's CLOCK_MONOTONIC in ns, on which `g.waitsince` is; undefined when it cannot be known from here. */
  monotonicNow(): number | undefined
  /** Stops all threads until `resume`. */
  pause(budgetMs: number | undefined): StoppedProcess
}

/** The registers of a thread that is stopped. */
export interface ThreadRegisters {
  readonly pc: number
  readonly sp: number
  /** 0 where the architecture has no link register. */
  readonly lr: number
  /**
   * All bits of the register of that name, as debug data have it (`rax`, `xmm0`, `x0`, `v0`); undefined for one that is not read. To be asked
   * for while the process is stopped.
   */
  value(name: string): bigint | undefined
}

export interface StoppedProcess {
  /** How much of the budget is left, in ms; negative when it is used up. */
  readonly remainingMs: number
  /** Where a thread of the process stands; undefined for one that was not stopped. @param thread as this machine numbers it */
  registers(thread: number): ThreadRegisters | undefined
  /** Lets all threads go on; called again, does nothing. @returns how long the process was stopped, in ms */
  resume(): number
}
