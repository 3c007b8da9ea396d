/** Strings as Go's `%q` writes them (strconv.Quote, src/strconv/quote.go). */
import { decodeUtf8 } from '@gospy/bytes'
import { utf8Length } from './text.js'

/** Letters with a meaning behind a backslash. */
const ESCAPES: Readonly<Record<string, string>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '"': '\\"',
  '\\': '\\\\',
}

/** What Go calls printable (unicode.IsPrint): letters, marks, numbers, punctuation, symbols and the ASCII space. */
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u

/** A text, or the bytes of a Go string, in quotes: printable characters of all scripts stay, what is no UTF-8 is shown byte by byte. */
export function goQuote(text: string | Uint8Array): string {
  if (typeof text === 'string') return `"${Array.from(text, escaped).join('')}"`
  return `"${escapedBytes(text)}"`
}

function escapedBytes(bytes: Uint8Array): string {
  let quoted = ''
  for (let at = 0; at < bytes.length; ) {
    const length = utf8Length(bytes, at)
    quoted += length === 0 ? byNumber('x', bytes[at]!, 2) : escaped(decodeUtf8(bytes, at, at + length))
    at += Math.max(1, length)
  }
  return quoted
}

function escaped(character: string): string {
  const known = ESCAPES[character]
  if (known !== undefined) return known
  if (PRINTABLE.test(character)) return character
  const code = character.codePointAt(0)!
  if (code < 0x80) return byNumber('x', code, 2)
  return code < 0x1_0000 ? byNumber('u', code, 4) : byNumber('U', code, 8)
}

function byNumber(letter: string, code: number, digits: number): string {
  return `\\${letter}${code.toString(16).padStart(digits, '0')}`
}
