/** What the memory readers have to know of the process they read. */
import type { ProcessError } from '../process-error.js'

export interface MemoryTarget {
  readonly pid: number
  /**
   * Why there is no memory to read: it has ended, has no memory, or runs another program now.
   * @param attempt what was tried, to follow "cannot"
   */
  gone(attempt: string): ProcessError
  /** Throws ESRCH where the number has gone to another process meanwhile. Cheap: looks ten times a second at most. */
  verifyIdentity(): void
}

/** Whether an address can be one of user-space memory. Others (NaN, negative, above 2^53) start in a hole by definition. */
export function isAddress(address: number): boolean {
  return Number.isSafeInteger(address) && address >= 0
}
