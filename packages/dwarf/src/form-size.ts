/**
 * How many bytes each form takes in a unit of a given encoding, so that attributes nobody asked for are stepped over by
 * adding numbers. A size that depends on the bytes themselves is one of the negative codes below.
 */
import type { Cursor } from '@gospy/bytes'
import { describeForm } from './constants/describe.js'
import { DW_FORM } from './constants/form.js'

/** What the size of some forms depends on; the same for all entries of a unit. */
export interface Encoding {
  /** DWARF version of the unit: 2 to 5. */
  readonly version: number
  /** Bytes of an address on the target: 2, 4 or 8. */
  readonly addressSize: number
  /** Bytes of an offset into a section: 4 in 32-bit DWARF, 8 in 64-bit DWARF. */
  readonly offsetSize: 4 | 8
}

const STRING = -1
const LEB128 = -2
const BLOCK1 = -3
const BLOCK2 = -4
const BLOCK4 = -5
const BLOCK = -6
const INDIRECT = -7
const LEB128_AND_4 = -8
/** Subtracted from the number of a form that is not known, so that the message can name it. */
const UNKNOWN = -0x100

/** Size in bytes of a value of `form`, or a negative code for `skipValues`. */
export function formSize(form: number, encoding: Encoding): number {
  switch (form) {
    case DW_FORM.flag_present:
    case DW_FORM.implicit_const:
      return 0
    case DW_FORM.data1:
    case DW_FORM.ref1:
    case DW_FORM.flag:
    case DW_FORM.strx1:
    case DW_FORM.addrx1:
      return 1
    case DW_FORM.data2:
    case DW_FORM.ref2:
    case DW_FORM.strx2:
    case DW_FORM.addrx2:
      return 2
    case DW_FORM.strx3:
    case DW_FORM.addrx3:
      return 3
    case DW_FORM.data4:
    case DW_FORM.ref4:
    case DW_FORM.strx4:
    case DW_FORM.addrx4:
    case DW_FORM.ref_sup4:
      return 4
    case DW_FORM.data8:
    case DW_FORM.ref8:
    case DW_FORM.ref_sig8:
    case DW_FORM.ref_sup8:
      return 8
    case DW_FORM.data16:
      return 16
    case DW_FORM.addr:
      return encoding.addressSize
    case DW_FORM.ref_addr:
      // An address in DWARF 2, an offset since DWARF 3 (DWARF 3, section 7.5.4).
      return encoding.version <= 2 ? encoding.addressSize : encoding.offsetSize
    case DW_FORM.strp:
    case DW_FORM.line_strp:
    case DW_FORM.strp_sup:
    case DW_FORM.sec_offset:
    case DW_FORM.GNU_ref_alt:
    case DW_FORM.GNU_strp_alt:
      return encoding.offsetSize
    case DW_FORM.string:
      return STRING
    case DW_FORM.udata:
    case DW_FORM.sdata:
    case DW_FORM.ref_udata:
    case DW_FORM.strx:
    case DW_FORM.addrx:
    case DW_FORM.loclistx:
    case DW_FORM.rnglistx:
    case DW_FORM.GNU_addr_index:
    case DW_FORM.GNU_str_index:
      return LEB128
    case DW_FORM.LLVM_addrx_offset:
      return LEB128_AND_4
    case DW_FORM.block1:
      return BLOCK1
    case DW_FORM.block2:
      return BLOCK2
    case DW_FORM.block4:
      return BLOCK4
    case DW_FORM.block:
    case DW_FORM.exprloc:
      return BLOCK
    case DW_FORM.indirect:
      return INDIRECT
    default:
      return UNKNOWN - form
  }
}

/**
 * Moves the cursor over the first `count` values of a list of sizes.
 * @throws FormatError for a form that is not known, or values that do not lie within the unit
 */
export function skipValues(cursor: Cursor, sizes: readonly number[], count: number, encoding: Encoding): void {
  const { bytes, end } = cursor
  let at = cursor.offset
  for (let index = 0; index < count; index++) {
    const size = sizes[index]!
    if (size >= 0) {
      at += size
    } else if (size === STRING) {
      // Native code: a loop over the characters costs as much when hot, and many times more before V8 has compiled it.
      const nul = bytes.indexOf(0, at)
      at = nul < 0 ? end + 1 : nul + 1
    } else if (size === LEB128) {
      while (at < end && bytes[at]! >= 0x80) at++
      at++
    } else if (size === BLOCK1) {
      at += at < end ? 1 + bytes[at]! : 1
    } else {
      if (at > end) break
      cursor.offset = at
      skipRare(cursor, size, encoding)
      at = cursor.offset
    }
  }
  if (at > end) cursor.fail('the attributes run past the end of the unit')
  cursor.offset = at
}

function skipRare(cursor: Cursor, size: number, encoding: Encoding): void {
  switch (size) {
    case BLOCK2:
      cursor.skip(cursor.u16())
      return
    case BLOCK4:
      cursor.skip(cursor.u32())
      return
    case BLOCK:
      cursor.skip(cursor.uleb128())
      return
    case LEB128_AND_4:
      cursor.skipLeb128()
      cursor.skip(4)
      return
    case INDIRECT: {
      const form = readIndirectForm(cursor)
      skipValues(cursor, [formSize(form, encoding)], 1, encoding)
      return
    }
    default:
      cursor.fail(`unknown form ${describeForm(UNKNOWN - size)}`)
  }
}

/** The form that DW_FORM_indirect names in the entry itself (DWARF 5, section 7.5.3). */
export function readIndirectForm(cursor: Cursor): number {
  const start = cursor.offset
  let form = cursor.uleb128()
  while (form === DW_FORM.indirect) form = cursor.uleb128()
  // Its value would have to be in the abbreviation, which says only "indirect".
  if (form === DW_FORM.implicit_const) cursor.fail('DW_FORM_indirect cannot name DW_FORM_implicit_const', start)
  return form
}
