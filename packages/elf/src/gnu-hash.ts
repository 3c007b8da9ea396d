/**
 * `.gnu.hash` (SHT_GNU_HASH, DT_GNU_HASH): a Bloom filter, buckets, and for each symbol its hash, in the order of the
 * symbol table. In no ABI document; as in glibc 2.36, elf/dl-lookup.c (do_lookup_x) and binutils bfd/elflink.c.
 */
import { Cursor, FormatError } from '@gospy/bytes'
import { type Encoding, RecordTable } from './fields.js'
import type { SymbolHash } from './symbol-hash.js'

const LABEL = 'GNU hash table'
const HEADER_SIZE = 16

/** The hash: Bernstein's, h * 33 + c, modulo 2^32. */
export function gnuHash(name: Uint8Array): number {
  let hash = 5381
  for (let at = 0; at < name.length; at++) hash = (Math.imul(hash, 33) + name[at]!) >>> 0
  return hash
}

/** Look-ups by GNU hash. */
export class GnuHashTable implements SymbolHash {
  readonly firstHashed: number
  /** Index of the symbol that the first entry of the chain belongs to. */
  readonly #firstSymbol: number
  readonly #bloom: RecordTable
  readonly #bloomShift: number
  readonly #buckets: RecordTable
  readonly #chain: RecordTable

  /**
   * @param bytes the table; may have more behind it where its end is not known
   * @throws FormatError when the filter or the buckets do not lie within the bytes, or there are none
   */
  constructor(bytes: Uint8Array, encoding: Encoding) {
    const cursor = new Cursor(bytes, { littleEndian: encoding.littleEndian, section: LABEL })
    const bucketCount = cursor.u32()
    const firstSymbol = cursor.u32()
    const bloomWords = cursor.u32()
    this.#bloomShift = cursor.u32()
    const wordSize = encoding.is64 ? 8 : 4
    if (bloomWords === 0) cursor.fail('no Bloom filter', 8)
    this.#bloom = new RecordTable(cursor.take(bloomWords * wordSize), 4, 4, encoding, LABEL)
    this.#buckets = new RecordTable(cursor.take(bucketCount * 4), 4, 4, encoding, LABEL)
    this.#chain = new RecordTable(bytes.subarray(cursor.offset), 4, 4, encoding, LABEL)
    this.#firstSymbol = firstSymbol
    // A program that exports nothing has an empty table, which ld lets begin at symbol 1 all the same.
    let first = 0
    while (first < bucketCount && this.#buckets.u32(first, 0) === 0) first++
    this.firstHashed = first === bucketCount ? Number.POSITIVE_INFINITY : firstSymbol
  }

  *candidates(name: Uint8Array): IterableIterator<number> {
    const hash = gnuHash(name)
    const bucketCount = this.#buckets.length
    if (bucketCount === 0 || !this.#mayContain(hash)) return
    const first = this.#buckets.u32(hash % bucketCount, 0)
    if (first === 0) return
    for (let index = first; ; index++) {
      const stored = this.#hashOf(index)
      // The lowest bit says that the chain ends here.
      if ((stored ^ hash) >>> 1 === 0) yield index
      if (stored & 1) return
    }
  }

  symbolCount(): number {
    let last = 0
    for (let bucket = 0; bucket < this.#buckets.length; bucket++) {
      last = Math.max(last, this.#buckets.u32(bucket, 0))
    }
    if (last === 0) return this.#firstSymbol
    while ((this.#hashOf(last) & 1) === 0) last++
    return last + 1
  }

  /** Bloom filter of two bits (dl-lookup.c): false only if no symbol has the hash. */
  #mayContain(hash: number): boolean {
    const { is64, littleEndian } = this.#bloom.encoding
    const bits = is64 ? 64 : 32
    const words = this.#bloom.length / (bits / 32)
    // The linker masks with words - 1; a filter whose size is no power of two is no filter.
    if ((words & (words - 1)) !== 0) return true
    const word = Math.floor(hash / bits) & (words - 1)
    const isSet = (bit: number) => {
      const half = bit >>> 5
      const at = is64 ? word * 2 + (littleEndian ? half : 1 - half) : word
      return (this.#bloom.u32(at, 0) >>> (bit & 31)) & 1
    }
    const second = this.#bloomShift > 31 ? 0 : hash >>> this.#bloomShift
    return isSet(hash % bits) === 1 && isSet(second % bits) === 1
  }

  /** The hash of a symbol, but for its lowest bit. */
  #hashOf(index: number): number {
    const at = index - this.#firstSymbol
    if (at >= 0 && at < this.#chain.length) return this.#chain.u32(at, 0)
    const offset = HEADER_SIZE + (this.#bloom.length + this.#buckets.length) * 4
    throw new FormatError(`the chain leads to symbol ${index}, which is not in the table`, { section: LABEL, offset })
  }
}
