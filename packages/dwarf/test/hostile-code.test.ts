/** Any bytes give a value or a FormatError, of line tables, ranges, functions and call frames too: variants by a fixed seed. */
import { FormatError } from '@gospy/bytes'
import type { CallFrames, Dwarf } from '@gospy/dwarf'
import { describe, expect, it } from 'vitest'
import {
  type CodeFixture,
  callFramesOfFixture,
  codeFixtureNames,
  codeSectionsOf,
  dwarfOf,
  loadCodeFixture,
} from './support/code-fixture.js'
import { HOSTILE, mutations, randomNumbers, seedOf } from './support/mutations.js'
import { work } from './support/work.js'

const TARGETS = [
  '.debug_line',
  '.debug_ranges',
  '.debug_rnglists',
  '.debug_aranges',
  '.debug_frame',
  '.eh_frame',
  '.eh_frame_hdr',
  '.debug_info',
  '.debug_abbrev',
]

interface Outcome {
  values: number
  malformed: number
}

function exercise(dwarf: Dwarf, frames: readonly (CallFrames | undefined)[], addresses: readonly bigint[]): Outcome {
  const outcome = { values: 0, malformed: 0 }
  const attempt = <Value>(run: () => Value): Value | undefined => {
    try {
      const value = run()
      if (value !== undefined) outcome.values++
      return value
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      outcome.malformed++
      return undefined
    }
  }
  attempt(() => [...dwarf.lineTables()].length || undefined)
  for (const unit of attempt(() => dwarf.units()) ?? []) {
    attempt(() => unit.root().ranges())
    const table = attempt(() => dwarf.lineTable(unit))
    if (table === undefined) continue
    attempt(() => table.files().map((file) => attempt(() => [file.path, file.source])))
    attempt(() => {
      const reader = table.reader()
      while (reader.next());
    })
    attempt(() => [...table.sequences])
    attempt(() => [...table.instructions()].length)
    if (attempt(() => table.fault) !== undefined) outcome.malformed++
    attempt(() => table.addressesOf(1, 5))
  }
  attempt(() => dwarf.aranges())
  for (const address of addresses) {
    attempt(() => dwarf.frames(address))
    attempt(() => dwarf.fileLine(address))
    attempt(() => dwarf.functionAt(address)?.declaration)
  }
  for (const name of ['chain', 'nosuch']) attempt(() => dwarf.findFunction(name)?.address)
  attempt(() => dwarf.addressesOf('calls.h', 5))
  attempt(() => {
    for (const func of dwarf.functions()) attempt(() => [func.name, ...func.callSites()])
  })
  for (const section of frames) {
    if (section === undefined) continue
    attempt(() => {
      for (const description of section.descriptions()) {
        attempt(() => [...description.rows()])
        attempt(() => [...description.instructions()])
      }
    })
    for (const address of addresses) attempt(() => section.rowAt(address))
  }
  return outcome
}

function run(
  fixture: CodeFixture,
  rounds: number,
  seed: number,
): { slowest: number; malformed: number; readable: number } {
  const original = codeSectionsOf(fixture)
  const random = randomNumbers(seed)
  const kinds = Object.values(mutations)
  const addresses = fixture.goldens['addresses']!.split('\n').slice(0, 12).map(BigInt)
  const result = { slowest: 0, malformed: 0, readable: 0 }
  for (let round = 0; round < rounds; round++) {
    const sections = new Map(original)
    for (let count = 1 + random(2); count > 0; count--) {
      const names = TARGETS.filter((name) => (sections.get(name)?.length ?? 0) > 0)
      const name = names[random(names.length)]!
      sections.set(name, kinds[random(kinds.length)]!(sections.get(name)!.slice(), random))
    }
    const start = work()
    const frames = (['.eh_frame', '.debug_frame'] as const).map((name) => callFramesOfFixture(fixture, name, sections))
    const { values, malformed } = exercise(dwarfOf(fixture, sections), frames, addresses)
    result.slowest = Math.max(result.slowest, work() - start)
    if (malformed > 0) result.malformed++
    if (values > 0) result.readable++
  }
  return result
}

describe('malformed data about code', () => {
  it.each(codeFixtureNames)('%s is not found to be malformed as it is', (name) => {
    const fixture = loadCodeFixture(name)
    const frames = (['.eh_frame', '.debug_frame'] as const).map((section) => callFramesOfFixture(fixture, section))
    const addresses = fixture.goldens['addresses']!.split('\n').map(BigInt)
    expect(exercise(dwarfOf(fixture), frames, addresses).malformed).toBe(0)
  })

  const rounds = 20 * HOSTILE
  it.each(codeFixtureNames)(
    `%s, ${rounds} variants`,
    (name) => {
      const { slowest, malformed, readable } = run(loadCodeFixture(name), rounds, seedOf(name))
      expect(malformed).toBeGreaterThan(rounds / 4)
      expect(readable).toBeGreaterThan(rounds / 2)
      expect(slowest).toBeLessThan(1000)
    },
    600_000,
  )
})
