/** Deep recursion made short: what calls itself hundreds of times is not listed hundreds of times. */
import type { Frame } from '@gospy/goruntime'

/** Calls that are shown as one: of one function, at one line or several. */
export interface Calls {
  /** The innermost of them. */
  readonly frame: Frame
  readonly count: number
  /** Others of them that stand at lines of their own, innermost first. */
  readonly elsewhere: readonly Frame[]
}

/** Functions that call each other in a circle, as often as they do; what was shown last are the calls of one time around. */
export interface Circle {
  readonly calls: number
  readonly times: number
}

/** So many calls of the same function in a row are shown as one. */
const RUN = 3
/** So many times around are shown as one. */
const ROUNDS = 3
/** The longest circle looked for. */
const LONGEST_CIRCLE = 8

/** The frames in their order, with what repeats shown once. */
export function collapse(frames: readonly Frame[]): (Calls | Circle)[] {
  const lines: (Calls | Circle)[] = []
  for (let at = 0; at < frames.length; ) {
    const run = runLength(frames, at)
    if (run >= RUN) {
      // The innermost call is mostly the one that does something else than to call itself.
      if (run > RUN && !samePlace(frames[at]!, frames[at + 1]!)) {
        lines.push(single(frames[at]!))
        lines.push(calls(frames.slice(at + 1, at + run)))
      } else {
        lines.push(calls(frames.slice(at, at + run)))
      }
      at += run
      continue
    }
    const circle = circleAt(frames, at)
    if (circle !== undefined) {
      for (let index = 0; index < circle.calls; index++) lines.push(single(frames[at + index]!))
      lines.push(circle)
      at += circle.calls * circle.times
      continue
    }
    lines.push(single(frames[at]!))
    at++
  }
  return lines
}

function single(frame: Frame): Calls {
  return { frame, count: 1, elsewhere: [] }
}

function calls(run: readonly Frame[]): Calls {
  const places: Frame[] = []
  for (const frame of run) if (!places.some((place) => samePlace(place, frame))) places.push(frame)
  return { frame: run[0]!, count: run.length, elsewhere: places.slice(1) }
}

/** How many calls of the same function follow each other. */
function runLength(frames: readonly Frame[], at: number): number {
  let end = at + 1
  while (end < frames.length && frames[end]!.function === frames[at]!.function) end++
  return end - at
}

function circleAt(frames: readonly Frame[], at: number): Circle | undefined {
  for (let length = 2; length <= LONGEST_CIRCLE; length++) {
    let end = at + length
    while (end < frames.length && samePlace(frames[end]!, frames[end - length]!)) end++
    const times = Math.floor((end - at) / length)
    if (times >= ROUNDS) return { calls: length, times }
  }
  return undefined
}

function samePlace(a: Frame, b: Frame): boolean {
  return a === b || (a.function === b.function && a.line === b.line && a.file === b.file)
}
