/** Numbers to words. Oracle: readelf 2.40 on headers and dynamic sections that were made for the purpose. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import {
  DF,
  DF_1,
  DT,
  describeDynamicFlags,
  describeDynamicFlags1,
  describeDynamicTag,
  describeHeaderFlags,
  describeRelocationType,
  EM,
  PT,
  SHT,
} from '../src/index.js'
import { ElfBuilder } from './support/builder.js'
import { hasReadelf } from './support/readelf.js'

it.each([
  [EM.ARM, 0x5000200, 'Version5 EABI, soft-float ABI'],
  [EM.ARM, 0x5c00400, 'Version5 EABI, hard-float ABI, LE8, BE8'],
  [EM.ARM, 0x5000003, 'relocatable executable, Version5 EABI, <unknown>'],
  [EM.ARM, 0x4800000, 'Version4 EABI, BE8'],
  [EM.ARM, 0x6005000, '<unrecognized EABI>, <unknown>'],
  [EM.RISCV, 0x1f, 'RVC, RVE, TSO, quad-float ABI'],
  [EM.RISCV, 5, 'RVC, double-float ABI'],
  [EM.RISCV, 0, ''],
  [EM.LOONGARCH, 0x43, 'DOUBLE-FLOAT, OBJ-v1'],
  [EM.LOONGARCH, 0xc3, 'DOUBLE-FLOAT'],
  [EM.LOONGARCH, 4, 'OBJ-v0'],
  [EM.MIPS, 0x70001007, 'noreorder, pic, cpic, o32, mips32r2'],
  [EM.MIPS, 0x5c8b1400, 'nan2008, octeon, o32, mdmx, mips16, mips32'],
  [EM.MIPS, 0x00ff0000, 'unknown CPU, mips1'],
  [EM.PPC64, 2, 'abiv2'],
  [EM.PPC, 0x80018000, 'emb, relocatable, relocatable-lib'],
  [EM.SPARCV9, 2, 'rmo'],
  [EM.SPARCV9, 0x100, 'v8+, tso'],
  [EM.SPARCV9, 0xf03, 'v8+, ultrasparcI, ultrasparcIII, halr1'],
  [EM.S390, 1, 'highgprs'],
  [EM.X86_64, 1, ''],
])('e_flags of machine %i, 0x%x: %s', (machine, flags, text) => {
  expect(describeHeaderFlags(flags, machine)).toBe(text)
})

/** Runs readelf on an object file of 64 bits for a machine. */
function readelf(machine: number, builder: ElfBuilder, option: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'elf-words-'))
  try {
    const bytes = builder.build()
    new DataView(bytes.buffer).setUint16(18, machine, true)
    writeFileSync(join(folder, 'file'), bytes)
    return spawnSync('readelf', ['-W', option, join(folder, 'file')], { encoding: 'utf8' }).stdout.split('\n')
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const words = (numbers: readonly number[]) => {
  const bytes = new Uint8Array(numbers.length * 8)
  const view = new DataView(bytes.buffer)
  for (const [index, number] of numbers.entries()) view.setBigUint64(index * 8, BigInt(number), true)
  return bytes
}

it
  .skipIf(!hasReadelf)
  .each([EM.X86_64, EM[386], EM.ARM, EM.AARCH64, EM.RISCV, EM.PPC64, EM.S390, EM.LOONGARCH, EM.SPARCV9])(
  'names of all relocation types of machine %i (needs readelf 2.40)',
  (machine) => {
    const types = Array.from({ length: machine === EM.AARCH64 ? 1100 : 256 }, (_, type) => type)
    const builder = new ElfBuilder({ class: 64, littleEndian: true })
    const target = builder.addSection({ name: '.text', type: SHT.PROGBITS, data: new Uint8Array(8) })
    builder.addSymbols('\0', [])
    const data = words(types.flatMap((type) => [0, type, 0]))
    builder.addSection({ name: '.rela.text', type: SHT.RELA, data, link: 3, info: target, entrySize: 24 })
    const lines = readelf(machine, builder, '-r').filter((line) => /^[0-9a-f]{16} /.test(line))
    const names = lines.map((line) =>
      line
        .slice(35)
        .trim()
        .replace(/^(unrecognized:) +/, '$1 ')
        .replace(/^(unrecognized: )?(\w+).*/, '$1$2'),
    )
    expect(types.map((type) => describeRelocationType(type, machine))).toEqual(names)
  },
)

it
  .skipIf(!hasReadelf)
  .each([EM.X86_64, EM.MIPS, EM.PPC, EM.PPC64, EM.SPARCV9, EM.AARCH64, EM.RISCV, EM.IA_64, EM.ALPHA])(
  'names of dynamic tags of machine %i (needs readelf 2.40)',
  (machine) => {
    const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index)
    const tags = [
      ...[...range(1, 64), ...range(0x6ffffd00, 0x70000040), ...range(0x7ffffff0, 0x80000000)],
      // Of IA-64 those in between are of OpenVMS, which are not named here.
      ...(machine === EM.IA_64 ? [] : range(0x60000000, 0x60000020)),
    ]
    const builder = new ElfBuilder({ class: 64, littleEndian: true })
    builder.addSegment({ type: PT.DYNAMIC, address: 0n, data: words(tags.flatMap((tag) => [tag, 1])) })
    const lines = readelf(machine, builder, '-d').filter((line) => line.startsWith(' 0x'))
    expect(tags.map((tag) => describeDynamicTag(tag, machine))).toEqual(lines.map((line) => /\((.*?)\)/.exec(line)![1]))
  },
)

it('dynamic flags', () => {
  expect(describeDynamicFlags(BigInt(DF.ORIGIN | DF.BIND_NOW))).toBe('ORIGIN BIND_NOW')
  expect(describeDynamicFlags(0x40n)).toBe('unknown')
  expect(describeDynamicFlags1(BigInt(DF_1.NOW | DF_1.PIE))).toBe('NOW PIE')
  expect(describeDynamicFlags1(0x1_8000_0001n)).toBe('NOW 180000000')
  expect(describeDynamicFlags1(0n)).toBe('')
  expect(describeDynamicTag(DT.GNU_HASH, EM.X86_64)).toBe('GNU_HASH')
})
