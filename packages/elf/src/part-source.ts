/** A stretch of a file as a source of its own: a section that lies in the file as it is. */
import { type ByteSource, FormatError } from '@gospy/bytes'

export class PartSource implements ByteSource {
  readonly size: number
  readonly #whole: ByteSource
  readonly #offset: number
  readonly #what: string

  /** @param what the part of the file, for errors; that the file holds it has been checked */
  constructor(whole: ByteSource, offset: number, size: number, what: string) {
    this.#whole = whole
    this.#offset = offset
    this.size = size
    this.#what = what
  }

  read(offset: number, length: number): Uint8Array {
    this.#check(offset, length)
    return this.#whole.read(this.#offset + offset, length)
  }

  readInto(offset: number, target: Uint8Array): void {
    const { length } = target
    this.#check(offset, length)
    if (this.#whole.readInto === undefined) target.set(this.#whole.read(this.#offset + offset, length))
    else this.#whole.readInto(this.#offset + offset, target)
  }

  #check(offset: number, length: number): void {
    if (offset >= 0 && length >= 0 && offset + length <= this.size) return
    throw new FormatError(`${length} bytes wanted, the section has ${this.size}`, { section: this.#what, offset })
  }
}
