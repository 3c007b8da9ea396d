/**
 * Many small objects, scattered over memory, in few reads. The heap puts objects of a size class side by side, so
 * in order of address neighbours join into long runs: 100,000 goroutines are some thousand reads instead of 100,000.
 */
import type { MemoryReader } from '@gospy/bytes'

/** Objects this near to each other are read in one go: skipping less than a page saves nothing over a system call. */
const DEFAULT_GAP = 4096
/** Longest single read: the buffer stays within the processor's second-level cache. */
const MAX_RUN = 512 * 1024

/**
 * Reads some bytes at each of `addresses` and calls `visit` for each object that could be read whole.
 * @param addresses multiples of 4
 * @param order the indexes to visit, by rising address (`sortedOrder`)
 * @param sizes bytes to read, of all or of each; multiples of 4
 * @param visit given the index into `addresses`, the memory as 32-bit words, and the object's first word there; the words
 * are valid only during the call
 * @param miss given the index of each object that could not be read whole, and as many bytes of it as could, in words that are
 * valid only during the call
 * @param maxGap bytes between objects that are read across rather than begin another read
 */
export function joinedRead(
  memory: MemoryReader,
  addresses: Float64Array,
  order: Uint32Array,
  sizes: number | Uint32Array,
  visit: (index: number, words: Uint32Array, firstWord: number) => void,
  miss: (index: number, words: Uint32Array, bytes: number) => void,
  maxGap = DEFAULT_GAP,
): void {
  const sizeOf = typeof sizes === 'number' ? () => sizes : (index: number) => sizes[index]!
  const largest = typeof sizes === 'number' ? sizes : sizes.reduce((most, size) => Math.max(most, size), 0)
  const buffer = new Uint8Array(Math.max(MAX_RUN, largest))
  const words = new Uint32Array(buffer.buffer)
  const aloneBytes = new Uint8Array(largest)
  const alone = new Uint32Array(aloneBytes.buffer)
  let next = 0
  while (next < order.length) {
    const first = next
    const start = addresses[order[first]!]!
    let end = start + sizeOf(order[first]!)
    for (next++; next < order.length; next++) {
      const address = addresses[order[next]!]!
      const behind = Math.max(end, address + sizeOf(order[next]!))
      if (address - end > maxGap || behind - start > MAX_RUN) break
      end = behind
    }
    const bytesRead = memory.read(start, end - start === buffer.length ? buffer : buffer.subarray(0, end - start))
    for (let position = first; position < next; position++) {
      const index = order[position]!
      const offset = addresses[index]! - start
      const size = sizeOf(index)
      if (offset + size <= bytesRead) {
        visit(index, words, offset >>> 2)
        continue
      }
      // Behind a hole that its run could not cross.
      const count = memory.read(addresses[index]!, aloneBytes.subarray(0, size))
      if (count === size) visit(index, alone, 0)
      else miss(index, alone, count)
    }
  }
}
