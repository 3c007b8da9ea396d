/**
 * What each opcode of a line number program does, as one word each: the machine looks the word up instead of asking which opcode it has,
 * as a processor cannot foresee the answer. The words follow from the header (DWARF 5, sections 6.2.4 and 6.2.5).
 */
import { DW_LNS } from '../constants/line.js'
import type { LineHeader } from './line-header.js'
import { LINE_FLAG } from './row-layout.js'

/**
 * The word of an opcode has the bits of `LINE_FLAG` that the opcode sets (`isStatement`: that it inverts), those below, by how many
 * bytes the address advances, from bit 8 on, and in the upper eight bits by how many lines, with a sign.
 */
export const EFFECT = {
  /** The opcode makes a row. */
  row: 0x20,
  /** It has an operand, which has all the effect. */
  operand: 0x40,
  /** It has to be looked at; the word says no more. */
  other: 0x80,
} as const
export const EFFECT_ADVANCE = { shift: 8, mask: 0xffff } as const
export const EFFECT_LINES_SHIFT = 24

/** By opcode. */
export interface OpcodeEffects {
  readonly words: Int32Array
  /**
   * How many operations special opcodes advance by, and 255 stands for DW_LNS_const_add_pc: on VLIW targets it depends on the operation
   * index how many bytes that are.
   */
  readonly operations: Uint8Array
  /** How many lines special opcodes advance by. */
  readonly lines: Int16Array
}

/** What the effects follow from. */
type Parameters = Pick<
  LineHeader,
  'lineBase' | 'lineRange' | 'opcodeBase' | 'minimumInstructionLength' | 'maximumOperationsPerInstruction'
>

/** Those of the header before: nearly always all programs of a file have the same. */
let latest: { readonly parameters: Parameters; readonly effects: OpcodeEffects } | undefined

/** The effects of the opcodes of a program; special opcodes have none where the range of lines is 0. */
export function opcodeEffects(parameters: Parameters): OpcodeEffects {
  if (latest === undefined || !isSame(latest.parameters, parameters)) {
    latest = { parameters, effects: compute(parameters) }
  }
  return latest.effects
}

function isSame(a: Parameters, b: Parameters): boolean {
  return (
    a.lineBase === b.lineBase &&
    a.lineRange === b.lineRange &&
    a.opcodeBase === b.opcodeBase &&
    a.minimumInstructionLength === b.minimumInstructionLength &&
    a.maximumOperationsPerInstruction === b.maximumOperationsPerInstruction
  )
}

function compute(parameters: Parameters): OpcodeEffects {
  const { lineBase, lineRange, opcodeBase, minimumInstructionLength, maximumOperationsPerInstruction } = parameters
  const operations = new Uint8Array(256)
  const lines = new Int16Array(256)
  const words = new Int32Array(256).fill(EFFECT.other)
  if (lineRange === 0) return { words, operations, lines }
  for (let opcode = opcodeBase; opcode < 256; opcode++) {
    const adjusted = opcode - opcodeBase
    operations[opcode] = Math.floor(adjusted / lineRange)
    lines[opcode] = lineBase + (adjusted % lineRange)
  }
  // An advance of several operations for each instruction depends on the operation index, too.
  if (maximumOperationsPerInstruction === 1) {
    const advance = (opcode: number) => (operations[opcode]! * minimumInstructionLength) << EFFECT_ADVANCE.shift
    words[DW_LNS.copy] = EFFECT.row
    words[DW_LNS.advance_pc] = EFFECT.operand
    words[DW_LNS.advance_line] = EFFECT.operand
    words[DW_LNS.set_file] = EFFECT.operand
    words[DW_LNS.set_column] = EFFECT.operand
    words[DW_LNS.negate_stmt] = LINE_FLAG.isStatement
    words[DW_LNS.set_basic_block] = LINE_FLAG.basicBlock
    words[DW_LNS.const_add_pc] = advance(255)
    words[DW_LNS.set_prologue_end] = LINE_FLAG.prologueEnd
    words[DW_LNS.set_epilogue_begin] = LINE_FLAG.epilogueBegin
    for (let opcode = opcodeBase; opcode < 256; opcode++) {
      const count = lines[opcode]!
      const fits = count >= -128 && count < 128
      words[opcode] = fits ? EFFECT.row | advance(opcode) | (count << EFFECT_LINES_SHIFT) : EFFECT.other
    }
  }
  return { words, operations, lines }
}
