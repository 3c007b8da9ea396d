/** How wide text is on a terminal, and cutting it to a width. */
import stringWidth from 'string-width'

const ELLIPSIS = '…'

/** Columns that the text takes. Most of it is ASCII, for which this is quick. */
export function displayWidth(text: string): number {
  return /^[ -~]*$/.test(text) ? text.length : stringWidth(text)
}

const segmenter = new Intl.Segmenter()

/** What a person takes for one character each: a letter with its accents, an emoji made of several. */
export function characters(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment)
}

/** The longest beginning of at most `width` columns. */
function cutTo(text: string, width: number): string {
  if (displayWidth(text) <= width) return text
  let shown = ''
  let length = 0
  for (const character of characters(text)) {
    length += displayWidth(character)
    if (length > width) break
    shown += character
  }
  return shown
}

/** The longest ending of at most `width` columns. */
function cutToEnd(text: string, width: number): string {
  let shown = ''
  let length = 0
  for (const character of characters(text).reverse()) {
    length += displayWidth(character)
    if (length > width) break
    shown = character + shown
  }
  return shown
}

/** The text, or as much of its beginning as fits into `width` columns with an ellipsis. */
export function cutEnd(text: string, width: number): string {
  return displayWidth(text) <= width ? text : cutTo(text, width - 1) + ELLIPSIS
}

/** The text, or as much of its ending as fits into `width` columns with an ellipsis. */
export function cutStart(text: string, width: number): string {
  return displayWidth(text) <= width ? text : ELLIPSIS + cutToEnd(text, width - 1)
}

/** Keeps the beginning and, more of it, the end: of a path or a function, its own name stands last. */
export function cutMiddle(text: string, width: number): string {
  if (displayWidth(text) <= width) return text
  const head = Math.floor((width - 1) / 3)
  const tail = cutToEnd(text, width - 1 - head)
  return cutTo(text, head) + ELLIPSIS + tail
}

/** Keeps what stands behind the last blank if it is a number with a sign: `chan rece… +2`. */
export function cutBeforeNumber(text: string, width: number): string {
  const [, start, number] = /^(.*)( [+-]\d+)$/s.exec(text) ?? [text, text, '']
  return displayWidth(text) <= width || number!.length >= width
    ? cutEnd(text, width)
    : cutEnd(start!, width - number!.length) + number
}

/** As `cutFunction`, but for a number in front of the name, which stays: `17 pool.(*…er).run`. */
export function cutAfterNumber(text: string, width: number): string {
  const [, number, name] = /^(\d+ )(.*)$/s.exec(text) ?? [text, '', text]
  return number!.length >= width ? cutEnd(text, width) : number + cutFunction(name!, width - number!.length)
}

/** Of a function's name the folders of its import path go first, and then its middle. */
export function cutFunction(text: string, width: number): string {
  return displayWidth(text) <= width ? text : cutMiddle(withoutFolders(text), width)
}

/** `cmux.(*MuxListener).Accept` of `github.com/soheilhy/cmux.(*MuxListener).Accept`. */
export function withoutFolders(name: string): string {
  const end = name.search(/[([]/)
  return name.slice(name.lastIndexOf('/', end < 0 ? name.length : end) + 1)
}
