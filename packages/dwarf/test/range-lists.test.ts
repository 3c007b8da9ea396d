/** Range lists by hand, every kind of entry (DWARF 5, section 7.25; DWARF 4, section 2.17.3); units and functions found by them. */
import { FormatError } from '@gospy/bytes'
import { type AddressRange, DW_AT, DW_FORM, DW_TAG, type Dwarf } from '@gospy/dwarf'
import { describe, expect, it } from 'vitest'
import { Bytes, buildAbbreviations, buildDwarf, buildUnit } from './support/builder.js'

const LOW = 0x1000n

/** A unit whose second entry has the list at `offset`, or of that index. */
function unitWithList(version: number, form: number, value: number, lists: Bytes, format: 32 | 64 = 32): Dwarf {
  const offsetSize = format / 8
  const root = new Bytes().raw(1).uint(LOW, 8)
  if (version >= 5) root.uint(offsetSize === 4 ? 12 : 20, offsetSize).uint(offsetSize === 4 ? 8 : 16, offsetSize)
  root.raw(2)
  if (form === DW_FORM.rnglistx) root.uleb(value)
  else root.uint(value, offsetSize)
  root.raw(0)
  const isNew = version >= 5
  return buildDwarf({
    '.debug_info': buildUnit(root, { version, format }),
    '.debug_abbrev': buildAbbreviations(
      {
        code: 1,
        tag: DW_TAG.compile_unit,
        children: true,
        attributes: [
          [DW_AT.low_pc, DW_FORM.addr],
          ...(isNew
            ? ([
                [DW_AT.rnglists_base, DW_FORM.sec_offset],
                [DW_AT.addr_base, DW_FORM.sec_offset],
              ] as const)
            : []),
        ],
      },
      { code: 2, tag: DW_TAG.subprogram, attributes: [[DW_AT.ranges, form]] },
    ),
    [isNew ? '.debug_rnglists' : '.debug_ranges']: lists.toBytes(),
    '.debug_addr': new Bytes()
      .uint(0, offsetSize === 4 ? 8 : 16)
      .uint(0x5000, 8)
      .uint(0x6000, 8)
      .toBytes(),
  })
}

const rangesOf = (dwarf: Dwarf): AddressRange[] => [...dwarf.units()[0]!.root().children()][0]!.ranges()
const pairs = (ranges: readonly AddressRange[]) => ranges.map(({ low, high }) => [low, high])

/** All kinds of entries. */
const entries = new Bytes()
  .raw(4, 0x10, 0x20) // offset_pair, from the unit's address
  .raw(1, 0, 4, 1, 2) // base_addressx, offset_pair
  .raw(2, 0, 1) // startx_endx
  .raw(3, 1, 0x80, 1) // startx_length
  .raw(5)
  .uint(0xffff_ffff_8000_0000n, 8)
  .raw(4, 0, 8) // base_address
  .raw(6)
  .uint(0x7000, 8)
  .uint(0x7010, 8) // start_end
  .raw(7)
  .uint(0x8000, 8)
  .raw(4) // start_length
  .raw(4, 5, 5) // of no bytes
  .raw(7)
  .uint(0xffff_ffff_ffff_ffffn, 8)
  .raw(4) // left out by the linker
  .raw(0)
const expected = [
  [0x1010n, 0x1020n],
  [0x5001n, 0x5002n],
  [0x5000n, 0x6000n],
  [0x6000n, 0x6080n],
  [0xffff_ffff_8000_0000n, 0xffff_ffff_8000_0008n],
  [0x7000n, 0x7010n],
  [0x8000n, 0x8004n],
]

