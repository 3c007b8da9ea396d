/** Names of symbols by their offset in the string table. */
import { decodeLatin1, decodeUtf8, FormatError } from '@gospy/bytes'
import type { WindowedBytes } from './windowed-bytes.js'

/** So many names one by one before a stretch is decoded: who asks for more walks the table. */
const FEW = 100
/** Bytes that are decoded at once: as many as one name that is kept keeps in memory. */
const STRETCH = 1 << 16
/** Who wants a name so few bytes behind the stretch walks on; one farther away may be the tail of another. */
const NEAR = 1 << 10
// biome-ignore lint/suspicious/noControlCharactersInRegex: all that are not ASCII
const NOT_ASCII = /[^\x00-\x7f]/

const utf8 = new TextEncoder()

/**
 * Decodes names. The first hundred one by one; after that a stretch of the table at once, and a name is a slice of it: four
 * times as fast, for nothing is copied for each. The stretch follows whoever walks on; a name elsewhere is decoded by itself.
 */
export class SymbolNames {
  readonly #table: () => WindowedBytes
  /** A stretch of the table, whole names, one character a byte; where it begins, and whether it is all ASCII. */
  #text = ''
  #start = 0
  #isAscii = true
  /** How many names in a row were not in it. */
  #missed = 0
  #scratch: Uint8Array | undefined

  constructor(table: () => WindowedBytes) {
    this.#table = table
  }

  /** @throws FormatError when it starts or ends outside the table */
  at(offset: number): string {
    const at = offset - this.#start
    if (at < 0 || at >= this.#text.length) return this.#outside(offset)
    this.#missed = 0
    const name = this.#text.slice(at, this.#text.indexOf('\0', at))
    if (this.#isAscii || !NOT_ASCII.test(name)) return name
    return decodeUtf8(Uint8Array.from(name, (character) => character.charCodeAt(0)))
  }

  #outside(offset: number): string {
    const table = this.#table()
    const nul = nulFrom(table, offset)
    const beyond = offset - this.#start - this.#text.length
    const isNext = this.#text !== '' && beyond >= 0 && beyond < NEAR
    const from = offset - table.start
    if (!isNext && this.#missed++ < FEW) return decodeUtf8(table.bytes, from, nul)
    // To the last name that ends within a stretch, or to the end of this one.
    const end = table.bytes.lastIndexOf(0, from + STRETCH - 1)
    this.#text = decodeLatin1(table.bytes, from, Math.max(end, nul) + 1)
    this.#start = offset
    this.#scratch ??= new Uint8Array(STRETCH)
    this.#isAscii = isAscii(this.#text, this.#scratch)
    return this.at(offset)
  }
}

/** Where in the window the name from `offset` on ends, all of which is in the window then. */
function nulFrom(table: WindowedBytes, offset: number): number {
  if (offset < table.length) {
    const at = offset - table.start
    let nul = at >= 0 ? table.bytes.indexOf(0, at) : -1
    if (nul >= 0) return nul
    table.moveTo(offset)
    nul = table.bytes.indexOf(0, offset - table.start)
    if (nul >= 0) return nul
    nul = table.all().indexOf(0, offset)
    if (nul >= 0) return nul
  }
  throw new FormatError('no string here: the table ends before a NUL', { section: 'symbol string table', offset })
}

/** Written as UTF-8 a character above ASCII takes two bytes, and does not fit. By far faster than a loop. */
function isAscii(text: string, scratch: Uint8Array): boolean {
  for (let at = 0; at < text.length; at += scratch.length) {
    const part = text.slice(at, at + scratch.length)
    if (utf8.encodeInto(part, scratch.subarray(0, part.length)).read !== part.length) return false
  }
  return true
}
