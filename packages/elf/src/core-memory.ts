/** The memory of a process as its core file has it. */
import type { ByteSource, MemoryRange, MemoryReader } from '@gospy/bytes'
import { PT } from './constants.js'
import type { Segment } from './segment.js'

/**
 * A MemoryReader over the PT_LOAD segments of a core file. What was mapped but not dumped (mostly code and constants,
 * which are in the program's own files: see `CoreFile.fileAt`) cannot be read.
 */
export class CoreMemory implements MemoryReader {
  readonly #source: ByteSource
  /** Segments in order of their addresses, as columns. */
  readonly #starts: Float64Array
  readonly #ends: Float64Array
  readonly #offsets: Float64Array

  /** @throws FormatError when a program header has an offset or size above 2^53 */
  constructor(source: ByteSource, segments: readonly Segment[]) {
    this.#source = source
    const loaded = segments
      // A segment above 2^53 (vsyscall, of all) is out of reach of a MemoryReader.
      .filter(
        ({ type, address, fileSize }) => type === PT.LOAD && fileSize > 0 && address + BigInt(fileSize) <= 2n ** 53n,
      )
      .map(({ address, fileSize, offset }) => ({ start: Number(address), end: Number(address) + fileSize, offset }))
      .sort((a, b) => a.start - b.start)
    this.#starts = Float64Array.from(loaded, ({ start }) => start)
    this.#ends = Float64Array.from(loaded, ({ end }) => end)
    this.#offsets = Float64Array.from(loaded, ({ offset }) => offset)
  }

  /** As `MemoryReader.read`: how many bytes, from the start, the file has. Never throws for a file in memory. */
  read(address: number, into: Uint8Array): number {
    let done = 0
    while (done < into.length) {
      const at = address + done
      const index = this.#segmentAt(at)
      if (index < 0) break
      const offset = this.#offsets[index]! + (at - this.#starts[index]!)
      // A file that was cut off ends before its segments do.
      const inFile = Math.max(0, this.#source.size - offset)
      const length = Math.min(into.length - done, this.#ends[index]! - at, inFile)
      if (length === 0) break
      into.set(this.#source.read(offset, length), done)
      done += length
    }
    return done
  }

  /** As `MemoryReader.readRanges`. */
  readRanges(ranges: readonly MemoryRange[]): void {
    for (const range of ranges) range.bytesRead = this.read(range.address, range.into)
  }

  /** Index of the segment that has an address, or -1. */
  #segmentAt(address: number): number {
    let [from, to] = [0, this.#starts.length]
    while (from < to) {
      const middle = (from + to) >>> 1
      if (this.#starts[middle]! <= address) from = middle + 1
      else to = middle
    }
    return from > 0 && address < this.#ends[from - 1]! ? from - 1 : -1
  }
}
