/**
 * Separate debug files, looked for where gdb looks ("Debugging Information in Separate Files" in its manual): by build id in
 * the debug folders, then by `.gnu_debuglink` beside the file, in `.debug` and in the debug folders. What is found is
 * verified: a build id by the file's own, a link by the CRC-32 of the whole file.
 */
import { existsSync, realpathSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import zlib from 'node:zlib'
import { type ByteSource, FormatError } from '@gospy/bytes'
import { crc32 } from './crc32.js'
import { OpenElfFile } from './open-elf-file.js'

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
export interface DebugFileSearch {
  /** The file, open; whoever asked for it closes it. Undefined if there is none. */
  readonly file: OpenElfFile | undefined
  /** All places that were looked at, in order: why there is none, or which came before the right one. */
  readonly candidates: readonly DebugFileCandidate[]
}

const DIRECTORIES = ['/usr/lib/debug']
/** Bytes of a file that are read at a time for its checksum. */
const CHUNK = 1 << 20

type Crc32 = (bytes: Uint8Array, before: number) => number
/** Since Node 20.15 and 22.2; the types in use describe an older one. */
const nativeCrc32: Crc32 = (zlib as typeof zlib & { crc32?: Crc32 }).crc32 ?? crc32

/** The CRC-32 of all that a source has, as `.gnu_debuglink` records it. */
export function crc32Of(source: ByteSource): number {
  let crc = 0
  for (let at = 0; at < source.size; at += CHUNK) {
    crc = nativeCrc32(source.read(at, Math.min(CHUNK, source.size - at)), crc)
  }
  return crc
}

/**
 * The file that has the debug data of a program or library.
 * @throws FormatError when the file's own notes or link cannot be read; a candidate that cannot be read is just not it
 */
export function findDebugFile(elf: OpenElfFile, options: DebugFileOptions = {}): DebugFileSearch {
  const search = new Search()
  const directories = options.directories ?? DIRECTORIES
  const path = realPath(options.path ?? elf.path)
  const buildId = elf.buildId()
  if (buildId !== undefined) {
    for (const directory of directories) {
      const file = search.tryBuildId(buildIdPath(directory, buildId), 'build-id', buildId, path)
      if (file !== undefined) return search.result(file)
    }
  }
  const link = elf.debugLink()
  if (link !== undefined) {
    const folder = dirname(path)
    const places = [
      join(folder, link.file),
      join(folder, '.debug', link.file),
      ...directories.map((directory) => join(directory, folder, link.file)),
    ]
    for (const place of places) {
      const file = search.tryLink(place, link.crc, path)
      if (file !== undefined) return search.result(file)
    }
  }
  return search.result(undefined)
}

/**
 * The file of shared debug data (`.gnu_debugaltlink`, made by dwz) that a file with debug data refers to. The path in the
 * link is taken relative to the file; then the build id is looked for in the debug folders.
 * @throws FormatError when the link cannot be read
 */
export function findDebugAltFile(elf: OpenElfFile, options: DebugFileOptions = {}): DebugFileSearch {
  const search = new Search()
  const link = elf.debugAltLink()
  if (link === undefined) return search.result(undefined)
  const path = realPath(options.path ?? elf.path)
  const directories = options.directories ?? DIRECTORIES
  const places = [
    isAbsolute(link.file) ? link.file : resolve(dirname(path), link.file),
    ...directories.map((directory) => buildIdPath(directory, link.buildId)),
  ]
  for (const place of places) {
    const file = search.tryBuildId(place, 'debugaltlink', link.buildId, path)
    if (file !== undefined) return search.result(file)
  }
  return search.result(undefined)
}

/** `/usr/lib/debug/.build-id/ab/cdef….debug`. */
function buildIdPath(directory: string, buildId: string): string {
  return join(directory, '.build-id', buildId.slice(0, 2), `${buildId.slice(2)}.debug`)
}

function realPath(path: string): string {
  return existsSync(path) ? realpathSync(path) : path
}

/** Tries one place after another and notes how it went. */
class Search {
  readonly #candidates: DebugFileCandidate[] = []

  result(file: OpenElfFile | undefined): DebugFileSearch {
    return { file, candidates: this.#candidates }
  }

  tryBuildId(path: string, by: DebugFileCandidate['by'], buildId: string, own: string): OpenElfFile | undefined {
    return this.#try(path, by, own, (file) => {
      const found = file.buildId()
      return found === buildId ? undefined : `its build id is ${found ?? 'missing'}`
    })
  }

  tryLink(path: string, crc: number, own: string): OpenElfFile | undefined {
    return this.#try(path, 'debuglink', own, (file) => {
      const found = crc32Of(file.source)
      return found === crc ? undefined : `its CRC-32 is 0x${found.toString(16)}, not 0x${crc.toString(16)}`
    })
  }

  /** @param own path of the file that the search is for, which a link may name by mistake */
  #try(
    path: string,
    by: DebugFileCandidate['by'],
    own: string,
    fault: (file: OpenElfFile) => string | undefined,
  ): OpenElfFile | undefined {
    let file: OpenElfFile | undefined
    let reason: string | undefined
    try {
      if (realPath(path) === own) reason = 'it is the file itself'
      else {
        file = new OpenElfFile(path)
        reason = fault(file)
      }
    } catch (error) {
      if (!(error instanceof FormatError) && !isSystemError(error)) throw error
      reason = error.message
    }
    this.#candidates.push({ path, by, reason })
    if (reason === undefined) return file
    file?.close()
    return undefined
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error
}
