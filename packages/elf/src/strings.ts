/** String tables: NUL-terminated strings, referred to by offset (gABI, "String Table"). */
import { decodeUtf8, FormatError } from '@gospy/bytes'

/**
 * The string that starts at `offset`.
 * @param section the table's name, for the error
 * @param limit bytes that the string may have: where thousands of headers refer to one long string, decoding it for each
 * takes time and memory that grow with the square of the file
 * @throws FormatError when it starts or ends outside the table, or is longer than `limit`
 */
export function stringAt(table: Uint8Array, offset: number, section: string, limit?: number): string {
  if (offset < table.length) {
    const end = limit === undefined ? table.indexOf(0, offset) : nulWithin(table, offset, limit)
    if (end >= 0) return decodeUtf8(table, offset, end)
    if (limit !== undefined && table.length - offset > limit) {
      throw new FormatError(`a string of more than ${limit} bytes`, { section, offset })
    }
  }
  throw new FormatError('no string here: the table ends before a NUL', { section, offset })
}

/** Where the first NUL among `limit + 1` bytes is, or -1. */
function nulWithin(table: Uint8Array, start: number, limit: number): number {
  const found = table.subarray(start, start + limit + 1).indexOf(0)
  return found < 0 ? -1 : start + found
}

/** Whether exactly `text`, NUL included, stands at `offset`. */
export function standsAt(table: Uint8Array, offset: number, text: Uint8Array): boolean {
  if (offset + text.length > table.length) return false
  for (let index = 0; index < text.length; index++) if (table[offset + index] !== text[index]) return false
  return true
}

/** How many times over the strings that are asked for may cover a table: linkers let them share tails, within reason. */
const MAX_STRING_OVERLAP = 8

/**
 * Strings of a table for many small records, each decoded once. However the records refer to it, what is decoded stays
 * within a small multiple of the table.
 */
export class StringReader {
  readonly #table: () => Uint8Array
  readonly #section: string
  readonly #known = new Map<number, string>()
  #decoded = 0

  /** @param section the table's name, for errors */
  constructor(table: () => Uint8Array, section: string) {
    this.#table = table
    this.#section = section
  }

  /** @throws FormatError when it starts or ends outside the table, or strings overlap without reason */
  at(offset: number): string {
    const known = this.#known.get(offset)
    if (known !== undefined) return known
    const table = this.#table()
    const text = stringAt(table, offset, this.#section)
    this.#decoded += text.length
    if (this.#decoded > table.length * MAX_STRING_OVERLAP) {
      throw new FormatError('too many strings overlap', { section: this.#section, offset })
    }
    this.#known.set(offset, text)
    return text
  }
}
