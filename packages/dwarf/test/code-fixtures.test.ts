/** Line tables, ranges, functions and call frames as llvm-dwarfdump, llvm-symbolizer (14) and readelf (2.40) show them. */
import { architectureOf } from '@gospy/dwarf'
import { describe, expect, it } from 'vitest'
import { callFramesOfFixture, codeFixtureNames, dwarfOf, loadCodeFixture } from './support/code-fixture.js'
import {
  dumpedRanges,
  dumpedSection,
  ourFrames,
  ourRanges,
  printAranges,
  symbolizedFrames,
} from './support/code-oracles.js'
import { dumpLineTables } from './support/dump-lines.js'
import { dumpFrames, framesText, interpretedRows, ourRows } from './support/readelf-frames.js'

describe.each(codeFixtureNames)('%s', (name) => {
  const fixture = loadCodeFixture(name)
  const golden = (oracle: string) => fixture.goldens[oracle]!

  it('line tables', () => {
    const theirs = dumpedSection(golden('lines'), 'debug_line')
    expect(theirs.length).toBeGreaterThan(1000)
    expect(dumpLineTables(dwarfOf(fixture)).trim()).toBe(theirs)
  })

  it('ranges', () => {
    const dwarf = dwarfOf(fixture)
    const aranges = dumpedSection(golden('aranges'), 'debug_aranges')
    expect(printAranges(dwarf, aranges)).toBe(aranges)
    const theirs = dumpedRanges(golden('ranges'))
    expect(theirs.size).toBeGreaterThan(2)
    expect(ourRanges(dwarf)).toEqual(theirs)
  })

  it('functions, inlined calls and lines of every row', () => {
    const dwarf = dwarfOf(fixture)
    const addresses = golden('addresses').split('\n')
    expect(addresses.length).toBeGreaterThan(7)
    expect(addresses.map((address) => ourFrames(dwarf, BigInt(address)))).toEqual(symbolizedFrames(golden('frames')))
  })

  const architecture = architectureOf(fixture.machine)
  it.skipIf(architecture === undefined)('call frames (where the names of registers are known)', () => {
    let entries = 0
    for (const section of ['.eh_frame', '.debug_frame'] as const) {
      const frames = callFramesOfFixture(fixture, section)
      if (frames === undefined) continue
      expect(dumpFrames(frames)).toEqual(framesText(golden('call-frames'), section))
      const tables = interpretedRows(framesText(golden('call-frame-rows'), section))
      for (const description of frames.descriptions()) {
        const table = tables.get(description.offset)
        if (table !== undefined) expect(ourRows(description, table, architecture!)).toEqual(table)
        expect(frames.find(description.low)?.offset).toBe(description.offset)
        expect(frames.find(description.high - 1n)?.offset).toBe(description.offset)
        entries++
      }
    }
    expect(entries).toBeGreaterThan(1)
  })
})
