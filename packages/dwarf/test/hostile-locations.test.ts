/**
 * Any bytes give a value, a FormatError or an EvaluationError: damaged locations, split files, packages and name indexes. With
 * GOSPY_HOSTILE=4 four times as many.
 */
import type { SectionLoader } from '@gospy/dwarf'
import { DW_AT, DW_FORM, DW_OP, DW_TAG, Dwarf, describeExpression, Expression, evaluate } from '@gospy/dwarf'
import { describe, expect, it } from 'vitest'
import { Bytes, buildAbbreviations, buildDwarf, buildUnit } from './support/builder.js'
import { exerciseLocations } from './support/exercise-locations.js'
import {
  type Linked,
  loadLocationFixture,
  locationFixtureNames,
  openLinked,
  openLocationFixture,
} from './support/location-fixture.js'
import { HOSTILE, mutations, randomNumbers, seedOf } from './support/mutations.js'
import { work } from './support/work.js'

const kinds = Object.values(mutations)
const ROUNDS = 15 * HOSTILE

/** Sections that hold what is tested here: these are damaged more often than the others. */
const OWN = /loc|names|gdb_index|cu_index|tu_index|addr|str_offsets|pub|sup|altlink/

function run(name: string, linked: Linked, rounds: number) {
  const { files, littleEndian } = loadLocationFixture(name)
  const random = randomNumbers(seedOf(`${name} ${linked}`))
  const result = { slowest: 0, malformed: 0, readable: 0 }
  for (let round = 0; round < rounds; round++) {
    const loaders = new Map<string, SectionLoader>()
    const damaged = [...files.keys()][random(files.size)]!
    for (const [file, { sections }] of files) {
      const copy = new Map(sections)
      for (let count = file === damaged ? 1 + random(2) : 0; count > 0; count--) {
        const names = [...copy.keys()].filter((section) => copy.get(section)!.some((part) => part.length > 0))
        const own = names.filter((section) => OWN.test(section))
        const among = own.length > 0 && random(3) > 0 ? own : names
        const section = among[random(among.length)]!
        const mutate = kinds[random(kinds.length)]!
        copy.set(
          section,
          copy.get(section)!.map((part) => (part.length > 0 ? mutate(part.slice(), random) : part)),
        )
      }
      loaders.set(file, (section) => copy.get(section))
    }
    const start = work()
    const { values, malformed } = exerciseLocations(openLinked(loaders, littleEndian, linked))
    result.slowest = Math.max(result.slowest, work() - start)
    if (malformed > 0) result.malformed++
    if (values > 100) result.readable++
  }
  return result
}

const linked = (name: string): Linked[] => (name.includes('split') ? ['files', 'package'] : ['files'])
const cases = locationFixtureNames.flatMap((name) => linked(name).map((way) => [name, way] as const))

describe('damaged', () => {
  it('is not found in what no one has changed', () => {
    for (const [name, way] of cases)
      expect([name, exerciseLocations(openLocationFixture(name, way)).malformed]).toEqual([name, 0])
  })

  it.each(cases)(`%s from %s, ${ROUNDS} variants`, (name, way) => {
    const { slowest, malformed, readable } = run(name, way, ROUNDS)
    expect(malformed).toBeGreaterThan(0)
    expect(readable).toBeGreaterThan(ROUNDS / 10)
    expect(slowest).toBeLessThan(1000)
  })
})

