/** Who tells where further structs and variables lie. */
import type { Dwarf } from '@gospy/dwarf'
import { tableSize } from '../layout-from-table.js'
import type { VariableLayout } from '../runtime-layout.js'
import { FURTHER_STRUCTS, FURTHER_VARIABLES, type FurtherStruct, type FurtherVariable } from './contract.js'
import { type AnyStructLayout, NO_LAYOUT, structFromDwarf, structFromTable } from './struct-layouts.js'

export interface FurtherSource {
  /** Why it tells nothing, for people. */
  readonly unknownBecause?: string
  struct(key: FurtherStruct): AnyStructLayout
  variable(key: FurtherVariable): VariableLayout | undefined
}

/** Debug data that stay open. */
export function dwarfSource(dwarf: Dwarf): FurtherSource {
  return {
    struct: (key) => structFromDwarf(dwarf, key),
    variable: (key) => {
      const variable = dwarf.findVariable(FURTHER_VARIABLES[key].name)
      if (variable?.address === undefined) return undefined
      return { address: Number(variable.address), size: variable.type?.size ?? 0 }
    },
  }
}

/** Debug data that are opened for the first answer, which reads all there is to tell, and closed again. */
export function openedSource(withDwarf: <T>(read: (dwarf: Dwarf) => T) => T): FurtherSource {
  const readAll = () =>
    withDwarf((dwarf) => {
      const source = dwarfSource(dwarf)
      return {
        structs: new Map((Object.keys(FURTHER_STRUCTS) as FurtherStruct[]).map((key) => [key, source.struct(key)])),
        variables: new Map(
          (Object.keys(FURTHER_VARIABLES) as FurtherVariable[]).map((key) => [key, source.variable(key)]),
        ),
      }
    })
  let all: ReturnType<typeof readAll> | undefined
  const once = () => {
    all ??= readAll()
    return all
  }
  return {
    struct: (key) => once().structs.get(key) ?? NO_LAYOUT,
    variable: (key) => once().variables.get(key),
  }
}

/**
 * The table of the program's own Go version, with which the process agreed.
 * @param address of a variable, by symbol or code; called once for each that is asked for
 */
export function tableSource(
  arch: string,
  minor: number,
  address: (key: FurtherVariable) => number | undefined,
): FurtherSource {
  return {
    struct: (key) => structFromTable(arch, minor, key),
    variable: (key) => {
      const [at, size] = [address(key), tableSize(arch, minor, key)]
      return at === undefined || size === undefined ? undefined : { address: at, size }
    },
  }
}

export function unknownSource(unknownBecause: string): FurtherSource {
  return { unknownBecause, struct: () => NO_LAYOUT, variable: () => undefined }
}
