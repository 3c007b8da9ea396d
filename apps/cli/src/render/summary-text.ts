/** `gospy summary` for people. */
import type { GoProcess, Snapshot } from '@gospy/goruntime'
import type { Output } from '../output.js'
import { headerLines } from './header-text.js'
import { shownOf } from './items.js'
import { type Summary, summarize, type Tally } from './summary.js'
import { table } from './table.js'
import { count, painter, printable } from './text.js'

/** Rows shown of a list; the rest is counted. */
const MOST = 10

export function writeSummaryText(output: Output, go: GoProcess, snapshot: Snapshot): void {
  const paint = painter(output.colour)
  const summary = summarize(snapshot)
  const lines = [
    ...headerLines(go, snapshot, paint),
    `${count(summary.user, 'goroutine')} of the program, ${summary.system} of the runtime${summary.dead > 0 ? `, ${summary.dead} dead` : ''}`,
  ]
  for (const [title, tallies] of sections(summary)) {
    if (tallies.length > 0) lines.push('', paint('bold', title), ...tallyLines(tallies, output.columns))
  }
  output.write(`${lines.join('\n')}\n`)
}

function sections(summary: Summary): [title: string, tallies: readonly Tally[]][] {
  return [
    ['Status', summary.byStatus],
    ['Waiting for', summary.byWaitReason],
    ['Started as (goroutines of the program)', summary.byStartFunction],
    ['Created by', summary.byCreator],
  ]
}

function tallyLines(tallies: readonly Tally[], width: number | undefined): string[] {
  const shown = shownOf(tallies.length, MOST)
  const rows = tallies.slice(0, shown).map(({ name, count }) => [String(count), printable(name)])
  const rest = tallies.slice(shown)
  if (rest.length > 0) {
    rows.push([String(rest.reduce((sum, { count }) => sum + count, 0)), `in ${rest.length} more`])
  }
  const columns = [
    { title: '', align: 'right' as const, least: 6 },
    { title: '', cut: 'middle' as const, least: 20 },
  ]
  return table(columns, rows, width && width - 2)
    .slice(1)
    .map((line) => `  ${line}`)
}
