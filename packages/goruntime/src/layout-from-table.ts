/**
 * Layouts of the runtime's structs by Go version, for programs without debug data: read out of `layout-table.ts`, which is
 * made from real toolchains.
 */
import { type AnyVariable, FURTHER_VARIABLES } from './further/contract.js'
import { LAYOUT_EXCEPTIONS, LAYOUTS, NEWEST_MINOR } from './layout-table.js'
import { isInVersion, OLDEST_MINOR, STRUCTS, VARIABLES, type VariableContract } from './runtime-contract.js'
import type { FieldLayout, RuntimeStructs } from './runtime-layout.js'
import type { CodeFacts } from './variables/variables-in-code.js'

/** What a table says of one Go version on one architecture: all but where the variables lie. */
export interface TableLayout extends CodeFacts {
  /** The Go minor version. */
  readonly minor: number
  readonly structs: RuntimeStructs
}

/**
 * Minor versions of which there are tables, the nearest to `minor` first, of two that are as near the older; from the newest
 * on where it is not known.
 */
export function nearestMinors(minor: number | undefined): number[] {
  const all = Array.from({ length: NEWEST_MINOR - OLDEST_MINOR + 1 }, (_, index) => OLDEST_MINOR + index)
  const from = minor ?? NEWEST_MINOR
  return all.sort((a, b) => Math.abs(a - from) - Math.abs(b - from) || a - b)
}

/** The table of one minor version; undefined for an architecture or version of which there is none. */
export function tableLayout(arch: string, minor: number): TableLayout | undefined {
  if (LAYOUT_EXCEPTIONS[arch] === undefined || minor < OLDEST_MINOR || minor > NEWEST_MINOR) return undefined
  const struct = (name: keyof typeof STRUCTS) => tableStruct(arch, minor, name, STRUCTS[name].fields)
  return {
    minor,
    structs: { g: struct('g'), m: struct('m'), p: struct('p') },
    sizeOf: (variable) => tableSize(arch, minor, variable),
    anchorOffset: (variable, name) => tableSize(arch, minor, `${variable}@${name}`),
  }
}

/** A struct, named as in the table, and those of some fields that the version has; of size 0 where it has no such struct. */
export function tableStruct(arch: string, minor: number, name: string, wanted: object) {
  const fields: Record<string, FieldLayout> = {}
  for (const field of Object.keys(wanted)) {
    const found = tableField(arch, minor, `${name}.${field}`)
    if (found !== undefined) fields[field] = found
  }
  return { size: tableSize(arch, minor, name) ?? 0, fields }
}

/** Offset and size of a field, named as in the table: `g.goid`. */
function tableField(arch: string, minor: number, name: string): FieldLayout | undefined {
  const found = textAt(arch, minor, name)
  if (found === undefined) return undefined
  const [offset, size] = found.split('/')
  return { offset: Number(offset), size: Number(size) }
}

/** The size of a struct or variable, or the offset that a function tells of one, named as in the table. */
export function tableSize(arch: string, minor: number, name: string): number | undefined {
  const found = textAt(arch, minor, name)
  return found === undefined ? undefined : Number(found)
}

/**
 * What a table says of the code and the variables of another version than its own: those that the other is known to lack are
 * not told, and those that it is known to have and the table lacks are as in the nearest version that has them.
 */
export function codeFactsFor(arch: string, minor: number | undefined, table: TableLayout): CodeFacts {
  if (minor === undefined || minor === table.minor) return table
  const nearest = (variable: AnyVariable) =>
    nearestMinors(table.minor)
      .filter((version) => version !== minor)
      .map((version) => tableLayout(arch, version))
      .find((other) => other?.sizeOf(variable) !== undefined)
  const told = (variable: AnyVariable) => {
    const contract: VariableContract = ALL_VARIABLES[variable]
    if (!isInVersion(contract, minor)) return undefined
    return table.sizeOf(variable) === undefined ? nearest(variable) : table
  }
  return {
    sizeOf: (variable) => told(variable)?.sizeOf(variable),
    anchorOffset: (variable, name) => told(variable)?.anchorOffset(variable, name),
  }
}

const ALL_VARIABLES = { ...VARIABLES, ...FURTHER_VARIABLES }

/** What the table says under a name of a version: `5:152/8 23:160/8` is `152/8` in 1.22; undefined where it is `-`. */
function textAt(arch: string, minor: number, name: string): string | undefined {
  const exceptions = LAYOUT_EXCEPTIONS[arch]
  if (exceptions === undefined) return undefined
  const runs = exceptions[name] ?? LAYOUTS[name] ?? ''
  let last: string | undefined
  for (const run of runs.split(' ')) {
    const [from, text] = run.split(':')
    if (Number(from) > minor) break
    last = text
  }
  return last === '-' ? undefined : last
}
