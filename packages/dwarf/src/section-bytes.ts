/**
 * The bytes of one section, as one array of the section's length whose parts are read from their source when they are wanted:
 * offsets stay those of the section, and what was never wanted was never read. Memory that nothing was written to costs nothing.
 */
import { type ByteSource, BytesSource, FormatError, plainBytes } from '@gospy/bytes'

/** Bytes that are read together. A system call costs about as much as copying these. */
const PAGE = 512

export class SectionBytes {
  /** Length of the section in bytes. */
  readonly length: number
  readonly #source: ByteSource | undefined
  readonly #section: string
  #bytes: Uint8Array | undefined
  /** One element for each page, not 0 where it has been read; undefined before the first, and when all are there. */
  #pages: Uint8Array | undefined
  #isWhole = false

  /** @param input all of the bytes, or what gives parts of them */
  constructor(input: Uint8Array | ByteSource, section: string) {
    this.#section = section
    if (input instanceof Uint8Array || input instanceof BytesSource) {
      this.#bytes = input instanceof Uint8Array ? plainBytes(input) : input.read(0, input.size)
      this.#isWhole = true
      this.length = this.#bytes.length
    } else {
      this.#source = input
      this.length = input.size
    }
  }

  /** Whether all bytes are there. */
  get isWhole(): boolean {
    return this.#isWhole
  }

  /** All bytes, read as far as they have not been. */
  whole(): Uint8Array {
    if (!this.#isWhole && this.#bytes === undefined) {
      this.#bytes = plainBytes(this.#source!.read(0, this.length))
      this.#isWhole = true
    }
    return this.part(0, this.length)
  }

  /** The array of all bytes, of which those in `[from, to)` have been read: what lies outside may be zeros. */
  part(from: number, to: number): Uint8Array {
    const bytes = this.#bytes ?? this.#allocate()
    if (this.#isWhole) return bytes
    this.#pages ??= new Uint8Array(Math.ceil(this.length / PAGE))
    const pages = this.#pages
    const end = Math.ceil(Math.min(to, this.length) / PAGE)
    let page = Math.floor(Math.max(from, 0) / PAGE)
    while (page < end) {
      if (pages[page] !== 0) {
        page++
        continue
      }
      const first = page
      while (page < end && pages[page] === 0) page++
      this.#read(bytes, first, page)
    }
    if (from <= 0 && to >= this.length) {
      this.#isWhole = true
      this.#pages = undefined
    }
    return bytes
  }

  #read(bytes: Uint8Array, first: number, last: number): void {
    const source = this.#source!
    const from = first * PAGE
    const target = bytes.subarray(from, Math.min(last * PAGE, this.length))
    if (source.readInto === undefined) target.set(source.read(from, target.length))
    else source.readInto(from, target)
    this.#pages!.fill(1, first, last)
  }

  #allocate(): Uint8Array {
    try {
      this.#bytes = new Uint8Array(this.length)
    } catch (cause) {
      throw new FormatError(`${this.length} bytes do not fit in memory`, { section: this.#section, cause })
    }
    return this.#bytes
  }
}
