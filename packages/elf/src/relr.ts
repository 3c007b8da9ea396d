/**
 * SHT_RELR, DT_RELR: relative relocations alone, as addresses and bitmaps (gABI, "Relative Relocation Table"; proposal of
 * 2018-2020 on the generic-abi list). Each place holds its own addend.
 */
import type { RecordTable } from './fields.js'

/** One table of packed relative relocations. */
export class RelrTable {
  /** How many words: a word is an address, or a bitmap of 63 or 31 places behind it. */
  readonly length: number
  /** Name of the section, or of the dynamic tag where the file has no sections. */
  readonly label: string
  readonly #words: RecordTable

  constructor(words: RecordTable, label: string) {
    this.#words = words
    this.length = words.length
    this.label = label
  }

  /** The word at an index, as stored: even for an address, odd for a bitmap. */
  wordAt(index: number): bigint {
    return this.#words.big(index, 0)
  }

  /**
   * The places: addresses at which the load bias is to be added to the word that stands there.
   * @throws FormatError when a bitmap comes before any address
   */
  *addresses(): IterableIterator<bigint> {
    const { is64 } = this.#words.encoding
    const wordSize = is64 ? 8n : 4n
    const places = is64 ? 63 : 31
    let next: bigint | undefined
    for (let index = 0; index < this.length; index++) {
      const low = this.#words.low(index, 0)
      if ((low & 1) === 0) {
        const address = this.#words.big(index, 0)
        yield address
        next = address + wordSize
        continue
      }
      if (next === undefined) return this.#words.fail('a bitmap, but no address before it', index)
      // In two halves of 32 bits: the lowest bit is the mark.
      const high = this.#words.high(index, 0)
      for (let bit = 1; bit <= places; bit++) {
        const isSet = bit < 32 ? (low >>> bit) & 1 : (high >>> (bit - 32)) & 1
        if (isSet) yield next + BigInt(bit - 1) * wordSize
      }
      next += BigInt(places) * wordSize
    }
  }
}
