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

const NOTHING = { delta: 0, address: undefined, register: 0, from: 0, offset: 0, expression: undefined }

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
  const make = (fields: Partial<FrameInstruction>): FrameInstruction => ({ ...NOTHING, at, opcode, ...fields })
  switch (opcode) {
    case DW_CFA.advance_loc:
      return make({ delta: operand * codeAlignment })
    case DW_CFA.advance_loc1:
      return make({ delta: cursor.u8() * codeAlignment })
    case DW_CFA.advance_loc2:
      return make({ delta: cursor.u16() * codeAlignment })
    case DW_CFA.advance_loc4:
      return make({ delta: cursor.u32() * codeAlignment })
    case DW_CFA.MIPS_advance_loc8:
      return make({ delta: cursor.u64() * codeAlignment })
    case DW_CFA.set_loc: {
      const encoding = common.isEh ? common.pointerEncoding : 0
      return make({ address: readEncodedPointer(cursor, encoding, common.addressSize, frames.bases)?.address })
    }
    case DW_CFA.offset:
      return make({ register: operand, offset: cursor.uleb128() * dataAlignment })
    case DW_CFA.offset_extended:
    case DW_CFA.val_offset:
      return make({ register: cursor.uleb128(), offset: cursor.uleb128() * dataAlignment })
    case DW_CFA.offset_extended_sf:
    case DW_CFA.val_offset_sf:
      return make({ register: cursor.uleb128(), offset: cursor.sleb128() * dataAlignment })
    case DW_CFA.GNU_negative_offset_extended:
      return make({ register: cursor.uleb128(), offset: -cursor.uleb128() * dataAlignment })
    case DW_CFA.restore:
      return make({ register: operand })
    case DW_CFA.restore_extended:
    case DW_CFA.undefined:
    case DW_CFA.same_value:
    case DW_CFA.def_cfa_register:
      return make({ register: cursor.uleb128() })
    case DW_CFA.register:
      return make({ register: cursor.uleb128(), from: cursor.uleb128() })
    case DW_CFA.def_cfa:
      return make({ register: cursor.uleb128(), offset: cursor.uleb128() })
    case DW_CFA.def_cfa_sf:
      return make({ register: cursor.uleb128(), offset: cursor.sleb128() * dataAlignment })
    case DW_CFA.def_cfa_offset:
    case DW_CFA.GNU_args_size:
      return make({ offset: cursor.uleb128() })
    case DW_CFA.def_cfa_offset_sf:
      return make({ offset: cursor.sleb128() * dataAlignment })
    case DW_CFA.def_cfa_expression:
      return make({ expression: cursor.take(cursor.uleb128()) })
    case DW_CFA.expression:
    case DW_CFA.val_expression:
      return make({ register: cursor.uleb128(), expression: cursor.take(cursor.uleb128()) })
    case DW_CFA.nop:
    case DW_CFA.remember_state:
    case DW_CFA.restore_state:
    case DW_CFA.AARCH64_negate_ra_state:
    case DW_CFA.AARCH64_negate_ra_state_with_pc:
      return make({})
    default:
      return cursor.fail(`call frame instruction 0x${byte.toString(16)} is not known`, at)
  }
}
