/** A stack as 64-bit words: of a copy, or of memory. */
import type { MemoryReader } from '@gospy/bytes'

const TWO_32 = 0x1_0000_0000
/** Upper half of 2^53: above it there is no address. */
const MAX_HIGH = 0x1f_ffff
/** Bytes of memory read at once. */
const CHUNK = 64 * 1024

export class StackWindow {
  readonly #memory: MemoryReader
  #words: Uint32Array = new Uint32Array(0)
  /** Index of the first loaded word. */
  #first = 0
  /** Addresses that are loaded. */
  #from = 0
  #to = 0
  #end = 0
  #chunk: Uint8Array | undefined
  #readsMore = true
  #isCut = false

  constructor(memory: MemoryReader) {
    this.#memory = memory
  }

  /** Nothing at this address or above belongs to the stack. */
  get end(): number {
    return this.#end
  }

  /**
   * Turns to a stack in memory.
   * @param end its upper bound
   */
  open(end: number): void {
    this.#end = end
    this.#from = 0
    this.#to = 0
    this.#readsMore = true
    this.#isCut = false
  }

  /** Whether an address lies on a part of the stack that was not copied, for there is too much of it. */
  isBehindCut(address: number): boolean {
    return this.#isCut && address + 8 > this.#to && address < this.#end
  }

  /**
   * Turns to a stack of which the words from address `from` on were copied: no others are read.
   * @param isCut whether the stack goes on behind them, for it is too large
   */
  openCopy(from: number, end: number, words: Uint32Array, first: number, count: number, isCut: boolean): void {
    this.#isCut = isCut
    this.#end = end
    this.#words = words
    this.#first = first
    this.#from = from
    this.#to = from + count * 4
    this.#readsMore = false
  }

  /** The 64-bit word at an address; NaN where that is not on the stack, not aligned, not readable, or above 2^53. */
  word(address: number): number {
    if (!(address >= this.#from && address + 8 <= this.#to) && !this.#load(address)) return Number.NaN
    const offset = address - this.#from
    if ((offset & 7) !== 0) return Number.NaN
    const at = this.#first + (offset >>> 2)
    const high = this.#words[at + 1]!
    return high > MAX_HIGH ? Number.NaN : high * TWO_32 + this.#words[at]!
  }

  #load(address: number): boolean {
    if (!(this.#readsMore && address >= 0 && address + 8 <= this.#end && address % 8 === 0)) return false
    this.#chunk ??= new Uint8Array(CHUNK)
    const bytes = this.#chunk.subarray(0, Math.min(CHUNK, this.#end - address))
    const count = this.#memory.read(address, bytes)
    if (count < 8) return false
    this.#words = new Uint32Array(this.#chunk.buffer)
    this.#first = 0
    this.#from = address
    this.#to = address + count - (count % 8)
    return true
  }
}
