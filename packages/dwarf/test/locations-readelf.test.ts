/** Agrees with `readelf --debug-dump=info,loc` (binutils 2.40): every expression, and every range with its views. */
import { describe, expect, it } from 'vitest'
import { goldenOf, locationFixtureNames, openLocationFixture } from './support/location-fixture.js'
import {
  ourReadelfExpressions,
  ourReadelfRanges,
  readelfExpressions,
  readelfRanges,
} from './support/readelf-locations.js'

const programs = locationFixtureNames.filter((name) => !name.includes('split') && !name.includes('endian'))

describe('expressions and location lists, as readelf prints them', () => {
  it.each(programs)('%s', (name) => {
    const dwarf = openLocationFixture(name)
    const theirs = readelfExpressions(goldenOf(name, 'readelf'))
    const places = new Set(theirs.map(placeOf))
    const all = ourReadelfExpressions(dwarf)
    const ours = all.filter((line) => places.has(placeOf(line)))
    expect(ours).toEqual(theirs)
    expect(theirs.length).toBeGreaterThan(15)
    const unknown = all.filter((line) => !places.has(placeOf(line)))
    expect(unknown.filter((line) => !/DW_AT_const_value/.test(line))).toEqual([])

    const text = goldenOf(name, 'readelf-loc')
    const theirRanges = readelfRanges(text)
    expect(ourReadelfRanges(dwarf, text.includes('Offset Entry'))).toEqual(theirRanges)
    if (!name.includes('unoptimized')) expect(theirRanges.length).toBeGreaterThan(12)
  })
})

const placeOf = (line: string) => line.split(' ', 1)[0]
