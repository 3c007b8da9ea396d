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
  return encoding === 'loc' ? readPair(cursor, unit) : readKind(cursor, KINDS[encoding], unit)
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

type Operand = 'address' | 'uleb128' | 'u32'

interface KindLayout {
  readonly operands: readonly Operand[]
  /** Whether a location follows the operands. */
  readonly located: boolean
}

interface KindLayouts {
  readonly kinds: ReadonlyMap<number, KindLayout>
  /** How the length of a location is encoded. */
  readonly length: 'uleb128' | 'u16'
}

const bare = (...operands: Operand[]): KindLayout => ({ operands, located: false })
const located = (...operands: Operand[]): KindLayout => ({ operands, located: true })

/** What stands behind a kind. */
const KINDS: Readonly<Record<'loclists' | 'split loc', KindLayouts>> = {
  // DWARF 5, section 7.7.3
  loclists: {
    kinds: new Map([
      [DW_LLE.end_of_list, bare()],
      [DW_LLE.base_addressx, bare('uleb128')],
      [DW_LLE.startx_endx, located('uleb128', 'uleb128')],
      [DW_LLE.startx_length, located('uleb128', 'uleb128')],
      [DW_LLE.offset_pair, located('uleb128', 'uleb128')],
      [DW_LLE.default_location, located()],
      [DW_LLE.base_address, bare('address')],
      [DW_LLE.start_end, located('address', 'address')],
      [DW_LLE.start_length, located('address', 'uleb128')],
      [DW_LLE.GNU_view_pair, bare('uleb128', 'uleb128')],
    ]),
    length: 'uleb128',
  },
  // The kinds have the numbers of DWARF 5, but lengths and offsets four bytes, and locations lengths of two.
  'split loc': {
    kinds: new Map([
      [DW_LLE.end_of_list, bare()],
      [DW_LLE.base_addressx, bare('uleb128')],
      [DW_LLE.startx_endx, located('uleb128', 'uleb128')],
      [DW_LLE.startx_length, located('uleb128', 'u32')],
      [DW_LLE.offset_pair, located('u32', 'u32')],
    ]),
    length: 'u16',
  },
}

function readKind(cursor: Cursor, { kinds, length }: KindLayouts, unit: Unit): LocationEntry {
  const offset = cursor.offset
  const kind = cursor.u8()
  const layout = kinds.get(kind) ?? cursor.fail(`unknown kind 0x${kind.toString(16)} of location list entry`, offset)
  const [first = 0n, second = 0n] = layout.operands.map((operand) => readOperand(cursor, operand, unit))
  const expression = layout.located
    ? Expression.read(cursor, length === 'u16' ? cursor.u16() : cursor.uleb128(), unit)
    : undefined
  return { offset, kind, first, second, expression }
}

function readOperand(cursor: Cursor, operand: Operand, unit: Unit): bigint {
  switch (operand) {
    case 'address':
      return cursor.uintBig(unit.addressSize)
    case 'uleb128':
      return BigInt(readUnsigned(cursor))
    case 'u32':
      return BigInt(cursor.u32())
  }
}
