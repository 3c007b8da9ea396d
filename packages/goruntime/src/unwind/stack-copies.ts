/** Copied stacks: where each goroutine goes on, and the part of its stack that is in use. Columns, not objects. */
import type { StackWindow } from './stack-window.js'
import type { SavedStack } from './unwinder.js'

/** Words of one block. */
const BLOCK = 4 << 20

export class StackCopies {
  readonly #row: Uint32Array
  readonly #pc: Float64Array
  readonly #sp: Float64Array
  readonly #lr: Float64Array
  readonly #end: Float64Array
  readonly #top: Float64Array
  readonly #isSyscall: Uint8Array
  /** Where the words are: block, first word there, number. */
  readonly #block: Uint32Array
  readonly #first: Uint32Array
  readonly #words: Uint32Array
  /** Whether the stack goes on behind its copy, for it is too large. */
  readonly #isCut: Uint8Array
  readonly #blocks: Uint32Array[] = []
  #used = 0
  #count = 0

  /** @param most copies that will be kept */
  constructor(most: number) {
    this.#row = new Uint32Array(most)
    this.#pc = new Float64Array(most)
    this.#sp = new Float64Array(most)
    this.#lr = new Float64Array(most)
    this.#end = new Float64Array(most)
    this.#top = new Float64Array(most)
    this.#isSyscall = new Uint8Array(most)
    this.#block = new Uint32Array(most)
    this.#first = new Uint32Array(most)
    this.#words = new Uint32Array(most)
    this.#isCut = new Uint8Array(most)
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
    let block = this.#blocks.at(-1)
    if (block === undefined || this.#used + count > block.length) {
      block = new Uint32Array(Math.max(BLOCK, count))
      this.#blocks.push(block)
      this.#used = 0
    }
    block.set(words.subarray(first, first + count), this.#used)
    const index = this.#count++
    this.#row[index] = row
    this.#block[index] = this.#blocks.length - 1
    this.#first[index] = this.#used
    this.#words[index] = count
    this.#isCut[index] = isCut ? 1 : 0
    this.#pc[index] = pc
    this.#sp[index] = sp
    this.#lr[index] = lr
    this.#end[index] = end
    this.#top[index] = top
    this.#isSyscall[index] = kind === 'syscall' ? 1 : 0
    this.#used += count
  }

  /** @param visit given each row, where to begin, and how to turn a window to its copy */
  each(visit: (row: number, start: SavedStack, open: (window: StackWindow) => void) => void): void {
    for (let index = 0; index < this.#count; index++) {
      const words = this.#blocks[this.#block[index]!]!
      const sp = this.#sp[index]!
      const end = this.#end[index]!
      const kind = this.#isSyscall[index] === 1 ? 'syscall' : 'saved'
      const start: SavedStack = { pc: this.#pc[index]!, sp, lr: this.#lr[index]!, kind, end, top: this.#top[index]! }
      visit(this.#row[index]!, start, (window) => {
        window.openCopy(sp, end, words, this.#first[index]!, this.#words[index]!, this.#isCut[index] === 1)
      })
    }
  }
}
