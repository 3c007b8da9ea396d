/** The list of assumptions on the Go runtime, held against the debug data of binaries of each version. */
import { FileSource } from '@gospy/bytes/node'
import { fixturePath, prebuilt } from 'gospy-fixtures'
import { describe, expect, it } from 'vitest'
import {
  FURTHER_STRUCTS,
  FURTHER_VARIABLES,
  type FurtherStruct,
  type FurtherVariable,
} from '../src/further/contract.js'
import { dwarfSource } from '../src/further/further-source.js'
import { type StructContract, waysTo } from '../src/further/struct-contract.js'
import { missingFrom } from '../src/further/struct-layouts.js'
import { GoBinary } from '../src/index.js'
import { type FieldContract, G_FIELDS, isInVersion, VARIABLES, type VariableContract } from '../src/runtime-contract.js'

const fixtures = prebuilt().filter(({ program, dwarf }) => program === 'states' && dwarf !== 'none')

const STRUCT_KEYS = Object.keys(FURTHER_STRUCTS) as FurtherStruct[]
const VARIABLE_KEYS = Object.keys(FURTHER_VARIABLES) as FurtherVariable[]

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

  const further = dwarfSource(binary.dwarf)
  const structs = new Map(STRUCT_KEYS.map((key) => [key, further.struct(key)]))
  const furtherVariables = new Map(VARIABLE_KEYS.map((key) => [key, further.variable(key)]))

  it.each(STRUCT_KEYS)('has of %s what its version is said to have', (key) => {
    const contract: StructContract = FURTHER_STRUCTS[key]
    const { size, fields } = structs.get(key)!
    expect(missingFrom(key, { size, fields }, minor!)).toEqual([])
    const lacking = Object.entries(contract.fields).filter(
      ([, ways]) => !isInVersion(contract, minor!) || !waysTo(ways).some((way) => isInVersion(way, minor!)),
    )
    expect(lacking.map(([field]) => field).filter((field) => field in fields)).toEqual([])
    for (const [field, place] of Object.entries(fields)) {
      expect(place.size, field).toBeGreaterThan(0)
      expect(place.offset + place.size, field).toBeLessThanOrEqual(size)
    }
  })

  it.each(Object.entries<VariableContract>(FURTHER_VARIABLES))('has %s if its version is said to', (key, contract) => {
    const isThere = furtherVariables.get(key as FurtherVariable) !== undefined
    // Of other packages a program has what it uses.
    if (isThere || contract.name.startsWith('runtime.')) expect(isThere).toBe(isInVersion(contract, minor!))
  })
})
