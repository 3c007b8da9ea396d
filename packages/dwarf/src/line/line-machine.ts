/**
 * The state machine of line number programs (DWARF 5, sections 6.2.2 and 6.2.5). It runs a batch of rows at a time into one array of
 * words, with its registers in local variables: that is several times faster than coming back for every row. The address is
 * two words of 32 bits, so that every address is exact and none costs a bigint.
 */
import { type Cursor, FormatError } from '@gospy/bytes'
import { DW_LNE, DW_LNS } from '../constants/line.js'
import { readUnsigned } from '../leb128.js'
import { type LineHeader, readFileEntry } from './line-header.js'
import { extendedLength } from './line-instruction.js'
import { type OpcodeEffects, opcodeEffects } from './opcode-effects.js'
import { HAS_RARE, LINE_FLAG, RARE, RARE_WORDS, ROW, ROW_WORDS } from './row-layout.js'
import type { SourceFileEntry } from './source-file.js'

const TWO_32 = 0x1_0000_0000

/** Rows in a batch: enough that starting and ending one costs little, few enough for the processor's nearest cache. */
const BATCH = 64

/** Why `LineMachine.#runPlain` stops where it leaves no opcode. */
const BATCH_IS_FULL = -1
/** It has made a row that has rare words, and they are missing. */
const RARE_ROW = -2
/** The last bytes of the program are left. */
const PLAIN_END = -3

export class LineMachine {
  /** The rows of the batch, `ROW_WORDS` each. */
  readonly rows = new Uint32Array(BATCH * ROW_WORDS)
  /** Of each row of the batch that `HAS_RARE`, `RARE_WORDS` more. */
  rare: Uint32Array | undefined
  /** What the program is malformed by; the rows before it are in the batch. */
  fault: FormatError | undefined
  /** Files that DW_LNE_define_file added so far (versions 2 to 4). */
  readonly definedFiles: SourceFileEntry[] = []
  readonly #header: LineHeader
  readonly #cursor: Cursor
  readonly #effects: OpcodeEffects
  /** Of targets with 32 bits the upper word stays 0. */
  readonly #highMask: number
  #offset: number
  // Registers (table 6.3), as integers of 32 bits with a sign, which cost the least; rows have them without.
  #addressHigh = 0
  #addressLow = 0
  #operationIndex = 0
  #file = 1
  #line = 1
  #column = 0
  #flags: number
  #isa = 0
  #discriminator = 0
  /** The registers of `RARE`, joined: 0 where none has a value. */
  #anyRare = 0
  /** Where the next row of the batch goes. */
  #word = 0

  /** @param cursor the machine's own, over the program, or over some of its sequences: it stands where to begin */
  constructor(header: LineHeader, cursor: Cursor, addressSize: number) {
    this.#header = header
    this.#cursor = cursor
    this.#effects = opcodeEffects(header)
    this.#highMask = addressSize > 4 ? -1 : 0
    this.#offset = cursor.offset
    this.#flags = this.#initialFlags
  }

