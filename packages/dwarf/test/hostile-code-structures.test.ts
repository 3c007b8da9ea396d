/** Small files about code that are made to be slow: what refers to the same bytes many times has to stay linear. */
import { FormatError } from '@gospy/bytes'
import { DW_AT, DW_FORM, DW_TAG } from '@gospy/dwarf'
import { describe, expect, it } from 'vitest'
import { Bytes, buildAbbreviations, buildDwarf, buildUnit } from './support/builder.js'
import { codeFixtureNames, dwarfOf, loadCodeFixture } from './support/code-fixture.js'
import { work } from './support/work.js'

function time(run: () => void): number {
  const start = work()
  run()
  return work() - start
}

const root = { code: 1, tag: DW_TAG.compile_unit, children: true, attributes: [] }

describe('data about code that is larger than it looks', () => {
  it('range lists of which each is the tail of the one before', () => {
    const count = 4000
    const info = new Bytes().raw(1)
    for (let index = 0; index < count; index++) info.raw(2).uint(index * 16, 4)
    const ranges = new Bytes()
    for (let index = 0; index < count; index++) ranges.uint(0x1000 + index, 8).uint(0x1001 + index, 8)
    const dwarf = buildDwarf({
      '.debug_info': buildUnit(info, { version: 4 }),
      '.debug_abbrev': buildAbbreviations(root, {
        code: 2,
        tag: DW_TAG.subprogram,
        attributes: [[DW_AT.ranges, DW_FORM.sec_offset]],
      }),
      '.debug_ranges': ranges.uint(0, 8).uint(0, 8).toBytes(),
    })
    expect(time(() => expect(() => dwarf.functionAt(5)).toThrow(/overlapping range lists/))).toBeLessThan(1000)
  })

  it('line tables of which each is the tail of the one before', () => {
    // Each header is followed by the next, within the program of the one before.
    const count = 1500
    const size = 4 + 2 + 4 + 5 + 2
    const section = new Bytes()
    for (let index = 0; index < count; index++) {
      section
        .uint((count - index) * size - 4, 4)
        .uint(2, 2)
        .uint(7, 4)
        .raw(1, 1, 0xfd, 12, 1, 0, 0)
    }
    const info = new Bytes()
    for (let index = 0; index < count; index++)
      info.raw(...buildUnit(new Bytes().raw(1).uint(index * size, 4), { version: 4 }))
    const dwarf = buildDwarf({
      '.debug_info': info.toBytes(),
      '.debug_abbrev': buildAbbreviations({
        ...root,
        children: false,
        attributes: [[DW_AT.stmt_list, DW_FORM.sec_offset]],
      }),
      '.debug_line': section.toBytes(),
    })
    const faults = new Set<string>()
    const took = time(() => {
      for (const unit of dwarf.units()) {
        try {
          expect(dwarf.lineTable(unit)?.rows.length).toBeGreaterThanOrEqual(0)
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError)
          faults.add((error as FormatError).reason)
        }
      }
    })
    expect([...faults]).toEqual(['the units have overlapping line tables, too many to read them all'])
    expect(took).toBeLessThan(1500)
  })

  it('inlined calls in inlined calls, two thousand', () => {
    const count = 2000
    const info = new Bytes().raw(1, 2).uint(0x1000, 8).uint(0x100, 4)
    for (let index = 0; index < count; index++) info.raw(3).uint(0x1000, 8).uint(0x100, 4)
    const dwarf = buildDwarf({
      '.debug_info': buildUnit(info, { version: 4 }),
      '.debug_abbrev': buildAbbreviations(
        root,
        ...[DW_TAG.subprogram, DW_TAG.inlined_subroutine].map((tag, index) => ({
          code: index + 2,
          tag,
          children: true,
          attributes: [
            [DW_AT.low_pc, DW_FORM.addr],
            [DW_AT.high_pc, DW_FORM.data4],
          ] as const,
        })),
      ),
    })
    expect(time(() => expect(dwarf.frames(0x1080).length).toBe(count + 1))).toBeLessThan(1000)
  })
})

it.each(codeFixtureNames)('%s: an address is found in its sequence alone as in all rows', (name) => {
  const fixture = loadCodeFixture(name)
  const fresh = dwarfOf(fixture)
  const decoded = dwarfOf(fixture)
  for (const unit of decoded.units()) expect(decoded.lineTable(unit)?.rows).toBeDefined()
  for (const text of fixture.goldens['addresses']!.split('\n')) {
    for (const address of [BigInt(text), BigInt(text) + 1n, BigInt(text) - 1n]) {
      const rows = (dwarf: typeof fresh) => dwarf.units().map((unit) => dwarf.lineTable(unit)?.find(address))
      expect(rows(fresh)).toEqual(rows(decoded))
    }
  }
})
