/** What the views of a dump are made from. */
import type { Snapshot } from '@gospy/goruntime'
import type { FrameChoice } from './shown-frames.js'
import type { painter } from './text.js'

/** What the views of a dump have in common. */
export interface DumpContext {
  readonly snapshot: Snapshot
  readonly frames: FrameChoice
  /** Of the terminal, in columns; undefined for no limit. */
  readonly width: number | undefined
  readonly paint: ReturnType<typeof painter>
  /** Writes whole lines. */
  readonly print: (lines: readonly string[]) => void
}
