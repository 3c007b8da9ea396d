/** Reading a stretch of the file that a header speaks of. */
import { type ByteSource, FormatError } from '@gospy/bytes'

/**
 * `length` bytes at `offset` of the file. Nothing is allocated before the range is known to lie within the file.
 * @param what the part of the file, for the error
 * @throws FormatError when the file does not hold the range
 */
export function readPart(source: ByteSource, offset: number, length: number, what: string): Uint8Array {
  checkPart(source, offset, length, what)
  return source.read(offset, length)
}

/** Throws as `readPart`, and reads nothing. */
export function checkPart(source: ByteSource, offset: number, length: number, what: string): void {
  if (offset + length > source.size) {
    const range = `0x${offset.toString(16)} to 0x${(offset + length).toString(16)}`
    throw new FormatError(`should lie at ${range} of the file, which ends at 0x${source.size.toString(16)}`, {
      section: what,
    })
  }
}
