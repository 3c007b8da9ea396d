/**
 * pc-value tables: what holds at which pc of a function (SP delta, file, line, pcdata), as pairs of varints: a zigzag
 * change of the value, and how far it reaches in units of the pc quantum.
 * Source: runtime/symtab.go (pcvalue, step, readvarint); the format is the same in every Go version.
 */
import { FormatError, type PagedBytes } from '@gospy/bytes'

export const PCLNTAB = '.gopclntab'

/** Bytes of an entry at most: two varints. */
const MAX_ENTRY = 10

/**
 * The bytes with all of one table there, for what is below: nothing says how long it is, so that it is gone over once more where
 * not all bytes are there. What is malformed is for the others to say.
 * @param offset of the table's first byte within `pages`
 */
export function withTable(pages: PagedBytes, offset: number): Uint8Array {
  // Apart, so that this much is inlined.
  return pages.isWhole ? pages.bytes : loadTable(pages, offset)
}

function loadTable(pages: PagedBytes, offset: number): Uint8Array {
  for (let at = offset; at < pages.size; ) {
    pages.need(at, at + MAX_ENTRY)
    const { bytes } = pages
    const reach = varintEnd(bytes, at)
    if (at !== offset && isZero(bytes, at, reach)) break
    at = varintEnd(bytes, reach)
  }
  return pages.bytes
}

function varintEnd(bytes: Uint8Array, start: number): number {
  let at = start
  while (at < start + MAX_ENTRY / 2 && bytes[at]! >= 0x80) at++
  return at + 1
}

/** Also of one written with needless bytes. */
function isZero(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if ((bytes[at]! & 0x7f) !== 0) return false
  return true
}

/** Walks one table from its start. `next` moves to the next run of equal values and leaves it in the fields. */
export class PcValueWalk {
  /** Where the run begins, in bytes from the function's entry. */
  start = 0
  /** Where the run ends, exclusive. */
  end = 0
  value = -1
  readonly #bytes: Uint8Array
  readonly #quantum: number
  #at: number

  /** @param offset of the table's first byte within `bytes` */
  constructor(bytes: Uint8Array, offset: number, quantum: number) {
    this.#bytes = bytes
    this.#quantum = quantum
    this.#at = offset
  }

  /**
   * False after the last run.
   * @throws FormatError when the table runs past the end of the bytes
   */
  next(): boolean {
    const change = this.#varint()
    // A change of zero ends the table, but for the first run, whose value may be the initial -1.
    if (change === 0 && this.end !== 0) return false
    this.start = this.end
    this.value = (this.value + (change & 1 ? ~(change >>> 1) : change >>> 1)) | 0
    this.end += this.#varint() * this.#quantum
    return true
  }

  #varint(): number {
    const bytes = this.#bytes
    let at = this.#at
    if (at < bytes.length) {
      const first = bytes[at]!
      if (first < 0x80) {
        this.#at = at + 1
        return first
      }
    }
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      if (at >= bytes.length) failAt('pc-value table does not end', at)
      const byte = bytes[at++]!
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) {
        this.#at = at
        return value >>> 0
      }
    }
    return failAt('varint of more than five bytes', this.#at)
  }
}

/**
 * The value at `target` bytes behind the function's entry, or undefined where the table says nothing about it.
 * The same as PcValueWalk, as one loop over locals: every lookup and every frame that is unwound comes through here.
 * @param offset of the table's first byte within `bytes`
 * @throws FormatError when the table runs past the end of the bytes
 */
export function pcValue(bytes: Uint8Array, offset: number, quantum: number, target: number): number | undefined {
  let at = offset
  let end = 0
  let value = -1
  for (;;) {
    let change = bytes[at++]
    if (change === undefined) return failAt('pc-value table does not end', at - 1)
    if (change === 0 && end !== 0) return undefined
    // Nearly all varints have one byte.
    if (change >= 0x80) {
      change &= 0x7f
      for (let shift = 7; ; shift += 7) {
        const byte = bytes[at++]
        if (byte === undefined) return failAt('pc-value table does not end', at - 1)
        if (shift > 28) return failAt('varint of more than five bytes', at - 1)
        change |= (byte & 0x7f) << shift
        if (byte < 0x80) break
      }
      // A zero written with needless bytes.
      if (change === 0 && end !== 0) return undefined
    }
    value = (value + (change & 1 ? ~(change >>> 1) : change >>> 1)) | 0

    let reach = bytes[at++]
    if (reach === undefined) return failAt('pc-value table does not end', at - 1)
    if (reach >= 0x80) {
      reach &= 0x7f
      for (let shift = 7; ; shift += 7) {
        const byte = bytes[at++]
        if (byte === undefined) return failAt('pc-value table does not end', at - 1)
        if (shift > 28) return failAt('varint of more than five bytes', at - 1)
        reach |= (byte & 0x7f) << shift
        if (byte < 0x80) break
      }
      reach >>>= 0
    }
    end += reach * quantum
    if (target < end) return value
  }
}

function failAt(reason: string, offset: number): never {
  throw new FormatError(reason, { section: PCLNTAB, offset })
}
