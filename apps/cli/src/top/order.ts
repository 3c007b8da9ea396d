/** In what order groups and goroutines stand. */
import { GOROUTINE_STATUSES, type Snapshot } from '@gospy/goruntime'
import type { Group } from './grouping.js'

export const GROUP_ORDERS = ['count', 'growth', 'wait', 'state'] as const
export type GroupOrder = (typeof GROUP_ORDERS)[number]

export const GOROUTINE_ORDERS = ['id', 'wait', 'state'] as const
export type GoroutineOrder = (typeof GOROUTINE_ORDERS)[number]

/** The busiest first: what runs, what could, what is in a system call, what waits. */
const BUSY = ['running', 'runnable', 'syscall', 'preempted', 'copystack', 'waiting', 'leaked']

function rank(status: string | undefined): number {
  const place = status === undefined ? -1 : BUSY.indexOf(status)
  return place < 0 ? BUSY.length : place
}

/** Indexes of the groups in this order: largest, most grown, longest waiting, busiest first; what is gone last, but by growth. */
export function orderGroups(groups: readonly Group[], order: GroupOrder, reversed: boolean): number[] {
  const wait = ({ waitAtLeastNs }: Group) => waitAtLeastNs ?? -1
  const text = ({ state }: Group) => state?.text ?? ''
  const compare: Record<GroupOrder, (a: Group, b: Group) => number> = {
    count: () => 0,
    growth: (a, b) => b.growth - a.growth,
    wait: (a, b) => wait(b) - wait(a),
    state: (a, b) => rank(a.state?.status) - rank(b.state?.status) || compareText(text(a), text(b)),
  }
  const first = compare[order]
  const indexes = Array.from(groups, (_, index) => index)
  indexes.sort((x, y) => {
    const [a, b] = [groups[x]!, groups[y]!]
    return first(a, b) || b.count - a.count || compareText(a.name, b.name)
  })
  if (reversed) indexes.reverse()
  if (order === 'growth') return indexes
  const isGone = (index: number) => groups[index]!.count === 0
  return [...indexes.filter((index) => !isGone(index)), ...indexes.filter(isGone)]
}

/** The rows, given by rising id, in this order. */
export function orderRows(
  { data: { columns } }: Snapshot,
  rows: Int32Array,
  order: GoroutineOrder,
  reversed: boolean,
): Int32Array {
  const { waitAtLeastNs, status, waitReason } = columns
  const wait = (row: number) => (Number.isNaN(waitAtLeastNs[row]!) ? -1 : waitAtLeastNs[row]!)
  const state = (row: number) => rank(GOROUTINE_STATUSES[status[row]!]!) * 0x1_0000 + waitReason[row]!
  const ordered = rows.slice()
  // Sorting is stable: equal ones stay by rising id.
  if (order === 'wait') ordered.sort((a, b) => wait(b) - wait(a))
  if (order === 'state') ordered.sort((a, b) => state(a) - state(b))
  return reversed ? ordered.reverse() : ordered
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
