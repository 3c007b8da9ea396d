/**
 * Bytes of a file that most callers go through once, from front to back: a symbol table and its names. They are read piece by
 * piece into the same memory, for new memory for all of a large table costs several times what reading it does, and one
 * look-up by name needs none of it afterwards.
 */
import { type ByteSource, BytesSource } from '@gospy/bytes'

/** Bytes of a window: with less, calls cost more; with more, what was read is no longer near the processor when it is looked at. */
const WINDOW = 1 << 18
/**
 * How many times the window may move elsewhere than on, before all is read and kept. To go through from the front once more is one: five
 * times through take as long as making room for all.
 */
const MAX_JUMPS = 4

const NOTHING = new Uint8Array(0)

/** Bytes of which a window is in memory; it moves when something outside of it is wanted, and in the end holds all. */
export class WindowedBytes {
  /** How many bytes there are in all. */
  readonly length: number
  /** What is in memory: good until the next call of a method. */
  bytes: Uint8Array = NOTHING
  /** The same, to read numbers from. */
  view: DataView = new DataView(NOTHING.buffer)
  /** Where `bytes` begins. */
  start = 0
  readonly #source: ByteSource
  readonly #offset: number
  #buffer: Uint8Array | undefined
  #jumps = 0

  /**
   * `length` bytes of a source, which must have them. All are read at once where there are few, or where reading is free.
   * @throws FormatError when the source fails
   */
  constructor(source: ByteSource, offset: number, length: number) {
    this.#source = source
    this.#offset = offset
    this.length = length
    if (source.readInto === undefined || length <= WINDOW) this.all()
  }

  /** Over bytes in memory, all of which are the window. */
  static of(bytes: Uint8Array): WindowedBytes {
    return new WindowedBytes(new BytesSource(bytes), 0, bytes.length)
  }

  /** All bytes, which are the window from now on. @throws FormatError when the source fails */
  all(): Uint8Array {
    if (this.bytes.length < this.length) {
      this.#show(this.#source.read(this.#offset, this.length), 0)
      this.#buffer = undefined
    }
    return this.bytes
  }

  /**
   * Moves the window to where it begins with, or at least has, the bytes from `from` on: `length` of them, or as many as there are.
   * @throws FormatError when the source fails
   */
  moveTo(from: number, length = 1): void {
    const isNext = from >= this.start && from - this.start <= this.bytes.length + WINDOW
    if (length > WINDOW || (!isNext && ++this.#jumps > MAX_JUMPS)) {
      this.all()
      return
    }
    const size = Math.min(WINDOW, this.length - from)
    this.#buffer ??= new Uint8Array(WINDOW)
    const target = size === WINDOW ? this.#buffer : this.#buffer.subarray(0, size)
    // Should reading fail, what is in the buffer is no longer what it was.
    this.#show(NOTHING, 0)
    this.#source.readInto?.(this.#offset + from, target)
    this.#show(target, from)
  }

  #show(bytes: Uint8Array, start: number): void {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    this.start = start
  }
}
