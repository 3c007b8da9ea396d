/** Unwinding by call frame information: the callers that libgcc's unwinder finds, in the process itself. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type MemoryReader, UnreadableMemoryError } from '@gospy/bytes'
import {
  AMD64,
  ARM64,
  CallFrames,
  type CommonInformation,
  EvaluationError,
  type FrameRow,
  UnwindError,
  unwind,
  unwindStep,
} from '@gospy/dwarf'
import { openElf } from '@gospy/elf/node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Bytes } from './support/builder.js'
import { callFramesOf } from './support/readelf-frames.js'

const source = fileURLToPath(new URL('fixtures/source/backtrace.c', import.meta.url))

/** Memory that is one run of bytes. */
function memoryAt(start: number, bytes: Uint8Array): MemoryReader {
  const read = (address: number, into: Uint8Array): number => {
    if (address < start || address >= start + bytes.length) return 0
    const piece = bytes.subarray(address - start, address - start + into.length)
    into.set(piece)
    return piece.length
  }
  return {
    read,
    readRanges(ranges) {
      for (const range of ranges) range.bytesRead = read(range.address, range.into)
    },
  }
}

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dwarf-unwind-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const isX64 = process.arch === 'x64' && process.platform === 'linux'
const compilers = ['gcc', 'clang'].flatMap((compiler) => ['-O0', '-O2'].map((level) => [compiler, level] as const))

describe.each(compilers)('a stack with a signal handler on it, %s %s', (compiler, level) => {
  const lacks = !isX64 || spawnSync(compiler, ['--version']).status !== 0
  it.skipIf(lacks)(`has the callers that libgcc finds${lacks ? ' (no such compiler for amd64 here)' : ''}`, () => {
    const path = join(folder, `${compiler}${level}`)
    execFileSync(compiler, [level, '-static', '-o', path, source])
    const text = execFileSync(path, { encoding: 'utf8' })
    const registers = new Map(
      [...text.matchAll(/^register (\d+) ([0-9a-f]+)$/gm)].map(([, number, value]) => [
        Number(number),
        BigInt(`0x${value}`),
      ]),
    )
    const theirs = [...text.matchAll(/^frame (0x[0-9a-f]+)$/gm)].map(([, pc]) => BigInt(pc!))
    const [, from, hex] = /^stack (0x[0-9a-f]+) ([0-9a-f]+)$/m.exec(text)!
    const memory = memoryAt(Number(from), new Uint8Array(Buffer.from(hex!, 'hex')))

    using elf = openElf(path)
    for (const withHeader of [true, false]) {
      const frames = callFramesOf(elf, '.eh_frame', withHeader)!
      const ours = [...unwind(registers, (pc) => frames.find(pc), { architecture: AMD64, memory })]
      // The innermost frame is in the same function, a few instructions before.
      expect(ours.slice(1).map(({ pc }) => pc)).toEqual(theirs.slice(1))
      expect(ours.length).toBeGreaterThan(11)
      expect(ours.filter(({ description }) => description?.common.isSignalFrame).length).toBe(1)
      expect(ours.every(({ cfa }) => cfa !== undefined)).toBe(true)
    }
  })
})

