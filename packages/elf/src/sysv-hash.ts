/** `.hash` (SHT_HASH, DT_HASH): buckets and chains over all symbols (gABI chapter 5, "Hash Table"). */
import { Cursor, FormatError } from '@gospy/bytes'
import { EM } from './constants.js'
import { type Encoding, RecordTable } from './fields.js'
import type { SymbolHash } from './symbol-hash.js'

const LABEL = 'SysV hash table'

/** The hash function of the gABI. */
export function sysvHash(name: Uint8Array): number {
  let hash = 0
  for (let at = 0; at < name.length; at++) {
    hash = (hash << 4) + name[at]!
    const top = hash & 0xf000_0000
    hash = (hash ^ (top >>> 24)) & ~top
  }
  return hash >>> 0
}

/** Look-ups by the hash of the gABI. */
export class SysvHashTable implements SymbolHash {
  readonly firstHashed = 0
  readonly #words: RecordTable
  readonly #wordAt: number
  readonly #bucketCount: number
  readonly #chainCount: number

  /**
   * @param bytes the table; may have more behind it where its end is not known
   * @param machine e_machine: Alpha and 64-bit S/390 have words of 64 bits
   * @throws FormatError when buckets and chains do not lie within the bytes
   */
  constructor(bytes: Uint8Array, encoding: Encoding, machine: number) {
    const isWide = encoding.is64 && (machine === EM.ALPHA || machine === EM.S390)
    const wordSize = isWide ? 8 : 4
    // Of a wide word the low half: counts and indices are below 2^32.
    this.#wordAt = isWide && !encoding.littleEndian ? 4 : 0
    const cursor = new Cursor(bytes, { littleEndian: encoding.littleEndian, section: LABEL })
    this.#bucketCount = cursor.uint(wordSize)
    this.#chainCount = cursor.uint(wordSize)
    const words = cursor.take((this.#bucketCount + this.#chainCount) * wordSize)
    this.#words = new RecordTable(words, wordSize, wordSize, encoding, LABEL)
  }

  *candidates(name: Uint8Array): IterableIterator<number> {
    if (this.#bucketCount === 0) return
    let index = this.#words.u32(sysvHash(name) % this.#bucketCount, this.#wordAt)
    for (let steps = 0; index !== 0; steps++) {
      if (index >= this.#chainCount || steps >= this.#chainCount) {
        const reason = index >= this.#chainCount ? `the chain leads to symbol ${index}` : 'the chain goes in a circle'
        throw new FormatError(`${reason}; there are ${this.#chainCount}`, { section: LABEL })
      }
      yield index
      index = this.#words.u32(this.#bucketCount + index, this.#wordAt)
    }
  }

  symbolCount(): number {
    return this.#chainCount
  }
}
