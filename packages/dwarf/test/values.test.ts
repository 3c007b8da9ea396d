/** What values answer beyond what GDB prints: plain data, texts, errors; and types of languages that no compiler here has. */
import { UnreadableMemoryError } from '@gospy/bytes'
import {
  DW_AT,
  DW_ATE,
  DW_FORM,
  DW_LANG,
  DW_TAG,
  type Dwarf,
  NameNotFoundError,
  StructType,
  Value,
  ValueError,
} from '@gospy/dwarf'
import { describe, expect, it } from 'vitest'
import { Bytes, buildAbbreviations, buildDwarf, buildUnit } from './support/builder.js'
import { openValueFixture } from './support/value-fixture.js'

function valuesOf(name: string): (variable: string) => Value {
  const { dwarf, memory } = openValueFixture(name)
  return (variable) => {
    const { type, address } = dwarf.variable(variable)
    return Value.at(type, memory, address!)
  }
}

describe.each(['gcc-c', 'clang-c', 'gcc-c-32bit', 'clang-c-big-endian', 'gcc-c-dwarf2'])('%s', (name) => {
  const value = valuesOf(name)

  it('scalars', () => {
    expect(value('v_int').number()).toBe(-123456789)
    expect(value('v_long_long').bigint()).toBe(-1234567890123456789n)
    expect(() => value('v_long_long').number()).toThrow(ValueError)
    expect(value('v_float').number()).toBe(Math.fround(0.1))
    expect(value('v_double').number()).toBe(0.1)
    expect(value('v_double_small').number()).toBe(-5e-324)
    expect(value('v_double_inf').number()).toBe(Number.NEGATIVE_INFINITY)
    expect(value('v_double_nan').number()).toBeNaN()
    expect(value('v_true').bool()).toBe(true)
    expect(value('v_null').bool()).toBe(false)
    expect(value('v_color').enumerator()).toBe('GREEN')
    expect(value('v_color_other').enumerator()).toBeUndefined()
    expect(value('v_wide').bigint()).toBe(0xfedcba9876543210n)
    expect(value('v_complex').toJS()).toEqual({ real: -1, imaginary: 0.25 })
  })

  it('plain data', () => {
    expect(value('v_bits').toJS()).toEqual({ a: 5, b: 1234, c: -7, wide: 737894400291, yes: true, color: 'BLUE' })
    expect(value('v_matrix').toJS()).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ])
    expect(value('v_point').toJS()).toEqual({ x: 3, y: -4 })
    expect(value('v_strings').toJS()).toEqual(['one', 'two', null])
    expect(value('v_text').toJS()).toBe('plain')
    expect(value('v_null').toJS()).toBe(null)
    expect(value('v_char').toJS()).toBe('a')
    expect(value('v_uchar').toJS()).toBe(200)
    expect(value('v_list').toJS({ depth: 1 })).toMatchObject({ key: 1, next: expect.stringMatching(/^0x/) })
    // A ring of two: the second leads back to the first.
    expect(value('v_first').toJS({ depth: 9 })).toMatchObject({ key: 1, next: { key: 2, next: { key: 1 } } })
    expect(Object.keys(value('v_anonymous').toJS() as object)).toEqual(['kind', 'as_int', 'as_float', 'low', 'high'])
  })

  it('paths, elements and texts', () => {
    expect(value('v_everything').field('points[2].y').number()).toBe(8)
    expect(value('v_everything').field('list.next.next.key').number()).toBe(1)
    expect(value('v_everything').field('where.x').number()).toBe(3)
    expect(value('v_matrix').at(1, 2).number()).toBe(6)
    expect(value('v_matrix').at(1).length).toBe(3)
    expect([...value('v_matrix').at(1).items()].map((item) => item.number())).toEqual([4, 5, 6])
    expect(value('v_int_pointer').deref().number()).toBe(-123456789)
    expect(value('v_pointer_pointer').deref().deref().number()).toBe(-123456789)
    expect(value('v_matrix_pointer').deref().at(2).number()).toBe(3)
    expect(value('v_matrix_pointer').at(1).at(0).number()).toBe(4)
    expect(value('v_flexible').field('items').at(1).number()).toBe(20)
    expect(value('v_padded').string()).toBe('padded')
    expect(value('v_full').string()).toBe('full')
    expect(value('v_string').string()).toBe('a string')
    expect(value('v_text16').string()).toBe('sixt€')
    expect(value('v_text32').string()).toBe('thirty😀')
    expect(value('v_wide_text').string()).toBe('widé')
    expect(value('v_wide_string').string()).toBe('pointed at')
  })

  it('errors that say what is wrong', () => {
    expect(() => value('v_point').number()).toThrow(ValueError)
    expect(() => value('v_point').string()).toThrow(/is no string/)
    expect(() => value('v_int').field('x')).toThrow(NameNotFoundError)
    expect(() => value('v_point').field('z')).toThrow(/it has x, y/)
    expect(() => value('v_array').at(5)).toThrow(/has no element 5/)
    expect(() => value('v_array').at(-1)).toThrow(ValueError)
    expect(() => value('v_array').at(0.5)).toThrow(ValueError)
    expect(() => value('v_null').deref()).toThrow(/null pointer/)
    expect(() => value('v_void_pointer').deref()).toThrow(/points to nothing/)
    expect(() => value('v_bad').field('key').number()).toThrow(UnreadableMemoryError)
    expect(value('v_bad').deref().error).toBeInstanceOf(UnreadableMemoryError)
    expect(value('v_bad').error).toBeUndefined()
    expect(() => [...value('v_int').entries()]).toThrow(/is no map/)
    expect(() => value('v_int').capacity).toThrow(/has no capacity/)
  })

  it('plain bytes', () => {
    const { type } = value('v_everything')
    const bytes = value('v_everything').bytes()
    const view = Value.of(type, bytes)
    expect(view.address).toBeUndefined()
    expect(view.field('points[1].x').number()).toBe(5)
    expect(view.field('text').string()).toBe('seven c')
    expect(() => view.field('list').deref()).toThrow(/no memory/)
    expect(() => Value.of(type, bytes.subarray(0, 8)).field('text').string()).toThrow(/outside of the bytes/)
    expect(Value.of(type, bytes).toString()).toBe(
      value('v_everything')
        .toString()
        .replace(/(string = 0x[0-9a-f]+) "pointed"/, '$1 <error: $2>')
        .replace('<error: $2>', `<error: ${pointerError(view.field('string'))}>`),
    )
  })
})

