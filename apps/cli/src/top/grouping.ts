/** The goroutines of a snapshot in groups, each counted, with what they do and since when. */
import { FLAG_SYSTEM, GOROUTINE_STATUSES, type GoroutineStatus, type Snapshot } from '@gospy/goruntime'
import { type GroupKey, groupName } from '../render/group-name.js'
import { type Place, placeOfFrame } from '../render/place.js'
import { stateText } from '../render/state-text.js'
import type { RowTest } from '../selection/row-test.js'

export interface Group {
  readonly name: string
  /** 0 for a group that is gone: it has growth, which is negative, and nothing else. */
  readonly count: number
  /** How many more there are than there were at the look that growth is counted from. */
  readonly growth: number
  /** The longest that one of them has waited at least, in ns; null where none is known. */
  readonly waitAtLeastNs: number | null
  /** What most of them do, and in how many other states the others are; null for a group that is gone. */
  readonly state: { readonly status: GoroutineStatus; readonly text: string; readonly others: number } | null
}

export interface GroupingChoice {
  readonly key: GroupKey
  /** Undefined for all. */
  readonly filter: ((snapshot: Snapshot) => RowTest) | undefined
  /** The runtime's own goroutines too. */
  readonly system: boolean
}

/** What goroutines have in common that decides their group's name: mostly an entry of a column. */
type Kind = string | number

export class Grouping {
  readonly snapshot: Snapshot
  readonly groups: readonly Group[]
  /** Index of each row's group; -1 for those that are not shown. */
  readonly #ofRow: Int32Array

  /** @param before counts by name that growth is counted from; none: the groups have not grown */
  constructor(snapshot: Snapshot, choice: GroupingChoice, before?: ReadonlyMap<string, number>) {
    this.snapshot = snapshot
    const { ofRow, names } = numberRows(snapshot, choice)
    this.#ofRow = ofRow
    const present = describe(snapshot, ofRow, names, before)
    this.groups = before === undefined ? present : [...present, ...goneSince(before, names)]
  }

  /** Goroutines in all groups. */
  get count(): number {
    return this.groups.reduce((sum, { count }) => sum + count, 0)
  }

  countsByName(): Map<string, number> {
    return new Map(this.groups.map(({ name, count }) => [name, count]))
  }

  /** Rows of a group's goroutines, by rising id. */
  rowsOf(group: number): Int32Array {
    const rows = new Int32Array(this.groups[group]!.count)
    let count = 0
    for (let row = 0; row < this.#ofRow.length; row++) if (this.#ofRow[row] === group) rows[count++] = row
    return rows
  }

  /** Where most of each group's goroutines stand, of the groups that are asked for. */
  placesOf(groups: readonly number[]): Place[] {
    const { columns, stacks } = this.snapshot.data
    const stack = columns.stack
    const counters = new Array<Map<number, number> | undefined>(this.groups.length)
    for (const group of groups) counters[group] = new Map()
    for (let row = 0; row < this.#ofRow.length; row++) {
      const counter = counters[this.#ofRow[row]!]
      const index = stack[row]!
      if (counter !== undefined && index >= 0) counter.set(index, (counter.get(index) ?? 0) + 1)
    }
    return groups.map((group) => {
      const places = new Map<Place, number>()
      let most: Place = { name: '', line: '' }
      for (const [index, count] of counters[group]!) {
        const { frames, current } = stacks[index]!
        const place = placeOfFrame(frames[current] ?? null)
        const all = (places.get(place) ?? 0) + count
        places.set(place, all)
        if (all > (places.get(most) ?? 0)) most = place
      }
      return most
    })
  }
}

function numberRows(snapshot: Snapshot, { key, filter, system }: GroupingChoice) {
  const { flags } = snapshot.data.columns
  const test = filter?.(snapshot)
  const ofRow = new Int32Array(snapshot.count).fill(-1)
  const names: string[] = []
  const byName = new Map<string, number>()
  const byKind = new Map<Kind, number>()
  const kindOf = kinds(snapshot, key)
  // Goroutines of a kind follow each other.
  let lastKind: Kind | undefined
  let lastGroup = -1
  for (let row = 0; row < snapshot.count; row++) {
    if (!system && (flags[row]! & FLAG_SYSTEM) !== 0) continue
    if (test !== undefined && !test(row)) continue
    const kind = kindOf(row)
    if (kind !== lastKind) {
      let group = byKind.get(kind)
      if (group === undefined) {
        const name = groupName(snapshot.at(row), key)
        group = byName.get(name) ?? names.push(name) - 1
        byName.set(name, group)
        byKind.set(kind, group)
      }
      lastKind = kind
      lastGroup = group
    }
    ofRow[row] = lastGroup
  }
  return { ofRow, names }
}

/** Equal for goroutines whose names are equal for certain: the name is made once for each. */
function kinds({ data: { columns, stacks } }: Snapshot, key: GroupKey): (row: number) => Kind {
  const { stack, start, status, waitReason, creator, labels } = columns
  switch (key.by) {
    case 'function':
      return (row) => {
        const index = stack[row]!
        return index >= 0 && stacks[index]!.frames.length > 0
          ? index
          : `${start[row]},${status[row]},${waitReason[row]}`
      }
    case 'created-by':
      return (row) => creator[row]!
    case 'wait':
      return (row) => status[row]! * 0x1_0000 + waitReason[row]!
    case 'label':
      return (row) => labels[row]!
  }
}

/** Those that had goroutines and have none now: what a program has lost is a change too. */
function goneSince(before: ReadonlyMap<string, number>, names: readonly string[]): Group[] {
  const present = new Set(names)
  return [...before].flatMap(([name, count]) =>
    present.has(name) ? [] : [{ name, count: 0, growth: -count, waitAtLeastNs: null, state: null }],
  )
}

/** Goroutines of a group that are in one state. */
interface InState {
  readonly state: number
  /** One of them. */
  readonly row: number
  count: number
}

function describe(
  snapshot: Snapshot,
  ofRow: Int32Array,
  names: readonly string[],
  before: ReadonlyMap<string, number> | undefined,
): Group[] {
  const { status, waitReason, waitAtLeastNs } = snapshot.data.columns
  const waits = new Float64Array(names.length).fill(Number.NaN)
  const states: InState[][] = names.map(() => [])
  for (let row = 0; row < ofRow.length; row++) {
    const group = ofRow[row]!
    if (group < 0) continue
    const wait = waitAtLeastNs[row]!
    if (!(wait <= waits[group]!) && !Number.isNaN(wait)) waits[group] = wait
    const state = status[row]! * 0x1_0000 + waitReason[row]!
    // A group has few states.
    const known = states[group]!.find((each) => each.state === state)
    if (known === undefined) states[group]!.push({ state, row, count: 1 })
    else known.count++
  }
  return names.map((name, group) => {
    const inStates = states[group]!
    const count = inStates.reduce((sum, each) => sum + each.count, 0)
    const most = inStates.reduce((one, other) => (other.count > one.count ? other : one))
    return {
      name,
      count,
      growth: before === undefined ? 0 : count - (before.get(name) ?? 0),
      waitAtLeastNs: Number.isNaN(waits[group]!) ? null : waits[group]!,
      state: {
        status: GOROUTINE_STATUSES[status[most.row]!]!,
        text: stateText(snapshot.at(most.row)),
        others: inStates.length - 1,
      },
    }
  })
}
