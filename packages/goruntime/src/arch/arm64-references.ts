/**
 * References of arm64 code: an address is made up by ADRP, the page, and by an ADD, a load or a store that adds the rest.
 * Source: Arm Architecture Reference Manual for A-profile, C4.1 (A64 instruction set encoding).
 */
import type { DataReference } from './data-reference.js'

/** The register that reads as zero, or is the stack pointer. */
const ZR = 31

export function arm64References(code: Uint8Array, pc: number): DataReference[] {
  const found: DataReference[] = []
  const view = new DataView(code.buffer, code.byteOffset, code.byteLength)
  /** Of each register the fixed address that it holds; NaN where none is known. */
  const held = new Float64Array(32).fill(Number.NaN)
  for (let at = 0; at + 4 <= code.length; at += 4) {
    const word = view.getUint32(at, true)
    const here = pc + at
    const rd = word & 31
    const rn = (word >>> 5) & 31
    if (isOf(word, 0x9f000000, 0x90000000)) {
      held[rd] = Math.floor(here / 4096) * 4096 + adrImmediate(word) * 4096
    } else if (isOf(word, 0x9f000000, 0x10000000)) {
      held[rd] = here + adrImmediate(word)
      found.push({ pc: here, target: held[rd]!, kind: 'address' })
    } else if (isOf(word, 0xff800000, 0x91000000)) {
      // ADD (immediate), 64 bits.
      const value = ((word >>> 10) & 0xfff) * ((word & 0x400000) !== 0 ? 4096 : 1)
      held[rd] = rn === ZR ? Number.NaN : held[rn]! + value
      if (!Number.isNaN(held[rd]!)) found.push({ pc: here, target: held[rd]!, kind: 'address' })
    } else if (isOf(word, 0xffe0ffe0, 0xaa0003e0)) {
      // MOV (register): ORR with the zero register.
      held[rd] = held[(word >>> 16) & 31]!
    } else if ((word & 0x0a000000) === 0x08000000) {
      access(word, here, held, found)
    } else if (isJump(word)) {
      // A call keeps no register, and what comes behind a jump is reached from elsewhere.
      held.fill(Number.NaN)
    } else if (!isOf(word, 0x7c000000, 0x34000000) && !isOf(word, 0xff000000, 0x54000000)) {
      // All but branches: it computes something else.
      held[rd] = Number.NaN
    }
    held[ZR] = Number.NaN
  }
  return found
}

function isOf(word: number, mask: number, value: number): boolean {
  return (word & mask) >>> 0 === value >>> 0
}

/** B, BL, BR, BLR and RET. */
function isJump(word: number): boolean {
  return isOf(word, 0x7c000000, 0x14000000) || isOf(word, 0xfe000000, 0xd6000000)
}

/** ADR and ADRP: 21 bits in two parts, signed. */
function adrImmediate(word: number): number {
  return (((((word >> 5) & 0x7ffff) << 2) | ((word >>> 29) & 3)) << 11) >> 11
}

/** A load or a store: the memory that it touches, and the registers that it changes. */
function access(word: number, pc: number, held: Float64Array, found: DataReference[]): void {
  const rt = word & 31
  const rn = (word >>> 5) & 31
  const isVector = (word & 0x04000000) !== 0
  const base = rn === ZR ? Number.NaN : held[rn]!
  const touch = (target: number) => {
    if (!Number.isNaN(target)) found.push({ pc, target, kind: 'memory' })
  }
  if (isOf(word, 0x3b000000, 0x18000000)) {
    // LDR (literal): the distance in words.
    touch(pc + (((word >> 5) << 13) >> 13) * 4)
    if (!isVector) held[rt] = Number.NaN
    return
  }
  if (isOf(word, 0x3b000000, 0x39000000)) {
    // Unsigned offset, in units of the size; 128-bit vectors are told by opc.
    const shift = isVector && (word & 0x00800000) !== 0 ? 4 : word >>> 30
    touch(base + ((word >>> 10) & 0xfff) * 2 ** shift)
    if (!isVector && (word & 0x00c00000) !== 0) held[rt] = Number.NaN
    return
  }
  if (isOf(word, 0x3b200000, 0x38000000)) {
    // Unscaled, and with a change of the base before or after.
    const offset = ((word >> 12) << 23) >> 23
    const mode = (word >>> 10) & 3
    touch(mode === 1 ? base : base + offset)
    if (mode === 1 || mode === 3) held[rn] = Number.NaN
    if (!isVector && (word & 0x00c00000) !== 0) held[rt] = Number.NaN
    return
  }
  if (isOf(word, 0x3b200c00, 0x38200000)) {
    // Atomic memory operations: the old value is loaded.
    touch(base)
    held[rt] = Number.NaN
    return
  }
  if (isOf(word, 0x3b200c00, 0x38200800)) {
    // Register offset: nowhere fixed.
    if (!isVector && (word & 0x00c00000) !== 0) held[rt] = Number.NaN
    return
  }
  if (isOf(word, 0x3a000000, 0x28000000)) {
    // Pairs.
    const opc = word >>> 30
    const shift = isVector ? 2 + opc : opc === 2 ? 3 : 2
    const mode = (word >>> 23) & 3
    const offset = (((word >> 15) << 25) >> 25) * 2 ** shift
    touch(mode === 1 ? base : base + offset)
    if (mode === 1 || mode === 3) held[rn] = Number.NaN
    if (!isVector && (word & 0x00400000) !== 0) {
      held[rt] = Number.NaN
      held[(word >>> 10) & 31] = Number.NaN
    }
    return
  }
  if (isOf(word, 0x3f000000, 0x08000000)) {
    // Exclusive, acquire and release, compare and swap: no offset. The status of an exclusive store goes to Rs.
    touch(base)
    held[rt] = Number.NaN
    held[(word >>> 16) & 31] = Number.NaN
    return
  }
  if (!isVector) held[rt] = Number.NaN
}
