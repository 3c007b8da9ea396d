/**
 * The instructions of a line number program as they stand in the file (DWARF 5, section 6.2.5), for those who want to see the
 * program and not its rows. `LineMachine` runs them, and makes no objects of them.
 */
import type { Cursor } from '@gospy/bytes'
import { DW_LNE, DW_LNS } from '../constants/line.js'
import { readSigned, readUnsigned } from '../leb128.js'
import { type LineHeader, readFileEntry } from './line-header.js'
import { opcodeEffects } from './opcode-effects.js'

/** One instruction. */
export interface LineInstruction {
  /** Offset in .debug_line. */
  readonly offset: number
  /** Offset behind it, where the next one begins. */
  readonly end: number
  /** A special opcode makes a row and has its operands in itself; a standard one is a DW_LNS, an extended one a DW_LNE. */
  readonly kind: 'special' | 'standard' | 'extended'
  /** Of an extended one, the DW_LNE. */
  readonly opcode: number
  /**
   * - of a special opcode, by how many operations and lines it advances (section 6.2.5.1)
   * - of a standard opcode, its operands; of one that is not known all that the header says it has
   * - of DW_LNE_set_address the address, of DW_LNE_set_discriminator the discriminator; of others none
   *
   * Bigints are what a number cannot hold exactly, and addresses.
   */
  readonly operands: readonly (number | bigint)[]
  /** Of an extended one, the bytes of its operands, which are all that there is of one that is not known. */
  readonly data: Uint8Array | undefined
}

/**
 * The instructions from the cursor to its end.
 * @throws FormatError behind the last before one that does not lie within the program
 */
export function* readInstructions(header: LineHeader, cursor: Cursor): Generator<LineInstruction, void, undefined> {
  while (!cursor.atEnd) {
    const offset = cursor.offset
    const opcode = cursor.u8()
    if (opcode === 0) yield readExtended(header, cursor, offset)
    else if (opcode < header.opcodeBase) {
      const operands = readOperands(header, cursor, opcode)
      yield { offset, end: cursor.offset, kind: 'standard', opcode, operands, data: undefined }
    } else {
      const operands = advances(header, cursor, opcode)
      yield { offset, end: cursor.offset, kind: 'special', opcode, operands, data: undefined }
    }
  }
}

function advances(header: LineHeader, cursor: Cursor, opcode: number): readonly number[] {
  if (header.lineRange === 0) cursor.fail('a special opcode, while the range of lines is 0', cursor.offset - 1)
  const { operations, lines } = opcodeEffects(header)
  return [operations[opcode]!, lines[opcode]!]
}

function readOperands(header: LineHeader, cursor: Cursor, opcode: number): readonly (number | bigint)[] {
  switch (opcode) {
    case DW_LNS.advance_line:
      return [readSigned(cursor)]
    case DW_LNS.fixed_advance_pc:
      return [cursor.u16()]
    case DW_LNS.advance_pc:
    case DW_LNS.set_file:
    case DW_LNS.set_column:
    case DW_LNS.set_isa:
      return [readUnsigned(cursor)]
    case DW_LNS.copy:
    case DW_LNS.negate_stmt:
    case DW_LNS.set_basic_block:
    case DW_LNS.const_add_pc:
    case DW_LNS.set_prologue_end:
    case DW_LNS.set_epilogue_begin:
      return []
    default:
      return Array.from({ length: header.standardOpcodeLengths[opcode - 1]! }, () => readUnsigned(cursor))
  }
}

function readExtended(header: LineHeader, cursor: Cursor, offset: number): LineInstruction {
  const body = cursor.sub(extendedLength(cursor, offset))
  const end = body.end
  const opcode = body.u8()
  const data = body.bytes.subarray(body.offset, end)
  const operands: (number | bigint)[] = []
  if (opcode === DW_LNE.set_address) operands.push(body.uintBig(body.remaining))
  else if (opcode === DW_LNE.set_discriminator) operands.push(readUnsigned(body))
  else if (opcode === DW_LNE.define_file && header.version < 5) readFileEntry(body)
  cursor.offset = end
  return { offset, end, kind: 'extended', opcode, operands, data }
}

/** The length of the extended opcode at the cursor, which is left behind the length. @throws FormatError when it cannot be */
export function extendedLength(cursor: Cursor, offset: number): number {
  const length = cursor.uleb128()
  if (length === 0) cursor.fail('an extended opcode of no bytes', offset)
  if (length > cursor.remaining) {
    cursor.fail(`an extended opcode of ${length} bytes, ${cursor.remaining} left`, offset)
  }
  return length
}
