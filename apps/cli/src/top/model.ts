/** What `gospy top` knows of its process: the looks, and what was made of the latest. */
import type { ShownProcess } from '../render/header-text.js'
import { parseFilter } from '../selection/filter.js'
import { type RowTest, rowTest } from '../selection/row-test.js'
import { Grouping, type GroupingChoice } from './grouping.js'
import type { TopSample } from './sample.js'
import type { TopState } from './state.js'

/** Looks whose counts are kept, for the line of bars: more than fit on any screen. */
const KEPT_COUNTS = 1000

/** What is asked for of the goroutines: what a grouping is made from. */
type Choice = Pick<TopState, 'grouping' | 'filter' | 'system'>

export class TopModel {
  /** What is told of the process in the first line: it may have ended by then. */
  readonly process: {
    readonly pid: number
    readonly executable: string
    readonly goVersion: string
    readonly arch: string
  }
  #latest: TopSample
  /** What growth is counted from. */
  #baseline: TopSample
  readonly #counts: number[] = []
  /** Why the latest look failed; null where it did not. */
  failure: string | null = null
  /** Set when there will be no more looks: the process has ended, or runs another program. */
  ended: string | null = null
  readonly #groupings = new Map<TopSample, { choice: string; grouping: Grouping }>()

  constructor(go: ShownProcess, first: TopSample) {
    const { pid, executable, binary } = go
    this.process = { pid, executable, goVersion: binary.goVersion.text, arch: binary.arch }
    this.#latest = first
    this.#baseline = first
    this.add(first)
  }

  get latest(): TopSample {
    return this.#latest
  }

  get baseline(): TopSample {
    return this.#baseline
  }

  /** How many goroutines there were at each of the last looks. */
  get counts(): readonly number[] {
    return this.#counts
  }

  add(sample: TopSample): void {
    this.failure = null
    this.#latest = sample
    this.#counts.push(sample.snapshot.count)
    if (this.#counts.length > KEPT_COUNTS) this.#counts.shift()
    this.#forget()
  }

  /** Counts growth from the latest look on. */
  resetGrowth(): void {
    this.#baseline = this.#latest
    this.#forget()
  }

  #forget(): void {
    for (const sample of this.#groupings.keys()) {
      if (sample !== this.#latest && sample !== this.#baseline) this.#groupings.delete(sample)
    }
    // Its growth is counted from another look now.
    this.#groupings.delete(this.#latest)
  }

  /** The goroutines of the latest look in groups, as they are asked for. @throws UsageError when the filter makes no sense */
  grouping(choice: Choice): Grouping {
    const before = this.#latest === this.#baseline ? undefined : this.#groupingOf(this.#baseline, choice)
    return this.#groupingOf(this.#latest, choice, before?.countsByName())
  }

  #groupingOf(sample: TopSample, choice: Choice, before?: ReadonlyMap<string, number>): Grouping {
    const text = JSON.stringify([choice.grouping, choice.filter, choice.system])
    const known = this.#groupings.get(sample)
    if (known?.choice === text) return known.grouping
    const grouping = new Grouping(sample.snapshot, groupingChoice(choice), before)
    this.#groupings.set(sample, { choice: text, grouping })
    return grouping
  }
}

/** @throws UsageError when the filter makes no sense */
export function groupingChoice({ grouping, filter, system }: Choice): GroupingChoice {
  if (filter === '') return { key: grouping, filter: undefined, system }
  const parsed = parseFilter(filter)
  const test = (snapshot: TopSample['snapshot']): RowTest => rowTest(parsed, snapshot, system ? 'all' : 'traceback')
  return { key: grouping, filter: test, system }
}
