/**
 * pc-value tables: what holds at which pc of a function (SP delta, file, line, pcdata), as pairs of varints: a zigzag
 * change of the value, and how far it reaches in units of the pc quantum.
 * Source: runtime/symtab.go (pcvalue, step, readvarint); the format is the same in every Go version.
 */
import { FormatError } from '@gospy/bytes'
import type { PagedBytes } from './paged-bytes.js'

export const PCLNTAB = '.gopclntab'

/** Bytes of an entry at most: two varints. */
const MAX_ENTRY = 10

/** Walks one table from its start. `next` moves to the next run of equal values and leaves it in the fields. */
export class PcValueWalk {
  /** Where the run begins, in bytes from the function's entry. */
  start = 0
  /** Where the run ends, exclusive. */
  end = 0
  value = -1
  readonly #pages: PagedBytes
  readonly #quantum: number
  #at: number
  /** How far the bytes are there. */
  #ready = 0
  #bytes: Uint8Array

  /** @param offset of the table's first byte within `pages` */
  constructor(pages: PagedBytes, offset: number, quantum: number) {
    this.#pages = pages
    this.#quantum = quantum
    this.#at = offset
    this.#bytes = pages.bytes
  }

  /**
   * False after the last run.
   * @throws FormatError when the table runs past the end of the bytes
   */
  next(): boolean {
    if (this.#at + MAX_ENTRY > this.#ready) {
      this.#ready = this.#pages.ready(this.#at, MAX_ENTRY)
      this.#bytes = this.#pages.bytes
    }
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
 * @param offset of the table's first byte within `pages`
 * @throws FormatError when the table runs past the end of the bytes
 */
export function pcValue(pages: PagedBytes, offset: number, quantum: number, target: number): number | undefined {
  let at = offset
  let ready = pages.ready(at, MAX_ENTRY)
  let { bytes } = pages
  let end = 0
  let value = -1
  for (;;) {
    if (at + MAX_ENTRY > ready && ready < bytes.length) {
      ready = pages.ready(at, MAX_ENTRY)
      bytes = pages.bytes
    }
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