  get #initialFlags(): number {
    return this.#header.defaultIsStatement ? LINE_FLAG.isStatement : 0
  }

  /** Runs until a batch is full, or the program ends or is found to be malformed. @returns how many rows it made */
  run(): number {
    if (this.fault !== undefined) return 0
    this.#word = 0
    try {
      this.#run()
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      this.fault = error
    }
    return this.#word / ROW_WORDS
  }

  #run(): void {
    const cursor = this.#cursor
    const { bytes, end } = cursor
    while (this.#offset < end && this.#word < BATCH * ROW_WORDS) {
      const left = this.#runPlain()
      if (left === RARE_ROW) {
        this.#addRare(this.#word - ROW_WORDS)
      } else if (left !== BATCH_IS_FULL) {
        const opcode = left === PLAIN_END ? bytes[this.#offset++]! : left
        cursor.offset = this.#offset
        const isRow = this.#execute(opcode)
        this.#offset = cursor.offset
        this.#noteRare()
        if (isRow) this.#addRow()
      }
    }
  }

  /**
   * Runs what programs are nearly all made of, with as few branches as can be: a processor often guesses wrongly which opcode comes
   * next, and that takes longer than all that the opcode does. Nothing is called in here, so that V8 compiles it soon
   * and keeps in registers where the arrays are.
   * @returns an opcode that is left to `#execute`, or why it stopped
   */
  #runPlain(): number {
    const { bytes, end, littleEndian } = this.#cursor
    const { words } = this.#effects
    const { rows } = this
    const { minimumInstructionLength } = this.#header
    const highMask = this.#highMask
    const anyRare = this.#anyRare
    // LINE_FLAG, EFFECT and ROW_WORDS once more: V8 takes none but a function's own constants for numbers that stay as they are.
    const IS_STATEMENT = 1
    const END_SEQUENCE = 4
    const SET_FLAGS = 2 | 8 | 16
    const MAKES_ROW = 0x20
    const OPERAND = 0x40
    const OTHER = 0x80
    const WORDS = 6
    const initialFlags = this.#initialFlags
    const wordsEnd = BATCH * WORDS
    // What is read behind an opcode before this is of the program.
    const plainEnd = end - 10
    let at = this.#offset
    let low = this.#addressLow
    let high = this.#addressHigh
    let line = this.#line
    let column = this.#column
    let file = this.#file
    let flags = this.#flags
    let word = this.#word
    let left = PLAIN_END
    while (at < plainEnd) {
      const opcode = bytes[at]!
      const effect = words[opcode]!
      at++
      if ((effect & MAKES_ROW) !== 0) {
        const next = (low + ((effect >> 8) & 0xffff)) | 0
        if (next >>> 0 < low >>> 0) high = (high + 1) & highMask
        low = next
        line = (line + (effect >> 24)) | 0
        rows[word] = low
        rows[word + 1] = high
        rows[word + 2] = file
        rows[word + 3] = line
        rows[word + 4] = column
        rows[word + 5] = flags
        word += WORDS
        flags &= IS_STATEMENT
        if (anyRare !== 0) {
          left = RARE_ROW
          break
        }
        if (word === wordsEnd) {
          left = BATCH_IS_FULL
          break
        }
      } else if ((effect & OPERAND) !== 0) {
        const first = bytes[at]!
        const second = bytes[at + 1]!
        const isLonger = first >> 7
        // Operands of more than two bytes are rare.
        if ((isLonger & (second >> 7)) !== 0) {
          left = opcode
          break
        }
        at += 1 + isLonger
        const operand = (first & 0x7f) | ((second << 7) & -isLonger)
        if (opcode === 3) {
          // DW_LNS_advance_line: 7 or 14 bits with a sign
          const unused = 25 - 7 * isLonger
          line = (line + ((operand << unused) >> unused)) | 0
        } else if (opcode === 4) {
          // DW_LNS_set_file
          file = operand
        } else if (opcode === 5) {
          // DW_LNS_set_column
          column = operand
        } else {
          // DW_LNS_advance_pc
          const next = (low + operand * minimumInstructionLength) | 0
          if (next >>> 0 < low >>> 0) high = (high + 1) & highMask
          low = next
        }
      } else if ((effect & OTHER) === 0) {
        const next = (low + ((effect >> 8) & 0xffff)) | 0
        if (next >>> 0 < low >>> 0) high = (high + 1) & highMask
        low = next
        flags = (flags ^ (effect & IS_STATEMENT)) | (effect & SET_FLAGS)
      } else if (opcode === 0 && bytes[at] === 1 && bytes[at + 1] === 1 && anyRare === 0) {
        // DW_LNE_end_sequence
        at += 2
        rows[word] = low
        rows[word + 1] = high
        rows[word + 2] = file
        rows[word + 3] = line
        rows[word + 4] = column
        rows[word + 5] = flags | END_SEQUENCE
        word += WORDS
        low = 0
        high = 0
        file = 1
        line = 1
        column = 0
        flags = initialFlags
        if (word === wordsEnd) {
          left = BATCH_IS_FULL
          break
        }
      } else if (opcode === 0 && bytes[at] === 9 && bytes[at + 1] === 2 && littleEndian && anyRare === 0) {
        // DW_LNE_set_address
        low = bytes[at + 2]! | (bytes[at + 3]! << 8) | (bytes[at + 4]! << 16) | (bytes[at + 5]! << 24)
        high = bytes[at + 6]! | (bytes[at + 7]! << 8) | (bytes[at + 8]! << 16) | (bytes[at + 9]! << 24)
        at += 10
      } else {
        left = opcode
        break
      }
    }
    this.#offset = at
    this.#addressLow = low
    this.#addressHigh = high
    this.#line = line
    this.#column = column
    this.#file = file
    this.#flags = flags
    this.#word = word
    return left
  }

  #addRow(): void {
    const { rows } = this
    const word = this.#word
    rows[word + ROW.addressLow] = this.#addressLow
    rows[word + ROW.addressHigh] = this.#addressHigh
    rows[word + ROW.file] = this.#file
    rows[word + ROW.line] = this.#line
    rows[word + ROW.column] = this.#column
    rows[word + ROW.flags] = this.#flags
    this.#word = word + ROW_WORDS
    if (this.#anyRare !== 0) this.#addRare(word)
    if ((this.#flags & LINE_FLAG.endSequence) === 0) {
      this.#flags &= LINE_FLAG.isStatement
      return
    }
    this.#addressHigh = 0
    this.#addressLow = 0
    this.#operationIndex = 0
    this.#file = 1
    this.#line = 1
    this.#column = 0
    this.#flags = this.#initialFlags
    this.#isa = 0
    this.#anyRare = 0
  }

  #noteRare(): void {
    this.#anyRare = this.#isa | this.#discriminator | this.#operationIndex
  }

  #addRare(word: number): void {
    this.rare ??= new Uint32Array(BATCH * RARE_WORDS)
    const at = (word / ROW_WORDS) * RARE_WORDS
    this.rows[word + ROW.flags]! |= HAS_RARE
    this.rare[at + RARE.isa] = this.#isa
    this.rare[at + RARE.discriminator] = this.#discriminator
    this.rare[at + RARE.operationIndex] = this.#operationIndex
    this.#discriminator = 0
    this.#noteRare()
  }

  /** Runs one instruction, the cursor standing behind its opcode. @returns whether it makes a row */
  #execute(opcode: number): boolean {
    const cursor = this.#cursor
    const { opcodeBase, lineRange, standardOpcodeLengths } = this.#header
    const { operations, lines } = this.#effects
    const at = cursor.offset
    if (opcode >= opcodeBase) {
      if (lineRange === 0) this.#fail('a special opcode, while the range of lines is 0', at - 1)
      this.#advance(operations[opcode]!)
      this.#line = (this.#line + lines[opcode]!) | 0
      return true
    }
    switch (opcode) {
      case 0:
        return this.#runExtended(at - 1)
      case DW_LNS.copy:
        return true
      case DW_LNS.advance_pc:
        this.#advanceBy(readUnsigned(cursor))
        return false
      case DW_LNS.advance_line:
        // Modulo 2^32: a producer may go back by adding 2^32 - n.
        this.#line = (this.#line + (cursor.sleb128() | 0)) | 0
        return false
      case DW_LNS.set_file:
        this.#file = this.#operand()
        return false
      case DW_LNS.set_column:
        this.#column = this.#operand()
        return false
      case DW_LNS.negate_stmt:
        this.#flags ^= LINE_FLAG.isStatement
        return false
      case DW_LNS.set_basic_block:
        this.#flags |= LINE_FLAG.basicBlock
        return false
      case DW_LNS.const_add_pc:
        if (lineRange === 0) this.#fail('DW_LNS_const_add_pc, while the range of lines is 0', at - 1)
        this.#advance(operations[255]!)
        return false
      case DW_LNS.fixed_advance_pc: {
        this.#addToAddress(cursor.u16())
        this.#operationIndex = 0
        return false
      }
      case DW_LNS.set_prologue_end:
        this.#flags |= LINE_FLAG.prologueEnd
        return false
      case DW_LNS.set_epilogue_begin:
        this.#flags |= LINE_FLAG.epilogueBegin
        return false
      case DW_LNS.set_isa:
        this.#isa = this.#operand()
        return false
      default:
        // A standard opcode of a later version: the header says how many operands to step over.
        for (let count = standardOpcodeLengths[opcode - 1]!; count > 0; count--) cursor.skipLeb128()
        return false
    }
  }

  /** An extended opcode: the next instruction begins where its length says, wherever its operands end. */
  #runExtended(start: number): boolean {
    const cursor = this.#cursor
    const length = extendedLength(cursor, start)
    const next = cursor.offset + length
    const opcode = cursor.u8()
    switch (opcode) {
      case DW_LNE.end_sequence:
        this.#flags |= LINE_FLAG.endSequence
        break
      case DW_LNE.set_address:
        this.#setAddress(length - 1)
        break
      case DW_LNE.define_file:
        if (this.#header.version < 5) this.definedFiles.push(readFileEntry(cursor))
        break
      case DW_LNE.set_discriminator:
        this.#discriminator = this.#operand()
        break
    }
    // Vendors have more, which say nothing that one has to know.
    if (cursor.offset > next) this.#fail(`the operands of an extended opcode of ${length} bytes run past it`, start)
    cursor.offset = next
    return opcode === DW_LNE.end_sequence
  }

  #setAddress(size: number): void {
    const cursor = this.#cursor
    this.#operationIndex = 0
    if (size !== 8) {
      this.#addressHigh = 0
      this.#addressLow = cursor.uint(size) | 0
      return
    }
    const first = cursor.u32()
    const second = cursor.u32()
    this.#addressHigh = (cursor.littleEndian ? second : first) | 0
    this.#addressLow = (cursor.littleEndian ? first : second) | 0
  }

  /** Advances by operations (DWARF 5, section 6.2.5.1), less than 2^32. */
  #advance(operations: number): void {
    const { minimumInstructionLength, maximumOperationsPerInstruction } = this.#header
    let instructions = operations
    if (maximumOperationsPerInstruction !== 1) {
      const index = this.#operationIndex + operations
      instructions = Math.floor(index / maximumOperationsPerInstruction)
      this.#operationIndex = index % maximumOperationsPerInstruction
    }
    this.#addToAddress(instructions * minimumInstructionLength)
  }

  /** @param bytes less than 2^52 */
  #addToAddress(bytes: number): void {
    const low = (this.#addressLow >>> 0) + bytes
    this.#addressLow = low | 0
    this.#addressHigh = (this.#addressHigh + Math.floor(low / TWO_32)) & this.#highMask
  }

  /** As `#advance`, by any number of 64 bits: some producers go backwards by one that wraps around. */
  #advanceBy(operations: number | bigint): void {
    if (operations < TWO_32) {
      this.#advance(Number(operations))
      return
    }
    const { minimumInstructionLength, maximumOperationsPerInstruction } = this.#header
    const maximum = BigInt(maximumOperationsPerInstruction)
    const index = BigInt(this.#operationIndex) + BigInt(operations)
    const address =
      ((BigInt(this.#addressHigh >>> 0) << 32n) | BigInt(this.#addressLow >>> 0)) +
      (index / maximum) * BigInt(minimumInstructionLength)
    this.#operationIndex = Number(index % maximum)
    this.#addressHigh = Number((address >> 32n) & 0xffff_ffffn) & this.#highMask
    this.#addressLow = Number(address & 0xffff_ffffn) | 0
  }

  /** An operand for a register of 32 bits, at the cursor. */
  #operand(): number {
    const { offset } = this.#cursor
    const value = this.#cursor.uleb128()
    if (value >= TWO_32) this.#fail(`operand ${value} is above 2^32`, offset)
    return value
  }

  #fail(reason: string, offset: number): never {
    return this.#cursor.fail(reason, offset)
  }
}
