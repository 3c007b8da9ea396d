/** The goroutines of a snapshot in groups, each counted, with what they do and since when. */
import { FLAG_SYSTEM, GOROUTINE_STATUSES, type GoroutineStatus, type Snapshot } from '@gospy/goruntime'
import { type GroupKey, groupName } from '../render/group-name.js'
import { type Place, placeOfFrame } from '../render/place.js'
import { stateText } from '../render/state-text.js'
import type { RowTest } from '../selection/row-test.js'

export interface Group {
  readonly name: string
  readonly count: number
  /** How many more there are than there were at the look that growth is counted from. */
  readonly growth: number
  /** The longest that one of them has waited at least, in ns; null where none is known. */
  readonly waitAtLeastNs: number | null
  /** What most of them do, how many that are, and in how many other states the others are. */
  readonly state: { readonly status: GoroutineStatus; readonly text: string; readonly others: number }
  /** One of its goroutines. */
  readonly sample: number
}

export interface GroupingChoice {
  readonly key: GroupKey
  /** Undefined for all. */
  readonly filter: ((snapshot: Snapshot) => RowTest) | undefined
  /** The runtime's own goroutines too. */
  readonly system: boolean
}

/** By what a group's goroutines are of one kind: their column, where that decides the name. */
type Kind = (row: number) => string | number

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
    this.groups = describe(snapshot, ofRow, names, before)
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
    const counts = new Map<number, Map<Place, number>>(groups.map((group) => [group, new Map()]))
    const places = stacks.map(({ frames, current }) => placeOfFrame(frames[current] ?? null))
    for (let row = 0; row < this.#ofRow.length; row++) {
      const counter = counts.get(this.#ofRow[row]!)
      const place = places[columns.stack[row]!]
      if (counter !== undefined && place !== undefined) counter.set(place, (counter.get(place) ?? 0) + 1)
    }
    return groups.map((group) => {
      let most: [Place, number] = [{ name: '', line: '' }, 0]
      for (const entry of counts.get(group)!) if (entry[1] > most[1]) most = entry
      return most[0]
    })
  }
}

function numberRows(snapshot: Snapshot, { key, filter, system }: GroupingChoice) {
  const { flags } = snapshot.data.columns
  const test = filter?.(snapshot)
  const ofRow = new Int32Array(snapshot.count).fill(-1)
  const names: string[] = []
  const byName = new Map<string, number>()
  const byKind = new Map<string | number, number>()
  const kindOf = kinds(snapshot, key)
  for (let row = 0; row < snapshot.count; row++) {
    if (!system && (flags[row]! & FLAG_SYSTEM) !== 0) continue
    if (test !== undefined && !test(row)) continue
    const kind = kindOf(row)
    let group = byKind.get(kind)
    if (group === undefined) {
      const name = groupName(snapshot.at(row), key)
      group = byName.get(name) ?? names.push(name) - 1
      byName.set(name, group)
      byKind.set(kind, group)
    }
    ofRow[row] = group
  }
  return { ofRow, names }
}

/** Equal for goroutines whose names are equal for certain: the name is made once for each. */
function kinds({ data: { columns, stacks } }: Snapshot, key: GroupKey): Kind {
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

function describe(
  snapshot: Snapshot,
  ofRow: Int32Array,
  names: readonly string[],
  before: ReadonlyMap<string, number> | undefined,
): Group[] {
  const { status, waitReason, waitAtLeastNs } = snapshot.data.columns
  const counts = new Int32Array(names.length)
  const waits = new Float64Array(names.length).fill(Number.NaN)
  const samples = new Int32Array(names.length).fill(-1)
  const states = names.map(() => new Map<number, { count: number; row: number }>())
  for (let row = 0; row < ofRow.length; row++) {
    const group = ofRow[row]!
    if (group < 0) continue
    counts[group]!++
    if (samples[group]! < 0) samples[group] = row
    const wait = waitAtLeastNs[row]!
    if (!(wait <= waits[group]!) && !Number.isNaN(wait)) waits[group] = wait
    const state = status[row]! * 0x1_0000 + waitReason[row]!
    const known = states[group]!.get(state)
    if (known === undefined) states[group]!.set(state, { count: 1, row })
    else known.count++
  }
  return names.map((name, group) => {
    const [most] = [...states[group]!.values()].sort((a, b) => b.count - a.count)
    return {
      name,
      count: counts[group]!,
      growth: before === undefined ? 0 : counts[group]! - (before.get(name) ?? 0),
      waitAtLeastNs: Number.isNaN(waits[group]!) ? null : waits[group]!,
      state: {
        status: GOROUTINE_STATUSES[status[most!.row]!]!,
        text: stateText(snapshot.at(most!.row)),
        others: states[group]!.size - 1,
      },
      sample: samples[group]!,
    }
  })
}
