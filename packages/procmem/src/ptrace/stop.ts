/** Stopping threads, and letting them go again whatever happens. */
import { noSuchProcess } from '../proc/proc-file.js'
import { ProcessError } from '../process-error.js'
import { now, sleep } from './clock.js'
import { releaseLater } from './stragglers.js'
import { threadCountOf, threadStateOf, threadsOf } from './thread-facts.js'
import type { Tracees } from './tracees.js'

/** So long threads are polled without a break: most stop within some tens of microseconds. */
const SPIN_MS = 1
const SLEEP_MS = 0.2
/** How often threads that don't stop are looked at in /proc, for having ended. */
const LOOK_MS = 2
/** How long letting go waits for threads that have not stopped before it leaves them to `releaseLater`. */
const RELEASE_MS = 100

/**
 * Stops every thread of the process: those there are, then those born until the last of them had stopped.
 * @param deadline on the clock of `now()`
 * @throws ProcessError `ETIMEDOUT`, `ETRACED`, `EPERM`, `ESRCH`; the caller has to release what was attached
 */
export function stopAll(tracees: Tracees, deadline: number): void {
  const { pid } = tracees
  for (;;) {
    let fresh = 0
    const tids = threadsOf(pid)
    for (const tid of tids) {
      if (tracees.has(tid) || !tracees.seize(tid)) continue
      tracees.interrupt(tid)
      fresh++
      if (now() > deadline) throw timedOut(tracees)
    }
    waitUntilStopped(tracees, deadline)
    // Nobody is left who could start a thread, if this list was whole. A list can end early when the thread it stood at
    // ends just then (fs/proc/base.c, next_tid), so it must have as many entries as the kernel counts threads.
    if (fresh === 0 && tids.length === threadCountOf(pid)) break
    if (now() > deadline) throw timedOut(tracees)
  }
  if (tracees.stopped().length === 0) throw noSuchProcess(pid)
}

/**
 * Stops one thread, whichever can be.
 * @returns its number, or undefined where every thread has ended
 */
export function stopOne(tracees: Tracees, deadline: number): number | undefined {
  for (const tid of threadsOf(tracees.pid)) {
    if (!tracees.seize(tid)) continue
    tracees.interrupt(tid)
    waitUntilStopped(tracees, deadline)
    const stopped = tracees.stopped()[0]
    if (stopped !== undefined) return stopped
  }
  return undefined
}

function waitUntilStopped(tracees: Tracees, deadline: number): void {
  const start = now()
  let look = start + LOOK_MS
  while (tracees.poll() > 0) {
    const time = now()
    if (time > deadline) throw timedOut(tracees)
    if (time > look) {
      tracees.lookAtStates()
      look = time + LOOK_MS
    }
    if (time > start + SPIN_MS) sleep(SLEEP_MS)
  }
}

/** Lets every thread go. What can't be let go yet, because it has not stopped, is left to `releaseLater`. */
export function release(tracees: Tracees): void {
  tracees.detachStopped()
  const deadline = now() + RELEASE_MS
  while (tracees.size > 0) {
    // A thread can be detached only when it has stopped.
    tracees.poll()
    tracees.detachStopped()
    tracees.lookAtStates()
    if (tracees.size === 0) return
    if (now() > deadline) {
      releaseLater(tracees)
      return
    }
    sleep(SLEEP_MS)
  }
}

function timedOut(tracees: Tracees): ProcessError {
  const { pid } = tracees
  const running = tracees.running()
  const texts = running.slice(0, 5).map((tid) => `${tid} (state ${threadStateOf(pid, tid) ?? 'gone'})`)
  const more = running.length > texts.length ? ` and ${running.length - texts.length} more` : ''
  const what = running.length === 0 ? 'new threads kept appearing' : `still running: ${texts.join(', ')}${more}`
  return new ProcessError('ETIMEDOUT', `process ${pid} did not stop in time; ${what}. It runs on.`, {
    pid,
    advice: [
      'A thread in state D waits for a disk or the like and cannot be stopped before that is done: try again.',
      'On a busy machine, or with thousands of threads, allow more time, or look without pausing.',
    ],
  })
}
