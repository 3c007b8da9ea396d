/** zlib streams by fflate, with the checks that it leaves out. */
import { FormatError } from '@gospy/bytes'
import { unzlibSync } from 'fflate'

/**
 * Decompresses a zlib stream (RFC 1950) that holds `size` bytes. Returns more than that, cut, where it holds more.
 * @throws an error of fflate for a damaged stream, a FormatError for a wrong checksum
 */
export function inflate(compressed: Uint8Array, size: number): Uint8Array {
  // fflate drops what goes beyond the buffer: one byte more shows that there was more.
  const out = unzlibSync(compressed, { out: new Uint8Array(size + 1) })
  if (out.length !== size) return out
  const at = compressed.length - 4
  const stored = new DataView(compressed.buffer, compressed.byteOffset + at, 4).getUint32(0)
  if (adler32(out) !== stored) throw new FormatError('wrong Adler-32 checksum', { section: 'zlib stream', offset: at })
  return out
}

/** The checksum of RFC 1950, section 8.2. */
function adler32(bytes: Uint8Array): number {
  const modulus = 65521
  // So many sums of bytes stay below 2^32 without a modulo (zlib's NMAX).
  const batch = 5552
  let a = 1
  let b = 0
  for (let start = 0; start < bytes.length; start += batch) {
    const end = Math.min(start + batch, bytes.length)
    for (let at = start; at < end; at++) {
      a += bytes[at]!
      b += a
    }
    a %= modulus
    b %= modulus
  }
  return ((b << 16) | a) >>> 0
}
