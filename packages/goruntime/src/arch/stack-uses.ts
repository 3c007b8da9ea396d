/** Instructions that put something into a place on the stack, or take its address, counted from the stack pointer. */
import { X86Instruction } from './x86-instruction.js'

export interface StackUse {
  readonly kind: 'store' | 'address'
  /** Offset of the instruction in the code. */
  readonly at: number
  /** Bytes from the stack pointer to the place. */
  readonly offset: number
  /** Bytes that are stored; 0 where the address is taken. */
  readonly size: number
}

/**
 * All moves into the stack, and addresses in it, that are given by an offset from the stack pointer, in the order of the code.
 * @param arch as Go names it: amd64 or arm64
 */
export function stackUses(arch: string, code: Uint8Array): StackUse[] {
  return arch === 'arm64' ? arm64Uses(code) : amd64Uses(code)
}

function amd64Uses(code: Uint8Array): StackUse[] {
  const found: StackUse[] = []
  const instruction = new X86Instruction()
  for (let at = 0; at < code.length; at += instruction.length || 1) {
    instruction.decode(code, at)
    const { length, stackOffset: offset, storedBytes: size, isLea } = instruction
    if (length === 0 || offset === undefined) continue
    if (isLea) found.push({ kind: 'address', at, offset, size: 0 })
    else if (size > 0) found.push({ kind: 'store', at, offset, size })
  }
  return found
}

/** Number of the stack pointer as a base. */
const SP = 31

/**
 * ADD of a constant, and stores with an immediate offset, of one register or two, general or floating-point (Arm Architecture
 * Reference Manual for A-profile, C4.1.93 and C4.1.94).
 */
function arm64Uses(code: Uint8Array): StackUse[] {
  const found: StackUse[] = []
  const store = (at: number, offset: number, size: number) => found.push({ kind: 'store', at, offset, size })
  const view = new DataView(code.buffer, code.byteOffset, code.byteLength)
  for (let at = 0; at + 4 <= code.length; at += 4) {
    const word = view.getUint32(at, true)
    if (((word >>> 5) & 31) !== SP) continue
    const isVector = ((word >>> 26) & 1) === 1
    const top = word >>> 30
    const isWide = isVector && ((word >>> 23) & 1) === 1
    if (((word >>> 24) & 0x3b) === 0x39 && ((word >>> 22) & (isVector ? 1 : 3)) === 0) {
      // STR (unsigned offset); of a vector opc has another bit of its size.
      const size = isWide ? 16 : 1 << top
      store(at, ((word >>> 10) & 0xfff) * size, size)
    } else if (
      ((word >>> 24) & 0x3b) === 0x38 &&
      ((word >>> 10) & 3) === 0 &&
      ((word >>> 21) & (isVector ? 3 : 7)) === 0
    ) {
      // STUR
      store(at, (((word >>> 12) & 0x1ff) << 23) >> 23, isWide ? 16 : 1 << top)
    } else if (((word >>> 23) & 0x77) === 0x52 && ((word >>> 22) & 1) === 0) {
      // STP (signed offset)
      const size = isVector ? 4 << top : top === 2 ? 8 : 4
      store(at, ((((word >>> 15) & 0x7f) << 25) >> 25) * size, size * 2)
    } else if ((word & 0xff800000) >>> 0 === 0x91000000 && (word & 31) !== SP) {
      // ADD (immediate), 64 bits
      const offset = ((word >>> 10) & 0xfff) * ((word & 0x400000) !== 0 ? 4096 : 1)
      found.push({ kind: 'address', at, offset, size: 0 })
    }
  }
  return found
}
