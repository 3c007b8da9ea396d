/**
 * "Give me n bytes at offset": the only way in which the file decoders get at bytes. A file, a buffer, a slice of
 * either and a test double are all just one of these.
 */
import { FormatError } from './format-error.js'

/** Bytes that are read by offset. */
export interface ByteSource {
  /** Length in bytes. */
  readonly size: number
  /**
   * Exactly `length` bytes from `offset`, as a view or a copy: do not write to it.
   * The range is checked against `size` before anything is allocated.
   * @throws FormatError when the range does not lie within the source
   */
  read(offset: number, length: number): Uint8Array
  /**
   * Fills `target` with the bytes from `offset`. A source has it whose `read` makes a copy each time: who goes through a file
   * piece by piece spares new memory for each, which costs more than reading.
   * @throws FormatError when the range does not lie within the source
   */
  readInto?(offset: number, target: Uint8Array): void
}

/** Throws unless `[offset, offset + length)` lies within `size` bytes. */
export function checkRange(offset: number, length: number, size: number, section: string): void {
  if (!(offset >= 0 && length >= 0 && offset + length <= size)) {
    throw new FormatError(`${length} bytes wanted, the data ends at 0x${size.toString(16)}`, { section, offset })
  }
}

/**
 * The same memory as a plain Uint8Array, even when handed a Buffer: one class of object at every read keeps V8's inline
 * caches fast.
 */
export function plainBytes(bytes: Uint8Array): Uint8Array {
  return bytes.constructor === Uint8Array ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** A source over bytes in memory; `read` returns views, nothing is copied. */
export class BytesSource implements ByteSource {
  readonly size: number
  readonly #bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.#bytes = plainBytes(bytes)
    this.size = bytes.byteLength
  }

  read(offset: number, length: number): Uint8Array {
    checkRange(offset, length, this.size, 'input')
    return this.#bytes.subarray(offset, offset + length)
  }
}

/** Lets a function take either bytes or a source. */
export function toByteSource(input: Uint8Array | ByteSource): ByteSource {
  return input instanceof Uint8Array ? new BytesSource(input) : input
}
