/** Characters out of memory: strings that end in a zero, or have a length. */
import { decodeUtf8, type MemoryReader } from '@gospy/bytes'
import { readSome } from './memory-window.js'

/** Bytes that are read at once while looking for the end of a string: most are shorter. */
const FIRST_READ = 64
const NEXT_READ = 4096

/** Bytes of a string, and whether it goes on behind them. */
export interface Text {
  /** Without the zero at the end. */
  readonly bytes: Uint8Array
  readonly isCut: boolean
}

/**
 * The string at an address up to its zero, of characters of 1, 2 or 4 bytes, and at most `limit` bytes. Where the memory ends
 * before the zero, the string is cut there.
 * @throws UnreadableMemoryError when not even the first character can be read
 */
export function terminatedText(memory: MemoryReader, address: number, width: number, limit: number): Text {
  let bytes: Uint8Array = new Uint8Array(0)
  while (bytes.length < limit) {
    const wanted = Math.min(bytes.length === 0 ? FIRST_READ : NEXT_READ, limit - bytes.length)
    let piece: Uint8Array
    try {
      piece = readSome(memory, address + bytes.length, wanted)
    } catch (error) {
      if (bytes.length === 0 || (error as { code?: unknown }).code !== 'ERR_UNREADABLE_MEMORY') throw error
      break
    }
    const whole = new Uint8Array(bytes.length + piece.length)
    whole.set(bytes)
    whole.set(piece, bytes.length)
    bytes = whole
    const end = indexOfZero(bytes, width)
    if (end >= 0) return { bytes: bytes.subarray(0, end), isCut: false }
    if (piece.length < wanted) break
  }
  return { bytes: bytes.subarray(0, bytes.length - (bytes.length % width)), isCut: true }
}

/** Where the first character that is zero starts; -1 where there is none. */
export function indexOfZero(bytes: Uint8Array, width: number): number {
  if (width === 1) return bytes.indexOf(0)
  for (let at = 0; at + width <= bytes.length; at += width) {
    let any = 0
    for (let index = 0; index < width; index++) any |= bytes[at + index]!
    if (any === 0) return at
  }
  return -1
}

/** The characters as a string: UTF-8, UTF-16 or UTF-32 by their width; what is none of it becomes U+FFFD. */
export function decodeText(bytes: Uint8Array, width: number, littleEndian: boolean): string {
  if (width === 1) return decodeUtf8(bytes, 0, bytes.length)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const parts: string[] = []
  for (let at = 0; at + width <= bytes.length; at += width) {
    if (width === 2) parts.push(String.fromCharCode(view.getUint16(at, littleEndian)))
    else parts.push(codePoint(view.getUint32(at, littleEndian)))
  }
  return parts.join('')
}

/** A code point as a string; U+FFFD for what is none. */
export function codePoint(value: number): string {
  return value >= 0 && value <= 0x10_ffff && !(value >= 0xd800 && value < 0xe000)
    ? String.fromCodePoint(value)
    : '\ufffd'
}

/** Bytes of the UTF-8 sequence that starts here; 0 where none does. */
export function utf8Length(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!
  if (first < 0x80) return 1
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2
  if (first < 0xc2 || first > 0xf4 || at + length > bytes.length) return 0
  // The replacement character may stand there itself.
  const isReplacement = first === 0xef && bytes[at + 1] === 0xbf && bytes[at + 2] === 0xbd
  return isReplacement || !decodeUtf8(bytes, at, at + length).includes('\ufffd') ? length : 0
}
