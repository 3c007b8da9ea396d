/** What `gospy summary` counts, as data; the text and the JSON are made from it. */
import type { Goroutine, Snapshot } from '@gospy/goruntime'
import { functionText } from './dump-text.js'

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
  const status = new Counter()
  const waitReason = new Counter()
  const start = new Counter()
  const creator = new Counter()
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
    start.add(functionText(goroutine.startFunction))
    if (goroutine.createdBy !== null) creator.add(functionText(goroutine.createdBy))
  }
  return {
    user: snapshot.count - system - dead,
    system,
    dead,
    byStatus: status.tallies(),
    byWaitReason: waitReason.tallies(),
    byStartFunction: start.tallies(),
    byCreator: creator.tallies(),
  }
}

function reason(goroutine: Goroutine): string {
  return goroutine.waitReason ?? 'no reason recorded'
}

class Counter {
  readonly #counts = new Map<string, number>()

  add(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1)
  }

  /** The most frequent first, equal ones by name. */
  tallies(): Tally[] {
    return [...this.#counts]
      .map(([name, count]) => ({ name, count }))
      .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1))
  }
}
