/** Addresses of our own buffers, asked for once a buffer rather than once a range. */
import type { NativeCalls } from '../native/native-calls.js'

export class LocalAddresses {
  readonly #calls: NativeCalls
  #buffer: ArrayBufferLike | undefined
  #start = 0

  constructor(calls: NativeCalls) {
    this.#calls = calls
  }

  /** Address of the first byte of `bytes`. */
  of(bytes: Uint8Array): number {
    if (bytes.buffer !== this.#buffer) {
      this.#start = this.#calls.addressOf(bytes) - bytes.byteOffset
      this.#buffer = bytes.buffer
    }
    return this.#start + bytes.byteOffset
  }

  /** Forgets the last buffer, so that it can be collected. */
  forget(): void {
    this.#buffer = undefined
  }
}
