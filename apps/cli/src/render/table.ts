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

/** Without a limit nothing is cut; one cell that is longer than this makes its own line longer, and not all of them. */
const MOST_PADDED = 160

/**
 * The lines of a table, title line first, without trailing blanks.
 * @param width of the terminal, undefined for no limit
 */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[], width?: number): string[] {
  const widths = columns.map((column, index) =>
    rows.reduce((most, row) => Math.max(most, displayWidth(row[index] ?? '')), displayWidth(column.title)),
  )
  const all = [columns.map(({ title }) => title), ...rows]
  if (width === undefined) {
    const most = widths.map((each) => Math.min(each, MOST_PADDED))
    return all.map((cells) => joined(columns, most, cells, padded))
  }
  shrink(columns, widths, width)
  return all.map((cells) => rowLine(columns, widths, cells))
}

/** One line of a table, without trailing blanks. Columns of no width are left out. */
export function rowLine(columns: readonly Column[], widths: readonly number[], cells: readonly string[]): string {
  return joined(columns, widths, cells, fit)
}

function joined(
  columns: readonly Column[],
  widths: readonly number[],
  cells: readonly string[],
  cell: (text: string, width: number, column: Column) => string,
): string {
  return widths
    .flatMap((width, index) => (width === 0 ? [] : [cell(cells[index] ?? '', width, columns[index]!)]))
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
function fit(text: string, width: number, column: Column): string {
  return padded(CUTS[column.cut ?? 'end'](text, width), width, column)
}

function padded(text: string, width: number, { align }: Column): string {
  const blanks = ' '.repeat(Math.max(0, width - displayWidth(text)))
  return align === 'right' ? blanks + text : text + blanks
}
