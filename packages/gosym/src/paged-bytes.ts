/**
 * Bytes that are read when they are first needed, a page at a time, and kept: one look-up in a table of tens of megabytes takes a
 * few pages of it. Bytes that are in memory anyway are whole from the start and cost nothing more.
 */
import { type ByteSource, FormatError, plainBytes } from '@gospy/bytes'

/** The eighteen steps of a search among 200,000 functions need a handful of reads of this size. */
const PAGE = 1 << 14

/** What asks for more than this part of the pages goes over all of them: the rest comes in one read. */
const MAX_PART = 1 / 4

const NO_PAGES = new Uint8Array()

/**
 * A source as one array. What `bytes` and `view` hold is true only where `need` or `all` was asked for it, and both may replace
 * them: take them anew behind it.
 */
export class PagedBytes {
  readonly size: number
  bytes: Uint8Array
  view: DataView
  /** Undefined once all is there. */
  #source: ByteSource | undefined
  /** 1 for each page that is there, else 0. */
  readonly #pages: Uint8Array
  #pagesLeft: number

  /**
   * Reads nothing but the last byte of a source, and uses no memory for what was not read.
   * @param section what it is, for errors
   * @throws FormatError when the source is not as long as it says, or longer than an array can be
   */
  constructor(input: Uint8Array | ByteSource, section: string) {
    if (input instanceof Uint8Array) {
      this.size = input.length
      this.bytes = plainBytes(input)
      this.#pages = NO_PAGES
      this.#pagesLeft = 0
    } else {
      this.size = input.size
      if (input.size > 0) input.read(input.size - 1, 1)
      this.bytes = allocate(input.size, section)
      this.#source = input
      this.#pages = new Uint8Array(Math.ceil(input.size / PAGE))
      this.#pagesLeft = Math.floor(this.#pages.length * MAX_PART)
    }
    this.view = viewOf(this.bytes)
  }

  /** Whether all is there: then nothing need be asked for. */
  get isWhole(): boolean {
    return this.#source === undefined
  }

  /** Sees to it that `[start, end)` is there, as far as it lies within the size. */
  need(start: number, end: number): void {
    if (this.#source !== undefined) this.#load(this.#source, start, Math.min(end, this.size))
  }

  /** All bytes. */
  all(): Uint8Array {
    if (this.#source !== undefined) this.#replace(this.#source)
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
    const behind = Math.ceil(end / PAGE)
    for (let page = Math.floor(start / PAGE); page < behind; page++) {
      if (pages[page] === 1) continue
      // Neighbours that are missing come in the same read.
      let stop = page + 1
      while (stop < behind && pages[stop] === 0) stop++
      if (stop - page > this.#pagesLeft) {
        this.#replace(source)
        return
      }
      const at = page * PAGE
      this.bytes.set(source.read(at, Math.min(stop * PAGE, this.size) - at), at)
      pages.fill(1, page, stop)
      this.#pagesLeft -= stop - page
      page = stop
    }
  }

  #replace(source: ByteSource): void {
    this.bytes = plainBytes(source.read(0, this.size))
    this.view = viewOf(this.bytes)
    this.#source = undefined
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

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
