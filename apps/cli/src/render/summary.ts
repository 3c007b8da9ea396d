/** What `gospy summary` counts, as data; the text and the JSON are made from it. */
import type { Goroutine, Snapshot } from '@gospy/goruntime'
import { Counter } from './counter.js'
import { placeOfCode } from './place.js'
import { startedAs } from './started-as.js'

export interface Tally {
  /** What is counted: a status, a wait reason, a function. */
  readonly name: string
  readonly count: number
}

export interface Summary {
  readonly user: number
  readonly system: number
  /** Listed on request: in neither of the two, nor in the lists but the first. */
  readonly dead: number
  readonly byStatus: readonly Tally[]
  /** Of the waiting ones. */
  readonly byWaitReason: readonly Tally[]
  /** Of all but the runtime's own. */
  readonly byStartFunction: readonly Tally[]
  readonly byCreator: readonly Tally[]
}

export function summarize(snapshot: Snapshot): Summary {
  const status = new Counter<string>()
  const waitReason = new Counter<string>()
  const start = new Counter<string>()
  const creator = new Counter<string>()
  let system = 0
  let dead = 0
  for (const goroutine of snapshot.goroutines()) {
    status.add(goroutine.status)
    if (goroutine.dead) {
      dead++
      continue
    }
    if (goroutine.status === 'waiting' || goroutine.status === 'leaked') waitReason.add(reason(goroutine))
    if (goroutine.system) {
      system++
      continue
    }
    start.add(startedAs(goroutine).name)
    if (goroutine.createdBy !== null) creator.add(placeOfCode(goroutine.createdBy).name)
  }
  return {
    user: snapshot.count - system - dead,
    system,
    dead,
    byStatus: tallies(status),
    byWaitReason: tallies(waitReason),
    byStartFunction: tallies(start),
    byCreator: tallies(creator),
  }
}

function reason(goroutine: Goroutine): string {
  return goroutine.waitReason ?? 'no reason recorded'
}

/** Equally frequent ones by name. */
function tallies(counter: Counter<string>): Tally[] {
  return counter
    .sorted()
    .map(([name, count]) => ({ name, count }))
    .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1))
}
