/**
 * Memory read a page at a time and remembered: for walks over many small objects that lie close together. Reading
 * 4 KiB costs the system call that reading 8 bytes costs.
 */
import type { MemoryRange, MemoryReader } from './memory-reader.js'

const PAGE = 4096

/**
 * A MemoryReader over another that reads whole 4 KiB pages and never reads a page twice. What it answers is as old as the
 * first read of the page: make one for each look at a process, and drop it.
 */
export class MemoryCache implements MemoryReader {
  readonly #memory: MemoryReader
  /** Page number -> the bytes from its start that could be read. */
  readonly #pages = new Map<number, Uint8Array>()

  constructor(memory: MemoryReader) {
    this.#memory = memory
  }

  read(address: number, into: Uint8Array): number {
    // What is no address, as NaN for a pointer above 2^53, is on no page.
    if (!(Number.isSafeInteger(address) && address >= 0)) return 0
    let done = 0
    while (done < into.length) {
      const at = address + done
      const number = Math.floor(at / PAGE)
      const page = this.#page(number)
      const start = at - number * PAGE
      const wanted = Math.min(PAGE - start, into.length - done)
      const piece = page.subarray(start, start + wanted)
      into.set(piece, done)
      done += piece.length
      if (piece.length < wanted) break
    }
    return done
  }

  readRanges(ranges: readonly MemoryRange[]): void {
    for (const range of ranges) range.bytesRead = this.read(range.address, range.into)
  }

  #page(number: number): Uint8Array {
    let page = this.#pages.get(number)
    if (page === undefined) {
      const bytes = new Uint8Array(PAGE)
      page = bytes.subarray(0, this.#memory.read(number * PAGE, bytes))
      this.#pages.set(number, page)
    }
    return page
  }
}
