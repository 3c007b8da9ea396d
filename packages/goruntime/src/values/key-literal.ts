/** What stands in the brackets of a path: an index, or a key of a map as Go writes it or as `gospy var` shows it. */

/** One value, as it was written. */
export type KeyLiteral =
  /** In quotes of any of Go's three kinds. */
  | { readonly kind: 'quoted'; readonly type?: string; readonly bytes: Uint8Array; readonly text: string }
  /** Anything else without parts: `7`, `true`, `nil`, `1.5s`, or a string for which no quotes were written. */
  | { readonly kind: 'bare'; readonly type?: string; readonly text: string }
  /** `{1, 2}`, `{A: "a", B: 2}`: an array or a struct. */
  | { readonly kind: 'parts'; readonly type?: string; readonly parts: readonly KeyPart[] }

export interface KeyPart {
  /** Of a field. */
  readonly name?: string
  readonly value: KeyLiteral
}

/** Literals inside of each other. */
const MAX_NESTING = 32

/** A string in quotes, or one without its end. */
const QUOTED = /"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|`[^`]*`?/sy
const FIELD_NAME = /^([\p{L}_][\p{L}\p{N}_]*):\s*/u
/** `int64(1)`, `float64 1.5`: a type, and what is of it. */
const CONVERSION = /^([^\s()"'`]+)\((.*)\)$/s
const TYPED = /^([^"'`]*[^\s"'`])\s+(\S+|"(?:[^"\\]|\\.)*")$/s

/** How far a text goes until the bracket that closes it, quotes and brackets inside of it left out; undefined where none does. */
export function closingBracket(text: string): number | undefined {
  let depth = 0
  for (const { at, character } of unquoted(text)) {
    if (character === '[' || character === '{' || character === '(') depth++
    else if (character === ']' || character === '}' || character === ')') {
      if (depth === 0) return character === ']' ? at : undefined
      depth--
    }
  }
  return undefined
}

/** Undefined for what is no literal: nothing at all, or braces that do not match. */
export function parseKey(written: string, nesting = MAX_NESTING): KeyLiteral | undefined {
  const text = written.trim()
  if (text === '' || nesting === 0) return undefined
  if (text.endsWith('}')) return parseParts(text, nesting)
  const quoted = unquote(text)
  return quoted ?? { kind: 'bare', text }
}

/** The same literal with the type that stands before it apart: `float64 1.5`, `int64(1)`; undefined where none does. */
export function withType(literal: KeyLiteral): KeyLiteral | undefined {
  if (literal.kind !== 'bare') return undefined
  const [, type, rest] = CONVERSION.exec(literal.text) ?? TYPED.exec(literal.text) ?? []
  if (type === undefined || rest === undefined) return undefined
  return { ...(unquote(rest) ?? { kind: 'bare', text: rest }), type }
}

/** With the type before the braces, if there is one: that of a struct has braces itself. */
function parseParts(text: string, nesting: number): KeyLiteral | undefined {
  const opened: number[] = []
  let start: number | undefined
  for (const { at, character } of unquoted(text)) {
    if (character === '{') opened.push(at)
    if (character === '}') start = opened.pop()
  }
  if (start === undefined || opened.length > 0) return undefined
  const type = text.slice(0, start).trim()
  const parts: KeyPart[] = []
  for (const piece of splitParts(text.slice(start + 1, -1))) {
    const name = FIELD_NAME.exec(piece)
    const value = parseKey(name === null ? piece : piece.slice(name[0].length), nesting - 1)
    if (value === undefined) return undefined
    parts.push(name === null ? { value } : { name: name[1]!, value })
  }
  return { kind: 'parts', ...(type !== '' && { type }), parts }
}

function splitParts(text: string): string[] {
  if (text.trim() === '') return []
  const pieces: string[] = []
  let depth = 0
  let start = 0
  for (const { at, character } of unquoted(text)) {
    if ('[{('.includes(character)) depth++
    else if (']})'.includes(character)) depth--
    else if (character === ',' && depth === 0) {
      pieces.push(text.slice(start, at).trim())
      start = at + 1
    }
  }
  pieces.push(text.slice(start).trim())
  return pieces
}

/** The characters that stand in no quotes. */
function* unquoted(text: string): Generator<{ readonly at: number; readonly character: string }> {
  for (let at = 0; at < text.length; at++) {
    QUOTED.lastIndex = at
    const quoted = QUOTED.exec(text)
    if (quoted === null) yield { at, character: text[at]! }
    else at += quoted[0].length - 1
  }
}

function unquote(text: string): KeyLiteral | undefined {
  const quote = text[0]!
  QUOTED.lastIndex = 0
  const [all] = QUOTED.exec(text) ?? []
  if (all !== text || text.length < 2 || !text.endsWith(quote)) return undefined
  const inner = text.slice(1, -1)
  const bytes = quote === '`' ? Buffer.from(inner) : unescapeGo(inner)
  return { kind: 'quoted', bytes, text: bytes.toString('utf8') }
}

const LETTERS: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}

const ESCAPES = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U(00(?:0[0-9a-fA-F]|10)[0-9a-fA-F]{4})|([0-7]{3})|(.))/gs

/** The bytes of a string of Go's with escapes in it: `\xff` is a byte; what follows any other backslash is itself. */
function unescapeGo(text: string): Buffer {
  const pieces: Buffer[] = []
  let end = 0
  for (const found of text.matchAll(ESCAPES)) {
    const [all, byte, short, long, octal, letter] = found
    const code = short ?? long
    pieces.push(Buffer.from(text.slice(end, found.index)))
    if (byte !== undefined) pieces.push(Buffer.from([Number.parseInt(byte, 16)]))
    else if (octal !== undefined) pieces.push(Buffer.from([Number.parseInt(octal, 8)]))
    else if (code !== undefined) pieces.push(Buffer.from(String.fromCodePoint(Number.parseInt(code, 16))))
    else pieces.push(Buffer.from(LETTERS[letter!] ?? letter!))
    end = found.index + all.length
  }
  return Buffer.concat([...pieces, Buffer.from(text.slice(end))])
}
