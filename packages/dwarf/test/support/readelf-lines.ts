/** Our reading of line number programs, printed as `readelf --debug-dump=rawline` (binutils 2.40) prints its own. */
import { DW_LNE, DW_LNS, type Dwarf, type LineHeader, type LineInstruction, type LineTable } from '@gospy/dwarf'

/** As C's `%#x`, which has zero without a prefix. */
const hex = (value: number | bigint) => (BigInt(value) === 0n ? '0' : `0x${value.toString(16)}`)

/** The statements in readelf's words, one a line: without the numbers of views, which are no part of the program. */
export function readelfStatements(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => /^ {2}\[0x[0-9a-f]+\]/.test(line))
    .map((line) =>
      line
        .replace(/ \(view \d+\)| *\[reset view\]/g, '')
        .replace(/\s+/g, ' ')
        .trim(),
    )
}

/** The registers that readelf says the new values of. */
class Registers {
  address = 0n
  operationIndex = 0
  line = 1
  isStatement: boolean
  readonly #header: LineHeader

  constructor(header: LineHeader) {
    this.#header = header
    this.isStatement = header.defaultIsStatement
  }

  reset(): void {
    Object.assign(this, new Registers(this.#header))
  }

  /** Advances by operations. @returns by how many bytes */
  advance(operations: number | bigint): bigint {
    const { minimumInstructionLength, maximumOperationsPerInstruction } = this.#header
    const index = BigInt(this.operationIndex) + BigInt(operations)
    const bytes = (index / BigInt(maximumOperationsPerInstruction)) * BigInt(minimumInstructionLength)
    this.operationIndex = Number(index % BigInt(maximumOperationsPerInstruction))
    this.address = BigInt.asUintN(64, this.address + bytes)
    return bytes
  }

  /** The address that has been reached, on VLIW targets with the operation. */
  get place(): string {
    const isVliw = this.#header.maximumOperationsPerInstruction > 1
    return isVliw ? `${hex(this.address)}[${this.operationIndex}]` : hex(this.address)
  }
}

export function ourStatements(dwarf: Dwarf): string[] {
  return [...dwarf.lineTables()].flatMap(statementsOf)
}

function statementsOf(table: LineTable): string[] {
  const registers = new Registers(table.header)
  const lines: string[] = []
  for (const instruction of table.instructions()) {
    lines.push(`[0x${instruction.offset.toString(16).padStart(8, '0')}] ${statement(table, instruction, registers)}`)
  }
  return lines
}

function statement(table: LineTable, instruction: LineInstruction, registers: Registers): string {
  const { header } = table
  const { kind, opcode, operands } = instruction
  const [operand = 0] = operands
  if (kind === 'extended') return `Extended opcode ${opcode}: ${extended(instruction, registers)}`
  if (kind === 'special') {
    const bytes = registers.advance(operand)
    const advance = Number(operands[1])
    registers.line = (registers.line + advance) | 0
    return (
      `Special opcode ${opcode - header.opcodeBase}: advance Address by ${bytes} to ${registers.place}` +
      ` and Line by ${advance} to ${registers.line}`
    )
  }
  switch (opcode) {
    case DW_LNS.copy:
      return 'Copy'
    case DW_LNS.advance_pc: {
      const bytes = registers.advance(operand)
      return `Advance PC by ${bytes} to ${registers.place}`
    }
    case DW_LNS.advance_line:
      registers.line = (registers.line + Number(operand)) | 0
      return `Advance Line by ${operand} to ${registers.line}`
    case DW_LNS.set_file:
      return `Set File Name to entry ${operand} in the File Name Table`
    case DW_LNS.set_column:
      return `Set column to ${operand}`
    case DW_LNS.negate_stmt:
      registers.isStatement = !registers.isStatement
      return `Set is_stmt to ${Number(registers.isStatement)}`
    case DW_LNS.set_basic_block:
      return 'Set basic block'
    case DW_LNS.const_add_pc: {
      const bytes = registers.advance(Math.floor((255 - header.opcodeBase) / header.lineRange))
      return `Advance PC by constant ${bytes} to ${registers.place}`
    }
    case DW_LNS.fixed_advance_pc:
      registers.address += BigInt(operand)
      registers.operationIndex = 0
      return `Advance PC by fixed size amount ${operand} to ${hex(registers.address)}`
    case DW_LNS.set_prologue_end:
      return 'Set prologue_end to true'
    case DW_LNS.set_epilogue_begin:
      return 'Set epilogue_begin to true'
    case DW_LNS.set_isa:
      return `Set ISA to ${operand}`
    default:
      return `Unknown opcode ${opcode} with operands: ${operands.map(hex).join(', ')}`.trim()
  }
}

function extended({ opcode, operands, data = new Uint8Array() }: LineInstruction, registers: Registers): string {
  const [operand = 0] = operands
  switch (opcode) {
    case DW_LNE.end_sequence:
      registers.reset()
      return 'End of Sequence'
    case DW_LNE.set_address:
      registers.address = BigInt(operand)
      registers.operationIndex = 0
      return `set Address to ${hex(operand)}`
    case DW_LNE.define_file:
      return 'define new File Table entry'
    case DW_LNE.set_discriminator:
      return `set Discriminator to ${operand}`
    default: {
      const bytes = Array.from(data, (byte) => `${byte.toString(16).padStart(2, '0')}`)
      return `${opcode < 0x80 ? 'UNKNOWN' : 'user defined'}: length ${data.length} [ ${bytes.join(' ')}]`
    }
  }
}
