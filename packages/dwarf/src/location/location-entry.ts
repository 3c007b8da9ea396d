/**
 * The entries of location lists as they stand in the file, in their three encodings: .debug_loc (DWARF 2 to 4; DWARF 4,
 * section 2.6.2), .debug_loclists (DWARF 5, section 7.7.3), and .debug_loc.dwo of GNU's split units of DWARF 4 (GCC wiki,
 * "DebugFission").
 */
import type { Cursor } from '@gospy/bytes'
import { DW_LLE } from '../constants/location-entry.js'
import { Expression } from '../expression/expression.js'
import { readUnsigned } from '../leb128.js'
import type { Unit } from '../unit.js'

/** An entry of a location list as it stands in the file, indexes and offsets not resolved. */
export interface LocationEntry {
  /** Offset of the entry in its section. */
  readonly offset: number
  /** DW_LLE; those of .debug_loc count as `base_address` and `offset_pair`. */
  readonly kind: number
  /** First operand: an address, index or offset, or the view of a pair; 0 where the kind has none. */
  readonly first: bigint
  /** Second operand: an address, index, offset or length, or the view of a pair; 0 where the kind has none. */
  readonly second: bigint
  /** Where the object is in that range; undefined for entries that are no ranges. */
  readonly expression: Expression | undefined
}

/** How the entries of a list are encoded. */
export type LocationEncoding = 'loc' | 'loclists' | 'split loc'

/** Reads the entry at the cursor. @throws FormatError for an unknown kind, and past the end */
export function readLocationEntry(cursor: Cursor, encoding: LocationEncoding, unit: Unit): LocationEntry {
  switch (encoding) {
    case 'loc':
      return readPair(cursor, unit)
    case 'loclists':
      return readTagged(cursor, unit)
    case 'split loc':
      return readSplit(cursor, unit)
  }
}

function readPair(cursor: Cursor, unit: Unit): LocationEntry {
  const offset = cursor.offset
  const first = cursor.uintBig(unit.addressSize)
  const second = cursor.uintBig(unit.addressSize)
  const bare = { offset, first, second, expression: undefined }
  if (first === 0n && second === 0n) return { ...bare, kind: DW_LLE.end_of_list }
  // The largest address selects a base instead of beginning a range.
  if (first === (1n << BigInt(unit.addressSize * 8)) - 1n) {
    return { ...bare, kind: DW_LLE.base_address, first: second, second: 0n }
  }
  const expression = Expression.read(cursor, cursor.u16(), unit)
  return { offset, kind: DW_LLE.offset_pair, first, second, expression }
}

function readTagged(cursor: Cursor, unit: Unit): LocationEntry {
  const offset = cursor.offset
  const kind = cursor.u8()
  let first = 0n
  let second = 0n
  switch (kind) {
    case DW_LLE.end_of_list:
      return { offset, kind, first, second, expression: undefined }
    case DW_LLE.base_addressx:
      first = BigInt(readUnsigned(cursor))
      return { offset, kind, first, second, expression: undefined }
    case DW_LLE.base_address:
      first = cursor.uintBig(unit.addressSize)
      return { offset, kind, first, second, expression: undefined }
    case DW_LLE.GNU_view_pair:
      first = BigInt(readUnsigned(cursor))
      second = BigInt(readUnsigned(cursor))
      return { offset, kind, first, second, expression: undefined }
    case DW_LLE.startx_endx:
    case DW_LLE.startx_length:
    case DW_LLE.offset_pair:
      first = BigInt(readUnsigned(cursor))
      second = BigInt(readUnsigned(cursor))
      break
    case DW_LLE.default_location:
      break
    case DW_LLE.start_end:
      first = cursor.uintBig(unit.addressSize)
      second = cursor.uintBig(unit.addressSize)
      break
    case DW_LLE.start_length:
      first = cursor.uintBig(unit.addressSize)
      second = BigInt(readUnsigned(cursor))
      break
    default:
      cursor.fail(`unknown kind 0x${kind.toString(16)} of location list entry`, offset)
  }
  return { offset, kind, first, second, expression: Expression.read(cursor, cursor.uleb128(), unit) }
}

/** The kinds have the numbers of DWARF 5, but lengths and offsets four bytes, and expressions lengths of two. */
function readSplit(cursor: Cursor, unit: Unit): LocationEntry {
  const offset = cursor.offset
  const kind = cursor.u8()
  let first = 0n
  let second = 0n
  switch (kind) {
    case DW_LLE.end_of_list:
      return { offset, kind, first, second, expression: undefined }
    case DW_LLE.base_addressx:
      first = BigInt(readUnsigned(cursor))
      return { offset, kind, first, second, expression: undefined }
    case DW_LLE.startx_endx:
      first = BigInt(readUnsigned(cursor))
      second = BigInt(readUnsigned(cursor))
      break
    case DW_LLE.startx_length:
      first = BigInt(readUnsigned(cursor))
      second = BigInt(cursor.u32())
      break
    case DW_LLE.offset_pair:
      first = BigInt(cursor.u32())
      second = BigInt(cursor.u32())
      break
    default:
      cursor.fail(`unknown kind 0x${kind.toString(16)} of location list entry`, offset)
  }
  return { offset, kind, first, second, expression: Expression.read(cursor, cursor.u16(), unit) }
}
