/** Call frame instructions, decoded one by one (DWARF 5, section 6.4.2). */
import type { Cursor } from '@gospy/bytes'
import { DW_CFA } from '../constants/call-frame.js'
import type { CallFrames } from './call-frames.js'
import { readEncodedPointer } from './eh-pointer.js'
import type { CommonInformation } from './frame-entry.js'

/** One instruction. What an operand counts in is applied already: deltas, offsets and addresses are in bytes. */
export interface FrameInstruction {
  /** Offset of the instruction in its section. */
  readonly at: number
  /** DW_CFA: of the three that carry an operand in the opcode, the upper two bits. */
  readonly opcode: number
  /** Bytes by which DW_CFA_advance_loc and its kin move on. */
  readonly delta: number
  /** New address of DW_CFA_set_loc. */
  readonly address: bigint | undefined
  /** The register that it is about. */
  readonly register: number
  /** The register that DW_CFA_register copies from. */
  readonly from: number
  /** Bytes from the CFA, or of the CFA from its register; of DW_CFA_GNU_args_size the size. */
  readonly offset: number
  /** DWARF expression. */
  readonly expression: Uint8Array | undefined
}

class DecodedInstruction implements FrameInstruction {
  delta = 0
  address: bigint | undefined = undefined
  register = 0
  from = 0
  offset = 0
  expression: Uint8Array | undefined = undefined

  constructor(
    readonly at: number,
    readonly opcode: number,
  ) {}
}

/** @throws FormatError for an instruction that is not known, or does not lie within the entry */
export function* readInstructions(
  cursor: Cursor,
  common: CommonInformation,
  frames: CallFrames,
): Generator<FrameInstruction, void, undefined> {
  while (!cursor.atEnd) yield readInstruction(cursor, common, frames)
}

function readInstruction(cursor: Cursor, common: CommonInformation, frames: CallFrames): FrameInstruction {
  const { codeAlignment, dataAlignment } = common
  const at = cursor.offset
  const byte = cursor.u8()
  const operand = byte & 0x3f
  const opcode = byte >= 0x40 ? byte & 0xc0 : byte
  const decoded = new DecodedInstruction(at, opcode)
  switch (opcode) {
    case DW_CFA.advance_loc:
      decoded.delta = operand * codeAlignment
      return decoded
    case DW_CFA.advance_loc1:
      decoded.delta = cursor.u8() * codeAlignment
      return decoded
    case DW_CFA.advance_loc2:
      decoded.delta = cursor.u16() * codeAlignment
      return decoded
    case DW_CFA.advance_loc4:
      decoded.delta = cursor.u32() * codeAlignment
      return decoded
    case DW_CFA.MIPS_advance_loc8:
      decoded.delta = cursor.u64() * codeAlignment
      return decoded
    case DW_CFA.set_loc: {
      const encoding = common.isEh ? common.pointerEncoding : 0
      decoded.address = readEncodedPointer(cursor, encoding, common.addressSize, frames.bases)?.address
      return decoded
    }
    case DW_CFA.offset:
      decoded.register = operand
      decoded.offset = cursor.uleb128() * dataAlignment
      return decoded
    case DW_CFA.offset_extended:
    case DW_CFA.val_offset:
      decoded.register = cursor.uleb128()
      decoded.offset = cursor.uleb128() * dataAlignment
      return decoded
    case DW_CFA.offset_extended_sf:
    case DW_CFA.val_offset_sf:
      decoded.register = cursor.uleb128()
      decoded.offset = cursor.sleb128() * dataAlignment
      return decoded
    case DW_CFA.GNU_negative_offset_extended:
      decoded.register = cursor.uleb128()
      decoded.offset = -cursor.uleb128() * dataAlignment
      return decoded
    case DW_CFA.restore:
      decoded.register = operand
      return decoded
    case DW_CFA.restore_extended:
    case DW_CFA.undefined:
    case DW_CFA.same_value:
    case DW_CFA.def_cfa_register:
      decoded.register = cursor.uleb128()
      return decoded
    case DW_CFA.register:
      decoded.register = cursor.uleb128()
      decoded.from = cursor.uleb128()
      return decoded
    case DW_CFA.def_cfa:
      decoded.register = cursor.uleb128()
      decoded.offset = cursor.uleb128()
      return decoded
    case DW_CFA.def_cfa_sf:
      decoded.register = cursor.uleb128()
      decoded.offset = cursor.sleb128() * dataAlignment
      return decoded
    case DW_CFA.def_cfa_offset:
    case DW_CFA.GNU_args_size:
      decoded.offset = cursor.uleb128()
      return decoded
    case DW_CFA.def_cfa_offset_sf:
      decoded.offset = cursor.sleb128() * dataAlignment
      return decoded
    case DW_CFA.def_cfa_expression:
      decoded.expression = cursor.take(cursor.uleb128())
      return decoded
    case DW_CFA.expression:
    case DW_CFA.val_expression:
      decoded.register = cursor.uleb128()
      decoded.expression = cursor.take(cursor.uleb128())
      return decoded
    case DW_CFA.nop:
    case DW_CFA.remember_state:
    case DW_CFA.restore_state:
    case DW_CFA.AARCH64_negate_ra_state:
    case DW_CFA.AARCH64_negate_ra_state_with_pc:
      return decoded
    default:
      return cursor.fail(`call frame instruction 0x${byte.toString(16)} is not known`, at)
  }
}
