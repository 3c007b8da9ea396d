/** Lists in running text that end with how much more there is. */
import { cutEnd, displayWidth } from './cut.js'

/**
 * `goroutines 17, 18, 19 and 1187 more`: the items that fit, at least one.
 * @param total how many there are; the items may be the first of them
 * @param width of the terminal, undefined for no limit
 */
export function itemsLine(start: string, items: readonly string[], total: number, width: number | undefined): string {
  const rest = (shown: number) => (shown < total ? ` and ${total - shown} more` : '')
  let line = start
  let shown = 0
  for (const item of items) {
    const longer = shown === 0 ? line + item : `${line}, ${item}`
    const next = longer + rest(shown + 1)
    if (width !== undefined && shown > 0 && displayWidth(next) > width) break
    line = longer
    shown++
  }
  line += rest(shown)
  return width === undefined ? line : cutEnd(line, width)
}

/** How many of a list's items to show, a line each, of which `most` and a line that counts the others may be shown. */
export function shownOf(total: number, most: number): number {
  // Instead of "1 more" there is room for the last one itself.
  return total === most + 1 ? total : Math.min(total, most)
}
