/** The list of assumptions on the Go runtime, held against the debug data of binaries of each version. */
import { FileSource } from '@gospy/bytes/node'
import { fixturePath, prebuilt } from 'gospy-fixtures'
import { describe, expect, it } from 'vitest'
import { GoBinary } from '../src/index.js'
import { type FieldContract, G_FIELDS, isInVersion, VARIABLES, type VariableContract } from '../src/runtime-contract.js'

const fixtures = prebuilt().filter(({ program, dwarf }) => program === 'states' && dwarf !== 'none')

describe.each(fixtures)('$name', (fixture) => {
  using file = new FileSource(fixturePath(fixture))
  const binary = new GoBinary(file, fixture.name)
  const { layout, minor } = binary

  it('has every field and variable that its version is said to have', () => {
    expect(`1.${minor}`).toBe(fixture.goVersion?.split('.').slice(0, 2).join('.'))
    expect(layout.missing).toEqual([])
  })

  it('has none that its version is said to lack', () => {
    const contracts: Record<string, FieldContract | VariableContract> = { ...G_FIELDS, ...VARIABLES }
    const lacking = Object.entries(contracts).filter(([, contract]) => !isInVersion(contract, minor!))
    const present = lacking.filter(([key]) => key in layout.g.fields || key in layout.variables)
    expect(present.map(([key]) => key)).toEqual([])
  })

  it('has fields of the sizes that the reader knows', () => {
    for (const [name, { size, offset }] of Object.entries(layout.g.fields)) {
      expect([1, 2, 4, 8], name).toContain(size)
      expect(offset + size, name).toBeLessThanOrEqual(layout.g.size)
    }
  })
})
