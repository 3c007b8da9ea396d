/**
 * Memory through /proc/PID/mem (proc_pid_mem(5); fs/proc/base.c, mem_rw): no native code, and bound for good to the
 * address space it was opened on, so that a process number used again can't deceive it. The file is opened for reading
 * only.
 */
import { closeSync, openSync, readSync } from 'node:fs'
import type { MemoryRange, MemoryReader } from '@gospy/bytes'
import { asProcessError, procPath } from '../proc/proc-file.js'
import { ProcessError, systemErrorCode } from '../process-error.js'
import { isAddress, type MemoryTarget } from './target.js'

/** Ranges this near to each other are read in one go: up to here, bytes in between cost less than a system call. */
const MAX_GAP = 4096
/** Longest joined read, in bytes: stays within the processor's second-level cache. */
const MAX_RUN = 256 * 1024
/** Longest single read, in bytes; the kernel's own limit is just below 2 GiB. */
const MAX_READ = 1 << 30

export class ProcMemReader implements MemoryReader {
  readonly #target: MemoryTarget
  #fd: number | undefined
  #closed = false
  #scratch: Uint8Array | undefined

  constructor(target: MemoryTarget) {
    this.#target = target
  }

  read(address: number, into: Uint8Array): number {
    if (into.length === 0 || !isAddress(address)) return 0
    let done = 0
    while (done < into.length) {
      const wanted = Math.min(into.length - done, MAX_READ)
      const count = this.#readOnce(into, done, wanted, address + done)
      done += count
      if (count < wanted) break
    }
    return done
  }

  readRanges(ranges: readonly MemoryRange[]): void {
    const sorted = byAddress(ranges)
    let first = 0
    while (first < sorted.length) {
      const start = sorted[first]!.address
      let end = start + sorted[first]!.into.length
      let next = first + 1
      for (; next < sorted.length; next++) {
        const range = sorted[next]!
        const rangeEnd = range.address + range.into.length
        // Written so that an address that is none (NaN) joins nothing.
        if (!(range.address >= start && range.address - end <= MAX_GAP && Math.max(end, rangeEnd) - start <= MAX_RUN))
          break
        end = Math.max(end, rangeEnd)
      }
      this.#readRun(sorted, first, next, start, end)
      first = next
    }
  }

  /** Reads `ranges[first, last)`, which lie within `[start, end)`. */
  #readRun(ranges: readonly MemoryRange[], first: number, last: number, start: number, end: number): void {
    let covered = 0
    if (last - first > 1 && end > start && isAddress(start)) {
      this.#scratch ??= new Uint8Array(MAX_RUN)
      covered = this.#readOnce(this.#scratch, 0, end - start, start)
    }
    for (let index = first; index < last; index++) {
      const range = ranges[index]!
      const offset = range.address - start
      if (covered > 0 && offset + range.into.length <= covered) {
        range.into.set(this.#scratch!.subarray(offset, offset + range.into.length))
        range.bytesRead = range.into.length
      } else {
        // Alone, or at or behind a hole.
        range.bytesRead = this.read(range.address, range.into)
      }
    }
  }

  /** One system call. `length` is not 0. */
  #readOnce(into: Uint8Array, offset: number, length: number, address: number): number {
    this.#fd ??= this.#open()
    let count: number
    try {
      count = readSync(this.#fd, into, offset, length, address)
    } catch (error) {
      const code = systemErrorCode(error)
      // Nothing is mapped, or nothing readable, at the first byte. EFAULT: an architecture's way to say the same.
      if (code === 'EIO' || code === 'EFAULT') return 0
      if (code === undefined) throw error
      throw new ProcessError('ESYSTEM', `cannot read memory of process ${this.#target.pid}: ${code}`, {
        pid: this.#target.pid,
        cause: error,
      })
    }
    // A hole is an error to the kernel; "end of file" means that the address space is gone.
    if (count === 0) throw this.#target.gone('read its memory')
    return count
  }

  #open(): number {
    const { pid } = this.#target
    if (this.#closed) throw new ProcessError('ECLOSED', `process ${pid} has been closed`, { pid })
    try {
      return openSync(procPath(pid, 'mem'), 'r')
    } catch (error) {
      // A zombie and a kernel thread have the file, but nothing behind it.
      const code = systemErrorCode(error)
      if (code === 'ESRCH' || code === 'ENOENT') throw this.#target.gone('read its memory')
      throw asProcessError(pid, `read memory of process ${pid}`, error)
    }
  }

  close(): void {
    this.#closed = true
    if (this.#fd !== undefined) closeSync(this.#fd)
    this.#fd = undefined
  }
}

/** The ranges by rising address; the same array where they are in that order. */
function byAddress(ranges: readonly MemoryRange[]): readonly MemoryRange[] {
  for (let index = 1; index < ranges.length; index++) {
    if (!(ranges[index]!.address >= ranges[index - 1]!.address)) {
      return [...ranges].sort((a, b) => sortKey(a) - sortKey(b))
    }
  }
  return ranges
}

/** NaN would make the order meaningless. */
function sortKey({ address }: MemoryRange): number {
  return isAddress(address) ? address : Number.MAX_VALUE
}
