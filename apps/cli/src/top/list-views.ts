/** The lists on the screen: the groups, and the goroutines of one of them. */
import type { Snapshot } from '@gospy/goruntime'
import type { GroupKey } from '../render/group-name.js'
import { type Place, placeOfFrame } from '../render/place.js'
import { startedAs } from '../render/started-as.js'
import { notedState, waitText } from '../render/state-text.js'
import { printable } from '../render/text.js'
import type { ListColumn } from './columns.js'
import { AT_TOP, type Listed } from './cursor.js'
import type { Group, Grouping } from './grouping.js'
import type { TopModel } from './model.js'
import { GOROUTINE_ORDERS, GROUP_ORDERS, orderGroups, orderRows } from './order.js'
import { type TopState, type View, viewOf } from './state.js'

/** A list as the screen wants it. */
export interface ListView {
  readonly columns: readonly ListColumn[]
  readonly list: Listed
  /** What this list is and how it is sorted. */
  readonly heading: string
  readonly open: (index: number) => View | undefined
  /** The cells of the entries from this one to before that one. */
  readonly cells: (first: number, end: number) => string[][]
}

const NAMES: Record<GroupKey['by'], string> = {
  function: 'FUNCTION',
  'created-by': 'CREATED BY',
  wait: 'STATE',
  label: 'LABEL',
}

/** The list that is on the screen, or that the stack on the screen was opened from. @throws UsageError for a filter that makes no sense */
export function listView(model: TopModel, state: TopState): ListView {
  const view = viewOf(state)
  return view.kind === 'goroutines' ? goroutineList(model, state, view.group) : groupList(model, state)
}

function groupList(model: TopModel, state: TopState): ListView {
  const grouping = model.grouping(state)
  const order = orderGroups(grouping.groups, state.groupOrder, state.reversed)
  const at = (index: number): Group => grouping.groups[order[index]!]!
  const { by } = state.grouping
  const columns: ListColumn[] = [
    { title: 'COUNT', rank: 1, align: 'right', least: 6 },
    { title: 'GROWTH', rank: 4, align: 'right', least: 6 },
    { title: 'WAITED', rank: 3, align: 'right', least: 7 },
    // Grouped by state, the state is the name.
    ...(by === 'wait' ? [] : [{ title: 'STATE', rank: 2, cut: 'end' as const, least: 10, share: 1, most: 24 }]),
    {
      title: NAMES[by],
      rank: 0,
      cut: by === 'function' || by === 'created-by' ? 'function' : 'middle',
      least: 18,
      share: 2,
    },
    {
      title: by === 'function' ? 'MOSTLY AT' : 'MOSTLY IN',
      rank: 5,
      cut: by === 'function' ? 'middle' : 'function',
      least: 12,
      share: 1,
      most: by === 'function' ? 24 : 60,
    },
  ]
  return {
    columns,
    list: {
      size: order.length,
      keyAt: (index) => at(index).name,
      indexOf: (key) => order.findIndex((group) => grouping.groups[group]!.name === key),
    },
    heading: `Goroutines by ${groupingText(state.grouping)}, ${orderText(GROUP_ORDERS, state.groupOrder, state.reversed)}`,
    open: (index) => (index < order.length ? { kind: 'goroutines', group: at(index).name, cursor: AT_TOP } : undefined),
    cells: (first, end) => {
      const groups = order.slice(first, end)
      const places = grouping.placesOf(groups)
      return groups.map((index, place) => groupCells(grouping.groups[index]!, places[place]!, by))
    },
  }
}

function groupCells({ name, count, growth, waitAtLeastNs, state }: Group, place: Place, by: GroupKey['by']): string[] {
  const what = state.others === 0 ? state.text : `${state.text} +${state.others}`
  return [
    String(count),
    growth === 0 ? '' : growth > 0 ? `+${growth}` : String(growth),
    waitText(waitAtLeastNs),
    ...(by === 'wait' ? [] : [what]),
    name,
    by === 'function' ? place.line : place.name,
  ]
}

export function groupingText(key: GroupKey): string {
  switch (key.by) {
    case 'function':
      return 'function'
    case 'created-by':
      return 'the go statement that created them'
    case 'wait':
      return 'what they wait for'
    case 'label':
      return `label ${printable(key.label)}`
  }
}

function orderText<T extends string>(orders: readonly T[], order: T, reversed: boolean): string {
  const texts: Record<string, [string, string]> = {
    count: ['most first', 'fewest first'],
    growth: ['most grown first', 'least grown first'],
    wait: ['longest waiting first', 'shortest waiting first'],
    state: ['busiest first', 'idlest first'],
    id: ['oldest first', 'newest first'],
  }
  return texts[orders.find((each) => each === order)!]![reversed ? 1 : 0]
}

const GOROUTINE_COLUMNS: readonly ListColumn[] = [
  { title: 'ID', rank: 1, align: 'right', least: 8 },
  { title: 'WAITED', rank: 3, align: 'right', least: 7 },
  { title: 'STATE', rank: 2, cut: 'end', least: 12, share: 1, most: 30 },
  { title: 'CURRENT', rank: 0, cut: 'function', least: 18, share: 2 },
  { title: 'AT', rank: 4, cut: 'middle', least: 12, share: 1, most: 24 },
]

function goroutineList(model: TopModel, state: TopState, group: string): ListView {
  const grouping = model.grouping(state)
  const { snapshot } = grouping
  const rows = rowsOf(grouping, group)
  const order = orderRows(snapshot, rows, state.goroutineOrder, state.reversed)
  const id = (index: number) => snapshot.data.columns.id[order[index]!]!
  return {
    columns: GOROUTINE_COLUMNS,
    list: {
      size: order.length,
      keyAt: (index) => String(id(index)),
      indexOf: (key) => order.findIndex((_, index) => id(index) === Number(key)),
    },
    heading: `${printable(group)}: ${orderText(GOROUTINE_ORDERS, state.goroutineOrder, state.reversed)}`,
    open: (index) => (index < order.length ? { kind: 'goroutine', id: id(index), scroll: 0 } : undefined),
    cells: (first, end) => Array.from(order.subarray(first, end), (row) => goroutineCells(snapshot, row)),
  }
}

function rowsOf(grouping: Grouping, name: string): Int32Array {
  const group = grouping.groups.findIndex((each) => each.name === name)
  return group < 0 ? new Int32Array(0) : grouping.rowsOf(group)
}

function goroutineCells(snapshot: Snapshot, row: number): string[] {
  const goroutine = snapshot.at(row)
  const { current } = goroutine
  const place = placeOfFrame(current)
  return [
    String(goroutine.id),
    waitText(goroutine.waitAtLeastNs),
    notedState(goroutine),
    current === null ? `(started as ${startedAs(goroutine).name})` : place.name,
    place.line,
  ]
}
