/** Call frame information by hand: what no compiler at hand writes (DWARF 5, section 6.4; LSB 5.0, Core, section 10.6), and damage. */
import { FormatError } from '@gospy/bytes'
import {
  AMD64,
  ARM64,
  architectureOf,
  CallFrames,
  type CallFramesOptions,
  DW_CFA,
  type RegisterRule,
} from '@gospy/dwarf'
import { describe, expect, it } from 'vitest'
import { Bytes } from './support/builder.js'
import { work } from './support/work.js'

interface EntryOptions {
  version?: number
  augmentation?: string
  /** Augmentation data of the common entry, and what stands before the instructions of the description. */
  data?: Bytes
  lsda?: Bytes
  initial?: Bytes
  pointerSize?: number
  low?: bigint
}

/** A .debug_frame (or .eh_frame) of one common entry and one description of 0x1000 bytes from 0x4000. */
function buildSection(instructions: Bytes, options: EntryOptions, isEh: boolean): Bytes {
  const { version = 4, augmentation = '', data, initial = new Bytes(), low = 0x4000n } = options
  const cie = new Bytes()
    .uint(isEh ? 0 : 0xffff_ffff, 4)
    .raw(version)
    .string(augmentation)
  if (version >= 4) cie.raw(8, 0)
  cie.uleb(4).sleb(-8)
  if (version === 1) cie.raw(16)
  else cie.uleb(16)
  if (data !== undefined) cie.uleb(data.length).raw(...data.list)
  cie.raw(...initial.list)
  const section = new Bytes().uint(cie.length, 4).raw(...cie.list)
  const fde = new Bytes().uint(isEh ? section.length + 4 : 0, 4)
  fde.uint(low, options.pointerSize ?? 8).uint(0x1000, options.pointerSize ?? 8)
  if (augmentation.startsWith('z')) fde.uleb(options.lsda?.length ?? 0).raw(...(options.lsda?.list ?? []))
  for (const byte of instructions.list) fde.raw(byte)
  section.uint(fde.length, 4)
  for (const byte of fde.list) section.raw(byte)
  return section
}

function buildFrames(
  instructions: Bytes,
  options: EntryOptions = {},
  parse: Partial<CallFramesOptions> = {},
): CallFrames {
  const section = buildSection(instructions, options, parse.section === '.eh_frame')
  return CallFrames.parse(section.toBytes(), { section: '.debug_frame', ...parse })
}

const rowsOf = (frames: CallFrames) => [...[...frames.descriptions()][0]!.rows()]

