/**
 * How long an x86-64 instruction is, where its memory operand lies, if that is a fixed address or on the stack, and what it stores there.
 * Source: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2: chapter 2 (instruction format) and appendix A
 * (opcode maps).
 */

/**
 * What follows each opcode, a character for each, sixteen a row:
 *
 *   .  nothing                 M  ModRM                       x  no instruction
 *   b  1 byte                  B  ModRM, 1 byte               w  2 bytes
 *   z  4 bytes (2 with 66)     Z  ModRM, 4 bytes (2 with 66)  r  4 bytes
 *   v  as z, 8 with REX.W      o  8 bytes (4 with 67)         e  3 bytes
 *   F  ModRM; 1 byte if reg is 0 or 1      G  ModRM; as z if reg is 0 or 1
 *
 * Prefixes and escapes are dealt with before: `x` here.
 */
const ONE_BYTE = (
  'MMMMbzxxMMMMbzxx' +
  'MMMMbzxxMMMMbzxx' +
  'MMMMbzxxMMMMbzxx' +
  'MMMMbzxxMMMMbzxx' +
  'xxxxxxxxxxxxxxxx' +
  '................' +
  'xxxMxxxxzZbB....' +
  'bbbbbbbbbbbbbbbb' +
  'BZxBMMMMMMMMMMMM' +
  '..........x.....' +
  'oooo....bz......' +
  'bbbbbbbbvvvvvvvv' +
  'BBw.xxBZe.w..bx.' +
  'MMMMxxx.MMMMMMMM' +
  'bbbbbbbbrrxb....' +
  'x.xx..FG......MM'
).split('')

/** After 0F. */
const TWO_BYTE = (
  'MMMMx.....x.xM.B' +
  'MMMMMMMMMMMMMMMM' +
  'MMMMxxxxMMMMMMMM' +
  '......x.xxxxxxxx' +
  'MMMMMMMMMMMMMMMM' +
  'MMMMMMMMMMMMMMMM' +
  'MMMMMMMMMMMMMMMM' +
  'BBBBMMM.MMMMMMMM' +
  'rrrrrrrrrrrrrrrr' +
  'MMMMMMMMMMMMMMMM' +
  '...MBMxx...MBMMM' +
  'MMMMMMMMMMBMMMMM' +
  'MMBMBBBM........' +
  'MMMMMMMMMMMMMMMM' +
  'MMMMMMMMMMMMMMMM' +
  'MMMMMMMMMMMMMMMM'
).split('')

/** The longest instruction there may be, in bytes (2.3.11). */
const LONGEST = 15

const LEA = 0x8d

/** An instruction; one object is used for all that are decoded. */
export class X86Instruction {
  /** Bytes; 0 where there is no instruction. */
  length = 0
  /** Bytes from the next instruction to the memory operand, where it is given that way (RIP-relative). */
  displacement: number | undefined
  /** The memory operand's address, where it is given as such. */
  absolute: number | undefined
  /** Whether it takes the operand's address and leaves the operand alone. */
  isLea = false
  /** Bytes from the stack pointer to the memory operand, where it is given that way and without an index. */
  stackOffset: number | undefined
  /** Bytes that it moves into its memory operand; 0 where it is no such instruction, as those are not that compute with it. */
  storedBytes = 0

  #bytes: Uint8Array = new Uint8Array()
  #at = 0
  #isExtended = false

  /** Decodes the instruction that begins at offset `at`. */
  decode(bytes: Uint8Array, at: number): void {
    this.#bytes = bytes
    this.#at = at
    this.displacement = undefined
    this.absolute = undefined
    this.isLea = false
    this.stackOffset = undefined
    this.storedBytes = 0
    this.length = this.#decode() && this.#at <= bytes.length && this.#at - at <= LONGEST ? this.#at - at : 0
  }

  /** Moves behind the instruction. @returns whether it is one */
  #decode(): boolean {
    let isShort = false
    let isAddress32 = false
    let repeat = 0
    let byte = this.#next()
    for (; isPrefix(byte); byte = this.#next()) {
      if (byte === 0x66) isShort = true
      if (byte === 0xf2 || byte === 0xf3) repeat = byte
      if (byte === 0x67) isAddress32 = true
    }
    let rex = 0
    if ((byte & 0xf0) === 0x40) {
      rex = byte
      byte = this.#next()
    }
    if (byte === 0xc4 || byte === 0xc5 || byte === 0x62) return this.#vector(byte)
    if (byte === 0x8f && (this.#peek() & 0x1f) >= 8 && (this.#peek() & 0x38) !== 0) return this.#xop()
    let what = ONE_BYTE[byte]!
    if (byte === 0x0f) {
      byte = this.#next()
      if (byte === 0x38 || byte === 0x3a) {
        this.#next()
        return this.#operands(byte === 0x3a ? 'B' : 'M', isShort, rex, isAddress32)
      }
      what = TWO_BYTE[byte]!
      this.storedBytes = storedByVector(byte, isShort, repeat, (rex & 8) !== 0)
    } else {
      this.isLea = byte === LEA
      this.storedBytes = storedByMove(byte, isShort, (rex & 8) !== 0)
    }
    // Of R12, which has the same number but for REX.B, and with R12 for an index.
    this.#isExtended = (rex & 3) !== 0
    return this.#operands(what, isShort, rex, isAddress32)
  }

  /** VEX (C4, C5) and EVEX (62): the prefix says which map the opcode is of. */
  #vector(prefix: number): boolean {
    let map = 1
    if (prefix === 0xc5) this.#next()
    else {
      map = this.#next() & (prefix === 0xc4 ? 0x1f : 0x07)
      this.#at += prefix === 0xc4 ? 1 : 2
    }
    const opcode = this.#next()
    if (map === 3) return this.#operands('B', false, 0, false)
    if (map !== 1) return this.#operands('M', false, 0, false)
    const what = TWO_BYTE[opcode]!
    // VZEROUPPER is the only one without operands; of the others those with a byte behind are the same as without VEX.
    return this.#operands(what === 'B' ? 'B' : opcode === 0x77 ? '.' : 'M', false, 0, false)
  }

