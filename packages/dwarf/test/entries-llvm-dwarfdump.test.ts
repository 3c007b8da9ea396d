/** Agrees with `llvm-dwarfdump -v` (14.0.6): every entry's offset, depth and tag, every attribute's name, form and value. */
import { DW_TAG } from '@gospy/dwarf'
import { describe, expect, it } from 'vitest'
import { fixtureNames, golden, openFixture } from './support/fixture.js'
import { type DumpedEntry, dumpOurs, parseDump } from './support/llvm-dwarfdump.js'

const compiled = fixtureNames.filter((name) => !name.startsWith('go-'))

describe('entries of C and C++ programs, as llvm-dwarfdump prints them', () => {
  it('has fixtures of every DWARF version, 32- and 64-bit, little- and big-endian', () => {
    const units = compiled.flatMap((name) => openFixture(name).units())
    expect(new Set(units.map((unit) => unit.version))).toEqual(new Set([2, 3, 4, 5]))
    expect(new Set(units.map((unit) => unit.format))).toEqual(new Set([32, 64]))
    expect(new Set(units.map((unit) => unit.addressSize))).toEqual(new Set([4, 8]))
    expect(new Set(units.map((unit) => unit.section))).toEqual(new Set(['.debug_info', '.debug_types']))
  })

  it.each(compiled)('%s', (name) => {
    const theirs = parseDump(golden(name, 'llvm-dwarfdump'))
    const ours = [...dumpOurs(openFixture(name))]
    expect(theirs.length).toBeGreaterThan(40)
    expect(ours.map(shape)).toEqual(theirs.map(shape))

    let compared = 0
    for (const [index, entry] of theirs.entries()) {
      for (const [position, attribute] of entry.attributes.entries()) {
        // llvm-dwarfdump prints the files' names, which are in the line tables.
        if (attribute.value === undefined || /_file /.test(attribute.name)) continue
        const value = ours[index]!.attributes[position]!.value
        const where = `0x${entry.offset.toString(16)} ${attribute.name} ${attribute.form}`
        // data1 to data8 do not say whether they are signed; llvm-dwarfdump decides by the type behind.
        expect(`${where} ${value}`).toBe(`${where} ${attribute.value}`)
        compared++
      }
    }
    expect(compared).toBeGreaterThan(100)
  })

  it('steps over children just as it walks through them', () => {
    for (const name of compiled) {
      for (const unit of openFixture(name).units()) {
        const top: number[] = []
        const walked: number[] = []
        const reader = unit.reader()
        while (reader.next()) {
          if (reader.depth === 1) walked.push(reader.offset)
        }
        const skipping = unit.reader()
        skipping.next()
        while (skipping.next()) {
          expect(skipping.depth).toBe(1)
          top.push(skipping.offset)
          skipping.skipChildren()
        }
        expect(top).toEqual(walked)
        expect([...unit.root().children()].map((entry) => entry.offset)).toEqual(walked)
      }
    }
  })

  it('steps over a subtree without DW_AT_sibling, too', () => {
    const names = compiled.filter((name) => name.startsWith('clang'))
    const types = names.flatMap((name) => openFixture(name).units()).map((unit) => unit.root())
    for (const root of types) {
      const struct = [...root.children()].find((entry) => entry.tag === DW_TAG.structure_type)
      if (struct === undefined) continue
      expect(struct.abbreviation.siblingIndex).toBe(-1)
      const reader = struct.reader()
      reader.skipChildren()
      expect(reader.next()).toBe(true)
      expect(reader.depth).toBe(0)
    }
  })
})

function shape(entry: DumpedEntry): string {
  const attributes = entry.attributes.map((attribute) => `${attribute.name} ${attribute.form}`)
  return [`0x${entry.offset.toString(16)}`, entry.depth, entry.tag, ...attributes].join('; ')
}
