/**
 * The evaluator: the examples of DWARF 5, appendix D.1.1 to D.1.3 and D.13, and a case for every operation, worked out by hand
 * from sections 2.5 and 2.6. `expressions-gdb.test.ts` compares with gdb.
 */
import { FormatError, type MemoryReader } from '@gospy/bytes'
import {
  DW_AT,
  DW_ATE,
  DW_FORM,
  DW_OP,
  DW_TAG,
  describeExpression,
  type EvaluationContext,
  EvaluationError,
  Expression,
  evaluate,
  evaluateValue,
  frameBaseAddress,
  numericValue,
} from '@gospy/dwarf'
import { describe, expect, it } from 'vitest'
import { Bytes, buildAbbreviations, buildDwarf, buildUnit } from './support/builder.js'

type Write = (bytes: Bytes) => Bytes

function expression(write: Write, addressSize = 8, littleEndian = true): Expression {
  return Expression.from(write(new Bytes(littleEndian)).toBytes(), { addressSize, littleEndian })
}

function memoryOf(start: number, bytes: readonly number[]): MemoryReader {
  const read = (address: number, into: Uint8Array) => {
    let count = 0
    while (count < into.length && address + count >= start && address + count < start + bytes.length) {
      into[count] = bytes[address + count - start]!
      count++
    }
    return count
  }
  return {
    read,
    readRanges: (ranges) => {
      for (const range of ranges) range.bytesRead = read(range.address, range.into)
    },
  }
}

const registers = (values: Record<number, bigint>): EvaluationContext => ({ register: (number) => values[number] })
const whole = { bitSize: undefined, bitOffset: 0, uninitialized: false }

/** The value that a stack of generic elements ends with. */
function value(write: Write, context: EvaluationContext = {}, addressSize = 8): bigint {
  return evaluateValue(expression(write, addressSize), context)
}

