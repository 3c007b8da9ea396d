/** Copied stacks, by row: where each goroutine goes on, and the part of its stack that is in use. Columns, not objects. */
import type { StackWindow } from './stack-window.js'
import type { SavedStack } from './unwinder.js'

/** Words of one block. */
const BLOCK = 4 << 20
const NONE = -1

export class StackCopies {
  readonly #pc: Float64Array
  readonly #sp: Float64Array
  readonly #lr: Float64Array
  readonly #end: Float64Array
  readonly #top: Float64Array
  readonly #isSyscall: Uint8Array
  /** Where there is room for the row's words: block, first word there, number. A piece is never moved when more come. */
  readonly #block: Int32Array
  readonly #first: Uint32Array
  readonly #room: Uint32Array
  /** How many words there are; NONE where there is no copy. */
  readonly #count: Int32Array
  /** Whether the stack goes on behind its copy, for it is too large. */
  readonly #isCut: Uint8Array
  readonly #blocks: Uint32Array[] = []
  #used = 0

  constructor(rows: number) {
    this.#pc = new Float64Array(rows)
    this.#sp = new Float64Array(rows)
    this.#lr = new Float64Array(rows)
    this.#end = new Float64Array(rows)
    this.#top = new Float64Array(rows)
    this.#isSyscall = new Uint8Array(rows)
    this.#block = new Int32Array(rows).fill(NONE)
    this.#first = new Uint32Array(rows)
    this.#room = new Uint32Array(rows)
    this.#count = new Int32Array(rows).fill(NONE)
    this.#isCut = new Uint8Array(rows)
  }

  /** Forgets a row's copy. */
  drop(row: number): void {
    this.#count[row] = NONE
  }

  /**
   * Keeps `count` words of `words` from index `first` on, which lie at the stack pointer, as the row's.
   * @param isCut whether the stack goes on behind them, for it is too large
   */
  keep(
    row: number,
    { pc, sp, lr, kind, end, top }: SavedStack,
    words: Uint32Array,
    first: number,
    count: number,
    isCut: boolean,
  ): void {
    if (this.#block[row] === NONE || this.#room[row]! < count) this.#makeRoom(row, count)
    this.#blocks[this.#block[row]!]!.set(words.subarray(first, first + count), this.#first[row]!)
    this.#count[row] = count
    this.#isCut[row] = isCut ? 1 : 0
    this.#pc[row] = pc
    this.#sp[row] = sp
    this.#lr[row] = lr
    this.#end[row] = end
    this.#top[row] = top
    this.#isSyscall[row] = kind === 'syscall' ? 1 : 0
  }

  #makeRoom(row: number, count: number): void {
    const block = this.#blocks.at(-1)
    if (block === undefined || this.#used + count > block.length) {
      this.#blocks.push(new Uint32Array(Math.max(BLOCK, count)))
      this.#used = 0
    }
    this.#block[row] = this.#blocks.length - 1
    this.#first[row] = this.#used
    this.#room[row] = count
    this.#used += count
  }

  /** Stack pointer and length in bytes of a row's copy; a length of 0 where there is none. */
  extent(row: number): { sp: number; bytes: number } {
    return this.#count[row] === NONE ? { sp: 0, bytes: 0 } : { sp: this.#sp[row]!, bytes: this.#count[row]! * 4 }
  }

  /** Whether a row's copy is the same as `words` from index `first` on. */
  equals(row: number, words: Uint32Array, first: number): boolean {
    const own = this.#blocks[this.#block[row]!]!
    const start = this.#first[row]!
    for (let index = 0; index < this.#count[row]!; index++) {
      if (own[start + index] !== words[first + index]) return false
    }
    return true
  }

  /** Turns the window to the row's copy. @returns where to begin, or undefined where there is no copy */
  open(row: number, window: StackWindow): SavedStack | undefined {
    if (this.#count[row] === NONE) return undefined
    const words = this.#blocks[this.#block[row]!]!
    const sp = this.#sp[row]!
    const end = this.#end[row]!
    window.openCopy(sp, end, words, this.#first[row]!, this.#count[row]!, this.#isCut[row] === 1)
    const kind = this.#isSyscall[row] === 1 ? 'syscall' : 'saved'
    return { pc: this.#pc[row]!, sp, lr: this.#lr[row]!, kind, end, top: this.#top[row]! }
  }
}
