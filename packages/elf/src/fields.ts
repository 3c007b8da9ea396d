/**
 * Tables of fixed-size records: section headers, program headers, symbols. The class (32 or 64 bit) and the byte order
 * are bound here, once; a table has checked its bounds when it was made, so that reading a field is one DataView call,
 * once the record is in memory.
 */
import { FormatError } from '@gospy/bytes'
import { WindowedBytes } from './windowed-bytes.js'

const TWO_32 = 0x1_0000_0000
const HOST_IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1

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
  readonly #bytes: WindowedBytes
  /** Bytes from one record to the next. */
  readonly stride: number
  readonly #name: string
  /** The window of `#bytes`, where it begins, and where the last record that lies in it whole may begin. */
  #view: DataView
  #start = 0
  #last = 0

  /**
   * @param bytes the table, nothing else
   * @param stride bytes from one record to the next; a remainder at the end is no record
   * @param minimum bytes of a record that are read
   * @param name what the table is, for error messages
   * @throws FormatError when a record would be smaller than what is read of it
   */
  constructor(bytes: Uint8Array | WindowedBytes, stride: number, minimum: number, encoding: Encoding, name: string) {
    if (stride < minimum) throw new FormatError(`entries of ${stride} bytes, ${minimum} needed`, { section: name })
    this.#bytes = bytes instanceof Uint8Array ? WindowedBytes.of(bytes) : bytes
    this.length = Math.floor(bytes.length / stride)
    this.encoding = encoding
    this.stride = stride
    this.#name = name
    this.#view = this.#bytes.view
    this.#last = this.#view.byteLength - stride
  }

  /** Where a record begins in `#view`, which is moved there if need be. */
  #find(index: number): number {
    const at = index * this.stride - this.#start
    return at >= 0 && at <= this.#last ? at : this.#move(index)
  }

  #move(index: number): number {
    const from = index * this.stride
    if (!(from >= 0 && index < this.length)) throw new RangeError(`no record ${index} of ${this.length}: ${this.#name}`)
    // Should reading fail, there is nothing in the window.
    this.#last = -1
    this.#bytes.moveTo(from, this.stride)
    this.#view = this.#bytes.view
    this.#start = this.#bytes.start
    this.#last = this.#view.byteLength - this.stride
    return from - this.#start
  }

  /**
   * The records from one on that are in memory, for loops that cannot afford a call for each: they lie in `view` from `from` to
   * `to`, and stay there until another record is read.
   */
  stretch(index: number): { readonly view: DataView; readonly from: number; readonly to: number } {
    const from = this.#find(index)
    const count = Math.min(Math.floor((this.#view.byteLength - from) / this.stride), this.length - index)
    return { view: this.#view, from, to: from + count * this.stride }
  }

  /** A field of four bytes of all records. */
  column32(offset: number): Uint32Array {
    const column = new Uint32Array(this.length)
    for (let index = 0; index < this.length; ) {
      const { view, from, to } = this.stretch(index)
      for (let at = from + offset; at < to; at += this.stride) {
        column[index++] = view.getUint32(at, this.encoding.littleEndian)
      }
    }
    return column
  }

  /** Indices of all records with a value in a field of four bytes, in order. Compared in native code where the table allows it. */
  *all32(offset: number, value: number): IterableIterator<number> {
    const step = this.stride / 4
    const native = this.encoding.littleEndian === HOST_IS_LITTLE_ENDIAN ? value : swapped(value)
    for (let index = 0; index < this.length; ) {
      const { view, from, to } = this.stretch(index)
      const start = view.byteOffset + from + offset
      const count = (to - from) / this.stride
      if (Number.isInteger(step) && start % 4 === 0) {
        const words = new Uint32Array(view.buffer, start, (count - 1) * step + 1)
        for (let at = words.indexOf(native); at >= 0; at = words.indexOf(native, at + 1)) {
          if (at % step === 0) yield index + at / step
        }
      } else {
        for (let next = 0; next < count; next++) {
          if (view.getUint32(from + next * this.stride + offset, this.encoding.littleEndian) === value)
            yield index + next
        }
      }
      index += count
    }
  }

  /** A field of one byte. */
  u8(index: number, offset: number): number {
    const at = this.#find(index) + offset
    return this.#view.getUint8(at)
  }

  /** A field of two bytes. */
  u16(index: number, offset: number): number {
    const at = this.#find(index) + offset
    return this.#view.getUint16(at, this.encoding.littleEndian)
  }

  /** A field of four bytes. */
  u32(index: number, offset: number): number {
    const at = this.#find(index) + offset
    return this.#view.getUint32(at, this.encoding.littleEndian)
  }

  /** An address-sized field as a number that may be rounded above 2^53: for comparisons only. */
  approximate(index: number, offset: number): number {
    const at = this.#find(index) + offset
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
    const at = this.#find(index) + offset
    const { is64, littleEndian } = this.encoding
    const first = this.#view.getUint32(at, littleEndian)
    if (!is64) return first
    const second = this.#view.getUint32(at + 4, littleEndian)
    const value = littleEndian ? second * TWO_32 + first : first * TWO_32 + second
    if (value <= Number.MAX_SAFE_INTEGER) return value
    return this.fail(`0x${this.big(index, offset).toString(16)} is above 2^53`, index, offset)
  }

  /** An address-sized field, exact. */
  big(index: number, offset: number): bigint {
    const at = this.#find(index) + offset
    const { is64, littleEndian } = this.encoding
    return is64 ? this.#view.getBigUint64(at, littleEndian) : BigInt(this.#view.getUint32(at, littleEndian))
  }

  /** The low 32 bits of an address-sized field. */
  low(index: number, offset: number): number {
    const at = this.#find(index) + offset
    const { is64, littleEndian } = this.encoding
    return this.#view.getUint32(is64 && !littleEndian ? at + 4 : at, littleEndian)
  }

  /** The high 32 bits of an address-sized field; 0 in a 32-bit file. */
  high(index: number, offset: number): number {
    const { is64, littleEndian } = this.encoding
    if (!is64) return 0
    const at = this.#find(index) + offset
    return this.#view.getUint32(littleEndian ? at + 4 : at, littleEndian)
  }

  /** Throws a FormatError that names the table and the place of a field. */
  fail(reason: string, index: number, offset = 0): never {
    throw new FormatError(reason, { section: this.#name, offset: index * this.stride + offset })
  }
}

/** The same four bytes in the other order. */
function swapped(value: number): number {
  const view = new DataView(new ArrayBuffer(4))
  view.setUint32(0, value, true)
  return view.getUint32(0)
}
