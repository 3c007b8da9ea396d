/** Go string literals, as build info quotes keys and values. Source: strconv/quote.go (Quote, Unquote, QuotedPrefix). */
import { decodeUtf8 } from '@gospy/bytes'

const SIMPLE: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
  '\\': 92,
  '"': 34,
}
const ESCAPE = /^(?:x([0-9a-fA-F]{2})|([0-7]{3})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/

/** The quoted literal that `text` begins with, quotes included; undefined where there is none or it does not end. */
export function quotedPrefix(text: string): string | undefined {
  const quote = text[0]
  if (quote !== '"' && quote !== '`') return undefined
  for (let at = 1; at < text.length; at++) {
    if (text[at] === quote) return text.slice(0, at + 1)
    if (quote === '"') {
      if (text[at] === '\n') return undefined
      if (text[at] === '\\') at++
    }
  }
  return undefined
}

/** The string that a literal in double quotes or backquotes stands for; undefined where it is malformed. */
export function unquote(literal: string): string | undefined {
  if (quotedPrefix(literal) !== literal || literal.length < 2) return undefined
  const body = literal.slice(1, -1)
  if (literal[0] === '`') return body.replaceAll('\r', '')
  if (!body.includes('\\')) return body
  const bytes: number[] = []
  const encoder = new TextEncoder()
  for (let at = 0; at < body.length; at++) {
    const escaped = body[at] === '\\' ? body[at + 1] : undefined
    if (escaped === undefined) {
      const character = String.fromCodePoint(body.codePointAt(at)!)
      bytes.push(...encoder.encode(character))
      at += character.length - 1
      continue
    }
    const simple = SIMPLE[escaped]
    if (simple !== undefined) {
      bytes.push(simple)
      at++
      continue
    }
    const match = ESCAPE.exec(body.slice(at + 1, at + 10))
    if (match === null) return undefined
    const [all, hex, octal, short, long] = match
    if (hex !== undefined || octal !== undefined) {
      const byte = hex === undefined ? Number.parseInt(octal!, 8) : Number.parseInt(hex, 16)
      if (byte > 0xff) return undefined
      bytes.push(byte)
    } else {
      const codePoint = Number.parseInt(short ?? long!, 16)
      if (codePoint > 0x10ffff || (codePoint >= 0xd800 && codePoint < 0xe000)) return undefined
      bytes.push(...encoder.encode(String.fromCodePoint(codePoint)))
    }
    at += all.length
  }
  return decodeUtf8(new Uint8Array(bytes))
}

const ESCAPES = new Map(Object.entries(SIMPLE).map(([letter, code]) => [code, `\\${letter}`]))
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u

/** A literal in double quotes for a string (strconv.Quote): what does not print is escaped. */
export function quote(text: string): string {
  let literal = '"'
  for (const character of text) {
    const code = character.codePointAt(0)!
    const hex = code.toString(16)
    if (ESCAPES.has(code)) literal += ESCAPES.get(code)
    else if (PRINTABLE.test(character)) literal += character
    else if (code < 0x80) literal += `\\x${hex.padStart(2, '0')}`
    else literal += code < 0x1_0000 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`
  }
  return `${literal}"`
}
