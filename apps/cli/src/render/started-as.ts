/**
 * What a goroutine was started as. For `go f(x)` the compiler makes a wrapper without parameters (`main.main.gowrap1`), and
 * that is what `g.startpc` holds; the function that people wrote is the one that the wrapper called.
 */
import { type Frame, type Goroutine, type Stack, tracebackFrames } from '@gospy/goruntime'
import { type Place, placeOfBeginning, placeOfCode } from './place.js'

const wrapped = new WeakMap<Stack, Frame | null>()

/** What a compiler's wrapper called; null where there is none, or that is not known. */
export function wrappedStart(stack: Stack): Frame | null {
  let frame = wrapped.get(stack)
  if (frame === undefined) {
    frame = findWrapped(stack)
    wrapped.set(stack, frame)
  }
  return frame
}

function findWrapped(stack: Stack): Frame | null {
  // Of a stack that is not whole the outermost frames are not known.
  if (stack.incomplete !== null) return null
  const calls = stack.frames.filter(({ funcID }) => funcID !== 'goexit')
  if (calls.at(-1)?.funcID !== 'wrapper') return null
  // A wrapper that Go shows never came to call what it wraps.
  if (tracebackFrames(stack).at(-1)?.funcID === 'wrapper') return null
  return calls.findLast(({ funcID }) => funcID !== 'wrapper') ?? null
}

/**
 * The function the goroutine was started with, as people wrote it, and where that begins: the line on the stack is where the
 * goroutine is in it now. Of a function behind a wrapper Go before 1.20 does not tell the line.
 */
export function startedAs({ stack, startFunction }: Goroutine): Place {
  const frame = stack && wrappedStart(stack)
  return frame === null ? placeOfCode(startFunction) : placeOfBeginning(frame)
}