describe('built to be slow', () => {
  const within = (milliseconds: number, run: () => void) => {
    const start = work()
    run()
    expect(work() - start).toBeLessThan(milliseconds)
  }

  it('expressions nested 100,000 deep', () => {
    // From the inside: each is one operation that holds the rest; lengths take three bytes.
    const depth = 100_000
    const bytes = new Uint8Array(depth * 4 + 1)
    for (let level = 0; level < depth; level++) {
      const length = bytes.length - (level + 1) * 4
      bytes.set([DW_OP.entry_value, (length & 0x7f) | 0x80, ((length >> 7) & 0x7f) | 0x80, length >> 14], level * 4)
    }
    bytes[bytes.length - 1] = DW_OP.reg1
    const expression = Expression.from(bytes, { addressSize: 8 })
    within(1000, () => {
      expect(describeExpression(expression)).toContain('…')
      expect(() => evaluate(expression, { entryValue: (inner) => BigInt(inner.length) })).not.toThrow()
    })
  })

  it('expressions that branch, call and multiply without end', () => {
    const loops = [
      new Bytes().raw(DW_OP.lit1, DW_OP.lit1, DW_OP.bra).uint(0xfffb, 2),
      new Bytes().raw(DW_OP.const1s, 0xff).raw(DW_OP.dup, DW_OP.mul, DW_OP.skip).uint(0xfffb, 2),
      new Bytes().raw(DW_OP.skip).uint(0xfffd, 2),
    ]
    for (const loop of loops) {
      const expression = Expression.from(loop.toBytes(), { addressSize: 8 })
      within(1000, () => expect(() => evaluate(expression)).toThrow(/endless loop/))
    }
  })

  it('calls into location lists as long as their section', () => {
    const abbreviations = buildAbbreviations(
      { code: 1, tag: DW_TAG.compile_unit, children: true, attributes: [] },
      { code: 2, tag: DW_TAG.variable, attributes: [[DW_AT.location, DW_FORM.exprloc]] },
      { code: 3, tag: DW_TAG.variable, attributes: [[DW_AT.location, DW_FORM.sec_offset]] },
    )
    const list = new Bytes()
    for (let range = 0; range < 50_000; range++) list.raw(7).uint(1, 8).uint(2, 8).raw(0)
    const calls = new Bytes()
    const entries = new Bytes().raw(1)
    const called = 12 + entries.length
    entries.raw(3).uint(0, 4)
    for (let call = 0; call < 5000; call++) calls.raw(DW_OP.call4).uint(called, 4)
    const caller = 12 + entries.length
    entries.raw(2).uleb(calls.length)
    entries.list.push(...calls.list)
    entries.raw(0)
    const dwarf = buildDwarf({
      '.debug_info': buildUnit(entries),
      '.debug_abbrev': abbreviations,
      '.debug_loclists': list.raw(0).toBytes(),
    })
    const expression = Expression.of(dwarf.entry(caller).attribute(DW_AT.location)!)!
    within(1000, () => {
      try {
        evaluate(expression, { pc: 5n })
      } catch (error) {
        expect(String(error)).toMatch(/more than \d+ location lists/)
      }
    })
  })

  it('units that import each other', () => {
    const abbreviations = buildAbbreviations(
      { code: 1, tag: DW_TAG.partial_unit, children: true, attributes: [] },
      { code: 2, tag: DW_TAG.imported_unit, attributes: [[DW_AT.import, DW_FORM.ref_addr]] },
    )
    const count = 2000
    const size = 12 + 1 + 3 * 5 + 1
    const all = new Bytes()
    for (let unit = 0; unit < count; unit++) {
      const entries = new Bytes().raw(1)
      for (const other of [unit, (unit + 1) % count, (unit * 7) % count]) entries.raw(2).uint(other * size + 12, 4)
      all.raw(...buildUnit(entries.raw(0)))
    }
    const dwarf = buildDwarf({ '.debug_info': all.toBytes(), '.debug_abbrev': abbreviations })
    within(1000, () => expect([...dwarf.units()[0]!.imports()].length).toBe(count - 1))
  })

  it('hash tables without an empty slot, and counts that no section has room for', () => {
    const slots = 1 << 14
    const full = new Bytes().uint(5, 2).uint(0, 2).uint(1, 4).uint(slots, 4).uint(slots, 4)
    for (let slot = 0; slot < slots; slot++) full.uint(7, 8)
    for (let slot = 0; slot < slots; slot++) full.uint(slot + 1, 4)
    full.uint(1, 4)
    for (let row = 0; row < slots; row++) full.uint(0, 4)
    for (let row = 0; row < slots; row++) full.uint(0, 4)
    const open = (bytes: Uint8Array) => {
      const dwarf = Dwarf.from(() => undefined, {
        splitPackage: (name) => (name === '.debug_cu_index' ? bytes : undefined),
      })
      return dwarf.packageIndex('compilation units')!
    }
    within(1000, () => expect(open(full.toBytes()).find(8n)).toBe(undefined))
    const lying = new Bytes().uint(5, 2).uint(0, 2).uint(8, 4).uint(0xffff_ffff, 4).uint(0x8000_0000, 4).toBytes()
    expect(() => open(lying)).toThrow(/^\.debug_cu_index at offset 0x0: an index of \d+ bytes/)

    // A .gdb_index of which all slots are one symbol.
    const header = 24
    const gdb = new Bytes().uint(8, 4).uint(header, 4).uint(header, 4).uint(header, 4).uint(header, 4)
    gdb.uint(header + slots * 8, 4)
    for (let slot = 0; slot < slots; slot++) gdb.uint(4, 4).uint(0, 4)
    gdb.uint(0, 4).string('x')
    const index = buildDwarf({ '.gdb_index': gdb.toBytes() }).nameIndexes.gdbIndex!
    within(1000, () => expect(index.find('nosuch')).toEqual([]))
  })
})
