/** LEB128 values of which most are small and a few (constants of C programs) need all 64 bits. */
import type { Cursor } from '@gospy/bytes'

/** Bytes of LEB128 that are sure to fit in a number: 7 x 7 = 49 bits. */
const SAFE_LENGTH = 7

function length(cursor: Cursor): number {
  let at = cursor.offset
  while (at < cursor.end && cursor.bytes[at]! >= 0x80) at++
  return at - cursor.offset + 1
}

/** A bigint as a number where that loses nothing. */
export function narrow(value: bigint): number | bigint {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

/** Unsigned LEB128: a number, or a bigint for a value above 2^53 - 1. */
export function readUnsigned(cursor: Cursor): number | bigint {
  return length(cursor) <= SAFE_LENGTH ? cursor.uleb128() : narrow(cursor.uleb128big())
}

/** Signed LEB128: a number, or a bigint for a value that a number cannot hold exactly. */
export function readSigned(cursor: Cursor): number | bigint {
  return length(cursor) <= SAFE_LENGTH ? cursor.sleb128() : narrow(cursor.sleb128big())
}
