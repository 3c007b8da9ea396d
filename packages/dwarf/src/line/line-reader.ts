/**
 * The state machine of line number programs (DWARF 5, section 6.2.2 and 6.2.5): runs from row to row and makes no objects.
 * The address is two words of 32 bits, so that every address is exact and none costs a bigint.
 */
import type { Cursor } from '@gospy/bytes'
import { joinAddress } from '../address.js'
import { DW_LNE, DW_LNS } from '../constants/line.js'
import type { LineHeader } from './line-header.js'
import { readFileEntry } from './line-header.js'
import type { SourceFileEntry } from './source-file.js'

const TWO_32 = 0x1_0000_0000

/** Bits of `LineReader.flags`, and of the column of rows. */
export const LINE_FLAG = {
  isStatement: 1,
  basicBlock: 2,
  endSequence: 4,
  prologueEnd: 8,
  epilogueBegin: 16,
} as const

/**
 * A walk over the rows of a line number program: `next()` runs to the next row, the fields are the registers of the state
 * machine there (DWARF 5, section 6.2.2, table 6.3).
 */
export class LineReader {
  /** The address of the row, upper and lower 32 bits; `address` is both. */
  addressHigh = 0
  addressLow = 0
  /** Index of the operation within a VLIW instruction; 0 elsewhere. */
  operationIndex = 0
  /** Index of the file: see `LineTable.file`. */
  file = 1
  /** Source line, from 1; 0 where the instruction belongs to none. */
  line = 1
  /** Source column, from 1; 0 for the start of the line, or where the producer does not say. */
  column = 0
  /** What `LINE_FLAG` lists. */
  flags = 0
  /** Instruction set, numbered by the architecture; 0 where there is one only. */
  isa = 0
  /** Tells blocks apart that come from one source position; 0 where nothing needs that. */
  discriminator = 0
  /** Files that DW_LNE_define_file added on the way so far (versions 2 to 4). */
  readonly definedFiles: SourceFileEntry[] = []
  /** Offset in .debug_line of the next instruction. */
  offset: number
  readonly #header: LineHeader
  readonly #cursor: Cursor
  readonly #bytes: Uint8Array
  readonly #special: SpecialOpcodes
  /** Of targets with 32 bits the upper word stays 0. */
  readonly #highMask: number
  #fresh = true

  /** @internal The cursor is this reader's own, over the program. */
  constructor(header: LineHeader, cursor: Cursor, addressSize: number) {
    this.#header = header
    this.#cursor = cursor
    this.#bytes = cursor.bytes
    this.#special = specialOpcodes(header)
    this.#highMask = addressSize > 4 ? 0xffff_ffff : 0
    this.offset = header.programOffset
  }

  /** Address of the instruction, exact. */
  get address(): bigint {
    return joinAddress(this.addressHigh, this.addressLow)
  }

  /** Whether the instruction is a good place for a breakpoint on the line. */
  get isStatement(): boolean {
    return (this.flags & LINE_FLAG.isStatement) !== 0
  }

  /** Whether it begins a basic block. */
  get basicBlock(): boolean {
    return (this.flags & LINE_FLAG.basicBlock) !== 0
  }

  /** Whether the address is the first behind a sequence: the row says nothing else. */
  get endSequence(): boolean {
    return (this.flags & LINE_FLAG.endSequence) !== 0
  }

  /** Whether a breakpoint on the entry of the function belongs here. */
  get prologueEnd(): boolean {
    return (this.flags & LINE_FLAG.prologueEnd) !== 0
  }

  /** Whether a breakpoint on the exit of the function belongs here. */
  get epilogueBegin(): boolean {
    return (this.flags & LINE_FLAG.epilogueBegin) !== 0
  }

