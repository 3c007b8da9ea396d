/** A goroutine's stack, as data. Equal stacks are one object, and so are equal frames. */
import type { Location } from './location.js'

/** A call on a stack; calls that the compiler inlined have frames of their own. */
export interface Frame extends Location {
  /** The function's name as the compiler wrote it, with type arguments that `function` leaves out. */
  readonly symbol: string
  /** Line where the function is declared, in `file`; null where the function table does not say, as before Go 1.20. */
  readonly startLine: number | null
  /**
   * Address in the process at which the function's code goes on: behind the call that it made, or at the instruction where it
   * was interrupted. For an inlined call that of the function whose code it became part of.
   */
  readonly pc: number
  /** Address in the process of the call that it made, or of the instruction where it stands: what `file` and `line` are of. */
  readonly instruction: number
  /** Address in the process of the first instruction of the function whose code this is. */
  readonly entry: number
  /** Whether the call was inlined into the frame behind it. */
  readonly inlined: boolean
  /** What it is to the runtime (`wrapper`, `goexit`, `sigpanic`, …: `funcIDName` in gosym); null for an ordinary function. */
  readonly funcID: string | null
}

export interface Stack {
  /** Innermost first; runtime functions, wrappers and `runtime.goexit` included. */
  readonly frames: readonly Frame[]
  /**
   * Index of the frame that tells where the goroutine stands: the innermost of the program's own code; where there is none, the
   * innermost that is not the runtime's parking code; where all are the runtime's, what they are there for, the outermost.
   */
  readonly current: number
  /** Why there are no frames behind the last one although the goroutine has some; null where the stack is whole. */
  readonly incomplete: string | null
}
