/** References of amd64 code: operands that are given by their distance from the instruction, or by their address. */
import type { DataReference } from './data-reference.js'
import { X86Instruction } from './x86-instruction.js'

/** What is no instruction is passed over a byte at a time: the Go assembler puts data between instructions only behind jumps. */
export function amd64References(code: Uint8Array, pc: number): DataReference[] {
  const found: DataReference[] = []
  const instruction = new X86Instruction()
  for (let at = 0; at < code.length; at += instruction.length || 1) {
    instruction.decode(code, at)
    const { length, displacement, absolute, isLea } = instruction
    if (length === 0) continue
    const target = displacement === undefined ? absolute : pc + at + length + displacement
    if (target !== undefined) found.push({ pc: pc + at, target, kind: isLea ? 'address' : 'memory' })
  }
  return found
}