describe('range lists', () => {
  it.each([32, 64] as const)('of version 5 by index, %d-bit DWARF', (format) => {
    const size = format / 8
    const lists = new Bytes()
    if (format === 64) lists.uint(0xffff_ffff, 4)
    lists
      .uint(8 + 2 * size + entries.length, size)
      .uint(5, 2)
      .raw(8, 0)
      .uint(2, 4)
    lists
      .uint(2 * size + 1, size)
      .uint(2 * size, size)
      .raw(...entries.list)
    expect(pairs(rangesOf(unitWithList(5, DW_FORM.rnglistx, 1, lists, format)))).toEqual(expected)
    expect(() => rangesOf(unitWithList(5, DW_FORM.rnglistx, 2, lists, format))).toThrow(/\.debug_rnglists.*list 2 of 2/)
  })

  it('of version 5 by offset', () => {
    expect(pairs(rangesOf(unitWithList(5, DW_FORM.sec_offset, 3, new Bytes().raw(0, 0, 0, ...entries.list))))).toEqual(
      expected,
    )
  })

  it('of versions 3 and 4, with base addresses', () => {
    const lists = new Bytes().uint(0x10, 8).uint(0x20, 8)
    lists.uint(0xffff_ffff_ffff_ffffn, 8).uint(0xffff_ffff_8000_0000n, 8).uint(0, 8).uint(0x10, 8)
    lists.uint(1, 8).uint(1, 8).uint(0, 8).uint(0, 8)
    for (const form of [DW_FORM.sec_offset, DW_FORM.data4]) {
      expect(pairs(rangesOf(unitWithList(4, form, 0, lists)))).toEqual([
        [0x1010n, 0x1020n],
        [0xffff_ffff_8000_0000n, 0xffff_ffff_8000_0010n],
      ])
    }
  })

  it.each<[string, Bytes, RegExp]>([
    ['without an end', new Bytes().raw(4, 1, 2), /bytes wanted/],
    ['of an unknown kind', new Bytes().raw(9), /entry of kind 9/],
    ['that ends before it starts', new Bytes().raw(4, 2, 1), /before it starts/],
  ])('%s', (_, lists, message) => {
    const dwarf = unitWithList(5, DW_FORM.sec_offset, 0, lists)
    expect(() => rangesOf(dwarf)).toThrow(FormatError)
    expect(() => rangesOf(dwarf)).toThrow(message)
  })

  it('finds the function, and the unit that says nothing of its own code', () => {
    const dwarf = unitWithList(5, DW_FORM.sec_offset, 0, entries)
    const unit = dwarf.units()[0]
    expect(dwarf.unitAtAddress(0xffff_ffff_8000_0007n)).toBe(unit)
    expect(dwarf.functionAt(0x6001)?.entry.tag).toBe(DW_TAG.subprogram)
    expect(dwarf.functionAt(0x1020)).toBeUndefined()
    expect(dwarf.unitAtAddress(0xffff_ffff_8000_0008n)).toBeUndefined()
    expect(dwarf.frames(0x7000)).toMatchObject([{ function: undefined, file: undefined, inlined: false }])
    expect([-1, 1.5, 2n ** 64n, Number.NaN].map((pc) => dwarf.unitAtAddress(pc))).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ])
  })
})

describe('.debug_aranges', () => {
  function withAranges(ranges: readonly (readonly [number, number])[], fault?: Bytes): Dwarf {
    const root = new Bytes().raw(1).uint(0x1000, 8).uint(0x100, 8)
    const body = new Bytes().uint(2, 2).uint(0, 4).raw(8, 0).uint(0, 4)
    for (const [low, length] of [...ranges, [0, 0] as const]) body.uint(low, 8).uint(length, 8)
    return buildDwarf({
      '.debug_info': buildUnit(root, { version: 4 }),
      '.debug_abbrev': buildAbbreviations({
        code: 1,
        tag: DW_TAG.compile_unit,
        attributes: [
          [DW_AT.low_pc, DW_FORM.addr],
          [DW_AT.high_pc, DW_FORM.data8],
        ],
      }),
      '.debug_aranges': new Bytes()
        .raw(...(fault?.list ?? []))
        .uint(body.length, 4)
        .raw(...body.list)
        .toBytes(),
    })
  }

  it('is believed where the unit agrees, and searched for nothing it leaves out', () => {
    const dwarf = withAranges([
      [0x1000, 0x80],
      [0x9000, 0x10],
    ])
    expect(dwarf.aranges()).toEqual([
      {
        offset: 0,
        unitOffset: 0,
        addressSize: 8,
        ranges: [
          { low: 0x1000n, high: 0x1080n },
          { low: 0x9000n, high: 0x9010n },
        ],
      },
    ])
    const unit = dwarf.units()[0]
    expect([0x1000, 0x10ff, 0x1100, 0x9000].map((pc) => dwarf.unitAtAddress(pc))).toEqual([
      unit,
      unit,
      undefined,
      undefined,
    ])
  })

  it('a malformed set takes away no other, and is told where nothing is found', () => {
    const dwarf = withAranges([[0x1000, 0x80]], new Bytes().uint(8, 4).uint(9, 2).uint(0, 4).raw(8, 0))
    expect(dwarf.aranges().length).toBe(1)
    expect(dwarf.unitAtAddress(0x1000)).toBe(dwarf.units()[0])
    expect(() => dwarf.unitAtAddress(0x9000)).toThrow(/address ranges of version 9/)
  })
})

describe('references that do not end', () => {
  it('DW_AT_abstract_origin in a circle', () => {
    const entries = new Bytes().raw(1, 2).uint(0x10, 8).uint(4, 4).uint(12, 4).raw(0)
    const dwarf = buildDwarf({
      '.debug_info': buildUnit(entries, { version: 4 }),
      '.debug_abbrev': buildAbbreviations(
        { code: 1, tag: DW_TAG.compile_unit, children: true, attributes: [] },
        {
          code: 2,
          tag: DW_TAG.subprogram,
          attributes: [
            [DW_AT.low_pc, DW_FORM.addr],
            [DW_AT.high_pc, DW_FORM.data4],
            [DW_AT.abstract_origin, DW_FORM.ref4],
          ],
        },
      ),
    })
    expect(() => dwarf.frames(0x10)).toThrow(/round in a circle/)
    expect(() => dwarf.findFunction('x')).toThrow(/round in a circle/)
  })
})
