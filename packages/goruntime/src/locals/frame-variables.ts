/** Arguments and local variables of a goroutine's frames, as plain data. */
import type { ValueNode } from '../values/value-tree.js'

/** A variable of one frame. */
export interface FrameVariable {
  /** As in the source; `~r0` for the first result without a name. */
  readonly name: string
  /** As Go writes it; null where the debug data do not say. */
  readonly type: string | null
  /** Line of its declaration; null where it is not said. */
  readonly line: number | null
  /** Whether another one of that name, declared later or further in, is meant where the frame stands. */
  readonly shadowed: boolean
  /** What it holds; null where nobody knows: `unavailable` says why. */
  readonly value: ValueNode | null
  readonly unavailable: string | null
}

/** The variables that a frame can see where it stands. */
export interface FrameVariables {
  /** With the receiver first; a function may have assigned to them. */
  readonly arguments: readonly FrameVariable[]
  /** As they are now: not assigned yet, mostly. */
  readonly results: readonly FrameVariable[]
  /** Those declared so far, by block from the outermost in, then by line; what a closure has captured is among them. */
  readonly locals: readonly FrameVariable[]
  /** Why there are none, or not all; null for nothing. */
  readonly error: string | null
}

/** The variables of all frames of a goroutine. */
export interface GoroutineVariables {
  /** One for each frame of its `Stack`, as far as they were asked for. */
  readonly frames: readonly FrameVariables[]
  /** Whether it ran on each time that it was looked at: its variables may be of different moments. */
  readonly torn: boolean
}
