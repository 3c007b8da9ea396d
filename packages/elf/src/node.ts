/** What needs Node: opening a path, and its native decompression. */
import zlib from 'node:zlib'
import { plainBytes } from '@gospy/bytes'
import { FileSource } from '@gospy/bytes/node'
import type { Decompress, Decompressors } from './compression.js'
import { ElfFile } from './elf-file.js'

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

/** An ELF file that holds a file descriptor. */
export class OpenElfFile extends ElfFile {
  readonly path: string
  readonly #file: FileSource

  /** @throws the error of `node:fs` when the file cannot be opened, a FormatError when it is not an ELF file */
  constructor(path: string) {
    const file = new FileSource(path)
    try {
      super(file, nativeDecompressors)
    } catch (error) {
      file.close()
      throw error
    }
    this.path = path
    this.#file = file
  }

  /**
   * Releases the file descriptor; calling it again does nothing. What was read before stays readable, reading more
   * throws an Error.
   */
  close(): void {
    this.#file.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }
}

/**
 * Opens a file by path; only the parts that are asked for are read. Close it, or declare it with `using`.
 * @throws the error of `node:fs` (ENOENT, EACCES, …) when the file cannot be opened, a FormatError when it is not ELF
 */
export function openElf(path: string): OpenElfFile {
  return new OpenElfFile(path)
}
