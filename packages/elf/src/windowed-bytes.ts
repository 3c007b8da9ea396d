/**
 * Bytes of a file that most callers go through once, from front to back: a symbol table and its names. They are read piece by
 * piece into the same memory, for new memory for all of a large table costs several times what reading it does, and one
 * look-up by name needs none of it afterwards.
 */
import { type ByteSource, BytesSource } from '@gospy/bytes'

/** Bytes of a window: with less, calls cost more; with more, what was read is no longer near the processor when it is looked at. */
const WINDOW = 1 << 18
/** After so many times the length has been read, all is read and kept: someone comes back for it, or jumps about. */
const MAX_PASSES = 2

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
  #mayRead: number

  /**
   * `length` bytes of a source, which must have them. All are read at once where there are few, or where reading is free.
   * @throws FormatError when the source fails
   */
  constructor(source: ByteSource, offset: number, length: number) {
    this.#source = source
    this.#offset = offset
    this.length = length
    this.#mayRead = length * MAX_PASSES
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
    const size = Math.min(WINDOW, this.length - from)
    this.#mayRead -= size
    if (length > WINDOW || this.#mayRead < 0) {
      this.all()
      return
    }
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
