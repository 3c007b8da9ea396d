/** Lower bounds of waits in run queues: on made-up queues whose history is known. */
import { expect, it } from 'vitest'
import { type Processor, QueueWatch } from '../../src/index.js'

function processor(id: number, runqHead: number, ids: readonly number[], more: Partial<Processor> = {}): Processor {
  return {
    id,
    status: 'running',
    m: 0,
    schedtick: 0,
    syscalltick: 0,
    runqSize: ids.length,
    runq: ids.map((goid) => ({ id: goid, status: 'runnable', startFunction: 'main.work' })),
    runqHead,
    runnext: null,
    timers: 0,
    torn: false,
    ...more,
  }
}

const waits = (watch: QueueWatch, monotonicNs: number, ...processors: Processor[]) =>
  watch.look({ processors, monotonicNs }).map(({ id, waitedAtLeastNs }) => [id, waitedAtLeastNs])

it('tells who stayed at its place, and since when it is known to be there', () => {
  const watch = new QueueWatch()
  expect(waits(watch, 100, processor(0, 5, [1, 2, 3]))).toEqual([])
  expect(waits(watch, 150, processor(0, 6, [2, 3, 4]))).toEqual([
    [2, 50],
    [3, 50],
  ])
  expect(waits(watch, 170, processor(0, 7, [3, 4]))).toEqual([
    [3, 70],
    [4, 20],
  ])
})

it('takes one that ran meanwhile and stands behind for a new one', () => {
  const watch = new QueueWatch()
  waits(watch, 100, processor(0, 0, [1, 2]))
  expect(waits(watch, 200, processor(0, 2, [1, 2]))).toEqual([])
  // Another goroutine at the same place, and the same one at the same place of another queue.
  expect(waits(watch, 300, processor(0, 2, [9]), processor(1, 3, [2]))).toEqual([])
})

it('counts places on where the count wraps around, and tells nothing of a queue that changed while it was read', () => {
  const watch = new QueueWatch()
  waits(watch, 0, processor(0, 0xffff_ffff, [1, 2]))
  expect(waits(watch, 10, processor(0, 0, [2]))).toEqual([[2, 10]])
  expect(waits(watch, 20, processor(0, 0, [2], { torn: true }))).toEqual([])
  expect(waits(watch, 30, processor(0, 0, [2]))).toEqual([])
  expect(waits(watch, 40, processor(0, 0, [2], { runqSize: 2 }))).toEqual([])
})
