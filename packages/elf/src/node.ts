/** What needs Node: opening a path, its native decompression, and looking for separate debug files. */
import { existsSync, realpathSync } from 'node:fs'
import { resolve } from 'node:path'
import zlib from 'node:zlib'
import { plainBytes } from '@gospy/bytes'
import { FileSource } from '@gospy/bytes/node'
import type { Decompress, Decompressors } from './compression.js'
import { crc32 } from './crc32.js'
import {
  type DebugFileOptions,
  type DebugFileSearch,
  type DebugFileSystem,
  searchDebugAltFile,
  searchDebugFile,
} from './debug-file.js'
import { ElfFile } from './elf-file.js'

export type { DebugFileCandidate, DebugFileOptions, DebugFileSearch } from './debug-file.js'

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
  /** The path it was opened by. */
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
   * throws an Error. Of symbol tables above 256 KiB, and of their names, only a part may be in memory.
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

type Crc32 = (bytes: Uint8Array, before: number) => number

const realPath = (path: string) => (existsSync(path) ? realpathSync(path) : path)

const files: DebugFileSystem<OpenElfFile> = {
  open: openElf,
  isMissing: (error): error is Error => error instanceof Error && 'syscall' in error,
  realPath,
  resolve,
  // Since Node 20.15 and 22.2; the types in use describe an older one.
  crc32: (zlib as typeof zlib & { crc32?: Crc32 }).crc32 ?? crc32,
}

/**
 * The file that has the debug data of a program or library, looked for where gdb looks: by build id in the debug folders, then
 * by `.gnu_debuglink` beside the file, in `.debug` there, and in the debug folders. What is found is verified: by its build id,
 * or by the CRC-32 of the whole file.
 * @param elf a file opened by its path, or any other of which `options.path` says where it lies
 * @returns the file, open, for the caller to close; and each place that was looked at, with what was wrong there
 * @throws FormatError when the file's own notes or link cannot be read; a candidate that cannot be read is just not it
 */
export function findDebugFile(
  elf: OpenElfFile | (ElfFile & { path?: never }),
  options: DebugFileOptions = {},
): DebugFileSearch<OpenElfFile> {
  const path = options.path ?? elf.path
  if (path === undefined) throw new TypeError('of a file that was not opened by its path, the path has to be given')
  return searchDebugFile(elf, realPath(path), options.directories, files)
}

/**
 * The file of shared debug data (`.gnu_debugaltlink`, made by dwz) that a file with debug data refers to: by the path in the link,
 * taken relative to the file, then by build id in the debug folders. Verified by its build id.
 * @returns as `findDebugFile`
 * @throws FormatError when the link cannot be read
 */
export function findDebugAltFile(elf: OpenElfFile, options: DebugFileOptions = {}): DebugFileSearch<OpenElfFile> {
  return searchDebugAltFile(elf, realPath(options.path ?? elf.path), options.directories, files)
}