function pointerError(value: Value): string {
  try {
    value.deref()
  } catch (error) {
    return (error as Error).message
  }
  throw new Error('this pointer leads somewhere')
}

describe('rust', () => {
  const value = valuesOf('rust')
  const field = (path: string) => value('values::VALUES').field(path)

  it('plain data', () => {
    const plain = (path: string) => field(path).toJS()
    expect(plain('quit')).toBe('Quit')
    expect(plain('moved')).toEqual({ Move: { x: 5, y: 6 } })
    expect(plain('written')).toEqual({ Write: 'hello' })
    expect(plain('painted')).toEqual({ Paint: [1, 2, 3] })
    expect(plain('nested')).toEqual({ Outer: { Move: { x: 7, y: 8 } } })
    expect(plain('nested_third')).toBe('Third')
    expect([plain('some'), plain('none')]).toEqual([{ Some: 5 }, 'None'])
    expect([plain('niche_some'), plain('niche_none')]).toEqual([{ Some: { x: 8, y: 9 } }, 'None'])
    expect([plain('ok'), plain('err')]).toEqual([{ Ok: 1 }, { Err: -1 }])
    expect([plain('option_option'), plain('option_option_none')]).toEqual([{ Some: { Some: true } }, { Some: 'None' }])
    expect(plain('text')).toBe('text é')
    expect(plain('string')).toBe('owned')
    expect(plain('boxed_text')).toBe('boxed')
    expect(plain('vector')).toEqual([1, 2, 3])
    expect(plain('points')).toEqual([
      { x: 8, y: 9 },
      { x: 1, y: 2 },
    ])
    expect(plain('strings')).toEqual(['a', 'bc'])
    expect(plain('empty_vector')).toEqual([])
    expect(plain('bytes')).toEqual([...Buffer.from('bytes')])
    expect(plain('slice')).toEqual([
      { x: 1, y: 2 },
      { x: 3, y: 4 },
    ])
    expect(plain('boxed')).toEqual({ x: 10, y: 11 })
    expect(plain('unit')).toBe(null)
    expect(plain('u128_')).toBe(2n ** 128n - 1n)
    expect(value('values::LARGE').toJS()).toEqual([{ Some: 2n ** 100n }, 'None'])
  })

  it('vectors have a capacity, and variants names', () => {
    expect(field('vector').length).toBe(3)
    expect(field('vector').capacity).toBeGreaterThanOrEqual(3)
    expect(field('vector').at(2).number()).toBe(3)
    expect(field('moved').variant()?.name).toBe('Move')
    expect(field('moved').field('y').number()).toBe(6)
    expect(field('none').variant()?.name).toBe('None')
    expect(String(field('vector'))).toBe('alloc::vec::Vec<u32, alloc::alloc::Global> [1, 2, 3]')
    expect(String(field('string'))).toBe('"owned"')
  })
})

