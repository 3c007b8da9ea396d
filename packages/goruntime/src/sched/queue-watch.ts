/**
 * How long goroutines wait in local run queues, from looks at them: whoever stands at the same place of the same queue at two
 * looks has been there all the time between them, for places are counted on and on (`runqHead`) and given to nobody twice. What is
 * told is a lower bound: a goroutine was there before the first look as well, and one that came and went between two is not seen.
 * Nothing is told of the global queue, whose places are not counted.
 */
import type { Scheduler, SchedulerGoroutine } from './scheduler.js'

export interface QueuedGoroutine extends SchedulerGoroutine {
  /** The P in whose queue it is. */
  readonly processor: number
  readonly waitedAtLeastNs: number
}

export class QueueWatch {
  /** When who was first seen at a place, ns. */
  #since = new Map<string, number>()

  /** Those that were there at the look before as well, who waits longest first. */
  look({ processors, monotonicNs }: Pick<Scheduler, 'processors' | 'monotonicNs'>): QueuedGoroutine[] {
    const since = new Map<string, number>()
    const waiting: QueuedGoroutine[] = []
    for (const { id: processor, runq, runqSize, runqHead, torn } of processors) {
      // Places are known only of queues that were read whole, at one moment.
      if (torn || runqHead === null || runq.length !== runqSize) continue
      for (const [index, goroutine] of runq.entries()) {
        const place = `${processor} ${(runqHead + index) >>> 0} ${goroutine.id}`
        const first = this.#since.get(place)
        since.set(place, first ?? monotonicNs)
        if (first !== undefined) waiting.push({ ...goroutine, processor, waitedAtLeastNs: monotonicNs - first })
      }
    }
    this.#since = since
    return waiting.sort((a, b) => b.waitedAtLeastNs - a.waitedAtLeastNs || a.id - b.id)
  }
}
