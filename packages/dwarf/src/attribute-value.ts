/** One attribute's value out of its bytes, by form (DWARF 5, section 7.5.5). */
import type { Cursor } from '@gospy/bytes'
import { describeForm } from './constants/describe.js'
import { DW_FORM } from './constants/form.js'
import { readPlainValue } from './form-value.js'
import type { Unit } from './unit.js'

/**
 * What kind of value an attribute has.
 * - `address`: bigint, looked up in .debug_addr where the form is an index
 * - `block`, `expression`: the bytes
 * - `constant`: number, or bigint for what a number cannot hold exactly; unsigned for DW_FORM_data1 to data8, which do
 *   not say; 16 bytes for DW_FORM_data16. Before DWARF 4, offsets into other sections come as data4 or data8 too.
 * - `flag`: boolean
 * - `reference`: number, the offset of an entry in the unit's own section (in .debug_info for DW_FORM_ref_addr)
 * - `signature`: bigint, of the type unit referred to
 * - `string`: string
 * - `offset`: number, an offset into a section that the attribute's name tells
 * - `index`: number, of a list in .debug_loclists or .debug_rnglists
 * - `supplementary`: number, the offset of an entry in .debug_info of the supplementary file (dwz)
 */
export type AttributeClass =
  | 'address'
  | 'block'
  | 'expression'
  | 'constant'
  | 'flag'
  | 'reference'
  | 'signature'
  | 'string'
  | 'offset'
  | 'index'
  | 'supplementary'

export type AttributeValue = number | bigint | boolean | string | Uint8Array

export function attributeClass(form: number): AttributeClass {
  switch (form) {
    case DW_FORM.addr:
    case DW_FORM.addrx:
    case DW_FORM.addrx1:
    case DW_FORM.addrx2:
    case DW_FORM.addrx3:
    case DW_FORM.addrx4:
    case DW_FORM.GNU_addr_index:
    case DW_FORM.LLVM_addrx_offset:
      return 'address'
    case DW_FORM.block:
    case DW_FORM.block1:
    case DW_FORM.block2:
    case DW_FORM.block4:
      return 'block'
    case DW_FORM.exprloc:
      return 'expression'
    case DW_FORM.flag:
    case DW_FORM.flag_present:
      return 'flag'
    case DW_FORM.ref1:
    case DW_FORM.ref2:
    case DW_FORM.ref4:
    case DW_FORM.ref8:
    case DW_FORM.ref_udata:
    case DW_FORM.ref_addr:
      return 'reference'
    case DW_FORM.ref_sig8:
      return 'signature'
    case DW_FORM.string:
    case DW_FORM.strp:
    case DW_FORM.line_strp:
    case DW_FORM.strx:
    case DW_FORM.strx1:
    case DW_FORM.strx2:
    case DW_FORM.strx3:
    case DW_FORM.strx4:
    case DW_FORM.GNU_str_index:
    case DW_FORM.strp_sup:
    case DW_FORM.GNU_strp_alt:
      return 'string'
    case DW_FORM.sec_offset:
      return 'offset'
    case DW_FORM.loclistx:
    case DW_FORM.rnglistx:
      return 'index'
    case DW_FORM.ref_sup4:
    case DW_FORM.ref_sup8:
    case DW_FORM.GNU_ref_alt:
      return 'supplementary'
    default:
      return 'constant'
  }
}

/**
 * The value of `form` at `offset` in the unit's section.
 * @throws FormatError for a form that is not known, or what lies outside the unit or the section it refers to
 */
export function readAttributeValue(
  unit: Unit,
  form: number,
  offset: number,
  implicit: number | bigint | undefined,
): AttributeValue {
  return readValue(unit, unit.at(offset), form, implicit)
}

/** As `readAttributeValue`, for the value at a cursor over the unit, which is left behind the value. */
export function readValue(
  unit: Unit,
  cursor: Cursor,
  form: number,
  implicit: number | bigint | undefined,
): AttributeValue {
  switch (form) {
    case DW_FORM.addr:
      return cursor.uintBig(unit.addressSize)
    case DW_FORM.addrx:
    case DW_FORM.GNU_addr_index:
      return unit.indexedAddress(cursor.uleb128())
    case DW_FORM.addrx1:
      return unit.indexedAddress(cursor.u8())
    case DW_FORM.addrx2:
      return unit.indexedAddress(cursor.u16())
    case DW_FORM.addrx3:
      return unit.indexedAddress(cursor.u24())
    case DW_FORM.addrx4:
      return unit.indexedAddress(cursor.u32())
    case DW_FORM.LLVM_addrx_offset: {
      const index = cursor.uleb128()
      const displacement = BigInt(cursor.u32())
      return BigInt.asUintN(unit.addressSize * 8, unit.indexedAddress(index) + displacement)
    }
    case DW_FORM.exprloc:
      return cursor.take(cursor.uleb128())
    case DW_FORM.implicit_const:
      return implicit ?? cursor.fail('DW_FORM_implicit_const without a value in the abbreviation')
    case DW_FORM.flag:
      return cursor.u8() !== 0
    case DW_FORM.flag_present:
      return true
    case DW_FORM.ref1:
      return unit.offset + cursor.u8()
    case DW_FORM.ref2:
      return unit.offset + cursor.u16()
    case DW_FORM.ref4:
      return unit.offset + cursor.u32()
    case DW_FORM.ref8:
      return unit.offset + cursor.u64()
    case DW_FORM.ref_udata:
      return unit.offset + cursor.uleb128()
    case DW_FORM.ref_addr:
      return cursor.uint(unit.version <= 2 ? unit.addressSize : unit.offsetSize)
    case DW_FORM.ref_sig8:
      return cursor.u64big()
    case DW_FORM.string:
    case DW_FORM.strp:
    case DW_FORM.line_strp:
    case DW_FORM.strx:
    case DW_FORM.strx1:
    case DW_FORM.strx2:
    case DW_FORM.strx3:
    case DW_FORM.strx4:
    case DW_FORM.GNU_str_index:
    case DW_FORM.strp_sup:
    case DW_FORM.GNU_strp_alt:
      return unit.readString(cursor, form)
    case DW_FORM.GNU_ref_alt:
      return cursor.uint(unit.offsetSize)
    case DW_FORM.ref_sup4:
      return cursor.u32()
    case DW_FORM.ref_sup8:
      return cursor.u64()
    case DW_FORM.loclistx:
    case DW_FORM.rnglistx:
      return cursor.uleb128()
    default:
      return readPlainValue(cursor, form, unit.offsetSize) ?? cursor.fail(`unknown form ${describeForm(form)}`)
  }
}
