/** Integers out of bytes: any size, either byte order, from any bit on. */
import { narrow } from '../leb128.js'

/** The bytes as an unsigned integer. */
export function toUnsigned(bytes: Uint8Array, littleEndian: boolean): bigint {
  let value = 0n
  const { length } = bytes
  const view = new DataView(bytes.buffer, bytes.byteOffset, length)
  let done = 0
  // Eight bytes at a time, from the most significant on; what is left over is at the least significant end.
  for (; length - done >= 8; done += 8) {
    const part = littleEndian ? view.getBigUint64(length - done - 8, true) : view.getBigUint64(done, false)
    value = (value << 64n) | part
  }
  for (; done < length; done++) value = (value << 8n) | BigInt(bytes[littleEndian ? length - 1 - done : done]!)
  return value
}

/** An integer of at most 16 bytes and more, with or without a sign: a number, or a bigint where a number cannot hold it. */
export function toInteger(bytes: Uint8Array, littleEndian: boolean, isSigned: boolean): number | bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  switch (bytes.length) {
    case 0:
      return 0
    case 1:
      return isSigned ? view.getInt8(0) : bytes[0]!
    case 2:
      return isSigned ? view.getInt16(0, littleEndian) : view.getUint16(0, littleEndian)
    case 4:
      return isSigned ? view.getInt32(0, littleEndian) : view.getUint32(0, littleEndian)
    default: {
      const value = toUnsigned(bytes, littleEndian)
      return narrow(isSigned ? BigInt.asIntN(bytes.length * 8, value) : value)
    }
  }
}

/**
 * Some bits as an integer. They are counted as `Field.bitOffset` is: from the least significant bit of the first byte on
 * little-endian targets, from the most significant on big-endian ones.
 */
export function bitsToInteger(
  bytes: Uint8Array,
  littleEndian: boolean,
  bitOffset: number,
  bitSize: number,
  isSigned: boolean,
): number | bigint {
  const before = littleEndian ? bitOffset : bytes.length * 8 - bitOffset - bitSize
  const value = toUnsigned(bytes, littleEndian) >> BigInt(before)
  return narrow(isSigned ? BigInt.asIntN(bitSize, value) : BigInt.asUintN(bitSize, value))
}