/** A unit of a language with one struct, whose members are of the types given: each a list of entries. */
function fortran(): Dwarf {
  const header = 12
  const entries = new Bytes().raw(1).uint(DW_LANG.Fortran90, 2)
  const at = () => header + entries.length
  const integer = at()
  entries.raw(2).string('integer').uint(4, 1).raw(DW_ATE.signed)
  const fixed = at()
  entries.raw(9).string('fixed').uint(2, 1).raw(DW_ATE.signed_fixed).sleb(-4)
  const matrix = at()
  entries.raw(3).uint(integer, 4).raw(4).sleb(-1).sleb(1).raw(5).sleb(2).raw(0)
  const packed = at()
  entries.raw(6).uint(integer, 4).uint(3, 1).raw(5).sleb(5).raw(0)
  const dynamic = at()
  // DW_OP_breg0.
  entries.raw(3).uint(integer, 4).raw(7).raw(2, 0x70, 0).raw(0)
  const text = at()
  entries.raw(8).uint(5, 1)
  const range = at()
  entries.raw(10).uint(integer, 4).sleb(-5).sleb(5)
  for (const [name, type] of Object.entries({ matrix, packed, dynamic, text, range, fixed })) {
    entries.raw(11).string(name).uint(type, 4)
  }
  entries.raw(0)
  const type = [DW_AT.type, DW_FORM.ref4] as const
  return buildDwarf({
    '.debug_info': buildUnit(entries),
    '.debug_abbrev': buildAbbreviations(
      { code: 1, tag: DW_TAG.compile_unit, children: true, attributes: [[DW_AT.language, DW_FORM.data2]] },
      {
        code: 2,
        tag: DW_TAG.base_type,
        attributes: [
          [DW_AT.name, DW_FORM.string],
          [DW_AT.byte_size, DW_FORM.data1],
          [DW_AT.encoding, DW_FORM.data1],
        ],
      },
      { code: 3, tag: DW_TAG.array_type, children: true, attributes: [type] },
      {
        code: 4,
        tag: DW_TAG.subrange_type,
        attributes: [
          [DW_AT.lower_bound, DW_FORM.sdata],
          [DW_AT.upper_bound, DW_FORM.sdata],
        ],
      },
      { code: 5, tag: DW_TAG.subrange_type, attributes: [[DW_AT.upper_bound, DW_FORM.sdata]] },
      { code: 6, tag: DW_TAG.array_type, children: true, attributes: [type, [DW_AT.bit_stride, DW_FORM.data1]] },
      { code: 7, tag: DW_TAG.subrange_type, attributes: [[DW_AT.upper_bound, DW_FORM.exprloc]] },
      { code: 8, tag: DW_TAG.string_type, attributes: [[DW_AT.byte_size, DW_FORM.data1]] },
      {
        code: 9,
        tag: DW_TAG.base_type,
        attributes: [
          [DW_AT.name, DW_FORM.string],
          [DW_AT.byte_size, DW_FORM.data1],
          [DW_AT.encoding, DW_FORM.data1],
          [DW_AT.binary_scale, DW_FORM.sdata],
        ],
      },
      {
        code: 10,
        tag: DW_TAG.subrange_type,
        attributes: [type, [DW_AT.lower_bound, DW_FORM.sdata], [DW_AT.upper_bound, DW_FORM.sdata]],
      },
      { code: 11, tag: DW_TAG.variable, attributes: [[DW_AT.name, DW_FORM.string], type] },
    ),
  })
}

