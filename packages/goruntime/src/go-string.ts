/** Go strings in a process's memory: a pointer and a length (src/runtime/string.go, stringStruct). */
import { decodeUtf8, type MemoryReader, readExactly } from '@gospy/bytes'

/** Longest string that is read whole; a longer one is more likely a wild pointer, and an error. */
const MAX_STRING = 1 << 20

/**
 * The bytes of the string whose header lies at `headerAt` in `header`, little-endian, 64-bit.
 * @throws RangeError when the length is no plausible one
 * @throws UnreadableMemoryError when the text cannot be read
 */
export function readStringBytes(memory: MemoryReader, header: DataView, headerAt = 0): Uint8Array {
  const pointer = readWord(header, headerAt)
  const length = readWord(header, headerAt + 8)
  if (length === 0) return EMPTY
  if (!(length <= MAX_STRING)) throw new RangeError(`a string of ${length} bytes at 0x${pointer.toString(16)}`)
  return readExactly(memory, pointer, length)
}

/** As `readStringBytes`, as text. */
export function readGoString(memory: MemoryReader, header: DataView, headerAt = 0): string {
  return decodeUtf8(readStringBytes(memory, header, headerAt))
}

const EMPTY = new Uint8Array(0)

/** A 64-bit word as a number; above 2^53, which is no address and no length, NaN. */
export function readWord(view: DataView, at: number): number {
  const high = view.getUint32(at + 4, true)
  return high > 0x1f_ffff ? Number.NaN : high * 0x1_0000_0000 + view.getUint32(at, true)
}