describe('call frame instructions', () => {
  it('every one of them', () => {
    const rule = (instructions: Bytes): RegisterRule | undefined =>
      rowsOf(buildFrames(instructions))[0]!.registers.get(200)
    const r = (opcode: number) => new Bytes().raw(opcode).uleb(200)
    expect(rule(r(DW_CFA.offset_extended).uleb(3))).toEqual({ kind: 'offset', offset: -24 })
    expect(rule(r(DW_CFA.offset_extended_sf).sleb(-3))).toEqual({ kind: 'offset', offset: 24 })
    expect(rule(r(DW_CFA.GNU_negative_offset_extended).uleb(3))).toEqual({ kind: 'offset', offset: 24 })
    expect(rule(r(DW_CFA.val_offset).uleb(2))).toEqual({ kind: 'val_offset', offset: -16 })
    expect(rule(r(DW_CFA.val_offset_sf).sleb(-2))).toEqual({ kind: 'val_offset', offset: 16 })
    expect(rule(r(DW_CFA.register).uleb(5))).toEqual({ kind: 'register', register: 5 })
    expect(rule(r(DW_CFA.undefined))).toEqual({ kind: 'undefined' })
    expect(rule(r(DW_CFA.same_value))).toEqual({ kind: 'same_value' })
    expect(rule(r(DW_CFA.expression).raw(2, 0x77, 8))).toEqual({
      kind: 'expression',
      expression: Uint8Array.of(0x77, 8),
    })
    expect(rule(r(DW_CFA.val_expression).raw(1, 0x30))).toEqual({
      kind: 'val_expression',
      expression: Uint8Array.of(0x30),
    })
    expect(rule(r(DW_CFA.undefined).raw(DW_CFA.restore_extended).uleb(200))).toBeUndefined()
  })

  it('the CFA, locations and saved states', () => {
    const program = new Bytes()
      .raw(DW_CFA.def_cfa_sf, 7)
      .sleb(-2) // rsp + 16
      .raw(DW_CFA.advance_loc | 2, DW_CFA.remember_state, DW_CFA.def_cfa_register, 6, DW_CFA.offset | 3, 2)
      .raw(DW_CFA.advance_loc1, 10, DW_CFA.def_cfa_offset_sf)
      .sleb(-4)
      .raw(DW_CFA.advance_loc2)
      .uint(0x100, 2)
      .raw(DW_CFA.GNU_args_size, 24, DW_CFA.restore_state)
      .raw(DW_CFA.advance_loc4)
      .uint(0x10, 4)
      .raw(DW_CFA.def_cfa_expression, 1, 0x30, DW_CFA.nop)
      .raw(DW_CFA.MIPS_advance_loc8)
      .uint(1, 8)
      .raw(DW_CFA.set_loc)
      .uint(0x4f00, 8)
      .raw(DW_CFA.def_cfa, 7, 8)
    const initial = new Bytes().raw(DW_CFA.def_cfa, 7, 8, DW_CFA.offset | 16, 1)
    const rows = rowsOf(buildFrames(program, { initial }))
    const shown = rows.map(({ address, cfa, registers, argumentsSize }) => {
      const rule = cfa?.kind === 'register' ? `${cfa.register}+${cfa.offset}` : 'expression'
      return `${address.toString(16)} ${rule} ${[...registers.keys()]} ${argumentsSize}`
    })
    expect(shown).toEqual([
      '4000 7+16 16 0',
      '4008 6+16 16,3 0',
      '4030 6+32 16,3 0',
      '4430 7+16 16 24',
      '4470 expression 16 24',
      '4474 expression 16 24',
      '4f00 7+8 16 24',
    ])
  })

  it('of AArch64, which says whether return addresses are signed', () => {
    const program = new Bytes().raw(
      DW_CFA.AARCH64_negate_ra_state,
      DW_CFA.advance_loc | 1,
      DW_CFA.AARCH64_negate_ra_state,
    )
    const values = rowsOf(buildFrames(program, {}, { architecture: ARM64 })).map(({ registers }) => registers.get(34))
    expect(values).toEqual([
      { kind: 'constant', value: 1 },
      { kind: 'constant', value: 0 },
    ])
    expect(() => rowsOf(buildFrames(program, {}, { architecture: AMD64 }))).toThrow(/in code for amd64/)
  })

  it.each<[string, Bytes, RegExp]>([
    ['an unknown one', new Bytes().raw(0x3f), /instruction 0x3f is not known/],
    ['restore_state without remember_state', new Bytes().raw(DW_CFA.restore_state), /without DW_CFA_remember_state/],
    ['an offset of a CFA that is not there', new Bytes().raw(DW_CFA.def_cfa_offset, 8), /no register and offset/],
    ['an operand that runs past the end', new Bytes().raw(DW_CFA.offset | 3, 0x80), /bytes wanted/],
    ['an expression that runs past the end', new Bytes().raw(DW_CFA.def_cfa_expression, 9, 0x30), /9 bytes wanted/],
  ])('%s is a FormatError', (_, program, message) => {
    expect(() => rowsOf(buildFrames(program))).toThrow(FormatError)
    expect(() => rowsOf(buildFrames(program))).toThrow(message)
  })
})

