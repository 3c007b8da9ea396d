/** Small pieces of text: durations, counts, and strings of unknown origin made safe for a terminal. */
import { styleText } from 'node:util'

const UNITS: [name: string, ns: number][] = [
  ['d', 86_400e9],
  ['h', 3_600e9],
  ['m', 60e9],
  ['s', 1e9],
]

/** A duration in ns, rounded down to its largest unit: `3d`, `4m`, `12s`, `350ms`. */
export function duration(ns: number): string {
  for (const [name, unit] of UNITS) if (ns >= unit) return `${Math.floor(ns / unit)}${name}`
  return `${Math.floor(ns / 1e6)}ms`
}

/** Milliseconds with a precision that fits their size: `0.42 ms`, `3.1 ms`, `41 ms`. */
export function milliseconds(ms: number): string {
  return `${ms < 1 ? ms.toFixed(2) : ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`
}

/** `1 goroutine`, `2 goroutines`. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : plural}`
}

// Control characters, what reorders or breaks the text around it, and what is not seen at all. Joiners stay: scripts and emoji need them.
const UNPRINTABLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g

/** JSON that a terminal does not obey either: the same value, with escapes where JSON leaves such characters alone. */
export function safeJson(json: string): string {
  return json.replace(UNPRINTABLE, (character) => {
    // Between the values of indented JSON.
    return character === '\n' ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

/**
 * Text from a process's memory or a file, with control characters escaped: a terminal must not obey what it is shown.
 */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => {
    const code = character.charCodeAt(0)
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`
  })
}

type Style = Parameters<typeof styleText>[0]

/** Colours text where the output shows colour. */
export function painter(colour: boolean): (style: Style, text: string) => string {
  return colour ? (style, text) => styleText(style, text, { validateStream: false }) : (_, text) => text
}

/** The file's own name, without the folders. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
