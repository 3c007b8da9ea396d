/**
 * The state machine of line number programs (DWARF 5, sections 6.2.2 and 6.2.5). It runs a batch of rows at a time into one array of
 * words, with its registers in local variables: that is several times faster than coming back for every row. The address is
 * two words of 32 bits, so that every address is exact and none costs a bigint.
 */
import { type Cursor, FormatError } from '@gospy/bytes'
import { DW_LNE, DW_LNS } from '../constants/line.js'
import { readUnsigned } from '../leb128.js'
import { type LineHeader, readFileEntry } from './line-header.js'
import type { SourceFileEntry } from './source-file.js'

const TWO_32 = 0x1_0000_0000

/** Bits of the flags of a row. */
export const LINE_FLAG = {
  isStatement: 1,
  basicBlock: 2,
  endSequence: 4,
  prologueEnd: 8,
  epilogueBegin: 16,
} as const

const IS_STATEMENT = LINE_FLAG.isStatement
const END_SEQUENCE = LINE_FLAG.endSequence
const PROLOGUE_END = LINE_FLAG.prologueEnd

/** In the flags of a row: that it has words in `LineMachine.rare`. */
export const HAS_RARE = 0x80

/** Words of a row in a batch, and which word is what. */
export const ROW_WORDS = 5
export const ROW = { addressLow: 0, file: 1, line: 2, column: 3, flags: 4 } as const

/** Words that are 0 in nearly all rows of nearly all programs: they are apart, as writing a word costs as much as anything else. */
export const RARE_WORDS = 4
export const RARE = { addressHigh: 0, isa: 1, discriminator: 2, operationIndex: 3 } as const

