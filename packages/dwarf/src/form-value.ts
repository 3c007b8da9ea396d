/** Values of the forms that say everything themselves, wherever they are: constants and blocks (DWARF 5, section 7.5.6). */
import type { Cursor } from '@gospy/bytes'
import { DW_FORM } from './constants/form.js'
import { narrow, readSigned, readUnsigned } from './leb128.js'

/** The value at the cursor, which is left behind it; undefined, and nothing read, for any other form. */
export function readPlainValue(
  cursor: Cursor,
  form: number,
  offsetSize: 4 | 8,
): number | bigint | Uint8Array | undefined {
  switch (form) {
    case DW_FORM.data1:
      return cursor.u8()
    case DW_FORM.data2:
      return cursor.u16()
    case DW_FORM.data4:
      return cursor.u32()
    case DW_FORM.data8:
      return narrow(cursor.u64big())
    case DW_FORM.data16:
      return cursor.take(16)
    case DW_FORM.sdata:
      return readSigned(cursor)
    case DW_FORM.udata:
      return readUnsigned(cursor)
    case DW_FORM.sec_offset:
      return cursor.uint(offsetSize)
    case DW_FORM.block1:
      return cursor.take(cursor.u8())
    case DW_FORM.block2:
      return cursor.take(cursor.u16())
    case DW_FORM.block4:
      return cursor.take(cursor.u32())
    case DW_FORM.block:
      return cursor.take(cursor.uleb128())
    default:
      return undefined
  }
}
