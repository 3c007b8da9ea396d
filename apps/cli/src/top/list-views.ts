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
  /** How many entries are of groups that are gone. */
  readonly gone: number
  /** What this list is and how it is sorted. */
  readonly heading: string
  readonly open: (index: number) => View | undefined
  /** The cells of the entries from this one to before that one. */
  readonly cells: (first: number, end: number) => string[][]
}

const LEAST_FIGURE = 6
/** `>= 999ms` is as long as it gets. */
const WAITED: ListColumn = { title: 'WAITED', rank: 3, align: 'right', least: 8 }

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
  const view = viewOf(state)
  const isReversed = view.kind === 'groups' && view.reversed
  const order = orderGroups(grouping.groups, state.groupOrder, isReversed)
  const at = (index: number): Group => grouping.groups[order[index]!]!
  const { by } = state.grouping
  const columns: ListColumn[] = [
    { title: 'COUNT', rank: 1, align: 'right', least: figureWidth(grouping.groups.map(countText)) },
    { title: 'GROWTH', rank: 4, align: 'right', least: figureWidth(grouping.groups.map(growthText)) },
    WAITED,
    // Grouped by state, the state is the name. The number at its end tells of other states.
    ...(by === 'wait'
      ? []
      : [{ title: 'STATE', rank: 2, cut: 'beforeNumber' as const, least: 10, share: 1, most: 24 }]),
    {
      title: NAMES[by],
      rank: 0,
      cut: by === 'function' || by === 'created-by' ? 'function' : 'middle',
      least: 17,
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
    gone: grouping.groups.reduce((sum, { count }) => sum + (count === 0 ? 1 : 0), 0),
    heading: `Goroutines by ${groupingText(state.grouping)}, ${orderText(GROUP_ORDERS, state.groupOrder, isReversed)}`,
    open: (index) =>
      index < order.length ? { kind: 'goroutines', group: at(index).name, cursor: AT_TOP, reversed: false } : undefined,
    cells: (first, end) => {
      const groups = order.slice(first, end)
      const places = grouping.placesOf(groups)
      return groups.map((index, place) => groupCells(grouping.groups[index]!, places[place]!, by))
    },
  }
}

/** Room for the longest of figures, of which none is ever cut, and then for a little more: columns keep their places. */
function figureWidth(texts: readonly string[]): number {
  return texts.reduce((most, { length }) => Math.max(most, length), LEAST_FIGURE)
}

function countText({ count }: Group): string {
  return String(count)
}

function growthText({ growth }: Group): string {
  return growth === 0 ? '' : growth > 0 ? `+${growth}` : String(growth)
}

function groupCells(group: Group, place: Place, by: GroupKey['by']): string[] {
  const { name, waitAtLeastNs, state } = group
  const what = state === null ? 'gone' : state.others === 0 ? state.text : `${state.text} +${state.others}`
  return [
    countText(group),
    growthText(group),
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
  WAITED,
  { title: 'STATE', rank: 2, cut: 'end', least: 12, share: 1, most: 30 },
  { title: 'CURRENT', rank: 0, cut: 'function', least: 18, share: 2 },
  { title: 'AT', rank: 4, cut: 'middle', least: 12, share: 1, most: 24 },
]

function goroutineList(model: TopModel, state: TopState, group: string): ListView {
  const grouping = model.grouping(state)
  const { snapshot } = grouping
  const view = viewOf(state)
  const isReversed = view.kind === 'goroutines' && view.reversed
  const rows = rowsOf(grouping, group)
  const order = orderRows(snapshot, rows, state.goroutineOrder, isReversed)
  // Rows are by rising id.
  const greatestId = rows.length === 0 ? 0 : snapshot.data.columns.id[rows.at(-1)!]!
  const id = (index: number) => snapshot.data.columns.id[order[index]!]!
  return {
    columns: [
      { title: 'ID', rank: 1, align: 'right', least: Math.max(8, String(greatestId).length) },
      ...GOROUTINE_COLUMNS,
    ],
    list: {
      size: order.length,
      keyAt: (index) => String(id(index)),
      indexOf: (key) => order.findIndex((_, index) => id(index) === Number(key)),
    },
    gone: 0,
    heading: `${printable(group)}: ${orderText(GOROUTINE_ORDERS, state.goroutineOrder, isReversed)}`,
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
