/** The committed layouts, held against the debug data of committed binaries. `layouts/make.ts --check` does it for all versions. */
import { FileSource } from '@gospy/bytes/node'
import { fixturePath, prebuilt } from 'gospy-fixtures'
import { describe, expect, it } from 'vitest'
import {
  FURTHER_STRUCTS,
  FURTHER_VARIABLES,
  type FurtherStruct,
  type FurtherVariable,
  structContract,
} from '../src/further/contract.js'
import { dwarfSource } from '../src/further/further-source.js'
import { structFromTable } from '../src/further/struct-layouts.js'
import { GoBinary } from '../src/index.js'
import { nearestMinors, tableLayout, tableSize } from '../src/layout-from-table.js'
import { LAYOUT_EXCEPTIONS, LAYOUTS, NEWEST_MINOR } from '../src/layout-table.js'
import { OLDEST_MINOR, type RuntimeVariable, STRUCTS, VARIABLES } from '../src/runtime-contract.js'
import { ANCHOR_FUNCTIONS, CODE_ANCHORS, FURTHER_ANCHORS } from '../src/variables/code-anchors.js'
import { ProgramReferences } from '../src/variables/program-references.js'
import { programText } from '../src/variables/program-text.js'
import { variablesInCode } from '../src/variables/variables-in-code.js'

const fixtures = prebuilt().filter(({ name, dwarf }) => !name.startsWith('plain') && dwarf !== 'none')

const STRUCT_KEYS = Object.keys(FURTHER_STRUCTS) as FurtherStruct[]
const VARIABLE_KEYS = Object.keys(FURTHER_VARIABLES) as FurtherVariable[]

describe.each(fixtures)('$name', (fixture) => {
  using file = new FileSource(fixturePath(fixture))
  const binary = new GoBinary(file, fixture.name)
  const { layout, minor, arch } = binary
  const table = tableLayout(arch, minor!)!
  const references = new ProgramReferences(programText(binary), ANCHOR_FUNCTIONS)
  const { found, contradictions } = variablesInCode(references, table)
  const told = variablesInCode(references, table, FURTHER_ANCHORS, layout.variables)
  const further = dwarfSource(binary.dwarf)
  const structs = new Map(STRUCT_KEYS.map((key) => [key, further.struct(key)]))
  const furtherVariables = new Map(VARIABLE_KEYS.map((key) => [key, further.variable(key)]))

  it.each(['g', 'm', 'p'] as const)('lays out runtime.%s as the table says', (name) => {
    expect(table.structs[name]).toEqual(layout[name])
  })

  it.each(STRUCT_KEYS)('lays out %s as the table says', (key) => {
    const truth = structs.get(key)!
    // Of packages that it does not use a program has nothing.
    if (truth.size > 0 || structContract(key).name.startsWith('runtime.'))
      expect(structFromTable(arch, minor!, key)).toEqual(truth)
  })

  it('has code that tells where variables lie that are looked for when they are asked for', () => {
    expect(told.contradictions).toEqual([])
    for (const key of VARIABLE_KEYS) {
      const truth = furtherVariables.get(key)
      if (truth === undefined && !FURTHER_VARIABLES[key].name.startsWith('runtime.')) continue
      expect(table.sizeOf(key), key).toBe(truth?.size)
      expect(told.found[key]?.address, key).toBe(truth?.address)
    }
  })

  it('has variables of the sizes that the table says', () => {
    for (const [name, { size }] of Object.entries(layout.variables)) {
      expect(table.sizeOf(name as RuntimeVariable), name).toBe(size)
    }
  })

  it('has code that tells where its variables lie', () => {
    expect(contradictions).toEqual([])
    for (const name of Object.keys(CODE_ANCHORS) as (keyof typeof CODE_ANCHORS)[]) {
      const truth = layout.variables[name]
      // Which of them are looked for is told by the version; all are found.
      expect(found[name]?.address, name).toBe(truth?.address)
    }
  })
})

describe('the tables', () => {
  it('have one name for each struct and variable', () => {
    const names = [STRUCTS, VARIABLES, FURTHER_STRUCTS, FURTHER_VARIABLES].flatMap((contracts) =>
      Object.keys(contracts),
    )
    expect(new Set(names).size).toBe(names.length)
  })

  it.each(['amd64', 'arm64'])('have every version for %s', (arch) => {
    for (let minor = OLDEST_MINOR; minor <= NEWEST_MINOR; minor++) {
      const { g, m, p } = tableLayout(arch, minor)!.structs
      expect(g.fields.goid!.size).toBe(8)
      expect(m.size).toBeGreaterThan(500)
      expect(p.fields.id).toBeDefined()
    }
  })

  it.each(Object.keys(LAYOUT_EXCEPTIONS))('say once what %s has in common with the list', (arch) => {
    const same = Object.entries(LAYOUT_EXCEPTIONS[arch]!).filter(([name, runs]) => LAYOUTS[name] === runs)
    expect(same).toEqual([])
  })

  it('know where an architecture lacks what the list has', () => {
    expect(tableSize('amd64', 20, 'fingStatus@createfing')).toBe(0)
    expect(tableSize('arm64', 20, 'fingStatus@createfing')).toBeUndefined()
  })

  it('have none for others', () => {
    expect(tableLayout('riscv64', NEWEST_MINOR)).toBeUndefined()
    expect(tableLayout('amd64', NEWEST_MINOR + 1)).toBeUndefined()
    expect(tableLayout('amd64', OLDEST_MINOR - 1)).toBeUndefined()
  })

  it('are tried from the nearest version on, the older of two first', () => {
    expect(nearestMinors(20).slice(0, 5)).toEqual([20, 19, 21, 18, 22])
    expect(nearestMinors(undefined)[0]).toBe(NEWEST_MINOR)
    expect(nearestMinors(99)[0]).toBe(NEWEST_MINOR)
  })
})
