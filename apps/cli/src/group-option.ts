/** What goroutines are put together by, as it stands on the command line. */
import type { GroupKey } from './render/group-name.js'
import { UsageError } from './usage-error.js'

/** @param others what else the option takes, for whoever took something else. @throws UsageError */
export function readGroupKey(groupBy: string, others: readonly string[] = []): GroupKey {
  if (groupBy === 'function' || groupBy === 'created-by' || groupBy === 'wait') return { by: groupBy }
  if (/^label:./s.test(groupBy)) return { by: 'label', label: groupBy.slice('label:'.length) }
  const all = [...others, 'function', 'created-by', 'wait'].join(', ')
  throw new UsageError(`--group-by takes ${all} or label:KEY, not "${groupBy}"`)
}
