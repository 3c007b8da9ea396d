/** Every form of DWARF 2 to 5, and GNU's, by hand: the encodings are those of DWARF 5, section 7.5.5 and 7.5.6. */
import { FormatError } from '@gospy/bytes'
import { DW_AT, DW_FORM, DW_TAG, describeForm } from '@gospy/dwarf'
import { describe, expect, it } from 'vitest'
import { Bytes, buildAbbreviations, buildDwarf, buildUnit, type UnitOptions } from './support/builder.js'

const MARK = 0x5a

/** The strings of a supplementary file. */
const shared = new Bytes()
  .raw(...new Array(0x99).fill(0x20))
  .string('shared')
  .toBytes()

/** A unit of two entries; the first has the attribute between two known ones, so that a wrong size is seen. */
function attributeOf(
  form: number,
  write: (bytes: Bytes, offsetSize: number, addressSize: number) => void,
  options: UnitOptions = {},
  implicit?: number | bigint,
) {
  const { littleEndian = true, format = 32, addressSize = 8, version = 5 } = options
  const offsetSize = format / 8
  const root = new Bytes(littleEndian).raw(1)
  root.uint(8, offsetSize).uint(8, offsetSize)
  write(root, offsetSize, addressSize)
  root.raw(MARK, 2, 0)
  const baseForm = version >= 4 ? DW_FORM.sec_offset : offsetSize === 4 ? DW_FORM.data4 : DW_FORM.data8
  const abbreviations = buildAbbreviations(
    {
      code: 1,
      tag: DW_TAG.compile_unit,
      children: true,
      attributes: [
        [DW_AT.str_offsets_base, baseForm],
        [DW_AT.addr_base, baseForm],
        implicit === undefined ? [DW_AT.description, form] : [DW_AT.description, form, implicit],
        [DW_AT.decl_line, DW_FORM.data1],
      ],
    },
    { code: 2, tag: DW_TAG.variable, attributes: [] },
  )
  const strings = new Bytes().string('zero').string('one').string('zwei \u{1f600}').toBytes()
  const dwarf = buildDwarf(
    {
      '.debug_info': buildUnit(root, options),
      '.debug_abbrev': abbreviations,
      '.debug_str': strings,
      '.debug_line_str': new Bytes().string('a').string('line').toBytes(),
      '.debug_str_offsets': new Bytes(littleEndian)
        .uint(0, 8)
        .uint(0, offsetSize)
        .uint(5, offsetSize)
        .uint(9, offsetSize)
        .toBytes(),
      '.debug_addr': new Bytes(littleEndian).uint(0, 8).uint(0x1000, addressSize).uint(0x2000, addressSize).toBytes(),
    },
    littleEndian,
    { supplementary: (name) => (name === '.debug_str' ? shared : undefined) },
  )
  const unit = dwarf.units()[0]!
  const reader = unit.reader()
  expect(reader.next()).toBe(true)
  const entry = reader.entry()
  expect(entry.number(DW_AT.decl_line)).toBe(MARK)
  expect(reader.next()).toBe(true)
  expect(reader.tag).toBe(DW_TAG.variable)
  expect(reader.depth).toBe(1)
  return entry.attribute(DW_AT.description)!
}

type Case = [form: number, write: (bytes: Bytes, offset: number, address: number) => void, kind: string, value: unknown]

