/** Goroutines one line each. */
import type { Goroutine } from '@gospy/goruntime'
import { cutEnd } from './cut.js'
import type { DumpContext } from './dump-context.js'
import { labelTexts } from './label-text.js'
import { type Place, placeOfCode, placeOfFrame } from './place.js'
import { startedAs } from './started-as.js'
import { notedState, waitText } from './state-text.js'
import { type Column, table } from './table.js'
import { printable } from './text.js'

/** Which of a goroutine's places is shown: what it was started as, where its go statement is, where it stands now. */
export type TablePlace = 'start' | 'caller' | 'current'

const PLACES: Record<TablePlace, { title: string; of: (goroutine: Goroutine) => Place }> = {
  start: { title: 'STARTED AS', of: startedAs },
  caller: { title: 'CREATED BY', of: (goroutine) => placeOfCode(goroutine.createdBy) },
  current: { title: 'CURRENT', of: (goroutine) => placeOfFrame(goroutine.current) },
}

/** Lines that are laid out together: a table of a million rows is not held as one. */
const BATCH = 20_000

export function writeTable(
  { snapshot, width, paint, print }: DumpContext,
  rows: ArrayLike<number>,
  place: TablePlace,
): void {
  const { title, of } = PLACES[place]
  const columns: Column[] = [
    { title: 'ID', align: 'right' },
    { title: 'STATE', cut: 'end', least: 12 },
    { title: 'WAITING', align: 'right' },
    { title, cut: 'middle', least: 24 },
    { title: 'AT', cut: 'middle', least: 12 },
  ]
  for (let first = 0; first < rows.length; first += BATCH) {
    const goroutines = Array.from({ length: Math.min(BATCH, rows.length - first) }, (_, index) =>
      snapshot.at(rows[first + index]!),
    )
    const cells = goroutines.map((goroutine) => {
      const { name, line } = of(goroutine)
      return [String(goroutine.id), notedState(goroutine), waitText(goroutine.waitAtLeastNs), name, line]
    })
    const [titles, ...lines] = table(columns, cells, width)
    if (first === 0) print([paint('bold', titles!)])
    lines.forEach((line, index) => {
      const goroutine = goroutines[index]!
      print([goroutine.system ? paint('dim', line) : line, ...remarks(goroutine, width)])
    })
  }
}

const INDENT = '        '

/** Labels and errors, on lines of their own below the goroutine. */
function remarks(goroutine: Goroutine, width: number | undefined): string[] {
  const labels = labelTexts(goroutine.labels)
  const lines: string[] = []
  if (labels.length > 0) lines.push(`labels: ${labels.join(', ')}`)
  if (goroutine.error !== null) lines.push(`error: ${printable(goroutine.error)}`)
  return lines.map((line) => (width === undefined ? INDENT + line : cutEnd(INDENT + line, width)))
}
