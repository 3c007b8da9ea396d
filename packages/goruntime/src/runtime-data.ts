/** How the runtime's data of a process were found: for people, and for those who want to know how far to trust an answer. */
import { NEWEST_MINOR } from './layout-table.js'
import type { MatchedLayout } from './match-layout.js'
import { STRUCTS, VARIABLES } from './runtime-contract.js'
import type { RuntimeLayout } from './runtime-layout.js'
import type { VariableFinding } from './variables/find-variables.js'

/** Where the layout of a struct comes from. */
export interface StructFinding {
  /** With its package: `runtime.g`. */
  readonly name: string
  /** `DWARF`, or the Go version whose layout it is: `table of Go 1.24`. */
  readonly foundBy: string
  /** Fields that lie elsewhere in the process than that table says. */
  readonly moved: readonly string[]
  /** Fields of which the process's memory does not tell whether they lie there; none where the layout is of the very version. */
  readonly unconfirmed: readonly string[]
  /** Fields that were not found, or cannot be told from other memory: what they would say is unknown. */
  readonly unknown: readonly string[]
}

export interface RuntimeData {
  readonly structs: readonly StructFinding[]
  readonly variables: readonly VariableFinding[]
}

/** Of a layout that was made from debug data. @param foundBy which: `DWARF` */
export function dwarfRuntimeData(layout: RuntimeLayout, foundBy: string): RuntimeData {
  const structs = Object.values(STRUCTS).map(({ name }) => ({
    name,
    foundBy,
    moved: [],
    unconfirmed: [],
    unknown: layout.missing.flatMap((missing) =>
      missing.startsWith(`${name}.`) ? missing.slice(name.length + 1) : [],
    ),
  }))
  const variables = Object.entries(layout.variables).map(([key, { address }]) => ({
    name: VARIABLES[key as keyof typeof VARIABLES].name,
    address,
    foundBy: [foundBy],
  }))
  return { structs, variables }
}

/** Of a layout that was found without. @param minor the program's Go minor version, if it is known */
export function strippedRuntimeData(
  match: MatchedLayout,
  minor: number | undefined,
  variables: readonly VariableFinding[],
): RuntimeData {
  const structs = (Object.keys(STRUCTS) as (keyof typeof STRUCTS)[]).map((key) => {
    const part = match[key]
    const isOwn = part.minor === minor && minor <= NEWEST_MINOR
    return {
      name: STRUCTS[key].name,
      foundBy: `table of Go 1.${part.minor}`,
      moved: part.moved,
      unconfirmed: isOwn ? [] : part.open,
      unknown: part.lost,
    }
  })
  return { structs, variables }
}
