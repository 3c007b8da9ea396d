/** Rows of text in aligned columns, cut to a terminal's width where there is one. */
import { cutEnd, cutMiddle, displayWidth } from './cut.js'

export interface Column {
  readonly title: string
  readonly align?: 'left' | 'right'
  /** A column that may be cut gives way when the table is wider than the terminal. */
  readonly cut?: 'end' | 'middle'
  /** The least width to which it is cut. */
  readonly least?: number
}

const GAP = '  '

/**
 * The lines of a table, title line first, without trailing blanks.
 * @param width of the terminal, undefined for no limit
 */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[], width?: number): string[] {
  const widths = columns.map((column, index) =>
    rows.reduce((most, row) => Math.max(most, displayWidth(row[index] ?? '')), displayWidth(column.title)),
  )
  if (width !== undefined) shrink(columns, widths, width)
  const line = (cells: readonly string[]) =>
    columns
      .map((column, index) => fit(cells[index] ?? '', widths[index]!, column))
      .join(GAP)
      .trimEnd()
  return [line(columns.map((column) => column.title)), ...rows.map(line)]
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
export function fit(text: string, width: number, { align, cut }: Pick<Column, 'align' | 'cut'>): string {
  let length = displayWidth(text)
  let shown = text
  if (length > width) {
    shown = cut === 'middle' ? cutMiddle(text, width) : cutEnd(text, width)
    length = displayWidth(shown)
  }
  const blanks = ' '.repeat(Math.max(0, width - length))
  return align === 'right' ? blanks + shown : shown + blanks
}
