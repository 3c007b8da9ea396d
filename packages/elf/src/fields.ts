/**
 * Tables of fixed-size records: section headers, program headers, symbols. The class (32 or 64 bit) and the byte order
 * are bound here, once; a table has checked its bounds when it was made, so that reading a field is one DataView call.
 */
import { FormatError } from '@gospy/bytes'

const TWO_32 = 0x1_0000_0000

/** How an ELF file writes its numbers. */
export interface Encoding {
  /** Addresses, offsets and sizes have 64 bits rather than 32. */
  readonly is64: boolean
  readonly littleEndian: boolean
}

/** A table in place: records are read field by field, by index and offset in the record. */
export class RecordTable {
  /** How many records there are. */
  readonly length: number
  readonly encoding: Encoding
  readonly #view: DataView
  readonly #stride: number
  readonly #name: string

  /**
   * @param bytes the table, nothing else
   * @param stride bytes from one record to the next; a remainder at the end is no record
   * @param minimum bytes of a record that are read
   * @param name what the table is, for error messages
   * @throws FormatError when a record would be smaller than what is read of it
   */
  constructor(bytes: Uint8Array, stride: number, minimum: number, encoding: Encoding, name: string) {
    if (stride < minimum) throw new FormatError(`entries of ${stride} bytes, ${minimum} needed`, { section: name })
    this.length = Math.floor(bytes.byteLength / stride)
    this.encoding = encoding
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#stride = stride
    this.#name = name
  }

  /** A field of one byte. */
  u8(index: number, offset: number): number {
    return this.#view.getUint8(index * this.#stride + offset)
  }

  /** A field of two bytes. */
  u16(index: number, offset: number): number {
    return this.#view.getUint16(index * this.#stride + offset, this.encoding.littleEndian)
  }

  /** A field of four bytes. */
  u32(index: number, offset: number): number {
    return this.#view.getUint32(index * this.#stride + offset, this.encoding.littleEndian)
  }

  /** An address-sized field as a number that may be rounded above 2^53: for scans and comparisons only. */
  approximate(index: number, offset: number): number {
    const at = index * this.#stride + offset
    const { is64, littleEndian } = this.encoding
    const first = this.#view.getUint32(at, littleEndian)
    if (!is64) return first
    const second = this.#view.getUint32(at + 4, littleEndian)
    return littleEndian ? second * TWO_32 + first : first * TWO_32 + second
  }

  /**
   * An address-sized field as a number.
   * @throws FormatError when it is above 2^53 - 1
   */
  number(index: number, offset: number): number {
    const value = this.approximate(index, offset)
    if (value <= Number.MAX_SAFE_INTEGER) return value
    return this.fail(`0x${this.big(index, offset).toString(16)} is above 2^53`, index, offset)
  }

  /** An address-sized field, exact. */
  big(index: number, offset: number): bigint {
    const at = index * this.#stride + offset
    const { is64, littleEndian } = this.encoding
    return is64 ? this.#view.getBigUint64(at, littleEndian) : BigInt(this.#view.getUint32(at, littleEndian))
  }

  /** The low 32 bits of an address-sized field. */
  low(index: number, offset: number): number {
    const at = index * this.#stride + offset
    const { is64, littleEndian } = this.encoding
    return this.#view.getUint32(is64 && !littleEndian ? at + 4 : at, littleEndian)
  }

  /** The high 32 bits of an address-sized field; 0 in a 32-bit file. */
  high(index: number, offset: number): number {
    const { is64, littleEndian } = this.encoding
    if (!is64) return 0
    const at = index * this.#stride + offset
    return this.#view.getUint32(littleEndian ? at + 4 : at, littleEndian)
  }

  /** Throws a FormatError that names the table and the place of a field. */
  fail(reason: string, index: number, offset = 0): never {
    throw new FormatError(reason, { section: this.#name, offset: index * this.#stride + offset })
  }
}
