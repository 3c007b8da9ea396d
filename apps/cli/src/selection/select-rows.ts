/** Which rows of a snapshot a command is about. */
import type { Snapshot } from '@gospy/goruntime'
import { count } from '../render/text.js'
import { type Filter, WORDS_WITH_VALUE } from './filter.js'
import { type LookedThrough, rowTest } from './row-test.js'
import { SelectionError } from './selection-error.js'

export interface Selection {
  /** Ids of the goroutines wanted; all if there are none. */
  readonly goids: readonly number[]
  /** What must hold, all of it. */
  readonly filters: readonly Filter[]
  /** Which calls a filter looks through that is just a text. */
  readonly frames: LookedThrough
}

/**
 * Rows of the goroutines that were asked for, by rising id.
 * @param remark is told what was asked for and is not there
 * @throws SelectionError when there is no goroutine with any of the ids
 */
export function selectRows(snapshot: Snapshot, selection: Selection, remark: (text: string) => void): Int32Array {
  const { goids, filters, frames } = selection
  const rows =
    goids.length > 0 ? rowsOf(snapshot, goids, remark) : Int32Array.from({ length: snapshot.count }, (_, row) => row)
  if (filters.length === 0) return rows
  const tests = filters.map((filter) => rowTest(filter, snapshot, frames))
  const selected = rows.filter((row) => tests.every((test) => test(row)))
  if (selected.length === 0) for (const filter of filters) hint(filter, remark)
  return selected
}

function rowsOf(snapshot: Snapshot, goids: readonly number[], remark: (text: string) => void): Int32Array {
  const rows: number[] = []
  const unknown: number[] = []
  for (const id of new Set(goids)) {
    const row = snapshot.goroutine(id)?.row
    if (row === undefined) unknown.push(id)
    else rows.push(row)
  }
  if (unknown.length > 0) {
    const those = unknown.length === 1 ? `is no goroutine ${unknown[0]}` : `are no goroutines ${unknown.join(', ')}`
    const text = `there ${those} among the ${count(snapshot.count, 'goroutine')} of the process`
    if (rows.length === 0) throw new SelectionError(text)
    remark(text)
  }
  return Int32Array.from(rows).sort()
}

/** What looks like a word of filters and is none was looked for as a text. */
function hint(filter: Filter, remark: (text: string) => void): void {
  if (filter.word !== 'text' || filter.negated) return
  const word = /^(\w+)\s*=/.exec(filter.text)?.[1]
  if (word === undefined) return
  remark(
    `nothing selected: "${filter.text}" was looked for as a text; the words with = are ${WORDS_WITH_VALUE.join(', ')}`,
  )
}
