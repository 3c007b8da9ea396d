/**
 * Small files made to be large in memory or slow: what refers to the same bytes many times has to stay linear. The limits are
 * far above what the machine at hand needed, and far below what the square of the input takes.
 */
import { FormatError } from '@gospy/bytes'
import { DW_AT, DW_FORM, DW_TAG, type Dwarf } from '@gospy/dwarf'
import { describe, expect, it } from 'vitest'
import { Bytes, buildAbbreviations, buildDwarf, buildUnit } from './support/builder.js'
import { work } from './support/work.js'

const MEGABYTE = 2 ** 20

/** Milliseconds of work that it took. */
function time(run: () => void): number {
  const start = work()
  run()
  return work() - start
}

/** A unit of version 4 around entries that are too many for the builder's lists. */
function largeUnit(entries: Uint8Array): Uint8Array {
  const header = new Bytes().uint(entries.length + 7, 4).raw(4, 0, 0, 0, 0, 0, 8)
  const unit = new Uint8Array(header.length + entries.length)
  unit.set(header.toBytes())
  unit.set(entries, header.length)
  return unit
}

/** `count` times `size` bytes: an abbreviation's code and what `write` puts behind it. */
function repeated(
  count: number,
  size: number,
  code: number,
  write: (view: DataView, at: number, index: number) => void,
) {
  const bytes = new Uint8Array(1 + count * size)
  const view = new DataView(bytes.buffer)
  bytes[0] = 1
  for (let index = 0; index < count; index++) {
    view.setUint8(1 + index * size, code)
    write(view, 2 + index * size, index)
  }
  return bytes
}

const root = { code: 1, tag: DW_TAG.compile_unit, children: true, attributes: [] }

describe('data that is larger than it looks', () => {
  it('abbreviation tables of which each is the tail of the one before', () => {
    const count = 3000
    const abbreviations = new Bytes()
    for (let index = 0; index < count; index++) abbreviations.raw(1, DW_TAG.compile_unit, 0, 0, 0)
    const info = new Bytes()
    for (let index = 0; index < count; index++) {
      info.raw(...buildUnit(new Bytes().raw(1), { version: 4, abbreviationsOffset: index * 5 }))
    }
    const dwarf = buildDwarf({ '.debug_info': info.toBytes(), '.debug_abbrev': abbreviations.raw(0).toBytes() })
    expect(dwarf.units().length).toBe(count)
    const outcomes = new Set<string>()
    const took = time(() => {
      for (const unit of dwarf.units()) {
        try {
          outcomes.add(`${unit.abbreviations.size > 0}`)
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError)
          outcomes.add(/overlapping abbreviation tables/.exec((error as FormatError).message)?.[0] ?? `${error}`)
        }
      }
    })
    expect([...outcomes]).toEqual(['true', 'overlapping abbreviation tables'])
    expect(took).toBeLessThan(1500)
  })

  it('an abbreviation table that is malformed is parsed once, not once for each unit', () => {
    const abbreviations = new Uint8Array(MEGABYTE).fill(0x01)
    const info = new Bytes()
    for (let index = 0; index < 500; index++) info.raw(...buildUnit(new Bytes().raw(1, 0x78, 0), { version: 4 }))
    const dwarf = buildDwarf({ '.debug_info': info.toBytes(), '.debug_abbrev': abbreviations })
    expect(time(() => expect(() => dwarf.findVariable('x')).toThrow(FormatError))).toBeLessThan(1500)
  })

  it('an abbreviation of very many attributes without bytes', () => {
    const attributes = Array.from({ length: 1001 }, () => [DW_AT.external, DW_FORM.flag_present] as const)
    const sections = (count: number) => ({
      '.debug_info': buildUnit(new Bytes().raw(1), { version: 4 }),
      '.debug_abbrev': buildAbbreviations({ ...root, attributes: attributes.slice(0, count) }),
    })
    expect(buildDwarf(sections(1000)).units()[0]?.root().flag(DW_AT.external)).toBe(true)
    expect(() => buildDwarf(sections(1001)).units()[0]?.root()).toThrow(/more than 1000 attributes/)
  })

  const strings = new Uint8Array(4 * MEGABYTE + 1).fill(0x6e)
  strings[strings.length - 1] = 0

  it('namespaces in namespaces, each with a name of megabytes', () => {
    const entries = repeated(600, 5, 2, (view, at) => view.setUint32(at, 0, true))
    const dwarf = buildDwarf({
      '.debug_info': largeUnit(entries),
      '.debug_abbrev': buildAbbreviations(root, {
        code: 2,
        tag: DW_TAG.namespace,
        children: true,
        attributes: [[DW_AT.name, DW_FORM.strp]],
      }),
      '.debug_str': strings,
    })
    expect(time(() => expect(dwarf.findVariable('n')).toBeUndefined())).toBeLessThan(1500)
  })

  it('names of which each is the tail of the one before', () => {
    const count = 200_000
    const entries = repeated(count, 5, 2, (view, at, index) => view.setUint32(at, index, true))
    const dwarf = buildDwarf({
      '.debug_info': largeUnit(entries),
      '.debug_abbrev': buildAbbreviations(root, {
        code: 2,
        tag: DW_TAG.variable,
        attributes: [[DW_AT.name, DW_FORM.strp]],
      }),
      '.debug_str': strings,
    })
    const took = time(() => {
      expect(dwarf.findVariable('n')).toBeUndefined()
      expect(dwarf.findVariable('m'.repeat(100))).toBeUndefined()
    })
    expect(took).toBeLessThan(2500)
  })

  it('fields with names of megabytes, in the message of the one that is not there', () => {
    const entries = repeated(200, 5, 3, (view, at) => view.setUint32(at, 0, true))
    const body = new Uint8Array(entries.length + 3)
    // The root, a struct 's', and its members.
    body.set([1, 2, 0x73, 0])
    body.set(entries.subarray(1), 4)
    const dwarf = buildDwarf({
      '.debug_info': largeUnit(body),
      '.debug_abbrev': buildAbbreviations(
        root,
        { code: 2, tag: DW_TAG.structure_type, children: true, attributes: [[DW_AT.name, DW_FORM.string]] },
        { code: 3, tag: DW_TAG.member, attributes: [[DW_AT.name, DW_FORM.strp]] },
      ),
      '.debug_str': strings,
    })
    expect(() => dwarf.struct('struct s').field('nope')).toThrow(/^no field 'nope': .*\(200 fields\)$/s)
    // 800 MB of names, on a machine that has other things to do.
  }, 240_000)

  it.each([
    ['namespaces in namespaces', DW_TAG.namespace, true],
    ['variables of one name', DW_TAG.variable, false],
  ])('%s, a hundred thousand', (_, tag, children) => {
    const entries = repeated(100_000, 3, 2, (view, at) => view.setUint8(at, 0x6e))
    const dwarf: Dwarf = buildDwarf({
      '.debug_info': largeUnit(entries),
      '.debug_abbrev': buildAbbreviations(root, { code: 2, tag, children, attributes: [[DW_AT.name, DW_FORM.string]] }),
    })
    const took = time(() => {
      expect(dwarf.findVariable('nn')).toBeUndefined()
      expect(dwarf.findVariable('n::n::n')).toBeUndefined()
      expect(dwarf.findVariable('n')?.name).toBe(children ? undefined : 'n')
    })
    expect(took).toBeLessThan(1500)
  })
})
