import type { Stack } from '../stack.js'

/** The stacks of some goroutines, each distinct one once. */
export interface DecodedStacks {
  readonly stacks: Stack[]
  /** For each goroutine the index of its own; -1 for none. */
  readonly ofRow: Int32Array
  /** What the function table did not tell: for people. */
  readonly faults: readonly string[]
}
