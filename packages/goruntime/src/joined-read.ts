/**
 * Many objects of one size, scattered over memory, in few reads. The heap puts objects of a size class side by side, so
 * in order of address neighbours join into long runs: 100,000 goroutines are some thousand reads instead of 100,000.
 */
import type { MemoryReader } from '@gospy/bytes'

/** Objects this near to each other are read in one go: skipping less than a page saves nothing over a system call. */
const MAX_GAP = 4096
/** Longest single read: the buffer stays within the processor's second-level cache. */
const MAX_RUN = 512 * 1024

/**
 * Reads `size` bytes at each of `addresses` and calls `visit` for each that could be read whole.
 * @param size multiple of 4
 * @param addresses multiples of 4
 * @param order the indexes to visit, by rising address (`sortedOrder`)
 * @param visit given the index into `addresses`, the memory as 32-bit words, and the object's first word there; the words
 * are valid only during the call
 * @param miss given the index of each object that could not be read whole
 */
export function joinedRead(
  memory: MemoryReader,
  addresses: Float64Array,
  order: Uint32Array,
  size: number,
  visit: (index: number, words: Uint32Array, firstWord: number) => void,
  miss: (index: number) => void,
): void {
  const buffer = new Uint8Array(Math.max(MAX_RUN, size))
  const words = new Uint32Array(buffer.buffer)
  const aloneBytes = new Uint8Array(size)
  const alone = new Uint32Array(aloneBytes.buffer)
  let next = 0
  while (next < order.length) {
    const first = next
    const start = addresses[order[first]!]!
    let end = start + size
    for (next++; next < order.length; next++) {
      const address = addresses[order[next]!]!
      if (address - end > MAX_GAP || address + size - start > MAX_RUN) break
      end = address + size
    }
    const bytesRead = memory.read(start, end - start === buffer.length ? buffer : buffer.subarray(0, end - start))
    for (let position = first; position < next; position++) {
      const index = order[position]!
      const offset = addresses[index]! - start
      if (offset + size <= bytesRead) visit(index, words, offset >>> 2)
      else if (readAlone(index)) visit(index, alone, 0)
      else miss(index)
    }
  }

  /** An object behind a hole that its run could not cross. */
  function readAlone(index: number): boolean {
    return memory.read(addresses[index]!, aloneBytes) === size
  }
}
