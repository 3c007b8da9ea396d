/** Strings as Go writes them in quotes. */

/** Letters with a meaning behind a backslash. */
const SHORT: Readonly<Record<string, string>> = {
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

/** As `%q` and strconv.Quote do (src/strconv/quote.go): printable characters of all scripts stay. */
export function quote(text: string): string {
  let quoted = '"'
  for (const character of text) {
    quoted += SHORT[character] ?? (PRINTABLE.test(character) ? character : escapeByNumber(character.codePointAt(0)!))
  }
  return `${quoted}"`
}

function escapeByNumber(code: number): string {
  const hex = (digits: number) => code.toString(16).padStart(digits, '0')
  if (code < 0x80) return `\\x${hex(2)}`
  return code < 0x1_0000 ? `\\u${hex(4)}` : `\\U${hex(8)}`
}
