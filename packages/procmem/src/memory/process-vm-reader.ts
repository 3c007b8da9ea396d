/**
 * Memory through process_vm_readv(2): up to 1024 ranges in one call. The call goes by process number; whether the number
 * still means the same process is looked up ten times a second.
 */
import type { MemoryRange, MemoryReader } from '@gospy/bytes'
import { EFAULT, EIO, EPERM, ESRCH } from '../errno.js'
import type { NativeCalls } from '../native/native-calls.js'
import { notPermitted } from '../proc/proc-file.js'
import { ProcessError } from '../process-error.js'
import { LocalAddresses } from './local-addresses.js'
import { isAddress, type MemoryTarget } from './target.js'

/** UIO_MAXIOV (include/uapi/linux/uio.h). */
const IOV_MAX = 1024
const IOVEC_SIZE = 16
const TWO_32 = 0x1_0000_0000
/** Longest piece that one call is asked for, in bytes; the kernel's own limit is just below 2 GiB. */
const MAX_READ = 1 << 30
/**
 * The call may stop before an iovec that runs into a hole rather than within it: what is left is asked for in pieces
 * that no hole can cut, as every page size is a multiple of this.
 */
const PAGE = 4096

export class ProcessVmReader implements MemoryReader {
  readonly #target: MemoryTarget
  readonly #calls: NativeCalls
  readonly #addresses: LocalAddresses
  readonly #iovecs = new DataView(new ArrayBuffer(2 * IOV_MAX * IOVEC_SIZE))
  readonly #local: number
  readonly #remote: number

  constructor(target: MemoryTarget, calls: NativeCalls) {
    this.#target = target
    this.#calls = calls
    this.#addresses = new LocalAddresses(calls)
    this.#local = calls.addressOf(new Uint8Array(this.#iovecs.buffer))
    this.#remote = this.#local + IOV_MAX * IOVEC_SIZE
  }

  read(address: number, into: Uint8Array): number {
    if (into.length === 0 || !isAddress(address)) return 0
    this.#target.verifyIdentity()
    const local = this.#addresses.of(into)
    this.#addresses.forget()
    let done = 0
    while (done < into.length) {
      const wanted = Math.min(into.length - done, MAX_READ)
      this.#setIovec(0, local + done, wanted)
      this.#setIovec(IOV_MAX, address + done, wanted)
      const count = this.#call(1, 1)
      done += count
      if (count < wanted) return this.#readPages(address, local, done, into.length)
    }
    return done
  }

  readRanges(ranges: readonly MemoryRange[]): void {
    this.#target.verifyIdentity()
    let next = 0
    while (next < ranges.length) next = this.#readBatch(ranges, next)
    this.#addresses.forget()
  }

  /** Reads as many ranges from `first` on as one call takes, up to the first hole; returns the range to go on with. */
  #readBatch(ranges: readonly MemoryRange[], first: number): number {
    let count = 0
    let total = 0
    let last = first
    for (; last < ranges.length && count < IOV_MAX; last++) {
      const { address, into } = ranges[last]!
      const { length } = into
      if (length === 0 || !isAddress(address)) continue
      if (total > 0 && total + length > MAX_READ) break
      this.#setIovec(count, this.#addresses.of(into), length)
      this.#setIovec(IOV_MAX + count, address, length)
      count++
      total += length
    }
    let left = count === 0 ? 0 : this.#call(count, count)
    for (let index = first; index < last; index++) {
      const range = ranges[index]!
      const { address, into } = range
      if (into.length === 0 || !isAddress(address)) {
        range.bytesRead = 0
      } else if (left >= into.length) {
        range.bytesRead = into.length
        left -= into.length
      } else {
        // A hole. The ranges behind this one have not been read.
        range.bytesRead = this.#readPages(address, this.#addresses.of(into), left, into.length)
        return index + 1
      }
    }
    return last
  }

  /** Reads on from byte `done` of a range, in pieces of a page, and returns how far it came. */
  #readPages(address: number, local: number, done: number, length: number): number {
    while (done < length) {
      let count = 0
      let end = done
      for (; end < length && count < IOV_MAX; count++) {
        const piece = Math.min(PAGE - ((address + end) % PAGE), length - end)
        this.#setIovec(count, local + end, piece)
        this.#setIovec(IOV_MAX + count, address + end, piece)
        end += piece
      }
      const read = this.#call(count, count)
      if (read < end - done) return done + read
      done = end
    }
    return done
  }

  #call(localCount: number, remoteCount: number): number {
    const { pid } = this.#target
    const result = this.#calls.processVmReadv(pid, this.#local, localCount, this.#remote, remoteCount)
    if (result >= 0) return result
    switch (-result) {
      case EFAULT:
      case EIO:
        return 0
      case ESRCH:
        throw this.#target.gone('read its memory')
      case EPERM:
        throw notPermitted(pid, `read memory of process ${pid} (process_vm_readv)`, 'EPERM')
      default:
        throw new ProcessError('ESYSTEM', `cannot read memory of process ${pid}: process_vm_readv, error ${-result}`, {
          pid,
        })
    }
  }

  #setIovec(index: number, address: number, length: number): void {
    const at = index * IOVEC_SIZE
    this.#iovecs.setUint32(at, address % TWO_32, true)
    this.#iovecs.setUint32(at + 4, Math.floor(address / TWO_32), true)
    this.#iovecs.setUint32(at + 8, length, true)
  }
}
