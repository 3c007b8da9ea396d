/** Reads what a funcdata pointer leads to: bytes somewhere in the binary, whose length nothing says. */
import type { PclntabData } from './pclntab-data.js'

export class FuncdataReader {
  /** Address of the next byte. */
  address: number
  readonly #data: PclntabData

  constructor(data: PclntabData, address: number) {
    this.#data = data
    this.address = address
  }

  /** @throws FormatError when the binary does not have them */
  bytes(length: number): Uint8Array {
    const { readAddress } = this.#data
    const bytes = readAddress?.(this.address, length)
    if (bytes === undefined || bytes.length < length) {
      this.#data.fail(`funcdata at address 0x${this.address.toString(16)} cannot be read`, 0)
    }
    this.address += length
    return bytes
  }

  u8(): number {
    return this.bytes(1)[0]!
  }

  u32(): number {
    const bytes = this.bytes(4)
    return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, this.#data.littleEndian)
  }

  i32(): number {
    return this.u32() | 0
  }

  /** A pointer or uintptr, aligned to its size. */
  word(): number {
    const { pointerSize } = this.#data.header
    this.address = Math.ceil(this.address / pointerSize) * pointerSize
    if (pointerSize === 4) return this.u32()
    const [first, second] = [this.u32(), this.u32()]
    return this.#data.littleEndian ? second * 0x1_0000_0000 + first : first * 0x1_0000_0000 + second
  }

  /** An `int`: a word with a sign. */
  int(): number {
    const word = this.word()
    const limit = this.#data.header.pointerSize === 4 ? 2 ** 31 : 2 ** 63
    return word < limit ? word : word - 2 * limit
  }

  /** runtime/panic.go (readvarintUnsafe). */
  varint(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.u8()
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
    return this.#data.fail(`a varint of more than five bytes at address 0x${this.address.toString(16)}`, 0)
  }
}
