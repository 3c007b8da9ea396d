import type { MemoryRange, MemoryReader } from '@gospy/bytes'

/** Memory in which some bytes read differently. */
export class ChangedMemory implements MemoryReader {
  readonly #memory: MemoryReader
  /** Changes what was read at an address; returns how many bytes of it there are. */
  readonly #change: (address: number, bytes: Uint8Array, count: number) => number

  constructor(memory: MemoryReader, change: (address: number, bytes: Uint8Array, count: number) => number) {
    this.#memory = memory
    this.#change = change
  }

  read(address: number, into: Uint8Array): number {
    return this.#change(address, into, this.#memory.read(address, into))
  }

  readRanges(ranges: readonly MemoryRange[]): void {
    for (const range of ranges) range.bytesRead = this.read(range.address, range.into)
  }
}

/** Pseudo-random numbers from 0 up to 1, the same in every run (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
