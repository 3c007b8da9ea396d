/**
 * Looking for separate debug files ("Debugging Information in Separate Files" in the manual of gdb), on any file system: `node.ts`
 * has the functions for Node's.
 */
import { type ByteSource, FormatError } from '@gospy/bytes'
import { crc32 } from './crc32.js'
import type { ElfFile } from './elf-file.js'

/** Where to look. */
export interface DebugFileOptions {
  /** Folders with debug files; default `/usr/lib/debug`. */
  directories?: readonly string[]
  /** Path of the file, where it is to be looked for under another than the one it was opened by (`/proc/PID/exe`). */
  path?: string
}

/** One place that was looked at. */
export interface DebugFileCandidate {
  /** The place. */
  readonly path: string
  /** What led there. */
  readonly by: 'build-id' | 'debuglink' | 'debugaltlink'
  /** Why it is not the file; undefined for the one that is. */
  readonly reason: string | undefined
}

/** What a search came to. */
export interface DebugFileSearch<File> {
  /** The file, open; whoever asked for it closes it. Undefined if there is none. */
  readonly file: File | undefined
  /** All places that were looked at, in order: why there is none, or which came before the right one. */
  readonly candidates: readonly DebugFileCandidate[]
}

const DIRECTORIES = ['/usr/lib/debug']
/** Bytes of a file that are read at a time for its checksum. */
const CHUNK = 1 << 20

/** What the search needs of a file system; `node.ts` has it from Node. */
export interface DebugFileSystem<File extends ElfFile & { close(): void }> {
  /** Opens a file. May throw a FormatError, and errors that `isMissing` knows. */
  open(path: string): File
  /** Whether an error says that a file cannot be opened or read, rather than that something is wrong here. */
  isMissing(error: unknown): error is Error
  /** The path with links resolved; the path itself if there is no such file. */
  realPath(path: string): string
  /** A path, relative to a folder unless it is absolute. */
  resolve(folder: string, path: string): string
  /** As `crc32` of this package, maybe faster. */
  crc32(bytes: Uint8Array, before: number): number
}

/**
 * The CRC-32 of all that a source has, as `.gnu_debuglink` records it.
 * @param update the checksum of bytes, continued; by default that of this package
 */
export function crc32Of(source: ByteSource, update: (bytes: Uint8Array, before: number) => number = crc32): number {
  let crc = 0
  for (let at = 0; at < source.size; at += CHUNK) {
    crc = update(source.read(at, Math.min(CHUNK, source.size - at)), crc)
  }
  return crc
}

/**
 * As `findDebugFile` of `node.ts`.
 * @param path real path of the file
 */
export function searchDebugFile<File extends ElfFile & { close(): void }>(
  elf: ElfFile,
  path: string,
  directories: readonly string[] | undefined,
  files: DebugFileSystem<File>,
): DebugFileSearch<File> {
  const search = new Search(files, path)
  const buildId = elf.buildId()
  if (buildId !== undefined) {
    for (const directory of directories ?? DIRECTORIES) {
      const file = search.tryBuildId(buildIdPath(directory, buildId), 'build-id', buildId)
      if (file !== undefined) return search.result(file)
    }
  }
  const link = elf.debugLink()
  if (link !== undefined) {
    const folder = folderOf(path)
    const folders = [folder, `${folder}/.debug`, ...(directories ?? DIRECTORIES).map((directory) => directory + folder)]
    for (const each of folders) {
      const file = search.tryLink(`${each}/${link.file}`, link.crc)
      if (file !== undefined) return search.result(file)
    }
  }
  return search.result(undefined)
}

/**
 * As `findDebugAltFile` of `node.ts`.
 * @param path real path of the file
 */
export function searchDebugAltFile<File extends ElfFile & { close(): void }>(
  elf: ElfFile,
  path: string,
  directories: readonly string[] | undefined,
  files: DebugFileSystem<File>,
): DebugFileSearch<File> {
  const search = new Search(files, path)
  const link = elf.debugAltLink()
  if (link === undefined) return search.result(undefined)
  const places = [
    files.resolve(folderOf(path), link.file),
    ...(directories ?? DIRECTORIES).map((directory) => buildIdPath(directory, link.buildId)),
  ]
  for (const place of places) {
    const file = search.tryBuildId(place, 'debugaltlink', link.buildId)
    if (file !== undefined) return search.result(file)
  }
  return search.result(undefined)
}

/** The folder of an absolute path, without a slash at its end. */
function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}

/** `/usr/lib/debug/.build-id/ab/cdef….debug`. */
function buildIdPath(directory: string, buildId: string): string {
  return `${directory}/.build-id/${buildId.slice(0, 2)}/${buildId.slice(2)}.debug`
}

/** Tries one place after another and notes how it went. */
class Search<File extends ElfFile & { close(): void }> {
  readonly #files: DebugFileSystem<File>
  /** Path of the file that the search is for, which a link may name by mistake. */
  readonly #own: string
  readonly #candidates: DebugFileCandidate[] = []

  constructor(files: DebugFileSystem<File>, own: string) {
    this.#files = files
    this.#own = own
  }

  result(file: File | undefined): DebugFileSearch<File> {
    return { file, candidates: this.#candidates }
  }

  tryBuildId(path: string, by: DebugFileCandidate['by'], buildId: string): File | undefined {
    return this.#try(path, by, (file) => {
      const found = file.buildId()
      return found === buildId ? undefined : `its build id is ${found ?? 'missing'}`
    })
  }

  tryLink(path: string, crc: number): File | undefined {
    return this.#try(path, 'debuglink', (file) => {
      const found = crc32Of(file.source, this.#files.crc32)
      return found === crc ? undefined : `its CRC-32 is 0x${found.toString(16)}, not 0x${crc.toString(16)}`
    })
  }

  /** @param fault why a file is not the one; undefined if it is */
  #try(path: string, by: DebugFileCandidate['by'], fault: (file: File) => string | undefined): File | undefined {
    let file: File | undefined
    let reason: string | undefined
    try {
      if (this.#files.realPath(path) === this.#own) reason = 'it is the file itself'
      else {
        file = this.#files.open(path)
        reason = fault(file)
      }
    } catch (error) {
      if (!(error instanceof FormatError) && !this.#files.isMissing(error)) throw error
      reason = error.message
    }
    this.#candidates.push({ path, by, reason })
    if (reason === undefined) return file
    file?.close()
    return undefined
  }
}
