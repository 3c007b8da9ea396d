/** Which rows of a snapshot a command is about. */
import type { Snapshot } from '@gospy/goruntime'
import { count } from '../render/text.js'
import type { Filter } from './filter.js'
import { rowTest } from './row-test.js'
import { SelectionError } from './selection-error.js'

export interface Selection {
  /** Ids of the goroutines wanted; all if there are none. */
  readonly goids: readonly number[]
  /** What must hold, all of it. */
  readonly filters: readonly Filter[]
}

/**
 * Rows of the goroutines that were asked for, by rising id.
 * @throws SelectionError when there is no goroutine with one of the ids
 */
export function selectRows(snapshot: Snapshot, { goids, filters }: Selection): ArrayLike<number> {
  const rows = goids.length > 0 ? rowsOf(snapshot, goids) : Int32Array.from({ length: snapshot.count }, (_, row) => row)
  if (filters.length === 0) return rows
  const tests = filters.map((filter) => rowTest(filter, snapshot))
  return rows.filter((row) => tests.every((test) => test(row)))
}

function rowsOf(snapshot: Snapshot, goids: readonly number[]): Int32Array {
  const rows: number[] = []
  const unknown: number[] = []
  for (const id of new Set(goids)) {
    const row = snapshot.goroutine(id)?.row
    if (row === undefined) unknown.push(id)
    else rows.push(row)
  }
  if (unknown.length > 0) {
    const those = unknown.length === 1 ? `no goroutine ${unknown[0]}` : `no goroutines ${unknown.join(', ')}`
    throw new SelectionError(`there is ${those} among the ${count(snapshot.count, 'goroutine')} of the process`)
  }
  return Int32Array.from(rows).sort()
}
