/**
 * Layouts of the runtime's structs by Go version, for programs without debug data: read out of `layout-table.ts`, which is
 * made from real toolchains.
 */
import { LAYOUT_TABLES, NEWEST_MINOR } from './layout-table.js'
import {
  isInVersion,
  OLDEST_MINOR,
  type RuntimeVariable,
  STRUCTS,
  VARIABLES,
  type VariableContract,
} from './runtime-contract.js'
import type { FieldLayout, RuntimeStructs, StructLayout } from './runtime-layout.js'
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
  const table = LAYOUT_TABLES[arch]
  if (table === undefined || minor < OLDEST_MINOR || minor > NEWEST_MINOR) return undefined
  const text = (name: string) => textAt(table[name], minor)
  const number = (name: string) => {
    const found = text(name)
    return found === undefined ? undefined : Number(found)
  }
  const struct = (name: keyof typeof STRUCTS): StructLayout<string> => {
    const fields: Record<string, FieldLayout> = {}
    for (const field of Object.keys(STRUCTS[name].fields)) {
      const found = text(`${name}.${field}`)
      if (found === undefined) continue
      const [offset, size] = found.split('/')
      fields[field] = { offset: Number(offset), size: Number(size) }
    }
    return { size: number(name) ?? 0, fields }
  }
  return {
    minor,
    structs: { g: struct('g'), m: struct('m'), p: struct('p') },
    sizeOf: (variable: RuntimeVariable) => number(variable),
    anchorOffset: (variable, name) => number(`${variable}@${name}`),
  }
}

/**
 * What a table says of the code and the variables of another version than its own: those that the other is known to lack are
 * not told, and those that it is known to have and the table lacks are as in the nearest version that has them.
 */
export function codeFactsFor(arch: string, minor: number | undefined, table: TableLayout): CodeFacts {
  if (minor === undefined || minor === table.minor) return table
  const nearest = (variable: RuntimeVariable) =>
    nearestMinors(table.minor)
      .filter((version) => version !== minor)
      .map((version) => tableLayout(arch, version))
      .find((other) => other?.sizeOf(variable) !== undefined)
  const told = (variable: RuntimeVariable) => {
    const contract: VariableContract = VARIABLES[variable]
    if (!isInVersion(contract, minor)) return undefined
    return table.sizeOf(variable) === undefined ? nearest(variable) : table
  }
  return {
    sizeOf: (variable) => told(variable)?.sizeOf(variable),
    anchorOffset: (variable, name) => told(variable)?.anchorOffset(variable, name),
  }
}

/** What `runs`, as the table has them, say of a version: `5:152/8 23:160/8` is `152/8` in 1.22; undefined where it is `-`. */
function textAt(runs: string | undefined, minor: number): string | undefined {
  let last: string | undefined
  for (const run of runs?.split(' ') ?? []) {
    const [from, text] = run.split(':')
    if (Number(from) > minor) break
    last = text
  }
  return last === '-' ? undefined : last
}