describe('one step', () => {
  const common = { addressSize: 8, returnAddressRegister: 16 } as CommonInformation
  const row = (fields: Partial<FrameRow>): FrameRow => ({
    address: 0n,
    cfa: { kind: 'register', register: 7, offset: 16 },
    registers: new Map(),
    argumentsSize: 0,
    ...fields,
  })
  const stack = new Bytes().uint(0x1111, 8).uint(0x2222, 8).uint(0x3333, 8).toBytes()
  const memory = memoryAt(0x1000, stack)
  const registers = new Map([
    [0, 0xaan],
    [3, 0xbbn],
    [7, 0x1000n],
  ])
  const options = { architecture: AMD64, memory }

  it('follows every kind of rule', () => {
    const step = unwindStep(
      row({
        registers: new Map([
          [0, { kind: 'same_value' }],
          [1, { kind: 'val_offset', offset: -8 }],
          [2, { kind: 'register', register: 3 }],
          [3, { kind: 'undefined' }],
          [5, { kind: 'expression', expression: Uint8Array.of(0x23, 0) }],
          [6, { kind: 'val_expression', expression: Uint8Array.of(0x23, 5) }],
          [16, { kind: 'offset', offset: -8 }],
        ]),
      }),
      common,
      registers,
      options,
    )
    expect(step.cfa).toBe(0x1010n)
    expect(step.returnAddress).toBe(0x2222n)
    expect([...step.registers].sort(([a], [b]) => a - b)).toEqual([
      [0, 0xaan],
      [1, 0x1008n],
      [2, 0xbbn],
      [5, 0x3333n],
      [6, 0x1015n],
      [7, 0x1010n],
      [16, 0x2222n],
    ])
  })

  it('takes the CFA from an expression', () => {
    const cfa = { kind: 'expression', expression: Uint8Array.of(0x77, 8) } as const
    expect(unwindStep(row({ cfa }), common, registers, options).cfa).toBe(0x1008n)
  })

  it('says what is missing', () => {
    const expression = { kind: 'expression', expression: Uint8Array.of(0x77, 8) } as const
    expect(() => unwindStep(row({ cfa: undefined }), common, registers, options)).toThrow(UnwindError)
    expect(() => unwindStep(row({}), common, new Map(), options)).toThrow(/register rsp of the frame is not known/)
    expect(() => unwindStep(row({ cfa: expression }), common, new Map(), options)).toThrow(EvaluationError)
    const far = row({ registers: new Map([[16, { kind: 'offset', offset: 0x10_0000 }]]) })
    expect(() => unwindStep(far, common, registers, options)).toThrow(UnreadableMemoryError)
  })

  it('ends where the return address is undefined', () => {
    const outermost = row({ registers: new Map([[16, { kind: 'undefined' }]]) })
    expect(unwindStep(outermost, common, registers, options).returnAddress).toBeUndefined()
  })

  it('clears the signature of a signed return address', () => {
    const arm64 = { addressSize: 8, returnAddressRegister: 30 } as CommonInformation
    const signed = row({
      cfa: { kind: 'register', register: 31, offset: 0 },
      registers: new Map([
        [30, { kind: 'same_value' }],
        [34, { kind: 'constant', value: 1 }],
      ]),
    })
    const values = new Map([
      [30, 0x0025_0000_0040_1234n],
      [31, 0x1000n],
    ])
    const step = unwindStep(signed, arm64, values, {
      architecture: ARM64,
      memory,
      pointerAuthenticationMask: 0xffff_0000_0000_0000n,
    })
    expect(step.returnAddress).toBe(0x40_1234n)
    expect(step.registers.get(ARM64.programCounter)).toBe(0x40_1234n)
  })

  it('goes no further when a frame does not lie further out', () => {
    // A function whose CFA is its stack pointer and whose return address is itself.
    const cie = new Bytes().uint(0xffff_ffff, 4).raw(1, 0).uleb(1).sleb(-8).raw(16).raw(0x0c, 7, 0, 0x90, 0)
    const fde = new Bytes().uint(0, 4).uint(0x4000, 8).uint(0x100, 8)
    const section = new Bytes()
      .uint(cie.length, 4)
      .raw(...cie.list)
      .uint(fde.length, 4)
      .raw(...fde.list)
    const frames = CallFrames.parse(section.toBytes(), { section: '.debug_frame' })
    const loop = memoryAt(0x1000, new Bytes().uint(0x4010, 8).toBytes())
    const start = new Map([
      [7, 0x1000n],
      [16, 0x4010n],
    ])
    expect([...unwind(start, (pc) => frames.find(pc), { architecture: AMD64, memory: loop })].length).toBe(2)
  })
})
