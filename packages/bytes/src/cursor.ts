/**
 * A position in bytes, read forward. Byte order is bound once, at construction, so that inner loops never test it.
 * Every read is checked; past the end it throws a FormatError with section and offset.
 */
import { plainBytes } from './byte-source.js'
import { FormatError } from './format-error.js'
import { decodeUtf8 } from './text.js'

/** What a Cursor reads, and how. */
export interface CursorOptions {
  /** Byte order; little-endian unless said otherwise. */
  littleEndian?: boolean
  /** What the bytes are, for error messages. */
  section?: string
  /** First byte to read; default 0. */
  offset?: number
  /** End of what may be read, exclusive; default (and at most) the length of the bytes. */
  end?: number
}

const TWO_32 = 0x1_0000_0000

/**
 * Reads integers, LEB128 numbers and strings one after another. Each read moves `offset` behind what it read; one that
 * would go past `end` throws a FormatError, and no other error is thrown for any bytes.
 */
export class Cursor {
  /** What is read: all of it, not only the readable range. */
  readonly bytes: Uint8Array
  /** Byte order of all integers but LEB128. */
  readonly littleEndian: boolean
  /** What the bytes are, for error messages. */
  readonly section: string
  /** Offset of the next byte to read, from the start of `bytes`. */
  offset: number
  /** End of the readable range, exclusive. */
  readonly end: number
  readonly #view: DataView

  /** @throws FormatError when the range to read does not start within the bytes */
  constructor(bytes: Uint8Array, options: CursorOptions = {}) {
    this.bytes = plainBytes(bytes)
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.littleEndian = options.littleEndian ?? true
    this.section = options.section ?? 'input'
    this.offset = options.offset ?? 0
    this.end = Math.min(options.end ?? bytes.byteLength, bytes.byteLength)
    if (!(this.offset >= 0 && this.offset <= this.end)) this.fail('start lies outside the data')
  }

  /** Bytes left to read. */
  get remaining(): number {
    return this.end - this.offset
  }

  /** Whether nothing is left to read. */
  get atEnd(): boolean {
    return this.offset >= this.end
  }

  /** Throws a FormatError that names this cursor's section and position. */
  fail(reason: string, offset: number = this.offset): never {
    throw new FormatError(reason, { section: this.section, offset })
  }

  /**
   * Moves to an absolute offset, at most `end`.
   * @throws FormatError when it lies outside the data
   */
  seek(offset: number): this {
    if (!(offset >= 0 && offset <= this.end)) this.fail(`seek to 0x${offset.toString(16)} is outside the data`)
    this.offset = offset
    return this
  }

  /**
   * Moves over `length` bytes.
   * @throws FormatError when fewer are left, or the length is negative
   */
  skip(length: number): this {
    this.#take(length)
    return this
  }