const huge = 0xffff_fffe_dcba_9876n
const cases: Case[] = [
  [DW_FORM.addr, (b, _, address) => b.uint(0x1234, address), 'address', 0x1234n],
  [DW_FORM.block1, (b) => b.raw(2, 7, 8), 'block', Uint8Array.of(7, 8)],
  [DW_FORM.block2, (b) => b.uint(2, 2).raw(7, 8), 'block', Uint8Array.of(7, 8)],
  [DW_FORM.block4, (b) => b.uint(2, 4).raw(7, 8), 'block', Uint8Array.of(7, 8)],
  [DW_FORM.block, (b) => b.uleb(200).raw(...new Array(200).fill(3)), 'block', new Uint8Array(200).fill(3)],
  [DW_FORM.exprloc, (b) => b.uleb(1).raw(9), 'expression', Uint8Array.of(9)],
  [DW_FORM.data1, (b) => b.raw(0xfe), 'constant', 0xfe],
  [DW_FORM.data2, (b) => b.uint(0xfedc, 2), 'constant', 0xfedc],
  [DW_FORM.data4, (b) => b.uint(0xfedcba98, 4), 'constant', 0xfedcba98],
  [DW_FORM.data8, (b) => b.uint(5, 8), 'constant', 5],
  [DW_FORM.data8, (b) => b.uint(huge, 8), 'constant', huge],
  [
    DW_FORM.data16,
    (b) => b.raw(...Array.from({ length: 16 }, (_, i) => i)),
    'constant',
    Uint8Array.from({ length: 16 }, (_, i) => i),
  ],
  [DW_FORM.sdata, (b) => b.sleb(-300), 'constant', -300],
  [DW_FORM.sdata, (b) => b.sleb(-(2n ** 63n)), 'constant', -(2n ** 63n)],
  [DW_FORM.udata, (b) => b.uleb(624485), 'constant', 624485],
  [DW_FORM.udata, (b) => b.uleb(huge), 'constant', huge],
  [DW_FORM.flag, (b) => b.raw(1), 'flag', true],
  [DW_FORM.flag, (b) => b.raw(0), 'flag', false],
  [DW_FORM.flag_present, () => {}, 'flag', true],
  [DW_FORM.ref1, (b) => b.raw(0x10), 'reference', 0x10],
  [DW_FORM.ref2, (b) => b.uint(0x10, 2), 'reference', 0x10],
  [DW_FORM.ref4, (b) => b.uint(0x10, 4), 'reference', 0x10],
  [DW_FORM.ref8, (b) => b.uint(0x10, 8), 'reference', 0x10],
  [DW_FORM.ref_udata, (b) => b.uleb(0x10), 'reference', 0x10],
  [DW_FORM.ref_addr, (b, offset) => b.uint(0x123, offset), 'reference', 0x123],
  [DW_FORM.ref_sig8, (b) => b.uint(huge, 8), 'signature', huge],
  [DW_FORM.string, (b) => b.string('häh'), 'string', 'häh'],
  [DW_FORM.strp, (b, offset) => b.uint(5, offset), 'string', 'one'],
  [DW_FORM.strp, (b, offset) => b.uint(6, offset), 'string', 'ne'],
  [DW_FORM.line_strp, (b, offset) => b.uint(2, offset), 'string', 'line'],
  [DW_FORM.strx, (b) => b.uleb(2), 'string', 'zwei \u{1f600}'],
  [DW_FORM.strx1, (b) => b.raw(1), 'string', 'one'],
  [DW_FORM.strx2, (b) => b.uint(1, 2), 'string', 'one'],
  [DW_FORM.strx3, (b) => b.uint(1, 3), 'string', 'one'],
  [DW_FORM.strx4, (b) => b.uint(1, 4), 'string', 'one'],
  [DW_FORM.GNU_str_index, (b) => b.uleb(1), 'string', 'one'],
  [DW_FORM.addrx, (b) => b.uleb(1), 'address', 0x2000n],
  [DW_FORM.addrx1, (b) => b.raw(1), 'address', 0x2000n],
  [DW_FORM.addrx2, (b) => b.uint(1, 2), 'address', 0x2000n],
  [DW_FORM.addrx3, (b) => b.uint(1, 3), 'address', 0x2000n],
  [DW_FORM.addrx4, (b) => b.uint(1, 4), 'address', 0x2000n],
  [DW_FORM.GNU_addr_index, (b) => b.uleb(1), 'address', 0x2000n],
  [DW_FORM.LLVM_addrx_offset, (b) => b.uleb(1).uint(0x34, 4), 'address', 0x2034n],
  [DW_FORM.sec_offset, (b, offset) => b.uint(0x77, offset), 'offset', 0x77],
  [DW_FORM.loclistx, (b) => b.uleb(300), 'index', 300],
  [DW_FORM.rnglistx, (b) => b.uleb(300), 'index', 300],
  [DW_FORM.strp_sup, (b, offset) => b.uint(0x99, offset), 'string', 'shared'],
  [DW_FORM.ref_sup4, (b) => b.uint(0x99, 4), 'supplementary', 0x99],
  [DW_FORM.ref_sup8, (b) => b.uint(0x99, 8), 'supplementary', 0x99],
  [DW_FORM.GNU_ref_alt, (b, offset) => b.uint(0x99, offset), 'supplementary', 0x99],
  [DW_FORM.GNU_strp_alt, (b, offset) => b.uint(0x99, offset), 'string', 'shared'],
]

const encodings: UnitOptions[] = [
  {},
  { littleEndian: false },
  { format: 64 },
  { format: 64, littleEndian: false, addressSize: 4 },
  { addressSize: 4 },
  { addressSize: 2, littleEndian: false },
  { version: 4 },
  { version: 3, format: 64 },
]

describe.each(encodings)('in a unit of %o', (options) => {
  it.each(cases.map(([form, write, kind, value]) => ({ name: describeForm(form), form, write, kind, value })))(
    '$name is $kind $value',
    ({ form, write, kind, value }) => {
      const attribute = attributeOf(form, write, options)
      expect(attribute.form).toBe(form)
      expect(attribute.class).toBe(kind)
      expect(attribute.value).toEqual(value)
      const indirect = attributeOf(
        DW_FORM.indirect,
        (bytes, offset, address) => write(bytes.uleb(form), offset, address),
        options,
      )
      expect(indirect.form).toBe(form)
      expect(indirect.value).toEqual(value)
    },
  )
})

it('has a case for every form that there is', () => {
  const covered = new Set([...cases.map(([form]) => form), DW_FORM.indirect, DW_FORM.implicit_const])
  expect(Object.values(DW_FORM).filter((form) => !covered.has(form))).toEqual([])
})

it.each([0, -5, 2 ** 40, -(2n ** 60n)])('DW_FORM_implicit_const %s', (value) => {
  const attribute = attributeOf(DW_FORM.implicit_const, () => {}, {}, value)
  expect(attribute.value).toBe(value)
  expect(attribute.class).toBe('constant')
})