describe('types of Fortran, Ada and Pascal, as the standard describes them', () => {
  const dwarf = fortran()
  const type = (name: string) => dwarf.variable(name).type
  const words = (...values: number[]) => new Uint8Array(Int32Array.from(values).buffer)

  it('arrays whose first index runs fastest, from any bound on (DWARF 5, sections 5.5 and 5.13)', () => {
    const matrix = type('matrix').resolve()
    if (matrix?.kind !== 'array') throw new Error('no array')
    expect(matrix.dimensions.map(({ lower, count }) => [lower, count])).toEqual([
      [-1, 3],
      [1, 2],
    ])
    expect([matrix.isColumnMajor, matrix.size]).toEqual([true, 24])
    const value = Value.of(matrix, words(1, 2, 3, 4, 5, 6))
    expect(value.at(-1, 1).number()).toBe(1)
    expect(value.at(0, 1).number()).toBe(2)
    expect(value.at(1, 2).number()).toBe(6)
    expect(() => value.at(2, 1)).toThrow(/no element 2/)
    expect(() => value.at(0, 0)).toThrow(/no element 0/)
    expect(value.toJS()).toEqual([
      [1, 4],
      [2, 5],
      [3, 6],
    ])
  })

  it('elements packed into bits', () => {
    // 1, 2, 3, -4, 1 in three bits each, from the least significant on.
    const bits = [1, 2, 3, 4, 1].reduce((sum, value, index) => sum + value * 8 ** index, 0)
    expect(Value.of(type('packed'), words(bits)).toJS()).toEqual([1, 2, 3, -4, 1])
  })

  it('bounds that only a running program knows', () => {
    const bytes = words(7, 8, 9)
    const evaluation = { register: (number: number) => (number === 0 ? 3n : undefined) }
    expect(Value.of(type('dynamic'), bytes, { evaluation }).toJS()).toEqual([7, 8, 9])
    const unknown = Value.of(type('dynamic'), bytes)
    expect(() => unknown.length).toThrow(ValueError)
    expect(() => unknown.size).toThrow(/register 0 is not known/)
    expect(String(unknown)).toMatch(/register 0 is not known/)
  })

  it('strings of fixed length, subranges and fixed-point numbers', () => {
    expect(Value.of(type('text'), Buffer.from('hello world')).string()).toBe('hello')
    expect(type('range')).toMatchObject({ kind: 'subrange', lower: -5, upper: 5, size: 4 })
    expect(Value.of(type('range'), words(-3)).number()).toBe(-3)
    expect(Value.of(type('fixed'), words(24)).number()).toBe(1.5)
    expect(String(Value.of(type('fixed'), words(-24)))).toBe('-1.5')
  })

  it('are types like any other', () => expect(type('matrix')).not.toBeInstanceOf(StructType))
})
