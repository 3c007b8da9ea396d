/** Rows of text in aligned columns, cut to a terminal's width where there is one. */
import { cutAfterNumber, cutBeforeNumber, cutEnd, cutFunction, cutMiddle, displayWidth } from './cut.js'

export interface Column {
  readonly title: string
  readonly align?: 'left' | 'right'
  /** A column that may be cut gives way when the table is wider than the terminal. */
  readonly cut?: keyof typeof CUTS
  /** The least width to which it is cut. */
  readonly least?: number
}

export const GAP = '  '

const CUTS = {
  end: cutEnd,
  middle: cutMiddle,
  function: cutFunction,
  beforeNumber: cutBeforeNumber,
  afterNumber: cutAfterNumber,
}

/**
 * The lines of a table, title line first, without trailing blanks.
 * @param width of the terminal, undefined for no limit
 */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[], width?: number): string[] {
  const widths = columns.map((column, index) =>
    rows.reduce((most, row) => Math.max(most, displayWidth(row[index] ?? '')), displayWidth(column.title)),
  )
  if (width !== undefined) shrink(columns, widths, width)
  return [columns.map(({ title }) => title), ...rows].map((cells) => rowLine(columns, widths, cells))
}

/** One line of a table, without trailing blanks. Columns of no width are left out. */
export function rowLine(columns: readonly Column[], widths: readonly number[], cells: readonly string[]): string {
  return widths
    .flatMap((width, index) => (width === 0 ? [] : [fit(cells[index] ?? '', width, columns[index]!)]))
    .join(GAP)
    .trimEnd()
}

/** Takes from the widest column that may be cut, until the line fits. */
function shrink(columns: readonly Column[], widths: number[], width: number): void {
  let excess = widths.reduce((sum, each) => sum + each, 0) + GAP.length * (widths.length - 1) - width
  while (excess > 0) {
    let widest = -1
    columns.forEach((column, index) => {
      if (column.cut === undefined || widths[index]! <= (column.least ?? 8)) return
      if (widest < 0 || widths[index]! > widths[widest]!) widest = index
    })
    if (widest < 0) return
    widths[widest] = widths[widest]! - 1
    excess--
  }
}

/** The text in a cell of this width. */
function fit(text: string, width: number, { align, cut = 'end' }: Column): string {
  const shown = CUTS[cut](text, width)
  const blanks = ' '.repeat(Math.max(0, width - displayWidth(shown)))
  return align === 'right' ? blanks + shown : shown + blanks
}
