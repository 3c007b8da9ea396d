/**
 * Many small objects, scattered over memory, copied as they are in few reads, and again and again: where they lie is put in order once,
 * so that copying them takes little more than the system takes to read.
 */
import type { MemoryReader } from '@gospy/bytes'
import { sortedOrder } from '../sorted-order.js'

/** Objects this near to each other are read in one go: skipping less than a page saves nothing over a system call. */
const LARGEST_GAP = 4096
/** Bytes of the longest single read. */
const LONGEST_RUN = 1 << 20

interface Run {
  readonly address: number
  /** In `bytes`. */
  readonly start: number
  readonly length: number
  /** Positions in the order of those it has. */
  readonly first: number
  readonly end: number
}

export class JoinedCopy {
  /** Of each object where it lies in `bytes`. */
  readonly places: Float64Array
  /** 1 for each object that could not be read. */
  readonly lost: Uint8Array
  readonly #addresses: Float64Array
  readonly #size: number
  readonly #order: Uint32Array
  readonly #runs: Run[] = []
  #bytes: Uint8Array | undefined

  /**
   * @param addresses of the objects; 0 for none
   * @param size of each in bytes; 0 where nothing can be read
   */
  constructor(addresses: Float64Array, size: number) {
    this.#addresses = addresses
    this.#size = size
    this.#order = sortedOrder(addresses)
    this.places = new Float64Array(addresses.length)
    this.lost = new Uint8Array(addresses.length)
    const order = this.#order
    let start = 0
    for (let next = 0; next < order.length && size > 0; ) {
      const first = next
      const address = addresses[order[first]!]!
      let end = address
      while (next < order.length) {
        const at = addresses[order[next]!]!
        const behind = at + size
        if (next > first && (at - end > LARGEST_GAP || behind - address > LONGEST_RUN)) break
        this.places[order[next]!] = start + at - address
        end = behind
        next++
      }
      if (address > 0) this.#runs.push({ address, start, length: end - address, first, end: next })
      start += end - address
    }
  }

  get bytes(): Uint8Array {
    this.#bytes ??= new Uint8Array(this.#runs.reduce((most, { start, length }) => Math.max(most, start + length), 0))
    return this.#bytes
  }

  /** Reads them all, over what was read before. */
  read(memory: MemoryReader): void {
    const { bytes, lost } = this
    lost.fill(1)
    for (const run of this.#runs) {
      const read = memory.read(run.address, bytes.subarray(run.start, run.start + run.length))
      if (read === run.length) for (let at = run.first; at < run.end; at++) lost[this.#order[at]!] = 0
      else this.#readApart(memory, run, read)
    }
  }

  /** Those of a run that has a hole, as those that are there end before it or lie behind it. */
  #readApart(memory: MemoryReader, { start, first, end }: Run, read: number): void {
    for (let at = first; at < end; at++) {
      const index = this.#order[at]!
      const place = this.places[index]!
      const isThere =
        place + this.#size <= start + read ||
        memory.read(this.#addresses[index]!, this.bytes.subarray(place, place + this.#size)) === this.#size
      this.lost[index] = isThere ? 0 : 1
    }
  }
}