/** Rows in a batch: enough that starting and ending one costs little, few enough for the processor's nearest cache. */
const BATCH = 64

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
  readonly #special: SpecialOpcodes
  /** Of targets with 32 bits the upper word stays 0. */
  readonly #highMask: number
  /** The first opcode that `#run` takes for a special one, and the first that it takes for no standard one. */
  readonly #specialBase: number
  readonly #standardEnd: number
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

  /** @param cursor the machine's own, over the program, or over some of its sequences: it stands where to begin */
  constructor(header: LineHeader, cursor: Cursor, addressSize: number) {
    this.#header = header
    this.#cursor = cursor
    this.#special = specialOpcodes(header)
    this.#highMask = addressSize > 4 ? -1 : 0
    const isPlain = header.maximumOperationsPerInstruction === 1 && header.lineRange > 0
    this.#specialBase = isPlain ? header.opcodeBase : 256
    this.#standardEnd = isPlain ? header.opcodeBase : 0
    this.#offset = cursor.offset
    this.#flags = this.#initialFlags
  }

  get #initialFlags(): number {
    return this.#header.defaultIsStatement ? LINE_FLAG.isStatement : 0
  }

  /** Runs until a batch is full, or the program ends or is found to be malformed. @returns how many rows it made */
  run(): number {
    if (this.fault !== undefined) return 0
    try {
      return this.#run()
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      this.fault = error
      return this.#made
    }
  }

  /** Rows made before an instruction that is malformed. */
  #made = 0

  /**
   * What programs are nearly all made of is spelled out here, and everything else is left to `#runOther`: V8 compiles this in a
   * fraction of the time that the whole machine would take.
   */
  #run(): number {
    const { rows } = this
    const cursor = this.#cursor
    const { bytes } = cursor
    const { end } = cursor
    const { minimumInstructionLength } = this.#header
    const { advances, lines } = this.#special
    const specialBase = this.#specialBase
    const standardEnd = this.#standardEnd
    const allRows = BATCH * ROW_WORDS
    let at = this.#offset
    let low = this.#addressLow
    let line = this.#line
    let column = this.#column
    let file = this.#file
    let flags = this.#flags
    let word = 0
    while (at < end) {
      const opcode = bytes[at]!
      at++
      if (opcode >= specialBase) {
        const next = (low + advances[opcode]!) | 0
        if (next >>> 0 < low >>> 0) this.#carry()
        low = next
        line = (line + lines[opcode]!) | 0
      } else {
        let isOther = opcode >= standardEnd
        if (!isOther) {
          // Numbers and not DW_LNS: V8 makes a jump table of these, also before it has compiled the function. An operand of
          // more than one or two bytes is left to the other.
          switch (opcode) {
            case 1: // DW_LNS_copy
              break
            case 2: {
              // DW_LNS_advance_pc
              let advance = bytes[at]!
              let size = 1
              if (advance >= 0x80) {
                advance = (advance & 0x7f) | (bytes[at + 1]! << 7)
                size = 2
              }
              if (advance < 0x4000 && at + size <= end) {
                const next = (low + advance * minimumInstructionLength) | 0
                if (next >>> 0 < low >>> 0) this.#carry()
                low = next
                at += size
                continue
              }
              isOther = true
              break
            }
            case 3: {
              // DW_LNS_advance_line
              const first = bytes[at]!
              if (first < 0x80 && at < end) {
                line = (line + ((first << 25) >> 25)) | 0
                at++
                continue
              }
              const second = bytes[at + 1]!
              if (second < 0x80 && at + 1 < end) {
                line = (line + ((first & 0x7f) | ((second << 25) >> 18))) | 0
                at += 2
                continue
              }
              isOther = true
              break
            }
            case 4: // DW_LNS_set_file
              if (bytes[at]! < 0x80 && at < end) {
                file = bytes[at]!
                at++
                continue
              }
              isOther = true
              break
            case 5: // DW_LNS_set_column
              if (bytes[at]! < 0x80 && at < end) {
                column = bytes[at]!
                at++
                continue
              }
              isOther = true
              break
            case 6: // DW_LNS_negate_stmt
              flags ^= IS_STATEMENT
              continue
            case 8: {
              // DW_LNS_const_add_pc
              const next = (low + advances[255]!) | 0
              if (next >>> 0 < low >>> 0) this.#carry()
              low = next
              continue
            }
            case 10: // DW_LNS_set_prologue_end
              flags |= PROLOGUE_END
              continue
            default:
              isOther = true
          }
        }
        if (isOther) {
          this.#addressLow = low
          this.#line = line
          this.#column = column
          this.#file = file
          this.#flags = flags
          cursor.offset = at
          this.#made = word / ROW_WORDS
          const isRow = this.#runOther(opcode)
          at = cursor.offset
          low = this.#addressLow
          line = this.#line
          column = this.#column
          file = this.#file
          flags = this.#flags
          if (!isRow) continue
        }
      }
      rows[word] = low
      rows[word + 1] = file
      rows[word + 2] = line
      rows[word + 3] = column
      rows[word + 4] = flags
      if (this.#anyRare !== 0) this.#addRare(word)
      word += ROW_WORDS
      if ((flags & END_SEQUENCE) === 0) {
        flags &= IS_STATEMENT
      } else {
        this.#addressHigh = 0
        low = 0
        this.#operationIndex = 0
        file = 1
        line = 1
        column = 0
        flags = this.#initialFlags
        this.#isa = 0
        this.#anyRare = 0
      }
      if (word === allRows) break
    }
    this.#offset = at
    this.#addressLow = low
    this.#line = line
    this.#column = column
    this.#file = file
    this.#flags = flags
    return word / ROW_WORDS
  }

  /** Registers of `RARE`, joined: 0 where none has a value. */
  #anyRare = 0

  #noteRare(): void {
    this.#anyRare = this.#addressHigh | this.#isa | this.#discriminator | this.#operationIndex
  }

  #addRare(word: number): void {
    this.rare ??= new Uint32Array(BATCH * RARE_WORDS)
    const at = (word / ROW_WORDS) * RARE_WORDS
    this.rows[word + ROW.flags]! |= HAS_RARE
    this.rare[at + RARE.addressHigh] = this.#addressHigh
    this.rare[at + RARE.isa] = this.#isa
    this.rare[at + RARE.discriminator] = this.#discriminator
    this.rare[at + RARE.operationIndex] = this.#operationIndex
    this.#discriminator = 0
    this.#noteRare()
  }

  /** Runs one instruction, the cursor standing behind its opcode. @returns whether it makes a row */
  #runOther(opcode: number): boolean {
    const isRow = this.#execute(opcode)
    this.#noteRare()
    return isRow
  }

  #execute(opcode: number): boolean {
    const cursor = this.#cursor
    const { opcodeBase, lineRange, standardOpcodeLengths } = this.#header
    const { operations, lines } = this.#special
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
    const length = cursor.uleb128()
    if (length === 0) this.#fail('an extended opcode of no bytes', start)
    if (length > cursor.remaining) this.#fail(`an extended opcode of ${length} bytes, ${cursor.remaining} left`, start)
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
    this.#carry(Math.floor(low / TWO_32))
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

  /** Adds to the upper word what went over the lower one. */
  #carry(words = 1): void {
    this.#addressHigh = (this.#addressHigh + words) & this.#highMask
    this.#noteRare()
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

/** What each special opcode adds (DWARF 5, section 6.2.5.1), by opcode; nothing where the header's range of lines is 0. */
interface SpecialOpcodes {
  readonly lineBase: number
  readonly lineRange: number
  readonly opcodeBase: number
  readonly minimumInstructionLength: number
  readonly operations: Uint8Array
  /** The operations in bytes, where an instruction has one. */
  readonly advances: Uint16Array
  readonly lines: Int16Array
}

/** Those of the header before: nearly always all programs of a file have the same. */
let latest: SpecialOpcodes | undefined

function specialOpcodes(header: LineHeader): SpecialOpcodes {
  const { lineBase, lineRange, opcodeBase, minimumInstructionLength } = header
  if (
    latest?.lineBase === lineBase &&
    latest.lineRange === lineRange &&
    latest.opcodeBase === opcodeBase &&
    latest.minimumInstructionLength === minimumInstructionLength
  ) {
    return latest
  }
  const operations = new Uint8Array(256)
  const lines = new Int16Array(256)
  for (let opcode = opcodeBase; opcode < 256 && lineRange > 0; opcode++) {
    const adjusted = opcode - opcodeBase
    operations[opcode] = Math.floor(adjusted / lineRange)
    lines[opcode] = lineBase + (adjusted % lineRange)
  }
  const advances = Uint16Array.from(operations, (count) => count * minimumInstructionLength)
  latest = { lineBase, lineRange, opcodeBase, minimumInstructionLength, operations, advances, lines }
  return latest
}
