/** A hash table of our own over the names of a symbol table, for files that have none and callers that look up many names. */
import { gnuHash } from './gnu-hash.js'
import type { SymbolHash } from './symbol-hash.js'

/** How many times over the names may cover the string table: linkers let names share tails, within reason. */
const MAX_NAME_OVERLAP = 4

/** Buckets and chains over all symbols; candidates come in the order of the table. */
export class SymbolNameIndex implements SymbolHash {
  readonly firstHashed = 0
  /** Index of the first symbol of a bucket, plus one; 0 where it is empty. */
  readonly #buckets: Uint32Array
  /** For each symbol the next of its bucket, likewise. */
  readonly #next: Uint32Array
  readonly #hashes: Uint32Array

  private constructor(buckets: Uint32Array, next: Uint32Array, hashes: Uint32Array) {
    this.#buckets = buckets
    this.#next = next
    this.#hashes = hashes
  }

  /**
   * Hashes all names, which takes some ten times as long as a search. Undefined where names overlap so much, by
   * design of whoever made the file, that it would take far longer.
   * @param names where the name of each symbol begins in `strings`
   */
  static build(names: Uint32Array, strings: Uint8Array): SymbolNameIndex | undefined {
    const count = names.length
    const next = new Uint32Array(count)
    const hashes = new Uint32Array(count)
    let room = strings.length * MAX_NAME_OVERLAP
    let size = 1
    while (size < count) size *= 2
    const buckets = new Uint32Array(size)
    // From the end, each in front of what is there: a chain is in the order of the table, however many have one name.
    for (let index = count - 1; index >= 0; index--) {
      const start = names[index]!
      let hash = 5381
      let at = start
      for (let byte = strings[at]; byte; byte = strings[++at]) hash = (Math.imul(hash, 33) + byte) | 0
      room -= at - start
      if (room < 0) return undefined
      // The empty name is looked up by nobody; all sections have it.
      if (at === start) continue
      hashes[index] = hash
      const bucket = spread(hash) & (size - 1)
      next[index] = buckets[bucket]!
      buckets[bucket] = index + 1
    }
    return new SymbolNameIndex(buckets, next, hashes)
  }

  /** As `SymbolHash.candidates`; throws nothing. */
  *candidates(name: Uint8Array): IterableIterator<number> {
    const hash = gnuHash(name)
    let entry = this.#buckets[spread(hash) & (this.#buckets.length - 1)]!
    for (; entry !== 0; entry = this.#next[entry - 1]!) {
      if (this.#hashes[entry - 1] === hash) yield entry - 1
    }
  }

  /** How many symbols the table has. */
  symbolCount(): number {
    return this.#next.length
  }
}

/** Names that differ in their last letters have hashes that lie side by side: not so their buckets. */
function spread(hash: number): number {
  return Math.imul(hash, 0x9e3779b1) >>> 8
}