it('DW_FORM_ref_addr has the size of an address in DWARF 2 (section 7.5.4 of DWARF 3)', () => {
  const attribute = attributeOf(DW_FORM.ref_addr, (b) => b.uint(0x123, 4), { version: 2, addressSize: 4, format: 64 })
  expect(attribute.value).toBe(0x123)
})

describe('what is malformed', () => {
  it.each([
    ['a form that is not known', 0x7f, (b: Bytes) => b.raw(1), /unknown form DW_FORM_0x7f/],
    ['a block that is too long', DW_FORM.block4, (b: Bytes) => b.uint(0xffff_ffff, 4), /\.debug_info at offset 0x/],
    ['indirect to implicit_const', DW_FORM.indirect, (b: Bytes) => b.uleb(DW_FORM.implicit_const), /indirect/],
  ])('%s', (_, form, write, message) => {
    expect(() => attributeOf(form, write)).toThrow(FormatError)
    expect(() => attributeOf(form, write)).toThrow(message)
  })

  it('a string offset outside its section, an index outside its table', () => {
    expect(() => attributeOf(DW_FORM.strp, (b) => b.uint(9999, 4)).value).toThrow(/^\.debug_str at offset 0x270f/)
    expect(() => attributeOf(DW_FORM.strx1, (b) => b.raw(0xff)).value).toThrow(/^\.debug_str_offsets at offset/)
    expect(() => attributeOf(DW_FORM.addrx1, (b) => b.raw(0xff)).value).toThrow(/^\.debug_addr at offset/)
  })

  it('bases that need themselves', () => {
    const abbreviations = buildAbbreviations({
      code: 1,
      tag: DW_TAG.compile_unit,
      attributes: [
        [DW_AT.addr_base, DW_FORM.addrx],
        [DW_AT.str_offsets_base, DW_FORM.strx],
        [DW_AT.name, DW_FORM.strx],
        [DW_AT.low_pc, DW_FORM.addrx],
      ],
    })
    const info = buildUnit(new Bytes().raw(1, 0, 0, 0, 0))
    const root = buildDwarf({ '.debug_info': info, '.debug_abbrev': abbreviations }).units()[0]!.root()
    expect(() => root.name).toThrow(FormatError)
    expect(() => root.address(DW_AT.low_pc)).toThrow(FormatError)
  })

  it('types in a cycle', () => {
    const abbreviations = buildAbbreviations(
      { code: 1, tag: DW_TAG.compile_unit, children: true, attributes: [] },
      {
        code: 2,
        tag: DW_TAG.typedef,
        attributes: [
          [DW_AT.name, DW_FORM.string],
          [DW_AT.type, DW_FORM.ref1],
        ],
      },
      {
        code: 3,
        tag: DW_TAG.array_type,
        children: true,
        attributes: [
          [DW_AT.name, DW_FORM.string],
          [DW_AT.type, DW_FORM.ref1],
        ],
      },
      { code: 4, tag: DW_TAG.subrange_type, attributes: [[DW_AT.count, DW_FORM.data1]] },
      { code: 5, tag: DW_TAG.structure_type, children: true, attributes: [[DW_AT.name, DW_FORM.string]] },
      { code: 6, tag: DW_TAG.inheritance, attributes: [[DW_AT.type, DW_FORM.ref1]] },
      { code: 7, tag: DW_TAG.pointer_type, attributes: [[DW_AT.type, DW_FORM.ref1]] },
    )
    const entries = new Bytes().raw(1)
    const start = 12
    const here = () => start + entries.length
    entries
      .raw(2)
      .string('t')
      .raw(here() - 3)
    const array = here()
    entries.raw(3).string('a').raw(array).raw(4, 3, 0)
    const struct = here()
    entries.raw(5).string('s').raw(6, struct, 6, struct, 0)
    const pointer = here()
    entries.raw(7, pointer).raw(0)
    const info = buildUnit(entries)
    const dwarf = buildDwarf({ '.debug_info': info, '.debug_abbrev': abbreviations })
    expect(() => dwarf.type('t').size).toThrow(/no end|cycle/)
    expect(() => dwarf.type('t').field('x')).toThrow(/no end/)
    expect(() => dwarf.type('a').size).toThrow(/cycle/)
    expect(() => dwarf.type('s').field('x')).toThrow(/no field 'x'/)
    expect(() => dwarf.typeOf(dwarf.entry(pointer)).describe()).toThrow(/cycle/)
  })

  it('a sibling that points backwards', () => {
    const abbreviations = buildAbbreviations(
      { code: 1, tag: DW_TAG.compile_unit, children: true, attributes: [] },
      { code: 2, tag: DW_TAG.structure_type, children: true, attributes: [[DW_AT.sibling, DW_FORM.ref1]] },
    )
    const info = buildUnit(new Bytes().raw(1, 2, 13, 0, 0))
    const dwarf = buildDwarf({ '.debug_info': info, '.debug_abbrev': abbreviations })
    expect(() => [...dwarf.units()[0]!.root().children()]).toThrow(/sibling 13 does not lie behind/)
  })
})
