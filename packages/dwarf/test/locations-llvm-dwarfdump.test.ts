/** Agrees with `llvm-dwarfdump -v` (14.0.6): every expression, and every range of every location list. */
import { DW_AT, type Unit } from '@gospy/dwarf'
import { describe, expect, it } from 'vitest'
import { llvmLocations, ourLocations } from './support/dumped-locations.js'
import { goldenOf, loadLocationFixture, locationFixtureNames, openLocationFixture } from './support/location-fixture.js'

/**
 * What version 14 does not decode: DW_OP_constx, implicit_pointer, GNU_implicit_pointer, GNU_parameter_ref and GNU's typed
 * operations. `locations-readelf.test.ts` compares those.
 */
const UNDECODED = /<decoding error>/

/**
 * How many lines were compared: all but those that it does not decode.
 * @param isJoined whether offsets differ, and the order of the units
 */
function compare(theirs: readonly string[], ours: readonly string[], isJoined = false): number {
  const decoded = theirs.filter((line) => !UNDECODED.test(line))
  if (isJoined) {
    const withoutOffsets = (lines: readonly string[]) => lines.map((line) => line.replace(/^\S+ /, '')).sort()
    const known = new Set(withoutOffsets(decoded))
    const found = new Set(withoutOffsets(ours))
    expect([...known].filter((line) => !found.has(line))).toEqual([])
    return decoded.length
  }
  // Blocks are expressions only where the attribute is a location: DW_AT_const_value is bytes to it.
  const places = new Set(theirs.map(placeOf))
  const unknown = ours.filter((line) => !places.has(placeOf(line)))
  expect(unknown.filter((line) => !line.includes('DW_AT_const_value'))).toEqual([])
  const known = ours.filter((line) => places.has(placeOf(line)))
  expect(known.length).toBe(theirs.length)
  expect(known.filter((_, index) => !UNDECODED.test(theirs[index]!))).toEqual(decoded)
  return decoded.length
}

const placeOf = (line: string) => line.split(' ', 2).join(' ')

/** What version 14 cannot read at all: forms of supplementary files of DWARF 5, and pairs of views within lists. */
const UNREAD = ['dwz-5', 'gcc-5-views']
const programs = locationFixtureNames.filter((name) => !name.includes('split') && !UNREAD.includes(name))
const split = locationFixtureNames.filter((name) => name.includes('split'))

describe('expressions and location lists, as llvm-dwarfdump prints them', () => {
  it.each(programs.filter((name) => !name.includes('endian')))('%s', (name) => {
    const theirs = llvmLocations(goldenOf(name, 'llvm'))
    const ours = ourLocations(openLocationFixture(name).units())
    expect(compare(theirs, ours)).toBeGreaterThan(15)
  })

  it.each(programs.filter((name) => name.includes('endian')))('%s, but for the names of registers', (name) => {
    const nameless = (line: string) =>
      line.replace(/(DW_OP_breg\d+) [A-Z]\w*(?=[+-])/g, '$1 ').replace(/(DW_OP_reg\d+|DW_OP_regx) [A-Z0]\w*/g, '$1')
    const theirs = llvmLocations(goldenOf(name, 'llvm')).map(nameless)
    const ours = ourLocations(openLocationFixture(name).units()).map(nameless)
    expect(compare(theirs, ours)).toBeGreaterThan(80)
  })

  it.each(split)('%s, whose expressions are in .dwo files', (name) => {
    const units = [...openLocationFixture(name, 'files').splitUnits()]
    const { files } = loadLocationFixture(name)
    const splitFiles = [...files.keys()].filter((file) => file.endsWith('.dwo'))
    for (const file of splitFiles) {
      const ofFile = splitFiles.length === 1 ? units : units.filter((unit) => fileOf(unit) === file)
      const theirs = llvmLocations(goldenOf(name, 'llvm', file))
      // Of several sections of one name (each type unit has its own) it counts offsets in each; here they are joined.
      const isJoined = [...files.get(file)!.sections.values()].some((parts) => parts.length > 1)
      expect(compare(theirs, ourLocations(ofFile), isJoined)).toBeGreaterThan(40)
    }
  })

  it.each(split)('%s: the package has the same as the files', (name) => {
    const sorted = (units: readonly Unit[]) =>
      units
        .map((unit) => ourLocations([unit]).map((line) => line.replace(/^\S+ /, '').replace(/ list \S+/, ' list')))
        .sort()
    const fromFiles = splitUnits(openLocationFixture(name, 'files').units())
    const fromPackage = splitUnits(openLocationFixture(name, 'package').units())
    expect(fromPackage.length).toBe(fromFiles.length)
    expect(fromPackage.every((unit) => unit.isSplit && unit.skeleton !== undefined)).toBe(true)
    expect(sorted(fromPackage)).toEqual(sorted(fromFiles))
    expect(fromPackage.flatMap((unit) => ourLocations([unit])).length).toBeGreaterThan(40)
  })
})

function splitUnits(skeletons: readonly Unit[]): Unit[] {
  return skeletons.flatMap((skeleton) => skeleton.split() ?? [])
}

function fileOf(unit: Unit): string | undefined {
  const root = unit.skeleton?.root()
  return root?.string(DW_AT.dwo_name) ?? root?.string(DW_AT.GNU_dwo_name)
}
