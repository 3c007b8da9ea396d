/** What reads the stacks of a series' goroutines: whole ones (`GoroutineStacks`), or a call of each (`InnermostCalls`). */
import type { GoroutineCopy } from '../goroutine-copy.js'
import type { SnapshotSource, StoppedProcess } from '../snapshot-source.js'
import type { DistinctStacks } from './stack-ends.js'

/** A look at the process. */
export interface Look {
  /** As it is at this look; its memory that of a process that may stand still only so long, if it does. */
  readonly source: SnapshotSource
  /** The process, if it stands still: only then have running goroutines a stack to follow. */
  readonly stopped: StoppedProcess | undefined
}

export interface StackReader {
  /** Makes room for so many rows. */
  extend(count: number): void
  /** Reads the stacks of goroutines that were copied. */
  read(look: Look, copy: GoroutineCopy, rows: Uint32Array): void
  /**
   * Looks once more, at each by itself, at goroutines that may have run since they were read.
   * @returns the rows of those that are no longer as they were
   */
  confirm(look: Look, copy: GoroutineCopy, rows: Uint32Array): Uint32Array
  /**
   * Looks again at goroutines whose words are as they were at the look before.
   * @returns the rows of those whose stacks are not
   */
  changed(look: Look, copy: GoroutineCopy, rows: Uint32Array): Uint32Array
  /**
   * Distinct stacks, and for each of the rows the index of its own. The process may run again by now.
   */
  distinct(copy: GoroutineCopy, rows: Uint32Array): DistinctStacks
  /** What the function table did not tell: for people. */
  readonly faults: readonly string[]
}
