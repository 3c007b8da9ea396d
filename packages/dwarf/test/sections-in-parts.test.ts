/** Sections that are given as sources: only what is needed is read, and every answer is that of the whole section. */
import { FormatError } from '@gospy/bytes'
import { DW_AT, DW_FORM, DW_LANG, DW_TAG, Dwarf, NameNotFoundError, StructType } from '@gospy/dwarf'
import { describe, expect, it } from 'vitest'
import { Bytes, buildAbbreviations, buildUnit } from './support/builder.js'
import { codeFixtureNames, codeSectionsOf, loadCodeFixture } from './support/code-fixture.js'
import { NAMES } from './support/exercise.js'
import { fixtureNames, loadFixture, sectionsOf } from './support/fixture.js'
import { mutations, randomNumbers } from './support/mutations.js'
import { type CountingSource, inParts } from './support/parts.js'

type Sections = ReadonlyMap<string, Uint8Array>

/** What `ask` gives, or which of the two errors it throws. */
function answer(dwarf: Dwarf, ask: (dwarf: Dwarf) => unknown): string {
  try {
    return JSON.stringify(ask(dwarf), (_, value) => (typeof value === 'bigint' ? `${value}n` : value)) ?? 'nothing'
  } catch (error) {
    if (error instanceof FormatError || error instanceof NameNotFoundError) return `${error.name}: ${error.message}`
    throw error
  }
}

/** The same question to a file of which nothing has been read, and to one that is in memory. */
function answers(sections: Sections, littleEndian: boolean, ask: (dwarf: Dwarf) => unknown): [string, string] {
  const whole = Dwarf.from((name) => sections.get(name), { littleEndian })
  return [answer(Dwarf.from(inParts(sections), { littleEndian }), ask), answer(whole, ask)]
}

function layoutOf(dwarf: Dwarf, name: string): unknown {
  const type = dwarf.findType(name)
  if (type === undefined) return dwarf.findVariable(name)?.address
  const struct = type.resolve()
  const fields = struct instanceof StructType ? struct.fields : []
  return [type.describe(), type.size, fields.map((field) => [field.name, field.offset, field.type.describe()])]
}

describe.each(fixtureNames)('%s', (name) => {
  const fixture = loadFixture(name)
  const original = sectionsOf(fixture)
  const isLarge = name.startsWith('go-')

  it('types, variables and entries', () => {
    const dwarf = Dwarf.from((section) => original.get(section), { littleEndian: fixture.littleEndian })
    const named = [...dwarf.units()].slice(-3).flatMap((unit) => [...unit.root().children()])
    const step = Math.ceil(named.length / 40)
    const names = named.filter((_, index) => index % step === 0).flatMap((entry) => entry.name ?? [])
    for (const wanted of [...NAMES, ...names]) {
      const [parts, whole] = answers(original, fixture.littleEndian, (each) => layoutOf(each, wanted))
      expect(parts, wanted).toBe(whole)
    }
    for (const entry of named.filter((_, index) => index % step === 1)) {
      const [parts, whole] = answers(original, fixture.littleEndian, (each) => {
        const { attributes, tag } = {
          attributes: each.entry(entry.offset, entry.unit.section).attributes(),
          tag: entry.tag,
        }
        return [tag, attributes.map((attribute) => [attribute.name, String(attribute.value)])]
      })
      expect(parts).toBe(whole)
    }
  })

  it('the same errors for malformed data', () => {
    const random = randomNumbers(name.length * 31 + 5)
    const kinds = Object.values(mutations)
    let malformed = 0
    for (let round = 0; round < (isLarge ? 4 : 40); round++) {
      const sections = new Map(original)
      const section = ['.debug_info', '.debug_abbrev', '.debug_str'][random(3)]!
      if ((sections.get(section)?.length ?? 0) === 0) continue
      sections.set(section, kinds[random(kinds.length)]!(sections.get(section)!.slice(), random))
      for (const wanted of ['everything', 'struct node', 'runtime.g', 'outer::Shape', 'counter']) {
        const [parts, whole] = answers(sections, fixture.littleEndian, (dwarf) => layoutOf(dwarf, wanted))
        expect(parts, `${section} ${wanted}`).toBe(whole)
        if (whole.startsWith('FormatError')) malformed++
      }
    }
    expect(malformed).toBeGreaterThan(0)
  })
})

it.each(codeFixtureNames)('%s: units, functions and lines by address', (name) => {
  const fixture = loadCodeFixture(name)
  const sections = codeSectionsOf(fixture)
  for (const text of fixture.goldens['addresses']!.split('\n').slice(0, 40)) {
    const pc = BigInt(text)
    for (const ask of [
      (dwarf: Dwarf) => dwarf.fileLine(pc),
      (dwarf: Dwarf) => dwarf.unitAtAddress(pc)?.name,
      (dwarf: Dwarf) => dwarf.functionAt(pc)?.name,
      (dwarf: Dwarf) => dwarf.frames(pc).map((frame) => [frame.function, frame.file, frame.line]),
    ]) {
      const [parts, whole] = answers(sections, fixture.littleEndian, ask)
      expect(parts).toBe(whole)
    }
  }
})

