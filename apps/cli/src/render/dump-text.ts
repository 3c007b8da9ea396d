/** `gospy dump` for people: one line a goroutine. */
import type { CodeAddress, GoProcess, Goroutine, Snapshot } from '@gospy/goruntime'
import type { Output } from '../output.js'
import { headerLines } from './header-text.js'
import { type Column, cutEnd, table } from './table.js'
import { baseName, duration, painter, printable } from './text.js'

/** Which of a goroutine's places is shown: where it was started, where its go statement is, where it stands now. */
export type Place = 'start' | 'caller' | 'current'

const PLACES: Record<Place, { title: string; of: (goroutine: Goroutine) => CodeAddress | null }> = {
  start: { title: 'STARTED AS', of: (goroutine) => goroutine.startFunction },
  caller: { title: 'CREATED BY', of: (goroutine) => goroutine.createdBy },
  current: { title: 'CURRENT', of: (goroutine) => goroutine.current },
}

/** Lines that are laid out together: a table of a million rows is not held as one. */
const BATCH = 20_000

export function writeDumpText(output: Output, go: GoProcess, snapshot: Snapshot, place: Place): void {
  const paint = painter(output.colour)
  output.write(`${headerLines(go, snapshot, paint).join('\n')}\n\n`)
  const { title, of } = PLACES[place]
  const columns: Column[] = [
    { title: 'ID', align: 'right' },
    { title: 'STATE', cut: 'end', least: 12 },
    { title: 'WAITING', align: 'right' },
    { title, cut: 'middle', least: 24 },
    { title: 'AT', cut: 'middle', least: 12 },
  ]
  for (let first = 0; first < snapshot.count; first += BATCH) {
    const goroutines = Array.from({ length: Math.min(BATCH, snapshot.count - first) }, (_, index) =>
      snapshot.at(first + index),
    )
    const rows = goroutines.map((goroutine) => [
      String(goroutine.id),
      stateText(goroutine),
      waitText(goroutine),
      functionText(of(goroutine)),
      lineText(of(goroutine)),
    ])
    const [titles, ...lines] = table(columns, rows, output.columns)
    if (first === 0) output.write(`${paint('bold', titles!)}\n`)
    output.write(
      lines
        .map(
          (line, index) =>
            `${goroutines[index]!.system ? paint('dim', line) : line}\n${detail(goroutines[index]!, output.columns)}`,
        )
        .join(''),
    )
  }
}

/** The state as Go's own dumps put it: the wait reason stands for "waiting". */
export function stateText(goroutine: Goroutine): string {
  const notes = [goroutine.waitReason ?? goroutine.status]
  if (goroutine.status === 'leaked') notes.push('leaked')
  if (goroutine.lockedToThread) notes.push('locked to thread')
  if (goroutine.torn) notes.push('torn')
  return notes.map(printable).join(', ')
}

function waitText({ waitAtLeastNs }: Goroutine): string {
  return waitAtLeastNs === null ? '' : `>= ${duration(waitAtLeastNs)}`
}

export function functionText(code: CodeAddress | null): string {
  if (code === null) return '-'
  return code.location === undefined ? `0x${code.pc.toString(16)}` : printable(code.location.function)
}

function lineText(code: CodeAddress | null): string {
  const { file, line } = code?.location ?? { file: null, line: null }
  return file === null ? '' : `${printable(baseName(file))}:${line ?? '?'}`
}

const INDENT = '        '

/** Labels and errors, on lines of their own below the goroutine. */
function detail(goroutine: Goroutine, width: number | undefined): string {
  const labels = Object.entries(goroutine.labels)
  const lines: string[] = []
  if (labels.length > 0) {
    lines.push(`labels: ${labels.map(([key, value]) => `${printable(key)}=${printable(value)}`).join(', ')}`)
  }
  if (goroutine.error !== null) lines.push(`error: ${printable(goroutine.error)}`)
  return lines.map((line) => `${width === undefined ? INDENT + line : cutEnd(INDENT + line, width)}\n`).join('')
}
