/**
 * Columns set with tabs, as Go's text/tabwriter does with the parameters that runtime/pprof gives it: at least one character,
 * one behind the longest cell, tabs of eight (`tabwriter.NewWriter(w, 1, 8, 1, '\t', 0)`).
 * Source: src/text/tabwriter/tabwriter.go (format, writePadding).
 */

const TAB = 8
const PADDING = 1

/**
 * The lines of one block. A cell takes part in a column only if another follows it on its line, and a column ends at the first
 * line that has no such cell in it.
 * @param lines their cells
 */
export function tabColumns(lines: readonly (readonly string[])[]): string[] {
  const texts = lines.map(() => '')
  alignColumn(lines, texts, 0, 0, lines.length)
  return texts.map((text, index) => text + (lines[index]!.at(-1) ?? ''))
}

/** Writes the column, and what belongs to it of the columns behind it, of the lines from `first` to before `end`. */
function alignColumn(
  lines: readonly (readonly string[])[],
  texts: string[],
  column: number,
  first: number,
  end: number,
): void {
  for (let start = first; start < end; start++) {
    let stop = start
    let widest = 0
    for (; stop < end && column < lines[stop]!.length - 1; stop++) {
      widest = Math.max(widest, width(lines[stop]![column]!))
    }
    if (stop === start) continue
    const stops = Math.ceil((widest + PADDING) / TAB)
    for (let index = start; index < stop; index++) {
      const cell = lines[index]![column]!
      texts[index] += cell + '\t'.repeat(stops - Math.floor(width(cell) / TAB))
    }
    alignColumn(lines, texts, column + 1, start, stop)
    start = stop - 1
  }
}

/** In characters, of whatever width: Go counts runes. */
function width(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the question is whether all are ASCII
  return /^[\x00-\x7f]*$/.test(text) ? text.length : [...text].length
}
