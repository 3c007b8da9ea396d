/** Columns of a list that keep their places while what is in them changes. */
import { fit } from '../render/table.js'

export interface ListColumn {
  readonly title: string
  readonly align?: 'left' | 'right'
  readonly cut?: 'end' | 'middle'
  /** In columns of the terminal. */
  readonly least: number
  /** Its share of what is left when all have their least. */
  readonly share?: number
  readonly most?: number
}

const GAP = 2

/** The widths of the columns on a terminal this wide; those that do not fit are left out, the last ones first. */
export function listWidths(columns: readonly ListColumn[], width: number): number[] {
  let shown = columns.length
  const needed = (count: number) => columns.slice(0, count).reduce((sum, { least }) => sum + least + GAP, -GAP)
  while (shown > 1 && needed(shown) > width) shown--
  const taken = columns.slice(0, shown)
  const widths = taken.map(({ least }) => least)
  let spare = width - needed(shown)
  // The narrow ones first, so that what they do not take is there for the others.
  const growing = taken.flatMap((column, index) =>
    column.share === undefined ? [] : [{ ...column, index, share: column.share }],
  )
  growing.sort((a, b) => (a.most ?? Number.POSITIVE_INFINITY) - (b.most ?? Number.POSITIVE_INFINITY))
  growing.forEach(({ index, share, most, least }, place) => {
    const shares = growing.slice(place).reduce((sum, each) => sum + each.share, 0)
    const more = Math.max(0, Math.min(Math.floor((spare * share) / shares), (most ?? Number.POSITIVE_INFINITY) - least))
    widths[index] = least + more
    spare -= more
  })
  return widths
}

export function listLine(columns: readonly ListColumn[], widths: readonly number[], cells: readonly string[]): string {
  return widths
    .map((width, index) => fit(cells[index] ?? '', width, columns[index]!))
    .join(' '.repeat(GAP))
    .trimEnd()
}
