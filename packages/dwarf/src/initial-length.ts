/**
 * The length that units, tables, line programs and frame entries begin with, which also tells 32- from 64-bit DWARF (DWARF 5,
 * sections 7.2.2 and 7.4).
 */
import type { Cursor } from '@gospy/bytes'

/** Where something with such a length lies, which is known also of what cannot be read further. */
export interface Extent {
  /** Offset of the length field in its section. */
  readonly offset: number
  /** Length in bytes behind the length field. */
  readonly length: number
  /** Offset in the section of the first byte behind it. */
  readonly end: number
  /** 32- or 64-bit DWARF: the size of offsets into sections, whatever the target's addresses are. */
  readonly format: 32 | 64
  /** Bytes of an offset into a section: 4 in 32-bit DWARF, 8 in 64-bit DWARF. */
  readonly offsetSize: 4 | 8
}

/**
 * Reads the length field at the cursor, which is left behind it; what comes next in the section is at `end`.
 * @throws FormatError for a length that is reserved, or that runs past the end of the section
 */
export function readInitialLength(cursor: Cursor): Extent {
  const offset = cursor.offset
  let length = cursor.u32()
  const is64 = length === 0xffff_ffff
  if (is64) length = cursor.u64()
  else if (length >= 0xffff_fff0) cursor.fail(`reserved length 0x${length.toString(16)}`, offset)
  if (length > cursor.remaining) {
    cursor.fail(`a length of ${length} bytes, the section has only ${cursor.remaining} more`, offset)
  }
  return { offset, length, end: cursor.offset + length, format: is64 ? 64 : 32, offsetSize: is64 ? 8 : 4 }
}
