/**
 * Any bytes give a value or a FormatError: flipped, cut, spliced and length-lying variants of the fixtures, by fixed seeds. With
 * GOSPY_HOSTILE=4 four times as many.
 */
import { Dwarf, type Unit } from '@gospy/dwarf'
import { describe, expect, it } from 'vitest'
import { exercise, NAMES } from './support/exercise.js'
import { fixtureNames, loadFixture, openFixture, sectionsOf } from './support/fixture.js'
import { HOSTILE, mutations, randomNumbers, seedOf } from './support/mutations.js'
import { work } from './support/work.js'

const kinds = Object.values(mutations)
const ROUNDS = 20 * HOSTILE

/** Calls of `exercise` that give a value without any data: the list of units, and lookups that find nothing. */
const CALLS_WITHOUT_DATA = 1 + 3 * NAMES.length

/** Units around the place that was changed, where a program has too many to walk over all of them each time. */
function around(place: number, limit: number): (units: readonly Unit[]) => readonly Unit[] {
  return (units) => {
    const index = units.findIndex((unit) => unit.end > place)
    return index < 0 ? units.slice(-limit) : units.slice(index, index + limit)
  }
}

interface Run {
  /** Milliseconds of work that the slowest variant took. */
  slowest: number
  /** Variants of which something was found to be malformed. */
  malformed: number
  /** Variants of which something could be read all the same. */
  readable: number
}

function run(name: string, rounds: number, unitLimit = Number.POSITIVE_INFINITY): Run {
  const fixture = loadFixture(name)
  const original = sectionsOf(fixture)
  const random = randomNumbers(seedOf(name))
  const result: Run = { slowest: 0, malformed: 0, readable: 0 }
  for (let round = 0; round < rounds; round++) {
    const sections = new Map(original)
    for (let count = 1 + random(2); count > 0; count--) {
      const names = [...sections.keys()].filter((section) => sections.get(section)!.length > 0)
      const section = names[random(names.length)]!
      sections.set(section, kinds[random(kinds.length)]!(sections.get(section)!.slice(), random))
      if (random(40) === 0) sections.delete(section)
    }
    const units = around(firstDifference(original.get('.debug_info')!, sections.get('.debug_info')), unitLimit)
    const start = work()
    const dwarf = Dwarf.from((section) => sections.get(section), { littleEndian: fixture.littleEndian })
    const { values, malformed } = exercise(dwarf, units)
    result.slowest = Math.max(result.slowest, work() - start)
    if (malformed > 0) result.malformed++
    if (values > CALLS_WITHOUT_DATA) result.readable++
  }
  return result
}

function firstDifference(before: Uint8Array, after: Uint8Array | undefined): number {
  if (after === undefined || Buffer.compare(before, after) === 0) return 0
  let at = 0
  while (at < after.length && before[at] === after[at]) at++
  return at
}

describe('malformed data', () => {
  it('is not found in what no one has changed', () => {
    for (const name of fixtureNames) expect(exercise(openFixture(name), around(0, 4)).malformed, name).toBe(0)
  })

  it.each(fixtureNames.filter((name) => !name.startsWith('go-')))(`%s, ${ROUNDS} variants`, (name) => {
    const { slowest, malformed, readable } = run(name, ROUNDS)
    expect(malformed).toBeGreaterThan(ROUNDS / 3)
    expect(readable).toBeGreaterThan(ROUNDS / 3)
    expect(slowest).toBeLessThan(1000)
  })

  it.each(fixtureNames.filter((name) => name.startsWith('go-')))(`%s, ${ROUNDS} variants`, (name) => {
    const { slowest, malformed, readable } = run(name, ROUNDS, 2)
    expect(malformed).toBeGreaterThan(ROUNDS / 3)
    expect(readable).toBeGreaterThan(ROUNDS / 3)
    expect(slowest).toBeLessThan(2000)
  })

  it('noise, 300 times', () => {
    const random = randomNumbers(4711)
    let malformed = 0
    for (let round = 0; round < 300; round++) {
      const sections = new Map<string, Uint8Array>()
      for (const name of ['.debug_info', '.debug_abbrev', '.debug_str', '.debug_types']) {
        sections.set(
          name,
          Uint8Array.from({ length: 1 + random(200) }, () => random(256)),
        )
      }
      const outcome = exercise(Dwarf.from((name) => sections.get(name)))
      // No struct of any name is in noise: each call fails, in one way or the other.
      expect(outcome.malformed + outcome.missing).toBeGreaterThanOrEqual(NAMES.length)
      if (outcome.malformed > 0) malformed++
    }
    expect(malformed).toBeGreaterThan(290)
  })
})