describe('operations on the generic type of 8 bytes', () => {
  const top = 2n ** 64n
  const cases: [string, Write, bigint][] = [
    ['lit0', (b) => b.raw(DW_OP.lit0), 0n],
    ['lit31', (b) => b.raw(DW_OP.lit31), 31n],
    ['const1u', (b) => b.raw(DW_OP.const1u, 0xff), 255n],
    ['const1s', (b) => b.raw(DW_OP.const1s, 0xff), top - 1n],
    ['const2u', (b) => b.raw(DW_OP.const2u).uint(0xfffe, 2), 0xfffen],
    ['const2s', (b) => b.raw(DW_OP.const2s).uint(0xfffe, 2), top - 2n],
    ['const4u', (b) => b.raw(DW_OP.const4u).uint(0xffff_fffe, 4), 0xffff_fffen],
    ['const4s', (b) => b.raw(DW_OP.const4s).uint(0xffff_fffe, 4), top - 2n],
    ['const8u', (b) => b.raw(DW_OP.const8u).uint(top - 3n, 8), top - 3n],
    ['const8s', (b) => b.raw(DW_OP.const8s).uint(top - 3n, 8), top - 3n],
    ['constu', (b) => b.raw(DW_OP.constu).uleb(top - 1n), top - 1n],
    ['consts', (b) => b.raw(DW_OP.consts).sleb(-5), top - 5n],
    ['addr', (b) => b.raw(DW_OP.addr).uint(0xffff_8000_0000_0001n, 8), 0xffff_8000_0000_0001n],
    ['dup', (b) => b.raw(DW_OP.lit3, DW_OP.dup, DW_OP.mul), 9n],
    ['drop', (b) => b.raw(DW_OP.lit3, DW_OP.lit4, DW_OP.drop), 3n],
    ['over', (b) => b.raw(DW_OP.lit9, DW_OP.lit2, DW_OP.over), 9n],
    ['pick', (b) => b.raw(DW_OP.lit17, DW_OP.lit29, DW_OP.lit31, DW_OP.pick, 2), 17n],
    ['swap', (b) => b.raw(DW_OP.lit9, DW_OP.lit2, DW_OP.swap, DW_OP.minus), top - 7n],
    // Appendix D.1.2: 17, 29, 1000 become 29, 1000, 17 with the top first.
    ['rot, the top', (b) => b.raw(DW_OP.lit31, DW_OP.lit29, DW_OP.lit17, DW_OP.rot), 29n],
    ['rot, the third', (b) => b.raw(DW_OP.lit31, DW_OP.lit29, DW_OP.lit17, DW_OP.rot, DW_OP.pick, 2), 17n],
    ['abs', (b) => b.raw(DW_OP.const1s, 0xf9, DW_OP.abs), 7n],
    ['and', (b) => b.raw(DW_OP.lit12, DW_OP.lit10, DW_OP.and), 8n],
    ['div, which is signed', (b) => b.raw(DW_OP.const1s, 0xf9, DW_OP.lit2, DW_OP.div), top - 3n],
    ['minus', (b) => b.raw(DW_OP.lit2, DW_OP.lit3, DW_OP.minus), top - 1n],
    ['mod, which is unsigned', (b) => b.raw(DW_OP.const1s, 0xff, DW_OP.lit10, DW_OP.mod), (top - 1n) % 10n],
    ['mul', (b) => b.raw(DW_OP.const1s, 0xff, DW_OP.lit5, DW_OP.mul), top - 5n],
    ['neg', (b) => b.raw(DW_OP.lit5, DW_OP.neg), top - 5n],
    ['not', (b) => b.raw(DW_OP.lit5, DW_OP.not), top - 6n],
    ['or', (b) => b.raw(DW_OP.lit12, DW_OP.lit10, DW_OP.or), 14n],
    ['plus, which wraps around', (b) => b.raw(DW_OP.const1s, 0xff, DW_OP.lit5, DW_OP.plus), 4n],
    ['plus_uconst', (b) => b.raw(DW_OP.lit5, DW_OP.plus_uconst).uleb(1000), 1005n],
    ['shl', (b) => b.raw(DW_OP.lit3, DW_OP.lit4, DW_OP.shl), 48n],
    ['shl by more than there is', (b) => b.raw(DW_OP.lit3, DW_OP.const1u, 64, DW_OP.shl), 0n],
    ['shr', (b) => b.raw(DW_OP.const1s, 0x80, DW_OP.lit4, DW_OP.shr), (top - 128n) >> 4n],
    ['shra', (b) => b.raw(DW_OP.const1s, 0x80, DW_OP.lit4, DW_OP.shra), top - 8n],
    ['shra by more than there is', (b) => b.raw(DW_OP.const1s, 0x80, DW_OP.const1s, 0xff, DW_OP.shra), top - 1n],
    ['xor', (b) => b.raw(DW_OP.lit12, DW_OP.lit10, DW_OP.xor), 6n],
    ['eq', (b) => b.raw(DW_OP.lit12, DW_OP.lit12, DW_OP.eq), 1n],
    ['ne', (b) => b.raw(DW_OP.lit12, DW_OP.lit12, DW_OP.ne), 0n],
    // Comparisons of the generic type are signed (section 2.5.1.5).
    ['lt', (b) => b.raw(DW_OP.const1s, 0xff, DW_OP.lit1, DW_OP.lt), 1n],
    ['le', (b) => b.raw(DW_OP.lit1, DW_OP.lit1, DW_OP.le), 1n],
    ['gt', (b) => b.raw(DW_OP.const1s, 0xff, DW_OP.lit1, DW_OP.gt), 0n],
    ['ge', (b) => b.raw(DW_OP.lit1, DW_OP.const1s, 0xff, DW_OP.ge), 1n],
    ['skip', (b) => b.raw(DW_OP.lit1, DW_OP.skip).uint(1, 2).raw(DW_OP.lit2, DW_OP.nop), 1n],
    ['bra, taken', (b) => b.raw(DW_OP.lit7, DW_OP.lit1, DW_OP.bra).uint(1, 2).raw(DW_OP.lit2), 7n],
    ['bra, not taken', (b) => b.raw(DW_OP.lit7, DW_OP.lit0, DW_OP.bra).uint(1, 2).raw(DW_OP.lit2), 2n],
    [
      'a loop: ten times seven by adding',
      // total 0, count 10; while count: total += 7, count -= 1.
      (b) =>
        b
          .raw(DW_OP.lit0, DW_OP.lit10)
          .raw(DW_OP.swap, DW_OP.lit7, DW_OP.plus, DW_OP.swap, DW_OP.lit1, DW_OP.minus, DW_OP.dup, DW_OP.bra)
          .uint(0x1_0000 - 10, 2)
          .raw(DW_OP.drop),
      70n,
    ],
  ]
  it.each(cases)('%s', (_, write, expected) => {
    expect(value(write)).toBe(expected)
  })

  it('addresses of 2 and 4 bytes wrap around at their size', () => {
    const sum: Write = (b) => b.raw(DW_OP.const1s, 0xff, DW_OP.lit5, DW_OP.plus)
    expect([value(sum, {}, 2), value(sum, {}, 4)]).toEqual([4n, 4n])
    const difference: Write = (b) => b.raw(DW_OP.lit2, DW_OP.lit3, DW_OP.minus)
    expect([value(difference, {}, 2), value(difference, {}, 4)]).toEqual([0xffffn, 0xffff_ffffn])
    expect(value((b) => b.raw(DW_OP.const1s, 0xf9, DW_OP.lit2, DW_OP.div), {}, 2)).toBe(0xfffdn)
    expect(value((b) => b.raw(DW_OP.const1s, 0xff, DW_OP.lit1, DW_OP.lt), {}, 4)).toBe(1n)
  })
})

