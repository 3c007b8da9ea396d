/** What is wrong in one place and what stands in another: the rest of the file has to stay readable (DWARF 5, section 7.5.1). */
import { FormatError } from '@gospy/bytes'
import { DW_AT, DW_FORM, DW_TAG, Dwarf } from '@gospy/dwarf'
import { describe, expect, it } from 'vitest'
import { Bytes, buildAbbreviations, buildDwarf, buildUnit } from './support/builder.js'

const abbreviations = buildAbbreviations(
  { code: 1, tag: DW_TAG.compile_unit, children: true, attributes: [] },
  {
    code: 2,
    tag: DW_TAG.structure_type,
    attributes: [
      [DW_AT.name, DW_FORM.string],
      [DW_AT.byte_size, DW_FORM.data1],
    ],
  },
)

function unitOf(name: string): Uint8Array {
  return buildUnit(new Bytes().raw(1, 2).string(name).raw(24, 0))
}

function open(...parts: Uint8Array[]): Dwarf {
  return buildDwarf({ '.debug_info': Uint8Array.from(Buffer.concat(parts)), '.debug_abbrev': abbreviations })
}

const newer = buildUnit(new Bytes().raw(1, 2, 3), { version: 6 })

describe('unit headers', () => {
  it.each([
    ['a unit of a later version', newer, /DWARF version 6/],
    ['addresses of three bytes', buildUnit(new Bytes().raw(1), { addressSize: 3 }), /addresses of 3 bytes/],
    [
      'a unit shorter than its header',
      Uint8Array.of(2, 0, 0, 0, 5, 0),
      /FormatError|truncated|shorter|not known|addresses/,
    ],
    ['a unit of no length', Uint8Array.of(0, 0, 0, 0), /./],
  ])('%s is left out, before and behind others', (_, bad, message) => {
    const dwarf = open(unitOf('A'), bad, unitOf('B'), bad)
    expect(dwarf.struct('A').size).toBe(24)
    expect(dwarf.struct('B').size).toBe(24)
    expect(dwarf.units().length).toBe(2)
    expect(dwarf.fault).toBeInstanceOf(FormatError)
    expect(dwarf.fault?.message).toMatch(message)
    // What is not found may be in what was left out.
    expect(() => dwarf.findType('C')).toThrow(dwarf.fault)
    expect(() => dwarf.struct('C')).toThrow(dwarf.fault)
  })

  it('a length that runs past the end, or is reserved, ends the list', () => {
    for (const length of [0x0fff_ffff, 0xffff_fff5]) {
      const dwarf = open(unitOf('A'), new Bytes().uint(length, 4).raw(5, 0, 1, 8).toBytes(), unitOf('B'))
      expect(dwarf.struct('A').size).toBe(24)
      expect(dwarf.units().length).toBe(1)
      expect(() => dwarf.findType('B')).toThrow(FormatError)
    }
  })

  it('where there is no other, it is thrown', () => {
    expect(() => open(newer).units()).toThrow(/DWARF version 6/)
    expect(() => open(newer).findVariable('x')).toThrow(/DWARF version 6/)
  })

  it.each([1, 3, 4, 12, 5000])('%i zeros behind the last unit are padding', (count) => {
    const dwarf = open(unitOf('A'), unitOf('B'), new Uint8Array(count))
    expect(dwarf.units().length).toBe(2)
    expect(dwarf.fault).toBeUndefined()
    expect(dwarf.struct('B').size).toBe(24)
    expect(dwarf.findType('C')).toBeUndefined()
  })
})

describe('a loader that fails', () => {
  it('is asked once, and what it threw is thrown again', () => {
    const failure = new Error('input/output error')
    let calls = 0
    const dwarf = Dwarf.from(() => {
      calls++
      throw failure
    })
    for (let round = 0; round < 3; round++) expect(() => dwarf.units()).toThrow(failure)
    expect(calls).toBe(1)
  })
})

it('finds names by DW_FORM_GNU_str_index in units of version 4', () => {
  const dwarf = buildDwarf({
    '.debug_info': buildUnit(new Bytes().raw(1, 2).uleb(1).raw(0), { version: 4 }),
    '.debug_abbrev': buildAbbreviations(
      { code: 1, tag: DW_TAG.compile_unit, children: true, attributes: [] },
      { code: 2, tag: DW_TAG.variable, attributes: [[DW_AT.name, DW_FORM.GNU_str_index]] },
    ),
    '.debug_str': new Bytes().string('other').string('by_index').toBytes(),
    '.debug_str_offsets': new Bytes().uint(0, 4).uint(6, 4).toBytes(),
  })
  expect(dwarf.findVariable('by_index')?.entry.name).toBe('by_index')
  expect(dwarf.findVariable('by')).toBeUndefined()
})
