import { churnViolations } from 'gospy-fixtures'
import type { Goroutine } from '../src/index.js'

/** What in the fields of a goroutine of the program `churn` cannot be of one moment. */
export function contradictions(goroutine: Goroutine, hasLabels: boolean): string[] {
  const { startFunction, createdBy, labels, waitReason, status, stack, stackError, id } = goroutine
  const functions = stack?.frames.map((frame) => frame.function) ?? []
  const broken = churnViolations({
    startFunction: startFunction?.location?.function ?? '',
    createdBy: createdBy?.location?.function ?? null,
    waitReason,
    ...(hasLabels && { labels }),
    functions,
  })
  // A running one may stand where stacks are switched, and any be having its stack moved.
  const isMoving =
    status === 'running' || status === 'copystack' || stackError?.endsWith('being moved to another place')
  if (stackError !== null && !isMoving) broken.push(`${stackError}: ${functions.join(' < ')}`)
  if (stackError === null) {
    // Every stack ends with what the goroutine was started with, until that has returned.
    const first = functions.findLast((name) => !/^runtime\.(goexit|cgocallback)$/.test(name))
    // Stopped between that and the call of goexit1: at one of two instructions, seen in one of some ten thousand looks.
    const hasReturned = status === 'running' && functions.join() === 'runtime.goexit'
    if (!hasReturned && first !== 'runtime.goexit1' && first !== startFunction?.location?.function)
      broken.push(`${startFunction?.location?.function} is not at the bottom of ${functions.join(' < ')}`)
  }
  return broken.map((text) => `goroutine ${id} (${status}): ${text}`)
}
