/** Characters and strings as GDB prints them: escapes of C, and runs of one character cut short. */
import { decodeUtf8 } from '@gospy/bytes'
import { codePoint, utf8Length } from './text.js'

/** Runs of more equal elements than this are printed once, with their number (`set print repeats`). */
export const MAX_REPEATS = 10

/** Elements and characters of one value that are printed (`set print elements`). */
export const MAX_ELEMENTS = 200

const ESCAPES: ReadonlyMap<number, string> = new Map([
  [0x07, '\\a'],
  [0x08, '\\b'],
  [0x09, '\\t'],
  [0x0a, '\\n'],
  [0x0b, '\\v'],
  [0x0c, '\\f'],
  [0x0d, '\\r'],
  [0x5c, '\\\\'],
])

/** One character of a string: its code, and its bytes where it is of none that can be printed. */
interface Character {
  readonly code: number
  readonly isValid: boolean
}

function escaped({ code, isValid }: Character, quote: string, width: number): string {
  const known = ESCAPES.get(code)
  if (known !== undefined) return known
  if (isValid && code >= 0x20 && code !== 0x7f && !(code >= 0x80 && code < 0xa0)) {
    const character = codePoint(code)
    return character === quote ? `\\${quote}` : character
  }
  // Octal, as many digits as the character's bytes have.
  return octal(code, width)
}

function octal(code: number, width: number): string {
  let text = ''
  for (let shift = (width - 1) * 8; shift >= 0; shift -= 8)
    text += `\\${((code >>> shift) & 0xff).toString(8).padStart(3, '0')}`
  return text
}

function charactersIn(bytes: Uint8Array, width: number, littleEndian: boolean): Character[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const characters: Character[] = []
  for (let at = 0; at + width <= bytes.length; ) {
    if (width === 4) {
      const code = view.getUint32(at, littleEndian)
      characters.push({ code, isValid: code <= 0x10_ffff && !(code >= 0xd800 && code < 0xe000) })
      at += 4
    } else if (width === 2) {
      const first = view.getUint16(at, littleEndian)
      const second = at + 4 <= bytes.length ? view.getUint16(at + 2, littleEndian) : 0
      const isPair = first >= 0xd800 && first < 0xdc00 && second >= 0xdc00 && second < 0xe000
      if (isPair) characters.push({ code: 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00), isValid: true })
      else characters.push({ code: first, isValid: !(first >= 0xd800 && first < 0xe000) })
      at += isPair ? 4 : 2
    } else {
      const length = utf8Length(bytes, at)
      if (length === 0) characters.push({ code: bytes[at]!, isValid: false })
      else characters.push({ code: decodeUtf8(bytes, at, at + length).codePointAt(0)!, isValid: true })
      at += Math.max(1, length)
    }
  }
  return characters
}

/** A single character: `97 'a'`. */
export function printCharacter(code: number, width: number, prefix: string): string {
  const isValid = code >= 0 && (width === 1 ? code < 0x80 : code <= 0x10_ffff)
  const unsigned = width === 1 ? code & 0xff : code
  return `${code} ${prefix}'${escaped({ code: unsigned, isValid }, "'", width)}'`
}

/**
 * A string: `"abc", 'x' <repeats 20 times>, "def"...`.
 * @param isCut whether the text goes on behind these bytes
 */
export function printText(
  bytes: Uint8Array,
  width: number,
  littleEndian: boolean,
  prefix: string,
  isCut: boolean,
): string {
  const characters = charactersIn(bytes.subarray(0, MAX_ELEMENTS * 4 * MAX_REPEATS), width, littleEndian)
  if (characters.length === 0) return `${prefix}""${isCut ? '...' : ''}`
  const parts: string[] = []
  let open = ''
  let printed = 0
  let at = 0
  while (at < characters.length && printed < MAX_ELEMENTS) {
    const character = characters[at]!
    let run = 1
    while (at + run < characters.length && characters[at + run]!.code === character.code) run++
    if (run > MAX_REPEATS) {
      if (open !== '') parts.push(`${prefix}"${open}"`)
      open = ''
      parts.push(`${prefix}'${escaped(character, "'", width)}' <repeats ${run} times>`)
      printed += MAX_REPEATS
      at += run
    } else {
      open += escaped(character, '"', width)
      printed++
      at++
    }
  }
  if (open !== '') parts.push(`${prefix}"${open}"`)
  return parts.join(', ') + (isCut || at < characters.length ? '...' : '')
}
