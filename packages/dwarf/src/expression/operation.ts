/** One operation out of the bytes of an expression (DWARF 5, sections 2.5 and 7.7.1). */
import type { Cursor } from '@gospy/bytes'
import { describeOperation } from '../constants/describe.js'
import type { Encoding } from '../form-size.js'
import { narrow, readSigned, readUnsigned } from '../leb128.js'
import { type OperandKind, operandKinds } from './operand.js'

/** A number; a bigint where a number cannot hold it exactly; bytes of a block or of an expression inside the expression. */
export type Operand = number | bigint | Uint8Array

/** One operation of an expression, and where it stands. */
export interface Operation {
  /** DW_OP. */
  readonly code: number
  /** Offset of the operation from the start of the expression, in bytes. */
  readonly offset: number
  /** Offset of what follows it. */
  readonly end: number
  /**
   * Its operands, in the order of the bytes. Lengths of blocks are left out (a block has its own), and so is what only tells
   * how the next operand is stored, but for DW_OP_WASM_location (the kind, and the value) and GNU_encoded_addr (DW_EH_PE, and
   * the value). Offsets of entries are as they stand in the bytes: from the start of the unit for DW_OP_call2, call4,
   * GNU_parameter_ref and base types, of .debug_info for the others.
   */
  readonly operands: readonly Operand[]
}

/**
 * Reads the operation at the cursor.
 * @param start offset of the expression's first byte, in the cursor's terms
 * @throws FormatError for a code that is no operation, or operands that run past the end
 */
export function readOperation(cursor: Cursor, start: number, encoding: Encoding): Operation {
  const offset = cursor.offset
  const code = cursor.u8()
  const kinds = operandKinds(code)
  if (kinds === undefined) return cursor.fail(`unknown operation ${describeOperation(code)}`, offset)
  const operands: Operand[] = []
  for (const kind of kinds) readOperand(cursor, kind, encoding, operands)
  return { code, offset: offset - start, end: cursor.offset - start, operands }
}

function readOperand(cursor: Cursor, kind: OperandKind, encoding: Encoding, into: Operand[]): void {
  switch (kind) {
    case 'u1':
      into.push(cursor.u8())
      return
    case 's1':
      into.push(cursor.i8())
      return
    case 'u2':
    case 'reference2':
      into.push(cursor.u16())
      return
    case 's2':
    case 'branch':
      into.push(cursor.i16())
      return
    case 'u4':
    case 'reference4':
      into.push(cursor.u32())
      return
    case 's4':
      into.push(cursor.i32())
      return
    case 'u8':
      into.push(narrow(cursor.u64big()))
      return
    case 's8':
      into.push(narrow(cursor.i64big()))
      return
    case 'uleb':
    case 'index':
      into.push(readUnsigned(cursor))
      return
    case 'register':
    case 'type':
      into.push(cursor.uleb128())
      return
    case 'sleb':
      into.push(readSigned(cursor))
      return
    case 'address':
      into.push(narrow(cursor.uintBig(encoding.addressSize)))
      return
    case 'block':
    case 'expression':
      into.push(cursor.take(cursor.uleb128()))
      return
    case 'block1':
      into.push(cursor.take(cursor.u8()))
      return
    case 'reference':
      // As DW_FORM_ref_addr: of an address's size in DWARF 2.
      into.push(cursor.uint(encoding.version <= 2 ? encoding.addressSize : encoding.offsetSize))
      return
    case 'encoded':
      readEncoded(cursor, encoding, into)
      return
    case 'wasm': {
      // Locals, globals and the operand stack; 3 is a global whose number can be relocated (WebAssembly tool conventions).
      const kindOfPlace = cursor.u8()
      if (kindOfPlace > 4) cursor.fail(`unknown kind ${kindOfPlace} of WebAssembly location`, cursor.offset - 1)
      into.push(kindOfPlace, kindOfPlace === 3 ? cursor.u32() : readUnsigned(cursor))
      return
    }
  }
}

/** DW_EH_PE in the low four bits: how the pointer is stored (Linux Standard Base, "DWARF Exception Header Encoding"). */
function readEncoded(cursor: Cursor, encoding: Encoding, into: Operand[]): void {
  const start = cursor.offset
  const format = cursor.u8()
  into.push(format)
  switch (format & 0x0f) {
    case 0x00:
    case 0x08:
      into.push(narrow(cursor.uintBig(encoding.addressSize)))
      return
    case 0x01:
      into.push(readUnsigned(cursor))
      return
    case 0x02:
      into.push(cursor.u16())
      return
    case 0x03:
      into.push(cursor.u32())
      return
    case 0x04:
      into.push(narrow(cursor.u64big()))
      return
    case 0x09:
      into.push(readSigned(cursor))
      return
    case 0x0a:
      into.push(cursor.i16())
      return
    case 0x0b:
      into.push(cursor.i32())
      return
    case 0x0c:
      into.push(narrow(cursor.i64big()))
      return
    default:
      cursor.fail(`unknown pointer encoding 0x${format.toString(16)}`, start)
  }
}