describe('what depends on the program', () => {
  it('registers, the frame base, the CFA, thread-local storage, the object', () => {
    const context: EvaluationContext = {
      ...registers({ 7: 0x1000n, 50: 5n }),
      frameBase: () => 0x7f00n,
      cfa: () => 0x8000n,
      threadLocal: (offset) => 0x10_0000n + offset,
      objectAddress: 0x40n,
      loadBias: 0x5000n,
    }
    expect(value((b) => b.raw(DW_OP.breg7).sleb(-16), context)).toBe(0xff0n)
    expect(value((b) => b.raw(DW_OP.bregx).uleb(50).sleb(3), context)).toBe(8n)
    expect(value((b) => b.raw(DW_OP.fbreg).sleb(-8), context)).toBe(0x7ef8n)
    expect(value((b) => b.raw(DW_OP.call_frame_cfa), context)).toBe(0x8000n)
    expect(value((b) => b.raw(DW_OP.lit16, DW_OP.form_tls_address), context)).toBe(0x10_0010n)
    expect(value((b) => b.raw(DW_OP.lit16, DW_OP.GNU_push_tls_address), context)).toBe(0x10_0010n)
    expect(value((b) => b.raw(DW_OP.push_object_address, DW_OP.lit8, DW_OP.plus), context)).toBe(0x48n)
    expect(value((b) => b.raw(DW_OP.addr).uint(0x10, 8), context)).toBe(0x5010n)
  })

  it('memory, in both byte orders', () => {
    const memory = memoryOf(0x100, [1, 2, 3, 4, 5, 6, 7, 8])
    const read = (write: Write, littleEndian: boolean) =>
      evaluateValue(
        expression((b) => write(b.raw(DW_OP.const2u).uint(0x100, 2)), 8, littleEndian),
        { memory },
      )
    expect(read((b) => b.raw(DW_OP.deref), true)).toBe(0x0807_0605_0403_0201n)
    expect(read((b) => b.raw(DW_OP.deref), false)).toBe(0x0102_0304_0506_0708n)
    expect(read((b) => b.raw(DW_OP.deref_size, 3), true)).toBe(0x03_0201n)
    expect(read((b) => b.raw(DW_OP.deref_size, 3), false)).toBe(0x01_0203n)
    const spaces = { addressSpace: (space: bigint) => (space === 2n ? memory : undefined) }
    const far: Write = (b) => b.raw(DW_OP.lit2, DW_OP.const2u).uint(0x102, 2).raw(DW_OP.xderef_size, 2)
    expect(value(far, spaces)).toBe(0x0403n)
  })

  it('values from when the function was entered', () => {
    const context: EvaluationContext = {
      entryValue: (inner) => (describeExpression(inner) === 'DW_OP_reg5' ? 77n : undefined),
    }
    for (const code of [DW_OP.entry_value, DW_OP.GNU_entry_value]) {
      expect(value((b) => b.raw(code, 1, DW_OP.reg5), context)).toBe(77n)
      expect(() => value((b) => b.raw(code, 1, DW_OP.reg4), context)).toThrow(/entered is not known/)
    }
  })

  const needs: [string, Write, EvaluationContext?][] = [
    ['registers', (b) => b.raw(DW_OP.breg3, 0)],
    ['registers', (b) => b.raw(DW_OP.breg3, 0), registers({ 4: 1n })],
    ['memory', (b) => b.raw(DW_OP.lit1, DW_OP.deref)],
    ['memory', (b) => b.raw(DW_OP.lit1, DW_OP.deref), { memory: memoryOf(0, [1, 2]) }],
    ['memory', (b) => b.raw(DW_OP.const1s, 0xf8, DW_OP.deref), { memory: memoryOf(0, [1, 2]) }],
    ['frame base', (b) => b.raw(DW_OP.fbreg, 0)],
    ['CFA', (b) => b.raw(DW_OP.call_frame_cfa)],
    ['thread-local storage', (b) => b.raw(DW_OP.lit0, DW_OP.form_tls_address)],
    ['object address', (b) => b.raw(DW_OP.push_object_address)],
    ['entry value', (b) => b.raw(DW_OP.entry_value, 1, DW_OP.reg1)],
    ['unit', (b) => b.raw(DW_OP.addrx, 0)],
    ['unit', (b) => b.raw(DW_OP.call4).uint(20, 4)],
    ['unit', (b) => b.raw(DW_OP.lit1, DW_OP.convert).uleb(20)],
    ['address space', (b) => b.raw(DW_OP.lit1, DW_OP.lit1, DW_OP.xderef)],
    ['registers', (b) => b.raw(DW_OP.WASM_location, 0, 5)],
  ]
  it.each(needs)('says that it needs: %s', (needed, write, context = {}) => {
    let error: unknown
    try {
      value(write, context)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(EvaluationError)
    expect((error as EvaluationError).needed).toBe(needed)
    expect((error as EvaluationError).code).toBe('ERR_EVALUATION')
  })
})

describe('locations', () => {
  it.each<[string, Write, unknown]>([
    ['in a register', (b) => b.raw(DW_OP.reg3), { kind: 'register', register: 3 }],
    ['in a register of a high number', (b) => b.raw(DW_OP.regx).uleb(54), { kind: 'register', register: 54 }],
    ['in memory', (b) => b.raw(DW_OP.addr).uint(0x1234, 8), { kind: 'memory', address: 0x1234n }],
    [
      'a value of its own',
      (b) => b.raw(DW_OP.implicit_value, 3, 1, 2, 3),
      { kind: 'bytes', bytes: Uint8Array.of(1, 2, 3) },
    ],
    [
      'a pointer to what is nowhere',
      (b) => b.raw(DW_OP.implicit_pointer).uint(0x77, 4).sleb(-4),
      { kind: 'implicit pointer', entry: 0x77, byteOffset: -4 },
    ],
    ['nowhere', (b) => b, { kind: 'optimized out' }],
  ])('%s', (_, write, place) => {
    expect(evaluate(expression(write))).toEqual([{ ...whole, place }])
  })

  it('a value that was computed', () => {
    const [piece] = evaluate(
      expression((b) => b.raw(DW_OP.breg1, 5, DW_OP.stack_value)),
      registers({ 1: 6n }),
    )
    expect(piece!.place.kind === 'value' && piece!.place.value.bits).toBe(11n)
  })

  // Appendix D.1.3.
  it('pieces: two registers, the stack and nothing', () => {
    const pieces = evaluate(
      expression((b) =>
        b
          .raw(DW_OP.reg3, DW_OP.piece, 4, DW_OP.reg10, DW_OP.piece, 2)
          .raw(DW_OP.piece, 4, DW_OP.fbreg)
          .sleb(-16)
          .raw(DW_OP.piece, 8, DW_OP.lit1, DW_OP.stack_value, DW_OP.piece, 1),
      ),
      { frameBase: () => 0x1010n },
    )
    expect(pieces.map(({ place, bitSize }) => [place.kind, bitSize])).toEqual([
      ['register', 32],
      ['register', 16],
      ['optimized out', 32],
      ['memory', 64],
      ['value', 8],
    ])
    expect(pieces[3]!.place).toEqual({ kind: 'memory', address: 0x1000n })
  })

  it('pieces of bits', () => {
    const pieces = evaluate(
      expression((b) => b.raw(DW_OP.reg1, DW_OP.bit_piece, 5, 3, DW_OP.reg2, DW_OP.bit_piece, 27, 0)),
    )
    expect(pieces.map(({ bitSize, bitOffset }) => [bitSize, bitOffset])).toEqual([
      [5, 3],
      [27, 0],
    ])
  })

  it('what was not yet initialized', () => {
    expect(evaluate(expression((b) => b.raw(DW_OP.reg1, DW_OP.GNU_uninit)))[0]!.uninitialized).toBe(true)
  })

  it('the address of a struct is on the stack for its members', () => {
    const [piece] = evaluate(
      expression((b) => b.raw(DW_OP.plus_uconst, 16)),
      {},
      [0x1000n],
    )
    expect(piece!.place).toEqual({ kind: 'memory', address: 0x1010n })
  })

  it('a frame base is what is in the register, or the address that was computed', () => {
    expect(
      frameBaseAddress(
        expression((b) => b.raw(DW_OP.reg6)),
        registers({ 6: 0x99n }),
      ),
    ).toBe(0x99n)
    expect(
      frameBaseAddress(
        expression((b) => b.raw(DW_OP.breg7, 8)),
        registers({ 7: 0x90n }),
      ),
    ).toBe(0x98n)
    expect(
      frameBaseAddress(
        expression((b) => b.raw(DW_OP.call_frame_cfa)),
        { cfa: () => 3n },
      ),
    ).toBe(3n)
    expect(
      frameBaseAddress(
        expression((b) => b.raw(DW_OP.lit5, DW_OP.stack_value)),
        {},
      ),
    ).toBe(5n)
    expect(() =>
      frameBaseAddress(
        expression((b) => b),
        {},
      ),
    ).toThrow(FormatError)
  })
})

describe('what is malformed', () => {
  it.each<[string, Write, RegExp]>([
    ['an unknown operation', (b) => b.raw(0x01), /unknown operation DW_OP_0x1/],
    ['an operand cut off', (b) => b.raw(DW_OP.const4u, 1), /4 bytes wanted, 1 left/],
    ['an empty stack', (b) => b.raw(DW_OP.plus), /stack is empty/],
    ['too few elements', (b) => b.raw(DW_OP.lit1, DW_OP.pick, 1), /no element 1/],
    ['division by zero', (b) => b.raw(DW_OP.lit1, DW_OP.lit0, DW_OP.div), /division by zero/],
    ['a remainder by zero', (b) => b.raw(DW_OP.lit1, DW_OP.lit0, DW_OP.mod), /division by zero/],
    ['an endless loop', (b) => b.raw(DW_OP.skip).uint(0xfffd, 2), /endless loop/],
    ['a branch to before the start', (b) => b.raw(DW_OP.skip).uint(0xfff0, 2), /branch to offset -13/],
    ['a branch to behind the end', (b) => b.raw(DW_OP.skip).uint(1, 2), /branch to offset 4/],
    ['a register that is computed with', (b) => b.raw(DW_OP.reg1, DW_OP.lit1), /behind an operation that ends/],
    ['a place behind pieces', (b) => b.raw(DW_OP.reg1, DW_OP.piece, 4, DW_OP.reg2), /without a size behind pieces/],
    ['a deref of more than an address', (b) => b.raw(DW_OP.lit1, DW_OP.deref_size, 9), /9 bytes do not make/],
    ['a deref of nothing', (b) => b.raw(DW_OP.lit1, DW_OP.deref_size, 0), /0 bytes do not make/],
    ['a block that is too long', (b) => b.raw(DW_OP.implicit_value).uleb(2 ** 40), /wanted/],
  ])('%s', (_, write, message) => {
    const run = () => evaluate(expression(write), { memory: memoryOf(0, [0, 0, 0]) })
    expect(run).toThrow(FormatError)
    expect(run).toThrow(message)
  })

  it('a stack that grows without end', () => {
    const run = () => value((b) => b.raw(DW_OP.lit1, DW_OP.dup, DW_OP.skip).uint(0xfffc, 2))
    expect(run).toThrow(/endless loop/)
  })
})

/** An expression in a unit of base types, variables that call each other and addresses; `at` has the offsets of those. */
function inUnit(write: (bytes: Bytes, at: Record<string, number>) => Bytes, littleEndian = true): Expression {
  const abbreviations = buildAbbreviations(
    { code: 1, tag: DW_TAG.compile_unit, children: true, attributes: [[DW_AT.addr_base, DW_FORM.sec_offset]] },
    {
      code: 2,
      tag: DW_TAG.base_type,
      attributes: [
        [DW_AT.encoding, DW_FORM.data1],
        [DW_AT.byte_size, DW_FORM.data1],
      ],
    },
    { code: 3, tag: DW_TAG.variable, attributes: [[DW_AT.location, DW_FORM.exprloc]] },
    { code: 4, tag: DW_TAG.variable, attributes: [] },
  )
  const at: Record<string, number> = {}
  const entries = new Bytes(littleEndian).raw(1).uint(8, 4)
  const name = (text: string) => {
    at[text] = 12 + entries.length
  }
  for (const [text, encoding, size] of [
    ['u1', DW_ATE.unsigned_char, 1],
    ['s1', DW_ATE.signed_char, 1],
    ['u2', DW_ATE.unsigned, 2],
    ['s4', DW_ATE.signed, 4],
    ['u8', DW_ATE.unsigned, 8],
    ['s16', DW_ATE.signed, 16],
    ['u16', DW_ATE.unsigned, 16],
    ['f4', DW_ATE.float, 4],
    ['f8', DW_ATE.float, 8],
    ['f16', DW_ATE.float, 16],
  ] as const) {
    name(text)
    entries.raw(2, encoding, size)
  }
  name('adds')
  entries.raw(3, 2, DW_OP.lit5, DW_OP.plus)
  name('endless')
  entries.raw(3, 5, DW_OP.call4).uint(at['endless']!, 4)
  name('nothing')
  entries.raw(4)
  name('calls')
  entries.raw(3, 4, DW_OP.call2).uint(at['adds']!, 2).raw(DW_OP.dup)
  const written = write(new Bytes(littleEndian), at)
  name('expression')
  entries
    .raw(3)
    .uleb(written.length)
    .raw(...written.list)
    .raw(0)
  const dwarf = buildDwarf(
    {
      '.debug_info': buildUnit(entries, { littleEndian }),
      '.debug_abbrev': abbreviations,
      '.debug_addr': new Bytes(littleEndian).uint(0, 8).uint(0x1000, 8).uint(0x2000, 8).toBytes(),
    },
    littleEndian,
  )
  return Expression.of(dwarf.entry(at['expression']!).attribute(DW_AT.location)!)!
}

const float = (number: number, size: 4 | 8) => {
  const view = new DataView(new ArrayBuffer(size))
  if (size === 4) view.setFloat32(0, number, true)
  else view.setFloat64(0, number, true)
  return [...new Uint8Array(view.buffer)]
}

describe('types', () => {
  const stackValue = (write: (bytes: Bytes, at: Record<string, number>) => Bytes, context: EvaluationContext = {}) => {
    const [piece] = evaluate(
      inUnit((bytes, at) => write(bytes, at).raw(DW_OP.stack_value)),
      context,
    )
    if (piece!.place.kind !== 'value') throw new Error(piece!.place.kind)
    return numericValue(piece!.place.value)
  }
  type Typed = (bytes: Bytes, at: Record<string, number>) => Bytes
  const cases: [string, Typed, bigint | number][] = [
    ['a constant of a type', (b, at) => b.raw(DW_OP.const_type).uleb(at['s1']!).raw(1, 0xfe), -2n],
    ['an unsigned one', (b, at) => b.raw(DW_OP.GNU_const_type).uleb(at['u1']!).raw(1, 0xfe), 0xfen],
    [
      'a float',
      (b, at) =>
        b
          .raw(DW_OP.const_type)
          .uleb(at['f4']!)
          .raw(4, ...float(1.5, 4)),
      1.5,
    ],
    [
      'a double',
      (b, at) =>
        b
          .raw(DW_OP.const_type)
          .uleb(at['f8']!)
          .raw(8, ...float(0.1, 8)),
      0.1,
    ],
    ['a register as signed', (b, at) => b.raw(DW_OP.regval_type, 1).uleb(at['s4']!), -1n],
    ['a register as unsigned', (b, at) => b.raw(DW_OP.GNU_regval_type, 1).uleb(at['u2']!), 0xffffn],
    ['all of a vector register', (b, at) => b.raw(DW_OP.regval_type, 17).uleb(at['u16']!), 2n ** 127n + 5n],
    ['memory as a float', (b, at) => b.raw(DW_OP.lit8, DW_OP.deref_type, 4).uleb(at['f4']!), -2.5],
    ['generic to signed', (b, at) => b.raw(DW_OP.const1u, 0xff, DW_OP.convert).uleb(at['s1']!), -1n],
    [
      'widening keeps the sign',
      (b, at) => b.raw(DW_OP.const1u, 0xff, DW_OP.convert).uleb(at['s1']!).raw(DW_OP.convert).uleb(at['s16']!),
      -1n,
    ],
    [
      'widening of unsigned',
      (b, at) => b.raw(DW_OP.const1u, 0xff, DW_OP.convert).uleb(at['u1']!).raw(DW_OP.convert).uleb(at['s4']!),
      255n,
    ],
    [
      'to the generic type',
      (b, at) => b.raw(DW_OP.const_type).uleb(at['s1']!).raw(1, 0xfe, DW_OP.convert).uleb(0),
      2n ** 64n - 2n,
    ],
    [
      'signed to double',
      (b, at) => b.raw(DW_OP.const_type).uleb(at['s1']!).raw(1, 0xfe, DW_OP.convert).uleb(at['f8']!),
      -2,
    ],
    [
      'double to integer, towards zero',
      (b, at) =>
        b
          .raw(DW_OP.const_type)
          .uleb(at['f8']!)
          .raw(8, ...float(-3.9, 8), DW_OP.GNU_convert)
          .uleb(at['s4']!),
      -3n,
    ],
    [
      'an integer to float is rounded once',
      // 2^60 + 2^36 + 1 lies above the middle between two floats by 1, which a double does not hold.
      (b, at) =>
        b
          .raw(DW_OP.const8u)
          .uint(2n ** 60n + 2n ** 36n + 1n, 8)
          .raw(DW_OP.convert)
          .uleb(at['u8']!)
          .raw(DW_OP.convert)
          .uleb(at['f4']!),
      2 ** 60 + 2 ** 37,
    ],
    [
      'the same bits as another type',
      (b, at) =>
        b
          .raw(DW_OP.const_type)
          .uleb(at['f8']!)
          .raw(8, ...float(1, 8), DW_OP.reinterpret)
          .uleb(0),
      0x3ff0_0000_0000_0000n,
    ],
    [
      'and back',
      (b, at) => b.raw(DW_OP.const8u).uint(0x3ff8_0000_0000_0000n, 8).raw(DW_OP.GNU_reinterpret).uleb(at['f8']!),
      1.5,
    ],
    [
      'floats are computed with in their own precision',
      (b, at) =>
        b
          .raw(DW_OP.const_type)
          .uleb(at['f4']!)
          .raw(4, ...float(0.1, 4))
          .raw(DW_OP.const_type)
          .uleb(at['f4']!)
          .raw(4, ...float(0.2, 4))
          .raw(DW_OP.plus),
      Math.fround(Math.fround(0.1) + Math.fround(0.2)),
    ],
    [
      'comparisons of unsigned values are unsigned, and generic after',
      (b, at) =>
        b
          .raw(DW_OP.const1u, 0xff, DW_OP.convert)
          .uleb(at['u1']!)
          .raw(DW_OP.lit1, DW_OP.convert)
          .uleb(at['u1']!)
          .raw(DW_OP.gt),
      1n,
    ],
    [
      'division of unsigned values is unsigned',
      (b, at) =>
        b
          .raw(DW_OP.const1u, 0xff, DW_OP.convert)
          .uleb(at['u1']!)
          .raw(DW_OP.lit2, DW_OP.convert)
          .uleb(at['u1']!)
          .raw(DW_OP.div),
      127n,
    ],
    [
      'products of 128 bits',
      (b, at) =>
        b
          .raw(DW_OP.const8u)
          .uint(2n ** 63n, 8)
          .raw(DW_OP.convert)
          .uleb(at['u16']!)
          .raw(DW_OP.dup, DW_OP.mul),
      2n ** 126n,
    ],
    ['an address by its index', (b) => b.raw(DW_OP.addrx, 1), 0x2000n + 0x50n],
    ['a constant by its index, which is not moved', (b) => b.raw(DW_OP.constx, 1), 0x2000n],
    ['GNU: an address by its index', (b) => b.raw(DW_OP.GNU_addr_index, 0), 0x1050n],
    ['GNU: a constant by its index', (b) => b.raw(DW_OP.GNU_const_index, 0), 0x1000n],
    ['another expression', (b, at) => b.raw(DW_OP.lit4, DW_OP.call2).uint(at['adds']!, 2), 9n],
    ['one that calls another', (b, at) => b.raw(DW_OP.lit4, DW_OP.call4).uint(at['calls']!, 4), 9n],
    ['by its place in the file', (b, at) => b.raw(DW_OP.lit4, DW_OP.call_ref).uint(at['adds']!, 4), 9n],
    ['one that is not there', (b, at) => b.raw(DW_OP.lit4, DW_OP.call4).uint(at['nothing']!, 4), 4n],
    ['a parameter, as the caller passed it', (b, at) => b.raw(DW_OP.GNU_parameter_ref).uint(at['nothing']!, 4), 21n],
    ['the value of a variable', (b, at) => b.raw(DW_OP.GNU_variable_value).uint(at['adds']!, 4), 22n],
  ]
  const context: EvaluationContext = {
    ...registers({ 1: 0xffff_ffffn, 17: 2n ** 127n + 5n }),
    memory: memoryOf(8, float(-2.5, 4)),
    loadBias: 0x50n,
    callSiteParameter: (entry) => (entry.attribute(DW_AT.location) === undefined ? 21n : undefined),
    variableValue: (entry) => (entry.attribute(DW_AT.location) === undefined ? undefined : 22n),
  }
  it.each(cases)('%s', (_, write, expected) => {
    expect(stackValue(write, context)).toBe(expected)
  })

  it('constants and memory of a big-endian program', () => {
    const expression = inUnit((b, at) => b.raw(DW_OP.const_type).uleb(at['u2']!).raw(2, 1, 2, DW_OP.stack_value), false)
    expect(evaluateValue(expression)).toBe(0x0102n)
  })

  it.each<[string, Typed, RegExp]>([
    [
      'operands of different types',
      (b, at) => b.raw(DW_OP.lit1, DW_OP.dup, DW_OP.convert).uleb(at['u1']!).raw(DW_OP.plus),
      /different types/,
    ],
    [
      'bits of floats',
      (b, at) => b.raw(DW_OP.lit1, DW_OP.convert).uleb(at['f8']!).raw(DW_OP.dup, DW_OP.and),
      /integers only/,
    ],
    [
      'a reinterpretation of another size',
      (b, at) => b.raw(DW_OP.lit1, DW_OP.reinterpret).uleb(at['u2']!),
      /reinterpreted/,
    ],
    [
      'a constant of the wrong size',
      (b, at) => b.raw(DW_OP.const_type).uleb(at['u2']!).raw(1, 5),
      /1 bytes for a constant of a type of 2/,
    ],
    [
      'an address that is a float',
      (b, at) => b.raw(DW_OP.lit1, DW_OP.convert).uleb(at['f8']!).raw(DW_OP.deref),
      /no integer/,
    ],
    ['a type that is none', (b, at) => b.raw(DW_OP.lit1, DW_OP.convert).uleb(at['adds']!), /no base type/],
    ['a type outside of the unit', (b) => b.raw(DW_OP.lit1, DW_OP.convert).uleb(9999), /outside the unit/],
    [
      'expressions that call each other without end',
      (b, at) => b.raw(DW_OP.call4).uint(at['endless']!, 4),
      /call each other/,
    ],
  ])('refuses %s', (_, write, message) => {
    const run = () => stackValue(write, context)
    expect(run).toThrow(FormatError)
    expect(run).toThrow(message)
  })

  it('does not compute with what JavaScript has no numbers for', () => {
    const wide: Typed = (b, at) => b.raw(DW_OP.regval_type, 17).uleb(at['f16']!)
    expect(stackValue(wide, context)).toBe(2n ** 127n + 5n)
    expect(() => stackValue((b, at) => wide(b, at).raw(DW_OP.dup, DW_OP.plus), context)).toThrow(EvaluationError)
    expect(() => stackValue((b, at) => wide(b, at).raw(DW_OP.convert).uleb(at['f8']!), context)).toThrow(
      EvaluationError,
    )
  })

  it('errors name the place in the section', () => {
    const expression = inUnit((b) => b.raw(DW_OP.lit1, 0x01))
    const { byteOffset } = expression.bytes
    expect(() => evaluate(expression)).toThrow(
      `.debug_info at offset 0x${(byteOffset + 1).toString(16)}: unknown operation`,
    )
  })
})

describe('an expression as text', () => {
  it('goes on to where it can be decoded', () => {
    const broken = expression((b) => b.raw(DW_OP.lit1, 0x02, 0x03))
    expect(describeExpression(broken)).toBe('DW_OP_lit1, <decoding error> 02 03')
    expect(describeExpression(broken, { style: 'readelf' })).toBe('DW_OP_lit1; (User defined location op 0x2)')
    expect(describeExpression(expression((b) => b))).toBe('<empty>')
  })

  it('nested without end', () => {
    let inner = new Bytes().raw(DW_OP.reg1)
    for (let depth = 0; depth < 40_000; depth++)
      inner = new Bytes()
        .raw(DW_OP.entry_value)
        .uleb(inner.length)
        .raw(...inner.list.slice(0, 50))
    const nested = expression(() => inner)
    expect(describeExpression(nested).length).toBeLessThan(1000)
  })

  it('of WebAssembly', () => {
    expect(describeExpression(expression((b) => b.raw(0xed, 0, 5)))).toBe('DW_OP_WASM_location 0x0 0x5')
    expect(describeExpression(expression((b) => b.raw(0xed, 3).uint(7, 4)))).toBe('DW_OP_WASM_location 0x3 0x7')
  })
})
