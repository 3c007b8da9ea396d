/** How a file names the supplementary file that it shares entries and strings with (dwz). */
import { Cursor } from '@gospy/bytes'
import { readUnsigned } from '../leb128.js'

/** What a file says of its supplementary file, or that says of itself. */
export interface SupplementaryLink {
  /** Path of the supplementary file, relative to the file that names it; empty in the supplementary file itself. */
  readonly path: string
  /** The build id (.gnu_debugaltlink) or checksum (.debug_sup) that the supplementary file has to have. */
  readonly id: Uint8Array
  /** Whether this is the supplementary file. */
  readonly isSupplementary: boolean
}

/** Reads .gnu_debugaltlink: the path, and the build id in what follows. @throws FormatError for a path without an end */
export function parseDebugAltLink(bytes: Uint8Array): SupplementaryLink {
  const cursor = new Cursor(bytes, { section: '.gnu_debugaltlink' })
  const path = cursor.cstring()
  return { path, id: cursor.take(cursor.remaining), isSupplementary: false }
}

/**
 * Reads .debug_sup (DWARF 5, section 7.3.6).
 * @throws FormatError for another version than 5, and past the end
 */
export function parseDebugSup(bytes: Uint8Array, littleEndian = true): SupplementaryLink {
  const cursor = new Cursor(bytes, { section: '.debug_sup', littleEndian })
  const version = cursor.u16()
  if (version !== 5) cursor.fail(`version ${version} (5 is known)`, 0)
  const isSupplementary = cursor.u8() !== 0
  const path = cursor.cstring()
  const id = cursor.take(Number(readUnsigned(cursor)))
  return { path, id, isSupplementary }
}
