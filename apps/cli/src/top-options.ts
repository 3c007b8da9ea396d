/** What `gospy top` was asked for on its command line, checked. */
import type { GroupKey } from './render/group-name.js'
import { parseFilter } from './selection/filter.js'
import type { GroupOrder } from './top/order.js'
import { UsageError } from './usage-error.js'

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

const INTERVAL_MS = { least: 100, most: 3_600_000 }

/** @throws UsageError */
export function readTopFlags({ interval = '1', once, groupBy, sort, filter = '', system }: TopFlags): TopRequest {
  const intervalMs = /^\d{1,6}(\.\d{1,3})?$/.test(interval) ? Math.round(Number(interval) * 1000) : 0
  if (intervalMs < INTERVAL_MS.least || intervalMs > INTERVAL_MS.most) {
    throw new UsageError(`--interval takes seconds, from 0.1 to 3600, not "${interval}"`)
  }
  if (filter !== '') parseFilter(filter)
  return {
    intervalMs,
    once: once ?? false,
    grouping: readGrouping(groupBy),
    groupOrder: sort ?? 'count',
    filter: filter.trim(),
    system: system ?? false,
  }
}

function readGrouping(groupBy = 'function'): GroupKey {
  if (groupBy === 'function' || groupBy === 'created-by' || groupBy === 'wait') return { by: groupBy }
  if (/^label:./s.test(groupBy)) return { by: 'label', label: groupBy.slice('label:'.length) }
  throw new UsageError(`--group-by takes function, created-by, wait or label:KEY, not "${groupBy}"`)
}
