// The memory of a process with nothing but Node: what the bare reads share.
import { openSync, readSync } from 'node:fs'

const LONGEST_READ = 512 << 10

/** A process's memory; the file is open as long as this process lives. */
export function bareMemory(pid) {
  const fd = openSync(`/proc/${pid}/mem`, 'r')
  const buffer = new Uint8Array(LONGEST_READ)
  const words = new Uint32Array(buffer.buffer)

  return {
    /** Bytes from the start of what was read last -> the 64-bit word there. */
    word: (offset) => words[(offset >> 2) + 1] * 2 ** 32 + words[offset >> 2],

    pointers(address, count) {
      const bytes = new Uint8Array(count * 8)
      readSync(fd, bytes, 0, bytes.length, address)
      const halves = new Uint32Array(bytes.buffer)
      return Float64Array.from({ length: count }, (_, index) => halves[index * 2 + 1] * 2 ** 32 + halves[index * 2])
    },

    /**
     * Reads ranges given by rising address.
     * @param gap ranges this near to each other are read in one go; -1: each by itself
     * @param visit given the indexes of the first range of a read and of the one behind its last
     */
    ranges(starts, ends, gap, visit) {
      let reads = 0
      let bytes = 0
      for (let next = 0; next < starts.length; ) {
        const first = next
        const start = starts[first]
        let end = ends[first]
        for (next++; next < starts.length; next++) {
          if (starts[next] - end > gap || ends[next] - start > LONGEST_READ) break
          end = ends[next]
        }
        bytes += readSync(fd, buffer, 0, end - start, start)
        reads++
        visit?.(first, next)
      }
      return { reads, bytes }
    },
  }
}
