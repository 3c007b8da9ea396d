/** Reads the variables of the frames of goroutines that were copied. */
import type { MemoryReader } from '@gospy/bytes'
import type { PhysicalFrame } from '../unwind/physical-frames.js'
import type { ReadOptions } from '../values/value-reader.js'
import { FrameReader } from './frame-reader.js'
import type { FrameVariables } from './frame-variables.js'
import type { LocalsSource } from './locals-source.js'

/** Whose variables are read, and how far they are looked into. */
export interface LocalsOptions extends ReadOptions {
  /** Ids of goroutines. */
  readonly goroutines: readonly number[]
  /** Frames of each, from the innermost on; 200 where nothing is said. */
  readonly frames?: number
}

const DEFAULT_FRAMES = 200

/** One for each call in the frames, innermost first. */
export function readVariables(
  source: LocalsSource,
  memory: MemoryReader,
  frames: readonly PhysicalFrame[],
  isLive: boolean,
  options: LocalsOptions,
): FrameVariables[] {
  const reading = { space: source.space(memory), isLive, options }
  const most = options.frames ?? DEFAULT_FRAMES
  const variables: FrameVariables[] = []
  for (const frame of frames) {
    if (variables.length >= most) break
    variables.push(...new FrameReader(source, reading, frame).read())
  }
  return variables.slice(0, most)
}