describe('what is read', () => {
  const go = fixtureNames.filter((name) => name.startsWith('go-'))

  it.each(go)('%s: of a Go program, for one struct, a part of .debug_info', (name) => {
    const sections = sectionsOf(loadFixture(name))
    const load = inParts(sections)
    const sources = new Map<string, CountingSource | undefined>()
    const dwarf = Dwarf.from((section) => {
      const source = load(section)
      sources.set(section, source)
      return source
    })
    expect(dwarf.struct('runtime.g').fields.length).toBeGreaterThan(30)
    const info = sources.get('.debug_info')!
    expect(info.count).toBeLessThan(info.size / 4)
    expect(sources.has('.debug_line')).toBe(false)
  })
})

describe('entries at the end of what has been read', () => {
  const abbreviations = buildAbbreviations(
    {
      code: 1,
      tag: DW_TAG.compile_unit,
      children: true,
      attributes: [
        [DW_AT.name, DW_FORM.string],
        [DW_AT.language, DW_FORM.data1],
      ],
    },
    {
      code: 2,
      tag: DW_TAG.structure_type,
      children: true,
      attributes: [
        [DW_AT.name, DW_FORM.string],
        [DW_AT.byte_size, DW_FORM.udata],
      ],
    },
    {
      code: 3,
      tag: DW_TAG.member,
      attributes: [
        [DW_AT.name, DW_FORM.string],
        [DW_AT.data_member_location, DW_FORM.indirect],
        [DW_AT.type, DW_FORM.ref4],
        [DW_AT.const_value, DW_FORM.block2],
      ],
    },
    {
      code: 300,
      tag: DW_TAG.base_type,
      attributes: [
        [DW_AT.name, DW_FORM.string],
        [DW_AT.byte_size, DW_FORM.data1],
        [DW_AT.encoding, DW_FORM.data1],
      ],
    },
  )

  /**
   * A unit as Go's linker writes it, of which lookups read no more than they go through. The decoy has the searched bytes at the
   * beginning, so that the search does not read what the walk is to read.
   */
  function unitOf(padding: number, littleEndian: boolean): Uint8Array {
    const entries = new Bytes(littleEndian).uleb(1).string('main').raw(DW_LANG.Go)
    entries
      .uleb(300)
      .string(`${'x'.repeat(padding)}main.first`)
      .raw(4, 5)
    entries.uleb(300).string('xmain.last').raw(4, 5)
    const base = 11 + 1 + entries.length
    entries.uleb(300).string('main.number').raw(4, 5)
    for (let index = 0; index < 500; index++) entries.uleb(300).string(`main.filler${index}`).raw(4, 5)
    entries.uleb(2).string('main.first').uleb(70_000)
    for (let index = 0; index < 400; index++) {
      entries
        .uleb(3)
        .string(`member${index}`)
        .uleb(DW_FORM.udata)
        .uleb(index * 300)
        .uint(base, 4)
      entries.uint(5, 2).raw(0xff, 0xff, 0xff, 0xff, 0xff)
    }
    const place = entries.length
    entries.uleb(3).string('of_long_name').uleb(DW_FORM.udata).uleb(0).uint(0, 4).uint(0, 2).raw(0)
    entries.uleb(300).string('y'.repeat(20_000)).raw(8, 5)
    for (let index = 0; index < 700; index++) entries.uleb(300).string(`main.behind${index}`).raw(4, 5)
    entries.uleb(2).string('main.last').uleb(8).raw(0)
    // Reached by a reference, and longer than what is read for most entries.
    const long = 12 + entries.length
    entries.uleb(300).string('z'.repeat(700)).raw(8, 5)
    // The end of the section is read to see where units end.
    for (let index = 0; index < 300; index++) entries.uleb(300).string(`main.end${index}`).raw(4, 5)
    entries.raw(0)
    const reference = new Bytes(littleEndian).uint(long, 4).list
    const at = place + 1 + 'of_long_name'.length + 1 + 1 + 1
    entries.list.splice(at, reference.length, ...reference)
    return buildUnit(entries, { littleEndian })
  }

  it.each([true, false])('wherever they are cut in two (little-endian: %s)', (littleEndian) => {
    // More than the 512 bytes that are always read together.
    for (let padding = 1; padding < 560; padding += 9) {
      const sections = new Map([
        ['.debug_info', unitOf(padding, littleEndian)],
        ['.debug_abbrev', abbreviations],
      ])
      for (const wanted of ['main.first', 'struct main.last', 'main.number']) {
        const [parts, whole] = answers(sections, littleEndian, (dwarf) => layoutOf(dwarf, wanted))
        expect(parts, `${padding}: ${wanted}`).toBe(whole)
        expect(whole).toContain(wanted === 'main.first' ? 'zzz' : wanted.replace('struct ', ''))
      }
    }
  })
})