  /** AMD's own: XOP (AMD64 Architecture Programmer's Manual, volume 6). */
  #xop(): boolean {
    const map = this.#next() & 0x1f
    this.#at += 2
    return this.#operands(map === 8 ? 'B' : map === 10 ? 'MZ' : 'M', false, 0, false)
  }

  #operands(what: string, isShort: boolean, rex: number, isAddress32: boolean): boolean {
    const immediate = isShort && (rex & 8) === 0 ? 2 : 4
    switch (what) {
      case '.':
        return true
      case 'M':
        return this.#modRM(0)
      case 'b':
        this.#at += 1
        return true
      case 'B':
        return this.#modRM(1)
      case 'w':
        this.#at += 2
        return true
      case 'e':
        this.#at += 3
        return true
      case 'z':
        this.#at += immediate
        return true
      case 'Z':
        return this.#modRM(immediate)
      case 'MZ':
        return this.#modRM(4)
      case 'r':
        this.#at += 4
        return true
      case 'v':
        this.#at += (rex & 8) !== 0 ? 8 : immediate
        return true
      case 'o':
        this.#at += isAddress32 ? 4 : 8
        return true
      case 'F':
        return this.#modRM((this.#peek() & 0x30) === 0 ? 1 : 0)
      case 'G':
        return this.#modRM((this.#peek() & 0x30) === 0 ? immediate : 0)
      default:
        return false
    }
  }

  /** ModRM, SIB and displacement (2.1.5, 2.2.1.6), and so many bytes behind them. */
  #modRM(immediate: number): boolean {
    const modRM = this.#next()
    const mode = modRM >> 6
    const rm = modRM & 7
    let hasDisplacement = mode === 2
    let isFixed = false
    let isRelative = false
    let isOnStack = false
    if (mode !== 3 && rm === 4) {
      const sib = this.#next()
      // Stack pointer and no index.
      isOnStack = sib === 0x24 && !this.#isExtended
      if (mode === 0 && (sib & 7) === 5) {
        hasDisplacement = true
        isFixed = (sib & 0x38) === 0x20
      }
    } else if (mode === 0 && rm === 5) {
      hasDisplacement = true
      isRelative = true
    }
    if (isOnStack) this.stackOffset = 0
    if (mode === 1) {
      const value = this.#next()
      if (isOnStack) this.stackOffset = (value << 24) >> 24
    }
    if (hasDisplacement) {
      const value = this.#int32()
      if (isOnStack) this.stackOffset = value
      if (isRelative) this.displacement = value
      else if (isFixed && value > 0) this.absolute = value
    }
    this.#at += immediate
    return true
  }

  #int32(): number {
    const bytes = this.#bytes
    const at = this.#at
    this.#at += 4
    if (this.#at > bytes.length) return 0
    return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
  }

  #peek(): number {
    return this.#bytes[this.#at] ?? 0
  }

  #next(): number {
    return this.#bytes[this.#at++] ?? 0
  }
}

/** MOV to memory. */
function storedByMove(opcode: number, isShort: boolean, isWide: boolean): number {
  if (opcode === 0x88 || opcode === 0xc6) return 1
  if (opcode !== 0x89 && opcode !== 0xc7) return 0
  return isWide ? 8 : isShort ? 2 : 4
}

/** After 0F: MOVSS, MOVSD, MOVUPS and the like, MOVD and MOVQ. */
function storedByVector(opcode: number, isShort: boolean, repeat: number, isWide: boolean): number {
  switch (opcode) {
    case 0x11:
      return repeat === 0xf3 ? 4 : repeat === 0xf2 ? 8 : 16
    case 0x29:
    case 0x7f:
      return 16
    case 0xd6:
      return 8
    case 0x7e:
      return repeat !== 0 || !isShort ? 0 : isWide ? 8 : 4
    default:
      return 0
  }
}

/** Legacy prefixes (2.1.1): segments, operand and address size, LOCK, REP. */
function isPrefix(byte: number): boolean {
  return (
    byte === 0x66 ||
    byte === 0x67 ||
    byte === 0xf0 ||
    byte === 0xf2 ||
    byte === 0xf3 ||
    byte === 0x2e ||
    byte === 0x36 ||
    byte === 0x3e ||
    byte === 0x26 ||
    byte === 0x64 ||
    byte === 0x65
  )
}
