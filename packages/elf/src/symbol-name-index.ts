/** A hash table of our own over the names of a symbol table, for files that have none and callers that look up many names. */
import { gnuHash } from './gnu-hash.js'
import type { SymbolHash } from './symbol-hash.js'

/** How many times over the names may cover the string table: linkers let names share tails, within reason. */
const MAX_NAME_OVERLAP = 4

/** Open addressing over all symbols; candidates come in the order of the table. */
export class SymbolNameIndex implements SymbolHash {
  readonly firstHashed = 0
  readonly #count: number
  /** Index of a symbol, plus one; 0 is free. */
  readonly #slots: Uint32Array
  readonly #hashes: Uint32Array

  private constructor(slots: Uint32Array, hashes: Uint32Array) {
    this.#slots = slots
    this.#hashes = hashes
    this.#count = hashes.length
  }

  /**
   * Hashes all names, which takes some ten times as long as a look-up by scan. Undefined where names overlap so much, by
   * design of whoever made the file, that it would take far longer.
   * @param nameOffsetOf where the name of a symbol begins in `strings`
   */
  static build(
    count: number,
    strings: Uint8Array,
    nameOffsetOf: (index: number) => number,
  ): SymbolNameIndex | undefined {
    const hashes = new Uint32Array(count)
    let room = strings.length * MAX_NAME_OVERLAP
    let mask = 1
    while (mask < count * 2) mask *= 2
    const slots = new Uint32Array(mask--)
    for (let index = 0; index < count; index++) {
      const start = nameOffsetOf(index)
      let hash = 5381
      let at = start
      for (; at < strings.length && strings[at] !== 0; at++) hash = (Math.imul(hash, 33) + strings[at]!) | 0
      room -= at - start
      if (room < 0) return undefined
      // The empty name is looked up by nobody; all sections have it.
      if (at === start) continue
      hashes[index] = hash
      let slot = spread(hash) & mask
      while (slots[slot] !== 0) slot = (slot + 1) & mask
      slots[slot] = index + 1
    }
    return new SymbolNameIndex(slots, hashes)
  }

  *candidates(name: Uint8Array): IterableIterator<number> {
    const hash = gnuHash(name)
    const mask = this.#slots.length - 1
    for (let slot = spread(hash) & mask; ; slot = (slot + 1) & mask) {
      const entry = this.#slots[slot]!
      if (entry === 0) return
      if (this.#hashes[entry - 1] === hash) yield entry - 1
    }
  }

  symbolCount(): number {
    return this.#count
  }
}

/** Names that differ in their last letters have hashes that lie side by side: not so their places. */
function spread(hash: number): number {
  return Math.imul(hash, 0x9e3779b1) >>> 8
}
