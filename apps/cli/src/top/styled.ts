/** Lines of a screen: text with what it is, before anyone knows how a terminal shows it. */
import { cutEnd, displayWidth } from '../render/cut.js'

export type Style = 'plain' | 'bold' | 'dim' | 'selected' | 'title' | 'warning' | 'input'

export interface Span {
  readonly text: string
  readonly style: Style
}

export type Line = readonly Span[]

export function span(text: string, style: Style = 'plain'): Span {
  return { text, style }
}

export function line(text: string, style: Style = 'plain'): Line {
  return [{ text, style }]
}

export function widthOf(spans: Line): number {
  return spans.reduce((sum, { text }) => sum + displayWidth(text), 0)
}

export function textOf(spans: Line): string {
  return spans
    .map(({ text }) => text)
    .join('')
    .trimEnd()
}

/** At most so many columns of it, the rest cut off with an ellipsis. */
export function cutLine(spans: Line, width: number): Line {
  const shown: Span[] = []
  let left = width
  for (const each of spans) {
    if (left <= 0) break
    const text = cutEnd(each.text, left)
    shown.push({ ...each, text })
    left -= displayWidth(text)
    if (text !== each.text) break
  }
  return shown
}

/** Lengthened with blanks in the style of its end, as a bar across the screen. */
export function fillLine(spans: Line, width: number): Line {
  const blanks = width - widthOf(spans)
  return blanks <= 0 ? spans : [...spans, { text: ' '.repeat(blanks), style: spans.at(-1)?.style ?? 'plain' }]
}

/** Two texts at the two ends of a line; the right one is left out where both do not fit. */
export function apart(left: Line, right: Line, width: number): Line {
  const gap = width - widthOf(left) - widthOf(right)
  return gap < 2 ? left : [...left, span(' '.repeat(gap)), ...right]
}

/** The text on as many lines as it takes, further ones indented as the first and a little more. */
export function wrap(text: string, width: number): string[] {
  if (displayWidth(text) <= width) return [text]
  const indent = `${/^ */.exec(text)![0]}  `
  if (indent.length + 8 > width) return [cutEnd(text, width)]
  const lines: string[] = []
  let rest = text
  let start = ''
  while (displayWidth(start + rest) > width) {
    let end = 0
    let used = displayWidth(start)
    let blank = -1
    for (const character of rest) {
      used += displayWidth(character)
      if (used > width) break
      if (character === ' ' && end > indent.length) blank = end
      end += character.length
    }
    // Behind a blank where there is one not too far back, else in the midst of a path.
    const at = blank > end / 2 ? blank : Math.max(end, 1)
    lines.push((start + rest.slice(0, at)).trimEnd())
    rest = rest.slice(at).trimStart()
    start = indent
  }
  return rest === '' ? lines : [...lines, start + rest]
}