  #startSequence(): void {
    this.addressHigh = 0
    this.addressLow = 0
    this.operationIndex = 0
    this.file = 1
    this.line = 1
    this.column = 0
    this.flags = this.#header.defaultIsStatement ? LINE_FLAG.isStatement : 0
    this.isa = 0
    this.discriminator = 0
  }

  /**
   * Runs to the next row; false at the end of the program.
   * @throws FormatError for an instruction that does not lie within the program, or an operand that no register can hold
   */
  next(): boolean {
    if (this.#fresh || (this.flags & LINE_FLAG.endSequence) !== 0) {
      this.#startSequence()
      this.#fresh = false
    } else {
      this.flags &= LINE_FLAG.isStatement
      this.discriminator = 0
    }
    const bytes = this.#bytes
    const header = this.#header
    const { opcodeBase, end } = header
    const special = this.#special
    let at = this.offset
    while (at < end) {
      const opcode = bytes[at]!
      at++
      if (opcode >= opcodeBase) {
        if (special.operations === undefined) this.#fail('a special opcode, while the range of lines is 0', at - 1)
        const operations = special.operations[opcode]!
        if (header.maximumOperationsPerInstruction === 1) {
          // Inlined: nearly all rows of a program come this way.
          const low = this.addressLow + operations * header.minimumInstructionLength
          if (low < TWO_32) this.addressLow = low
          else this.#addToAddress(low - this.addressLow)
        } else {
          this.#advance(operations)
        }
        this.line = (this.line + special.lines![opcode]!) >>> 0
        this.offset = at
        return true
      }
      switch (opcode) {
        case 0:
          this.offset = at
          if (this.#extended()) return true
          at = this.offset
          break
        case DW_LNS.copy:
          this.offset = at
          return true
        case DW_LNS.advance_pc:
          if (bytes[at]! < 0x80 && at < end) {
            this.#advance(bytes[at]!)
            at++
          } else {
            this.offset = at
            this.#advanceFar()
            at = this.offset
          }
          break
        case DW_LNS.advance_line:
          if (bytes[at]! < 0x80 && at < end) {
            this.line = (this.line + ((bytes[at]! << 25) >> 25)) >>> 0
            at++
          } else {
            const value = this.#at(at).sleb128()
            // Modulo 2^32, as a producer counts down from 1 by adding 2^32 - 1; written so as to be exact for all of 53 bits.
            this.line = (this.line + (value % TWO_32)) >>> 0
            at = this.#cursor.offset
          }
          break
        case DW_LNS.set_file:
          this.file = this.#operand(at)
          at = this.#cursor.offset
          break
        case DW_LNS.set_column:
          if (bytes[at]! < 0x80 && at < end) {
            this.column = bytes[at]!
            at++
          } else {
            this.column = this.#operand(at)
            at = this.#cursor.offset
          }
          break
        case DW_LNS.negate_stmt:
          this.flags ^= LINE_FLAG.isStatement
          break
        case DW_LNS.set_basic_block:
          this.flags |= LINE_FLAG.basicBlock
          break
        case DW_LNS.const_add_pc:
          if (special.operations === undefined) this.#fail('DW_LNS_const_add_pc, while the range of lines is 0', at - 1)
          this.#advance(special.operations[255]!)
          break
        case DW_LNS.fixed_advance_pc:
          this.#addToAddress(this.#at(at).u16())
          this.operationIndex = 0
          at = this.#cursor.offset
          break
        case DW_LNS.set_prologue_end:
          this.flags |= LINE_FLAG.prologueEnd
          break
        case DW_LNS.set_epilogue_begin:
          this.flags |= LINE_FLAG.epilogueBegin
          break
        case DW_LNS.set_isa:
          this.isa = this.#operand(at)
          at = this.#cursor.offset
          break
        default: {
          // A standard opcode of a later version: the header says how many operands to step over.
          const cursor = this.#at(at)
          for (let count = header.standardOpcodeLengths[opcode - 1]!; count > 0; count--) cursor.skipLeb128()
          at = cursor.offset
        }
      }
    }
    this.offset = at
    return false
  }

  /** @returns whether it made a row; `offset` is behind the instruction, wherever its operands end */
  #extended(): boolean {
    const start = this.offset - 1
    const cursor = this.#at(this.offset)
    const length = cursor.uleb128()
    if (length === 0) this.#fail('an extended opcode of no bytes', start)
    if (length > cursor.remaining) this.#fail(`an extended opcode of ${length} bytes, ${cursor.remaining} left`, start)
    const next = cursor.offset + length
    const opcode = cursor.u8()
    this.offset = next
    switch (opcode) {
      case DW_LNE.end_sequence:
        this.flags |= LINE_FLAG.endSequence
        return true
      case DW_LNE.set_address: {
        const size = length - 1
        this.operationIndex = 0
        if (size === 8) {
          const first = cursor.u32()
          const second = cursor.u32()
          this.addressHigh = cursor.littleEndian ? second : first
          this.addressLow = cursor.littleEndian ? first : second
        } else {
          this.addressHigh = 0
          this.addressLow = cursor.uint(size)
        }
        return false
      }
      case DW_LNE.define_file: {
        if (this.#header.version >= 5) return false
        this.definedFiles.push(readFileEntry(cursor))
        if (cursor.offset > next) this.#fail('DW_LNE_define_file runs past its length', start)
        return false
      }
      case DW_LNE.set_discriminator:
        this.discriminator = this.#operand(cursor.offset)
        return false
      default:
        return false
    }
  }

  /** Advances by operations (DWARF 5, section 6.2.5.1). */
  #advance(operations: number): void {
    const { minimumInstructionLength, maximumOperationsPerInstruction } = this.#header
    if (maximumOperationsPerInstruction === 1) {
      this.#addToAddress(operations * minimumInstructionLength)
      return
    }
    const index = this.operationIndex + operations
    this.#addToAddress(Math.floor(index / maximumOperationsPerInstruction) * minimumInstructionLength)
    this.operationIndex = index % maximumOperationsPerInstruction
  }

  /** DW_LNS_advance_pc by any number of 64 bits: some producers go backwards by one that wraps around. */
  #advanceFar(): void {
    const operations = this.#at(this.offset).uleb128big()
    this.offset = this.#cursor.offset
    const { minimumInstructionLength, maximumOperationsPerInstruction } = this.#header
    const maximum = BigInt(maximumOperationsPerInstruction)
    const index = BigInt(this.operationIndex) + operations
    const address = this.address + (index / maximum) * BigInt(minimumInstructionLength)
    this.operationIndex = Number(index % maximum)
    this.addressHigh = (Number((address >> 32n) & 0xffff_ffffn) & this.#highMask) >>> 0
    this.addressLow = Number(address & 0xffff_ffffn)
  }

  /** @param bytes less than 2^52 */
  #addToAddress(bytes: number): void {
    const low = this.addressLow + bytes
    if (low >= TWO_32) this.addressHigh = ((this.addressHigh + Math.floor(low / TWO_32)) & this.#highMask) >>> 0
    this.addressLow = low >>> 0
  }

  #at(offset: number): Cursor {
    return this.#cursor.seek(offset)
  }

  /** An operand for a register of 32 bits. */
  #operand(offset: number): number {
    const value = this.#at(offset).uleb128()
    if (value >= TWO_32) this.#fail(`operand ${value} is above 2^32`, offset)
    return value
  }

  #fail(reason: string, offset: number): never {
    return this.#cursor.fail(reason, offset)
  }
}

/** What each special opcode adds (DWARF 5, section 6.2.5.1), by opcode; undefined where the header's range of lines is 0. */
interface SpecialOpcodes {
  readonly lineBase: number
  readonly lineRange: number
  readonly opcodeBase: number
  readonly operations: Uint8Array | undefined
  readonly lines: Int16Array | undefined
}

/** Those of the header before: nearly always all programs of a file have the same. */
let latest: SpecialOpcodes | undefined

function specialOpcodes({ lineBase, lineRange, opcodeBase }: LineHeader): SpecialOpcodes {
  if (latest?.lineBase === lineBase && latest.lineRange === lineRange && latest.opcodeBase === opcodeBase) return latest
  if (lineRange === 0) return { lineBase, lineRange, opcodeBase, operations: undefined, lines: undefined }
  const operations = new Uint8Array(256)
  const lines = new Int16Array(256)
  for (let opcode = opcodeBase; opcode < 256; opcode++) {
    const adjusted = opcode - opcodeBase
    operations[opcode] = Math.floor(adjusted / lineRange)
    lines[opcode] = lineBase + (adjusted % lineRange)
  }
  latest = { lineBase, lineRange, opcodeBase, operations, lines }
  return latest
}
