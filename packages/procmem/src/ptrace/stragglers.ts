/**
 * Threads that were asked to stop and, in an uninterruptible wait, have not when we gave up. They can be let go only once
 * they have stopped, which they do as soon as that wait is over: somebody has to be there then, or they would stay stopped
 * for as long as this process lives. (When it ends, the kernel lets them go.)
 */
import type { Tracees } from './tracees.js'

const INTERVAL_MS = 5

const stragglers = new Set<Tracees>()
let timer: NodeJS.Timeout | undefined

/** Looks after the remaining threads in the background. Does not keep Node alive. */
export function releaseLater(tracees: Tracees): void {
  stragglers.add(tracees)
  if (timer !== undefined) return
  timer = setInterval(releaseStragglers, INTERVAL_MS)
  timer.unref()
}

/** Lets go what has stopped meanwhile. Called by the timer, and before anything new is attached. */
export function releaseStragglers(): void {
  for (const tracees of stragglers) {
    tracees.poll()
    tracees.detachStopped()
    tracees.lookAtStates()
    if (tracees.size === 0) stragglers.delete(tracees)
  }
  if (stragglers.size > 0 || timer === undefined) return
  clearInterval(timer)
  timer = undefined
}

/** Whether threads of the process that still run are attached from an earlier stop. */
export function hasStragglers(pid: number): boolean {
  for (const tracees of stragglers) if (tracees.pid === pid && tracees.running().length > 0) return true
  return false
}
