/** Instruction lengths and fixed operands, held against what objdump (GNU binutils) makes of the same code. */
import { execFileSync, spawnSync } from 'node:child_process'
import { openElf } from '@gospy/elf/node'
import { fixturePath, prebuilt } from 'gospy-fixtures'
import { describe, expect, it } from 'vitest'
import { X86Instruction } from '../../src/arch/x86-instruction.js'

const hasObjdump = spawnSync('objdump', ['--version']).status === 0

/** Address, length and the address of the memory operand of each instruction that objdump sees in `.text`. */
function* disassembly(path: string): Generator<{ line: string; address: number; length: number; operand?: number }> {
  const args = ['-d', '-j', '.text', '--insn-width=16', path]
  const text = execFileSync('objdump', args, { maxBuffer: 2 ** 30, encoding: 'latin1' })
  for (const line of text.split('\n')) {
    const match = /^\s*([0-9a-f]+):\t((?:[0-9a-f]{2} )+)\s*(.*)$/.exec(line)
    // Data among code: bytes that are no instruction, and prefixes that objdump shows as instructions of their own.
    if (match === null || /\(bad\)|^rex|^(data16|addr32|cs|ds|es|fs|gs|ss|lock|repn?z)\s*$/.test(match[3]!)) continue
    const operand = /\(%rip\).*# (?:0x)?([0-9a-f]+)/.exec(match[3]!)?.[1]
    yield {
      line,
      address: Number.parseInt(match[1]!, 16),
      length: match[2]!.trim().split(' ').length,
      ...(operand !== undefined && { operand: Number.parseInt(operand, 16) }),
    }
  }
}

function disagreements(path: string): { wrong: string[]; instructions: number; operands: number } {
  const elf = openElf(path)
  const text = elf.section('.text')!
  const code = text.data()!
  const start = Number(text.address)
  const instruction = new X86Instruction()
  const wrong: string[] = []
  let [instructions, operands] = [0, 0]
  for (const { line, address, length, operand } of disassembly(path)) {
    instruction.decode(code, address - start)
    instructions++
    const { displacement } = instruction
    const ours = displacement === undefined ? undefined : address + instruction.length + displacement
    if (operand !== undefined) operands++
    if (instruction.length !== length) wrong.push(`${line}: ${instruction.length} bytes`)
    else if (ours !== operand) wrong.push(`${line}: ${ours?.toString(16)}`)
  }
  return { wrong, instructions, operands }
}

describe.skipIf(!hasObjdump)('as objdump decodes it (skipped without objdump)', () => {
  const fixtures = prebuilt().filter(({ name }) => /^(states-go1\.(19|27)\S+-amd64-exe|cgo)/.test(name))
  // The C library has the widest choice of vector instructions.
  const files = [
    ...fixtures.map((fixture) => [fixture.name, fixturePath(fixture)]),
    ['the C library', '/lib/x86_64-linux-gnu/libc.so.6'],
  ]
  it.each(process.arch === 'x64' ? files : files.slice(0, -1))(
    '%s',
    (_, path) => {
      const { wrong, instructions, operands } = disagreements(path!)
      expect(wrong).toEqual([])
      expect(instructions).toBeGreaterThan(50_000)
      expect(operands).toBeGreaterThan(5000)
    },
    120_000,
  )
})

describe('what is no instruction', () => {
  const lengthOf = (...bytes: number[]) => {
    const instruction = new X86Instruction()
    instruction.decode(Uint8Array.from(bytes), 0)
    return instruction.length
  }

  it('has no length', () => {
    expect(lengthOf(0x06)).toBe(0)
    expect(lengthOf(0x0f, 0x04)).toBe(0)
  })

  it('nor has one that ends behind the bytes', () => {
    expect(lengthOf(0x48, 0x8d, 0x05, 0, 0, 0)).toBe(0)
    expect(lengthOf(0x48, 0x8d, 0x05, 0, 0, 0, 0)).toBe(7)
    expect(lengthOf()).toBe(0)
    expect(lengthOf(0x66)).toBe(0)
  })

  it('nor one of more than fifteen bytes', () => {
    expect(lengthOf(...new Array(14).fill(0x66), 0x90)).toBe(15)
    expect(lengthOf(...new Array(15).fill(0x66), 0x90)).toBe(0)
  })
})
