/** Decompression by Node's zlib. */
import zlib from 'node:zlib'
import { plainBytes } from '@gospy/bytes'
import type { Decompress, Decompressors } from './compression.js'

/** Since Node 22.15; the types in use describe an older one. */
type ZstdDecompressSync = (data: Uint8Array, options: { maxOutputLength: number }) => Uint8Array
const { zstdDecompressSync } = zlib as typeof zlib & { zstdDecompressSync?: ZstdDecompressSync }

// One byte more than expected, so that data which expands to more is seen to. One chunk takes all, unless the claimed
// size is far above what such data commonly expands to: then zlib adds chunks as the data turns out to need them.
const nativeInflate: Decompress = (compressed, size) => {
  const chunkSize = Math.max(64, Math.min(size + 1, compressed.length * 16 + 0x10000))
  return plainBytes(zlib.inflateSync(compressed, { maxOutputLength: size + 1, chunkSize }))
}

const nativeZstd =
  zstdDecompressSync &&
  ((compressed: Uint8Array, size: number) => plainBytes(zstdDecompressSync(compressed, { maxOutputLength: size + 1 })))

/** zlib by Node, and zstd where this Node has it (22.15 and later): pass to `new ElfFile` for bytes from elsewhere. */
export const nativeDecompressors: Decompressors = {
  inflate: nativeInflate,
  ...(nativeZstd && { zstd: nativeZstd }),
}