describe('entries', () => {
  it.each<[string, number, number, bigint, bigint]>([
    ['absptr', 0x00, 8, 0x4000n, 0x4000n],
    ['udata2', 0x02, 2, 0x4000n, 0x4000n],
    ['sdata4, from where it stands', 0x1b, 4, 0xffff_ff00n, 0x8000_0000n + 0x19n - 0x100n],
    ['udata8, from .text', 0x24, 8, 0x10n, 0x5010n],
    ['sdata8, from .got', 0x3c, 8, 0x10n, 0x6010n],
    ['absptr, indirect', 0x80, 8, 0x4000n, 0x4000n],
  ])('pointers: %s', (_, encoding, pointerSize, low, expected) => {
    const frames = buildFrames(
      new Bytes(),
      { version: 1, augmentation: 'zR', data: new Bytes().raw(encoding), pointerSize, low },
      { section: '.eh_frame', address: 0x8000_0000n, textAddress: 0x5000n, dataAddress: 0x6000n },
    )
    const [description] = frames.descriptions()
    expect(description!.low).toBe(expected)
    expect(description!.high).toBe(expected + 0x1000n)
  })

  it('augmentation: personality, language-specific data, signal frames, the B key', () => {
    const data = new Bytes().raw(0x9b).uint(0x100, 4).raw(0x1b, 0x00)
    const lsda = new Bytes().uint(0x10, 4)
    const frames = buildFrames(
      new Bytes(),
      { version: 1, augmentation: 'zPLRSB', data, lsda },
      { section: '.eh_frame', address: 0x1_0000n },
    )
    const [description] = frames.descriptions()
    const { common } = description!
    expect(common).toMatchObject({ isSignalFrame: true, usesKeyB: true, lsdaEncoding: 0x1b, pointerEncoding: 0 })
    // The pointer to the personality stands at 0x15, that to the data of the function behind its addresses.
    expect(common.personality).toEqual({ address: 0x1_0000n + 0x15n + 0x100n, indirect: true })
    expect(description!.lsda).toBe(0x1_0000n + BigInt(description!.end - 4) + 0x10n)
    const without = buildFrames(
      new Bytes(),
      { version: 1, augmentation: 'zPLRSB', data, lsda: new Bytes().uint(0, 4) },
      { section: '.eh_frame', address: 0x1_0000n },
    )
    expect([...without.descriptions()][0]!.lsda).toBeUndefined()
  })

  it.each<[string, EntryOptions, RegExp]>([
    ['an unknown version', { version: 2 }, /version 2 \(1, 3, 4 are known\)/],
    ['an unknown augmentation', { augmentation: 'xy' }, /augmentation 'xy' is not known/],
    ['an endless augmentation', { augmentation: 'z'.repeat(100) }, /more than 32 letters/],
  ])('%s is a FormatError, and finds nothing', (_, options, message) => {
    const frames = buildFrames(new Bytes(), options)
    expect(() => [...frames.entries()]).toThrow(message)
    expect(() => frames.find(0x4000)).toThrow(FormatError)
  })

  it('one malformed entry takes away no other', () => {
    const section = buildSection(new Bytes().raw(DW_CFA.def_cfa, 7, 8), {}, false)
    section.uint(6, 4).uint(0xffff_ffff, 4).raw(9, 0)
    const frames = CallFrames.parse(section.toBytes(), { section: '.debug_frame' })
    expect(frames.rowAt(0x4000)?.cfa).toEqual({ kind: 'register', register: 7, offset: 8 })
    expect(() => frames.find(0x1)).toThrow(/version 9/)
  })

  it('many rows of many registers are no square of the bytes', () => {
    const program = new Bytes().raw(DW_CFA.def_cfa, 7, 8)
    for (let register = 0; register < 20_000; register++) program.raw(DW_CFA.same_value).uleb(register)
    for (let row = 0; row < 20_000; row++) program.raw(DW_CFA.advance_loc | 1, DW_CFA.undefined, 1)
    const frames = buildFrames(program)
    const start = work()
    expect(() => rowsOf(frames)).toThrow(/too many rows of too many registers/)
    const nested = new Bytes().raw(DW_CFA.def_cfa, 7, 8)
    for (let depth = 0; depth < 100_000; depth++) nested.raw(DW_CFA.remember_state)
    expect(rowsOf(buildFrames(nested)).length).toBe(1)
    expect(work() - start).toBeLessThan(1500)
  })
})

describe('architectures', () => {
  it('have the registers of their ABI', () => {
    const names = (machine: number, ...registers: number[]) =>
      registers.map((register) => architectureOf(machine)?.registerName(register))
    expect(names(62, 0, 7, 16, 17, 49, 58, 67, 118, 56)).toEqual([
      'rax',
      'rsp',
      'rip',
      'xmm0',
      'rflags',
      'fs.base',
      'xmm16',
      'k0',
      undefined,
    ])
    expect(names(183, 0, 30, 31, 34, 48, 64)).toEqual(['x0', 'x30', 'sp', 'ra_sign_state', 'p0', 'v0'])
    expect(names(3, 1, 4, 8, 21)).toEqual(['ecx', 'esp', 'eip', 'xmm0'])
    expect(names(40, 0, 13, 15, 64, 256)).toEqual(['r0', 'sp', 'pc', 's0', 'd0'])
    expect(architectureOf(8)).toBeUndefined()
  })
})
