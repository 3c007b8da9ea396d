/**
 * Where the runtime's variables and fields lie in one particular binary: plain data, made here from the binary's own DWARF.
 * Everything behind it is the same code for every Go version.
 */
import { type Dwarf, NameNotFoundError, type StructType } from '@gospy/dwarf'
import {
  type FieldContract,
  type GField,
  isInVersion,
  type MField,
  type PField,
  type RuntimeVariable,
  STRUCTS,
  VARIABLES,
  type VariableContract,
} from './runtime-contract.js'

export interface FieldLayout {
  /** Bytes from the start of the struct. */
  readonly offset: number
  /** Bytes. */
  readonly size: number
}

export interface StructLayout<Field extends string> {
  /** Bytes. */
  readonly size: number
  /** The fields that this binary has; one that its Go version lacks is absent. */
  readonly fields: { readonly [F in Field]?: FieldLayout }
}

export interface VariableLayout {
  /** Link-time address: add the load bias. */
  readonly address: number
  /** Bytes. */
  readonly size: number
}

export interface RuntimeStructs {
  readonly g: StructLayout<GField>
  readonly m: StructLayout<MField>
  readonly p: StructLayout<PField>
}

export interface RuntimeLayout extends RuntimeStructs {
  /** What the layout was made from: debug data, the table of a Go version, or that and what the process itself shows. */
  readonly source: 'dwarf' | 'table' | 'discovery'
  readonly variables: { readonly [V in RuntimeVariable]?: VariableLayout }
  /** What the contract says this Go version has and the binary does not: names such as `runtime.g.labels`. */
  readonly missing: readonly string[]
}

/**
 * The layout according to a binary's debug data.
 * @param minor the Go minor version (21 for Go 1.21), or undefined when it is not known: then a field that the debug data
 * lack is not reported as missing
 * @throws LayoutError when what there has to be is missing; NameNotFoundError when a struct is not described; FormatError when the debug data are malformed
 */
export function layoutFromDwarf(dwarf: Dwarf, minor: number | undefined): RuntimeLayout {
  const missing: string[] = []
  const expects = (contract: { since?: number; until?: number }) => minor !== undefined && isInVersion(contract, minor)

  function struct<Field extends string>(name: string, contracts: Record<Field, FieldContract>): StructLayout<Field> {
    const type = dwarf.struct(name)
    const fields: { [F in Field]?: FieldLayout } = {}
    for (const [key, contract] of Object.entries(contracts) as [Field, FieldContract][]) {
      const field = findField(type, contract.path)
      if (field !== undefined) fields[key] = field
      else if (expects(contract)) missing.push(`${name}.${contract.path}`)
    }
    return { size: type.size ?? 0, fields }
  }

  const variables: { [V in RuntimeVariable]?: VariableLayout } = {}
  for (const [key, contract] of Object.entries(VARIABLES) as [RuntimeVariable, VariableContract][]) {
    const variable = dwarf.findVariable(contract.name)
    if (variable?.address !== undefined) {
      variables[key] = { address: Number(variable.address), size: variable.type?.size ?? 0 }
    } else if (expects(contract)) {
      missing.push(contract.name)
    }
  }
  const g = struct(STRUCTS.g.name, STRUCTS.g.fields)
  const essential = ESSENTIAL_G_FIELDS.find((field) => g.fields[field] === undefined)
  if (essential !== undefined)
    throw new LayoutError(`${STRUCTS.g.name} has no field ${STRUCTS.g.fields[essential].path}`)
  if (variables.allgs === undefined) throw new LayoutError(`there is no variable ${VARIABLES.allgs.name}`)
  const m = struct(STRUCTS.m.name, STRUCTS.m.fields)
  const p = struct(STRUCTS.p.name, STRUCTS.p.fields)
  return { source: 'dwarf', g, m, p, variables, missing }
}

/** Without these there is no list of goroutines; without any other, something about each is unknown. */
const ESSENTIAL_G_FIELDS: readonly GField[] = ['goid', 'atomicstatus', 'schedPc', 'gopc', 'startpc']

/** The binary does not tell where the runtime's data lie. */
export class LayoutError extends Error {
  override readonly name = 'LayoutError'
}

function findField(type: StructType, path: string): FieldLayout | undefined {
  try {
    const { offset, size } = type.field(path)
    return offset === undefined || size === undefined || !isReadable(offset, size) ? undefined : { offset, size }
  } catch (error) {
    if (error instanceof NameNotFoundError) return undefined
    throw error
  }
}

/** Whether words can be cut into such a field: an integer, or a string, aligned as Go aligns them. */
function isReadable(offset: number, size: number): boolean {
  return [1, 2, 4, 8, 16].includes(size) && offset % Math.min(size, 8) === 0 && offset < 1 << 16
}
