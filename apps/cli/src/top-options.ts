/** What `gospy top` was asked for on its command line, checked. */
import { readGroupKey } from './group-option.js'
import { readInterval } from './interval.js'
import type { GroupKey } from './render/group-name.js'
import { parseFilter } from './selection/filter.js'
import type { GroupOrder } from './top/order.js'

/** As they stand on the command line. */
export interface TopFlags {
  interval?: string
  once?: boolean
  groupBy?: string
  sort?: GroupOrder
  filter?: string
  system?: boolean
}

export interface TopRequest {
  readonly intervalMs: number
  readonly once: boolean
  readonly grouping: GroupKey
  readonly groupOrder: GroupOrder
  readonly filter: string
  readonly system: boolean
}

/** More looks than that nobody can follow. */
const LEAST_INTERVAL_MS = 100

/** @throws UsageError */
export function readTopFlags({
  interval = '1',
  once,
  groupBy = 'function',
  sort,
  filter = '',
  system,
}: TopFlags): TopRequest {
  if (filter !== '') parseFilter(filter)
  return {
    intervalMs: readInterval(interval, LEAST_INTERVAL_MS),
    once: once ?? false,
    grouping: readGroupKey(groupBy),
    groupOrder: sort ?? 'count',
    filter: filter.trim(),
    system: system ?? false,
  }
}
