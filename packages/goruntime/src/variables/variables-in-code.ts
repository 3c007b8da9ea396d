/** The addresses of the runtime's variables, from the instructions that refer to them. */
import type { AnyVariable } from '../further/contract.js'
import { CODE_ANCHORS, type CodeAnchors } from './code-anchors.js'
import type { ProgramReferences } from './program-references.js'

/** A variable found in code. */
export interface VariableInCode {
  /** Link-time address. */
  readonly address: number
  /** The functions that tell it, without the package's name. */
  readonly functions: readonly string[]
}

/** What is known of a Go version's code and variables: see `layout-table.ts`. */
export interface CodeFacts {
  /** Bytes. */
  sizeOf(variable: AnyVariable): number | undefined
  /** How far into the variable the lowest address lies that the function refers to; undefined where it tells nothing. */
  anchorOffset(variable: AnyVariable, function_: string): number | undefined
}

/** The variables that the code tells without contradiction; of the others, why not. */
export interface VariablesInCode {
  readonly found: { readonly [V in AnyVariable]?: VariableInCode }
  readonly contradictions: readonly string[]
}

/** @param known variables that were found before, to be told from those that are looked for */
export function variablesInCode(
  references: ProgramReferences,
  facts: CodeFacts,
  wanted: { readonly [V in AnyVariable]?: CodeAnchors } = CODE_ANCHORS,
  known: { readonly [V in AnyVariable]?: { readonly address: number } } = {},
): VariablesInCode {
  const found: { [V in AnyVariable]?: VariableInCode } = {}
  const contradictions: string[] = []
  for (const [variable, anchors] of Object.entries(wanted) as [AnyVariable, CodeAnchors][]) {
    const size = facts.sizeOf(variable)
    if (size === undefined) continue
    const isFree = (address: number) =>
      (anchors.pointerFree === undefined || references.isPointerFree(address) === anchors.pointerFree) &&
      (anchors.without ?? []).every((other) => {
        const place = found[other] ?? known[other]
        return place === undefined || address < place.address || address >= place.address + (facts.sizeOf(other) ?? 0)
      })
    const told = [
      ...inSlices(anchors, references),
      ...alone(variable, anchors, references, facts),
      ...inCommon(size, anchors, references, isFree),
    ]
    const addresses = new Set(told.map(({ address }) => address))
    if (addresses.size === 1) {
      found[variable] = { address: told[0]!.address, functions: [...new Set(told.flatMap((one) => one.functions))] }
    } else if (addresses.size > 1) {
      const places = told.map(({ address, functions }) => `0x${address.toString(16)} (${functions.join(', ')})`)
      contradictions.push(`runtime.${variable} is said to lie at ${[...new Set(places)].join(' and ')}`)
    }
  }
  return { found, contradictions }
}

function inSlices({ slice = [] }: CodeAnchors, references: ProgramReferences): VariableInCode[] {
  return slice.flatMap((name) => {
    const targets = new Set(references.of(name) ?? [])
    const pairs = [...targets].filter((target) => targets.has(target + 8) && !targets.has(target - 8))
    // Two words one behind the other may be variables by chance; three are a slice that is appended to.
    const whole = pairs.filter((target) => targets.has(target + 16))
    const begins = whole.length > 0 ? whole : pairs
    return begins.length === 1 ? [{ address: begins[0]!, functions: [name] }] : []
  })
}

function alone(
  variable: AnyVariable,
  { alone = [] }: CodeAnchors,
  references: ProgramReferences,
  facts: CodeFacts,
): VariableInCode[] {
  const size = facts.sizeOf(variable)!
  return alone.flatMap((name) => {
    const offset = facts.anchorOffset(variable, name)
    const targets = references.of(name) ?? []
    if (offset === undefined || targets.length === 0) return []
    const address = targets[0]! - offset
    // The code of another version may refer to more than one variable.
    return targets.at(-1)! - address < Math.max(size, 1) ? [{ address, functions: [name] }] : []
  })
}

function inCommon(
  size: number,
  { common = [], not = [] }: CodeAnchors,
  references: ProgramReferences,
  isFree: (address: number) => boolean,
): VariableInCode[] {
  const others = not.map((name) => references.of(name))
  if (others.includes(undefined)) return []
  const excluded = new Set(others.flatMap((targets) => targets ?? []))
  return common.flatMap((functions) => {
    const [first = [], ...theirs] = functions.map((name) => new Set(references.of(name)))
    const all = [...first].filter(
      (target) => theirs.every((targets) => targets.has(target)) && !excluded.has(target) && isFree(target),
    )
    const address = Math.min(...all)
    return all.length > 0 && all.every((target) => target < address + Math.max(size, 1)) ? [{ address, functions }] : []
  })
}
