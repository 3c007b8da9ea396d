/**
 * Where debug data that was taken out of a file is to be found: `.gnu_debuglink` and `.gnu_debugaltlink` (GDB manual,
 * "Debugging Information in Separate Files"; DWARF 5 calls the latter's target a supplementary file, 7.3.6).
 */
import { Cursor, decodeUtf8, FormatError } from '@gospy/bytes'

/** `.gnu_debuglink`. */
export interface DebugLink {
  /** Name of the file, without a folder. */
  readonly file: string
  /** CRC-32 of the whole file: see `crc32`. */
  readonly crc: number
}

/** `.gnu_debugaltlink`: debug data that several files share, as dwz makes it. */
export interface DebugAltLink {
  /** Path of the file, absolute or relative to the folder of this one. */
  readonly file: string
  /** Its build id, in lower-case hex. */
  readonly buildId: string
}

/** @throws FormatError when the section ends within the name or the checksum */
export function readDebugLink(data: Uint8Array, littleEndian: boolean): DebugLink {
  const cursor = new Cursor(data, { littleEndian, section: '.gnu_debuglink' })
  const file = cursor.cstring()
  if (file === '') cursor.fail('no file name', 0)
  cursor.skip((4 - (cursor.offset % 4)) % 4)
  return { file, crc: cursor.u32() }
}

/** @throws FormatError when the section ends within the name, or before a build id */
export function readDebugAltLink(data: Uint8Array): DebugAltLink {
  const nul = data.indexOf(0)
  const section = '.gnu_debugaltlink'
  if (nul <= 0) throw new FormatError('no file name', { section, offset: 0 })
  if (nul + 1 === data.length) throw new FormatError('no build id', { section, offset: nul })
  return { file: decodeUtf8(data, 0, nul), buildId: toHex(data.subarray(nul + 1)) }
}

/** Lower-case hex, two digits a byte. */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
