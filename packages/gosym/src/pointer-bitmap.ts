/** Which words of a piece of memory hold pointers: one bit each, the first in the lowest bit (runtime/stack.go, bitvector). */
export class PointerBitmap implements Iterable<boolean> {
  /** Words that it describes. */
  readonly length: number
  readonly #bytes: Uint8Array

  /** @param bytes at least one for every eight words */
  constructor(bytes: Uint8Array, length: number) {
    this.#bytes = bytes
    this.length = length
  }

  /** Whether the word at `index`, from 0, is a pointer; false outside. */
  isPointer(index: number): boolean {
    return index >= 0 && index < this.length && ((this.#bytes[index >>> 3]! >>> (index & 7)) & 1) === 1
  }

  /** Number of pointers. */
  get count(): number {
    let count = 0
    for (let index = 0; index < this.length; index++) if (this.isPointer(index)) count++
    return count
  }

  *[Symbol.iterator](): Generator<boolean, void, undefined> {
    for (let index = 0; index < this.length; index++) yield this.isPointer(index)
  }

  /** A `1` for each pointer and a `0` for each other word, the first word first. */
  toString(): string {
    return Array.from(this, (bit) => (bit ? '1' : '0')).join('')
  }
}