  /** Advances over `length` bytes and returns where they start. */
  #take(length: number): number {
    const start = this.offset
    const next = start + length
    if (!(length >= 0 && next <= this.end)) this.#truncated(length)
    this.offset = next
    return start
  }

  #truncated(length: number): never {
    this.fail(`${length} bytes wanted, ${this.end - this.offset} left`)
  }

  /** An unsigned integer of one byte. */
  u8(): number {
    const at = this.offset
    if (at >= this.end) this.#truncated(1)
    this.offset = at + 1
    return this.bytes[at]!
  }

  /** A signed integer of one byte. */
  i8(): number {
    return (this.u8() << 24) >> 24
  }

  /** An unsigned integer of two bytes. */
  u16(): number {
    return this.#view.getUint16(this.#take(2), this.littleEndian)
  }

  /** A signed integer of two bytes. */
  i16(): number {
    return this.#view.getInt16(this.#take(2), this.littleEndian)
  }

  /** An unsigned integer of three bytes (DW_FORM_strx3, addrx3). */
  u24(): number {
    const at = this.#take(3)
    const [a, b, c] = [this.bytes[at]!, this.bytes[at + 1]!, this.bytes[at + 2]!]
    return this.littleEndian ? a | (b << 8) | (c << 16) : (a << 16) | (b << 8) | c
  }

  /** An unsigned integer of four bytes. */
  u32(): number {
    return this.#view.getUint32(this.#take(4), this.littleEndian)
  }

  /** A signed integer of four bytes. */
  i32(): number {
    return this.#view.getInt32(this.#take(4), this.littleEndian)
  }

  /** An unsigned integer of eight bytes whose bits matter (hashes, kernel addresses). Ten times the cost of `u64`: not for inner loops. */
  u64big(): bigint {
    return this.#view.getBigUint64(this.#take(8), this.littleEndian)
  }

  /** A signed integer of eight bytes, exact; as costly as `u64big`. */
  i64big(): bigint {
    return this.#view.getBigInt64(this.#take(8), this.littleEndian)
  }

  /**
   * Eight bytes as a number.
   * @throws FormatError when the value is above 2^53 - 1: never a silent rounding
   */
  u64(): number {
    const at = this.#take(8)
    const first = this.#view.getUint32(at, this.littleEndian)
    const second = this.#view.getUint32(at + 4, this.littleEndian)
    const high = this.littleEndian ? second : first
    const low = this.littleEndian ? first : second
    if (high > 0x1f_ffff) this.fail(`0x${((BigInt(high) << 32n) | BigInt(low)).toString(16)} is above 2^53`, at)
    return high * TWO_32 + low
  }

  /**
   * An unsigned integer of 1, 2, 4 or 8 bytes, as a number.
   * @throws FormatError for any other size, or a value above 2^53 - 1
   */
  uint(size: number): number {
    switch (size) {
      case 8:
        return this.u64()
      case 4:
        return this.u32()
      case 2:
        return this.u16()
      case 1:
        return this.u8()
      default:
        return this.fail(`no integer has ${size} bytes here`)
    }
  }

  /** As `uint`, kept exact for any 64-bit value. */
  uintBig(size: number): bigint {
    return size === 8 ? this.u64big() : BigInt(this.uint(size))
  }

  /**
   * Unsigned LEB128 (DWARF 5, section 7.6).
   * @throws FormatError when the value is above 2^53 - 1 or the encoding does not end within ten bytes
   */
  uleb128(): number {
    // One byte is by far the most common length in abbreviations and attribute values.
    const first = this.u8()
    if (first < 0x80) return first
    const start = this.offset - 1
    let value = first & 0x7f
    let scale = 0x80
    for (let count = 1; count < 10; count++) {
      const byte = this.u8()
      value += (byte & 0x7f) * scale
      if (byte < 0x80) {
        if (value > Number.MAX_SAFE_INTEGER) this.fail('LEB128 value is above 2^53', start)
        return value
      }
      scale *= 0x80
    }
    return this.fail('LEB128 value has more than ten bytes', start)
  }

  /**
   * Signed LEB128.
   * @throws FormatError when the value does not fit in 53 bits and sign
   */
  sleb128(): number {
    const first = this.u8()
    if (first < 0x80) return (first << 25) >> 25
    const start = this.offset - 1
    let value = first & 0x7f
    let scale = 0x80
    for (let count = 1; ; count++) {
      const byte = this.u8()
      if (byte < 0x80) {
        // The last group carries the sign in its bit 6.
        value += ((byte << 25) >> 25) * scale
        if (!Number.isSafeInteger(value)) this.fail('LEB128 value does not fit in 53 bits', start)
        return value
      }
      value += (byte & 0x7f) * scale
      scale *= 0x80
      // Longer, as padding makes it (-1 in ten bytes): the groups of a small negative number add up to above 2^53.
      if (count === 6) break
    }
    this.offset = start
    const exact = Number(this.sleb128big())
    if (!Number.isSafeInteger(exact)) this.fail('LEB128 value does not fit in 53 bits', start)
    return exact
  }

  /**
   * Unsigned LEB128 of any 64-bit value, exact.
   * @throws FormatError when it does not fit in 64 bits or does not end within ten bytes
   */
  uleb128big(): bigint {
    const start = this.offset
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.u8()
      value |= BigInt(byte & 0x7f) << shift
      if (byte >= 0x80) continue
      if (value >> 64n) this.fail('LEB128 value does not fit in 64 bits', start)
      return value
    }
    return this.fail('LEB128 value has more than ten bytes', start)
  }

  /**
   * Signed LEB128 of any 64-bit value, exact.
   * @throws FormatError when it does not fit in 64 bits or does not end within ten bytes
   */
  sleb128big(): bigint {
    const start = this.offset
    let value = 0n
    for (let shift = 0n; shift < 70n; ) {
      const byte = this.u8()
      value |= BigInt(byte & 0x7f) << shift
      shift += 7n
      if (byte >= 0x80) continue
      if (byte & 0x40) value -= 1n << shift
      if (BigInt.asIntN(64, value) !== value) this.fail('LEB128 value does not fit in 64 bits', start)
      return value
    }
    return this.fail('LEB128 value has more than ten bytes', start)
  }

  /**
   * Moves over a LEB128 number, signed or not, of any length.
   * @throws FormatError when it does not end within the data
   */
  skipLeb128(): void {
    while (this.u8() >= 0x80);
  }

  /** A view of the next `length` bytes. */
  take(length: number): Uint8Array {
    const start = this.#take(length)
    return this.bytes.subarray(start, start + length)
  }

  /** A NUL-terminated UTF-8 string; the NUL is read too. */
  cstring(): string {
    const start = this.offset
    this.skipCString()
    return decodeUtf8(this.bytes, start, this.offset - 1)
  }

  /**
   * Moves behind the next NUL.
   * @throws FormatError when there is none
   */
  skipCString(): void {
    const nul = this.bytes.indexOf(0, this.offset)
    if (nul < 0 || nul >= this.end) this.fail('string without a terminating NUL')
    this.offset = nul + 1
  }

  /** A cursor over the next `length` bytes that reports offsets of the same section; this one moves past them. */
  sub(length: number): Cursor {
    const start = this.#take(length)
    return new Cursor(this.bytes, {
      littleEndian: this.littleEndian,
      section: this.section,
      offset: start,
      end: start + length,
    })
  }
}
