/** Rows of text in aligned columns, cut to a terminal's width where there is one. */
import stringWidth from 'string-width'

export interface Column {
  readonly title: string
  readonly align?: 'left' | 'right'
  /** A column that may be cut gives way when the table is wider than the terminal. */
  readonly cut?: 'end' | 'middle'
  /** The least width to which it is cut. */
  readonly least?: number
}

const GAP = '  '
const ELLIPSIS = '…'

/**
 * The lines of a table, title line first, without trailing blanks.
 * @param width of the terminal, undefined for no limit
 */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[], width?: number): string[] {
  const widths = columns.map((column, index) =>
    rows.reduce((most, row) => Math.max(most, stringWidth(row[index] ?? '')), stringWidth(column.title)),
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

function fit(text: string, width: number, { align, cut }: Column): string {
  let length = stringWidth(text)
  let shown = text
  if (length > width) {
    shown = cut === 'middle' ? cutMiddle(text, width) : cutEnd(text, width)
    length = stringWidth(shown)
  }
  const blanks = ' '.repeat(Math.max(0, width - length))
  return align === 'right' ? blanks + shown : shown + blanks
}

/** The longest beginning of at most `width` columns. */
function cutTo(text: string, width: number): string {
  if (stringWidth(text) <= width) return text
  let shown = ''
  let length = 0
  for (const character of characters(text)) {
    length += stringWidth(character)
    if (length > width) break
    shown += character
  }
  return shown
}

const segmenter = new Intl.Segmenter()

/** What a person takes for one character each: a letter with its accents, an emoji made of several. */
function characters(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment)
}

/** The longest ending of at most `width` columns. */
function cutToEnd(text: string, width: number): string {
  let shown = ''
  let length = 0
  for (const character of characters(text).reverse()) {
    length += stringWidth(character)
    if (length > width) break
    shown = character + shown
  }
  return shown
}

/** The text, or as much of its beginning as fits into `width` columns with an ellipsis. */
export function cutEnd(text: string, width: number): string {
  return stringWidth(text) <= width ? text : cutTo(text, width - 1) + ELLIPSIS
}

/** Keeps the beginning and, more of it, the end: of a path or a function, its own name stands last. */
function cutMiddle(text: string, width: number): string {
  const head = Math.floor((width - 1) / 3)
  const tail = cutToEnd(text, width - 1 - head)
  return cutTo(text, head) + ELLIPSIS + tail
}
