/** Reading what a type claims to be there: in pieces, so that a size that is not true costs no more memory than there is. */
import { type MemoryReader, readExactly, UnreadableMemoryError } from '@gospy/bytes'
import { ValueError } from './value-error.js'

/** Bytes that are read at once. */
const PIECE = 2 ** 20

/** Most bytes of one value: above any that a debugger is asked for. */
const MAX_VALUE = 2 ** 30

/**
 * `length` bytes at `address`.
 * @throws UnreadableMemoryError when fewer can be read
 * @throws ValueError for more than 1 GiB
 */
export function readWhole(memory: MemoryReader, address: number, length: number): Uint8Array {
  if (length <= PIECE) return readExactly(memory, address, length)
  if (length > MAX_VALUE) throw new ValueError(`a value of ${length} bytes: more than 1 GiB`)
  const pieces: Uint8Array[] = []
  for (let done = 0; done < length; done += PIECE) {
    pieces.push(readExactly(memory, address + done, Math.min(PIECE, length - done)))
  }
  const whole = new Uint8Array(length)
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}

/**
 * As many of `length` bytes at `address` as can be read.
 * @throws UnreadableMemoryError when none can
 */
export function readSome(memory: MemoryReader, address: number, length: number): Uint8Array {
  const bytes = new Uint8Array(Math.min(length, PIECE))
  const count = memory.read(address, bytes)
  if (count === 0 && length > 0) throw new UnreadableMemoryError(address, length, 0)
  return bytes.subarray(0, count)
}
