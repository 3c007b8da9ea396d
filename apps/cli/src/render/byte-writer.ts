/** Text for an output, put together as bytes: what many lines have in common is encoded once and copied. */
import { Buffer } from 'node:buffer'
import type { Output } from '../output.js'

/** Bytes collected before they are written. */
const CHUNK = 1 << 20
/** Digits of the largest integer that a number can hold exactly. */
const MAX_DIGITS = 16

export class ByteWriter {
  readonly #output: Output
  #buffer = Buffer.allocUnsafe(CHUNK)
  #length = 0

  constructor(output: Output) {
    this.#output = output
  }

  bytes(bytes: Uint8Array): void {
    this.#makeRoom(bytes.length)
    this.#buffer.set(bytes, this.#length)
    this.#length += bytes.length
  }

  text(text: string): void {
    this.bytes(Buffer.from(text))
  }

  /** The digits of a whole number from 0 to 2^53; written by hand, for there are 100,000 of them and more. */
  number(value: number): void {
    this.#makeRoom(MAX_DIGITS)
    let end = this.#length + 1
    for (let limit = 10; value >= limit; limit *= 10) end++
    let rest = value
    for (let at = end - 1; at >= this.#length; at--) {
      const shorter = Math.floor(rest / 10)
      this.#buffer[at] = 0x30 + (rest - shorter * 10)
      rest = shorter
    }
    this.#length = end
  }

  /** Hands over what was collected. To be called at the end. */
  flush(): void {
    if (this.#length > 0) this.#output.write(this.#buffer.subarray(0, this.#length))
    this.#length = 0
  }

  #makeRoom(length: number): void {
    if (this.#length + length <= this.#buffer.length) return
    this.flush()
    if (length > this.#buffer.length) this.#buffer = Buffer.allocUnsafe(length)
  }
}
