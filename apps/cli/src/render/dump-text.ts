/** `gospy dump` for people. */
import type { Snapshot } from '@gospy/goruntime'
import type { Output } from '../output.js'
import { ByteWriter } from './byte-writer.js'
import { writeDetails } from './detail-text.js'
import type { DumpContext } from './dump-context.js'
import type { GroupKey } from './group-name.js'
import { headerLines, type ShownProcess } from './header-text.js'
import { writePlaceGroups } from './place-groups-text.js'
import type { FrameChoice } from './shown-frames.js'
import { writeStackGroups } from './stack-groups-text.js'
import { type TablePlace, writeTable } from './table-text.js'
import { count, painter } from './text.js'

/** What is shown of the goroutines, and how they are put together. */
export type TextView =
  /** Everything about each. */
  | { readonly as: 'details' }
  /** Those with the same stack together. */
  | { readonly as: 'stacks' }
  /** Groups, with the places where their goroutines stand. */
  | { readonly as: 'places'; readonly key: GroupKey }
  /** One line each. */
  | { readonly as: 'table'; readonly place: TablePlace }

export interface DumpTextOptions extends FrameChoice {
  readonly view: TextView
  /** Show the runtime's goroutines like all others; else they are only counted. */
  readonly systemGoroutines: boolean
}

export function writeDumpText(
  output: Output,
  go: ShownProcess,
  snapshot: Snapshot,
  rows: ArrayLike<number>,
  { view, systemGoroutines, ...frames }: DumpTextOptions,
): void {
  const paint = painter(output.colour)
  const out = new ByteWriter(output)
  const print = (lines: readonly string[]) => out.text(`${lines.join('\n')}\n`)
  const context: DumpContext = {
    snapshot,
    frames,
    width: output.columns,
    paint,
    print,
  }
  print(headerLines(go, snapshot, paint))
  const shown = systemGoroutines ? rows : Array.from(rows).filter((row) => !snapshot.at(row).system)
  const isSelection = rows.length < snapshot.count
  if (isSelection) print([`${count(shown.length, 'goroutine')} selected`])
  if (shown.length > 0) {
    print([''])
    write(context, shown, view)
  }
  const hidden = rows.length - shown.length
  if (hidden > 0) {
    const those = `${count(hidden, isSelection ? 'selected goroutine' : 'goroutine')} of the runtime`
    print(['', paint('dim', `${those}: --system shows ${hidden > 1 ? 'them' : 'it'}`)])
  }
  out.flush()
}

function write(context: DumpContext, rows: ArrayLike<number>, view: TextView): void {
  if (view.as === 'details') writeDetails(context, rows)
  else if (view.as === 'stacks') writeStackGroups(context, rows)
  else if (view.as === 'places') writePlaceGroups(context, rows, view.key)
  else writeTable(context, rows, view.place)
}
