/**
 * Compressed sections: SHF_COMPRESSED with a compression header (gABI chapter 4, "Section Compression"), and the older
 * GNU form, `.zdebug_*` with "ZLIB" and a big-endian size in front (binutils before 2.26, Go before 1.19).
 */
import { Cursor, FormatError } from '@gospy/bytes'
import { ELFCOMPRESS } from './constants.js'
import type { Encoding } from './fields.js'

/**
 * Decompresses a whole zlib or zstd stream to exactly `size` bytes.
 * May throw anything, and may return another length, for data that is not that: it becomes a FormatError.
 */
export type Decompress = (compressed: Uint8Array, size: number) => Uint8Array

/** Ways to decompress; what is not given is done in plain JavaScript. */
export interface Decompressors {
  /** zlib streams (RFC 1950). */
  inflate?: Decompress
  /** Zstandard frames (RFC 8878). */
  zstd?: Decompress
}

/** What stands in front of compressed data. */
export interface CompressionHeader {
  /** `zlib-gnu` is the form of `.zdebug_*` sections. */
  readonly format: 'zlib' | 'zstd' | 'zlib-gnu'
  /** Bytes after decompression, as the file says. */
  readonly size: number
  /** ch_addralign: alignment in bytes after decompression; 1 where the form does not say. */
  readonly alignment: number
  /** Where the compressed stream begins, in bytes from the start of the section. */
  readonly dataOffset: number
}

/**
 * Most bytes that one byte can stand for. Deflate codes a run of 258 bytes in two bits; a Zstandard block of 4 bytes
 * can be a run of 128 KiB.
 */
const MAX_RATIO = { zlib: 1032, 'zlib-gnu': 1032, zstd: 32768 }

/** Bytes that begin a `.zdebug_*` section. */
const GNU_HEADER_SIZE = 12

/**
 * Reads the header of an SHF_COMPRESSED section.
 * @throws FormatError for an unknown kind of compression, or when the section ends within the header
 */
export function readCompressionHeader(raw: Uint8Array, encoding: Encoding, section: string): CompressionHeader {
  const cursor = new Cursor(raw, { littleEndian: encoding.littleEndian, section })
  const wordSize = encoding.is64 ? 8 : 4
  const type = cursor.u32()
  if (encoding.is64) cursor.skip(4)
  const size = cursor.uint(wordSize)
  const alignment = cursor.uint(wordSize)
  if (type !== ELFCOMPRESS.ZLIB && type !== ELFCOMPRESS.ZSTD) cursor.fail(`unknown compression type ${type}`, 0)
  return { format: type === ELFCOMPRESS.ZLIB ? 'zlib' : 'zstd', size, alignment, dataOffset: cursor.offset }
}

/** The header of a `.zdebug_*` section; undefined when it does not begin with one and thus is not compressed. */
export function readGnuCompressionHeader(raw: Uint8Array, section: string): CompressionHeader | undefined {
  const isGnu = raw[0] === 0x5a && raw[1] === 0x4c && raw[2] === 0x49 && raw[3] === 0x42 // "ZLIB"
  if (!isGnu || raw.length < GNU_HEADER_SIZE) return undefined
  const size = new Cursor(raw, { littleEndian: false, section, offset: 4 }).u64()
  return { format: 'zlib-gnu', size, alignment: 1, dataOffset: GNU_HEADER_SIZE }
}

/**
 * The decompressed bytes of a section.
 * @throws FormatError when the stream is damaged, has another length than the header says, or the header claims more
 * than the stream could ever expand to (checked before anything is allocated)
 */
export function decompress(
  raw: Uint8Array,
  header: CompressionHeader,
  decompressors: Required<Decompressors>,
  section: string,
): Uint8Array {
  const { format, size, dataOffset } = header
  const stream = raw.subarray(dataOffset)
  const place = { section, offset: dataOffset }
  if (size > stream.length * MAX_RATIO[format]) {
    throw new FormatError(`${stream.length} bytes of ${format} data cannot expand to the ${size} claimed`, place)
  }
  let data: Uint8Array
  try {
    data = format === 'zstd' ? decompressors.zstd(stream, size) : decompressors.inflate(stream, size)
  } catch (cause) {
    const reason = cause instanceof FormatError ? cause.reason : String(cause)
    throw new FormatError(`${format} data does not decompress: ${reason}`, { ...place, cause })
  }
  if (data.length !== size) {
    throw new FormatError(`${format} data expands to ${data.length} bytes, the header claims ${size}`, place)
  }
  return data
}
