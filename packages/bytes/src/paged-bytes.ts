/**
 * Bytes that are read when they are first needed, a page at a time, and kept: one look-up in a table of tens of megabytes takes a
 * few pages of it. Bytes that are in memory anyway are whole from the start and cost nothing more.
 */
import { type ByteSource, BytesSource, plainBytes } from './byte-source.js'
import { FormatError } from './format-error.js'

export interface PagedBytesOptions {
  /** Bytes that are read together; 16,384 unless said otherwise. */
  pageSize?: number
  /**
   * What asks for more than this part of the pages goes over all of them: the rest comes in one read. A quarter unless said
   * otherwise; 1 for whoever says by `all` that it wants all.
   */
  maxPart?: number
}

const PAGE = 1 << 14
const MAX_PART = 1 / 4

const NO_PAGES = new Uint8Array()

/**
 * A source as one array of its length, whose offsets are the source's. What `bytes` and `view` hold is true only where `need` or
 * `all` was asked for it, zeros elsewhere. Memory that nothing was written to costs nothing.
 */
export class PagedBytes {
  readonly size: number
  readonly bytes: Uint8Array
  readonly view: DataView
  /** Undefined once all is there. */
  #source: ByteSource | undefined
  readonly #pageSize: number
  /** 1 for each page that is there, else 0. */
  readonly #pages: Uint8Array
  #pagesLeft: number

  /**
   * Reads nothing but the last byte of a source.
   * @param section what it is, for errors
   * @throws FormatError when the source is not as long as it says, or longer than an array can be
   */
  constructor(input: Uint8Array | ByteSource, section: string, options: PagedBytesOptions = {}) {
    const { pageSize = PAGE, maxPart = MAX_PART } = options
    this.#pageSize = pageSize
    this.size = input instanceof Uint8Array ? input.length : input.size
    if (input instanceof Uint8Array || input instanceof BytesSource) {
      this.bytes = input instanceof Uint8Array ? plainBytes(input) : input.read(0, input.size)
      this.#pages = NO_PAGES
      this.#pagesLeft = 0
    } else {
      if (input.size > 0) input.read(input.size - 1, 1)
      this.bytes = allocate(input.size, section)
      this.#source = input
      this.#pages = new Uint8Array(Math.ceil(input.size / pageSize))
      this.#pagesLeft = Math.floor(this.#pages.length * maxPart)
    }
    this.view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength)
  }

  /** Whether all is there: then nothing need be asked for. */
  get isWhole(): boolean {
    return this.#source === undefined
  }

  /** Sees to it that `[start, end)` is there, as far as it lies within the size. */
  need(start: number, end: number): void {
    if (this.#source !== undefined) this.#load(this.#source, Math.max(start, 0), Math.min(end, this.size))
  }

  /** All bytes. */
  all(): Uint8Array {
    if (this.#source !== undefined) this.#loadAll(this.#source)
    return this.bytes
  }

  /** The bytes of `[start, end)`, as a view; undefined where they do not lie within the size. */
  part(start: number, end: number): Uint8Array | undefined {
    if (!(start >= 0 && start <= end && end <= this.size)) return undefined
    this.need(start, end)
    return this.bytes.subarray(start, end)
  }

  /** `[start, end)`, which lies within the size, of which nothing need be there. */
  slice(start: number, end: number): Uint8Array | ByteSource {
    if (this.#source === undefined) return this.bytes.subarray(start, end)
    const size = end - start
    return { size, read: (offset, length) => this.part(start + offset, start + offset + length)! }
  }

  #load(source: ByteSource, start: number, end: number): void {
    const pages = this.#pages
    const size = this.#pageSize
    const behind = Math.ceil(end / size)
    for (let page = Math.floor(start / size); page < behind; page++) {
      if (pages[page] === 1) continue
      // Neighbours that are missing come in the same read.
      let stop = page + 1
      while (stop < behind && pages[stop] === 0) stop++
      if (stop - page > this.#pagesLeft) {
        this.#loadAll(source)
        return
      }
      this.#read(source, page * size, Math.min(stop * size, this.size))
      pages.fill(1, page, stop)
      this.#pagesLeft -= stop - page
      page = stop
    }
  }

  #loadAll(source: ByteSource): void {
    this.#read(source, 0, this.size)
    this.#source = undefined
  }

  #read(source: ByteSource, start: number, end: number): void {
    const target = this.bytes.subarray(start, end)
    if (source.readInto === undefined) target.set(source.read(start, target.length))
    else source.readInto(start, target)
  }
}

/** Untouched, an array takes addresses, not memory; but there may not be so many. */
function allocate(size: number, section: string): Uint8Array {
  try {
    return new Uint8Array(size)
  } catch (cause) {
    throw new FormatError(`${size} bytes do not fit in memory`, { section, cause })
  }
}
