/**
 * Where the sequences of a line number program begin, found by stepping over its instructions without running them: for the row of one
 * address only the one sequence that holds it need be run.
 */
import type { Cursor } from '@gospy/bytes'
import type { SplitAddress } from '../address.js'
import { DW_LNE, DW_LNS } from '../constants/line.js'
import type { LineHeader } from './line-header.js'

/** A piece of the program, from the start of a sequence to behind its end. */
export interface SequencePlace {
  readonly offset: number
  readonly end: number
}

/** What instructions within a sequence have behind their opcode: nothing, one LEB128 number, or something else. */
const NOTHING = 0
const NUMBER = 1
const OTHER = 2

export class SequenceScan {
  readonly #high: number[] = []
  readonly #low: number[] = []
  /** Offset of each sequence's first instruction, and of what follows its last. */
  readonly #offsets: number[] = []
  readonly #ends: number[] = []

  private constructor() {}

  /**
   * Undefined for a program that is not as nearly all are: every sequence begins with one DW_LNE_set_address, before anything that
   * moves on or makes a row; no file is defined on the way; everything lies within the program.
   * @param cursor the caller's own, over the program
   */
  static of(header: LineHeader, cursor: Cursor): SequenceScan | undefined {
    const scan = new SequenceScan()
    return scan.#run(header, cursor) ? scan : undefined
  }

  #run(header: LineHeader, cursor: Cursor): boolean {
    const { bytes, littleEndian } = cursor
    const { opcodeBase, end, standardOpcodeLengths, programOffset } = header
    const operands = operandsOf(header)
    let at = programOffset
    let start = at
    let hasAddress = false
    while (at < end) {
      if (hasAddress) at = skipPlain(bytes, at, end, operands)
      if (at >= end) break
      const opcode = bytes[at]!
      at++
      if (opcode >= opcodeBase) {
        if (!hasAddress) return false
      } else if (opcode === 0) {
        // The length, which would be a LEB128 number, and the extended opcode are two bytes that have to be there.
        const length = bytes[at]!
        const next = at + 1 + length
        if (length >= 0x80 || length === 0 || next > end) return false
        const extended = bytes[at + 1]!
        if (extended === DW_LNE.end_sequence) {
          if (!hasAddress) return false
          this.#offsets.push(start)
          this.#ends.push(next)
          start = next
          hasAddress = false
        } else if (extended === DW_LNE.set_address) {
          if (hasAddress || (length !== 9 && length !== 5)) return false
          this.#addAddress(bytes, at + 2, length - 1, littleEndian)
          hasAddress = true
        } else if (extended === DW_LNE.define_file) {
          return false
        }
        at = next
      } else if (opcode === DW_LNS.fixed_advance_pc) {
        if (!hasAddress) return false
        at += 2
      } else {
        // An operand before the address: of the file, line or column.
        if (!hasAddress && (opcode <= DW_LNS.advance_pc || opcode === DW_LNS.const_add_pc)) return false
        for (let count = standardOpcodeLengths[opcode - 1]!; count > 0; count--) {
          while (bytes[at]! >= 0x80 && at < end) at++
          at++
        }
      }
    }
    // A sequence without an end has no addresses.
    return at === end && this.#low.length === this.#offsets.length
  }

  #addAddress(bytes: Uint8Array, at: number, size: number, littleEndian: boolean): void {
    const first = fourBytes(bytes, at, littleEndian)
    const second = size === 8 ? fourBytes(bytes, at + 4, littleEndian) : 0
    const isBig = size === 8 && !littleEndian
    this.#high.push(isBig ? first : second)
    this.#low.push(isBig ? second : first)
  }

  /** The sequence that begins last among those that begin at or before the address; of two that begin together the later one. */
  find({ high, low }: SplitAddress): SequencePlace | undefined {
    const highs = this.#high
    const lows = this.#low
    let found = -1
    for (let index = 0; index < lows.length; index++) {
      if ((highs[index]! - high || lows[index]! - low) > 0) continue
      if (found < 0 || (highs[index]! - highs[found]! || lows[index]! - lows[found]!) >= 0) found = index
    }
    return found < 0 ? undefined : { offset: this.#offsets[found]!, end: this.#ends[found]! }
  }
}

/**
 * Steps over nearly all instructions, up to one of which more has to be known. A function of its own, and a small one: V8 compiles
 * it long before it would compile the other, which is mostly done by then.
 */
function skipPlain(bytes: Uint8Array, from: number, end: number, operands: Uint8Array): number {
  let at = from
  while (at < end) {
    const operand = operands[bytes[at]!]!
    if (operand === OTHER) return at
    at++
    if (operand === NUMBER) while (bytes[at++]! >= 0x80);
  }
  return at
}

/** By opcode, what follows it. */
function operandsOf({ opcodeBase, standardOpcodeLengths }: LineHeader): Uint8Array {
  const operands = new Uint8Array(256).fill(NOTHING)
  operands[0] = OTHER
  for (let opcode = 1; opcode < opcodeBase; opcode++)
    operands[opcode] = Math.min(standardOpcodeLengths[opcode - 1]!, OTHER)
  if (opcodeBase > DW_LNS.fixed_advance_pc) operands[DW_LNS.fixed_advance_pc] = OTHER
  return operands
}

function fourBytes(bytes: Uint8Array, at: number, littleEndian: boolean): number {
  const first = (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!
  if (!littleEndian) return first >>> 0
  return ((first >>> 24) | ((first >>> 8) & 0xff00) | ((first << 8) & 0xff_0000) | (first << 24)) >>> 0
}
