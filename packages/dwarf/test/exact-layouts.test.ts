/** Sizes and offsets at the edges of what the index type, or a number, can hold: exact, or a FormatError. */
import { FormatError } from '@gospy/bytes'
import { ArrayType, DW_AT, DW_FORM, DW_TAG, type Dwarf } from '@gospy/dwarf'
import { describe, expect, it } from 'vitest'
import { Bytes, buildAbbreviations, buildDwarf, buildUnit } from './support/builder.js'

const ROOT = { code: 1, tag: DW_TAG.compile_unit, children: true, attributes: [] }

/** `char array[upper + 1]`, with an index type of that many bytes (none for 0). */
function arrayOf(upper: number | bigint, indexSize: number, addressSize = 8, elementSize = 1): ArrayType {
  const entries = new Bytes().raw(1)
  const header = 12
  const element = header + entries.length
  entries.raw(2).uint(elementSize, 8)
  const index = header + entries.length
  entries.raw(2).uint(indexSize, 8)
  entries.raw(3).string('array').uint(element, 4)
  if (indexSize === 0) entries.raw(5)
  else entries.raw(4).uint(index, 4)
  entries.uint(upper, 8).raw(0, 0)
  const dwarf = buildDwarf({
    '.debug_info': buildUnit(entries, { addressSize }),
    '.debug_abbrev': buildAbbreviations(
      ROOT,
      { code: 2, tag: DW_TAG.base_type, attributes: [[DW_AT.byte_size, DW_FORM.data8]] },
      {
        code: 3,
        tag: DW_TAG.array_type,
        children: true,
        attributes: [
          [DW_AT.name, DW_FORM.string],
          [DW_AT.type, DW_FORM.ref4],
        ],
      },
      {
        code: 4,
        tag: DW_TAG.subrange_type,
        attributes: [
          [DW_AT.type, DW_FORM.ref4],
          [DW_AT.upper_bound, DW_FORM.data8],
        ],
      },
      { code: 5, tag: DW_TAG.subrange_type, attributes: [[DW_AT.upper_bound, DW_FORM.data8]] },
    ),
  })
  const type = dwarf.type('array')
  if (!(type instanceof ArrayType)) throw new Error(`${type.kind} is no array`)
  return type
}

describe('an upper bound of -1, which GCC writes in as many bits as the index type has', () => {
  it.each([
    [0xffff_ffff, 4, 8, 0],
    [0xffff_ffff, 8, 8, 2 ** 32],
    [0xffff_ffff, 8, 4, 2 ** 32],
    [0xffff_ffff, 0, 4, 0],
    [0xffff_ffff, 0, 8, 2 ** 32],
    [0xffff_ffff_ffff_ffffn, 8, 8, 0],
    [0xffff_fffe, 4, 4, 2 ** 32 - 1],
    [9, 8, 8, 10],
  ])('%d, index type of %i bytes, addresses of %i: %d elements', (upper, indexSize, addressSize, length) => {
    const array = arrayOf(upper, indexSize, addressSize)
    expect(array.counts).toEqual([length])
    expect(array.size).toBe(length)
  })
})

describe('what is above 2^53', () => {
  it('an array', () => {
    expect(arrayOf(2 ** 40 - 1, 8, 8, 2 ** 12).size).toBe(2 ** 52)
    expect(() => arrayOf(2 ** 40 - 1, 8, 8, 2 ** 13).size).toThrow(FormatError)
    expect(() => arrayOf(Number.MAX_SAFE_INTEGER, 8).counts).toThrow(FormatError)
  })

  function structOf(offset: number): Dwarf {
    const header = 12
    const entries = new Bytes().raw(1)
    const inner = header + entries.length
    entries.raw(2).string('inner').raw(3).string('a').uint(inner, 4).uint(offset, 8).raw(0)
    entries.raw(2).string('outer').raw(3).string('b').uint(inner, 4).uint(offset, 8).raw(0, 0)
    return buildDwarf({
      '.debug_info': buildUnit(entries),
      '.debug_abbrev': buildAbbreviations(
        ROOT,
        { code: 2, tag: DW_TAG.structure_type, children: true, attributes: [[DW_AT.name, DW_FORM.string]] },
        {
          code: 3,
          tag: DW_TAG.member,
          attributes: [
            [DW_AT.name, DW_FORM.string],
            [DW_AT.type, DW_FORM.ref4],
            [DW_AT.data_member_location, DW_FORM.data8],
          ],
        },
      ),
    })
  }

  it('the offset of a field in a field', () => {
    expect(
      structOf(2 ** 51)
        .struct('outer')
        .field('b.a').offset,
    ).toBe(2 ** 52)
    const outer = structOf(Number.MAX_SAFE_INTEGER).struct('outer')
    expect(outer.field('b').offset).toBe(Number.MAX_SAFE_INTEGER)
    expect(() => outer.field('b.a').offset).toThrow(FormatError)
  })
})
