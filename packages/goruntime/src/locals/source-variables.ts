/** What the source has for variables, out of the entries of debug data. */
import type { LocalVariable } from '@gospy/dwarf'
import { variableErrorText } from './unavailable.js'

/** A variable as the source has it. */
export interface SourceVariable {
  readonly name: string
  readonly line: number | undefined
  readonly role: 'arguments' | 'results' | 'locals'
  /** What says where it is: where it outlives its function, a pointer to where it is in the heap. */
  readonly variable: LocalVariable
  readonly isInHeap: boolean
}

/** @param onError is told what is wrong with an entry that is left out */
export function sourceVariables(
  entries: readonly LocalVariable[],
  onError: (text: string) => void,
): readonly SourceVariable[] {
  const variables: SourceVariable[] = []
  for (const variable of entries) {
    try {
      const found = sourceVariable(variable)
      if (found !== undefined) variables.push(found)
    } catch (error) {
      onError(variableErrorText(error))
    }
  }
  return withHeap(variables)
}

/** Undefined for what the compiler made for itself. */
function sourceVariable(variable: LocalVariable): SourceVariable | undefined {
  const { name, line, isResult, isParameter } = variable
  // Dictionaries of generic functions, parts of variables that were taken apart, what loops over functions are made into.
  if (name === undefined || /[.#]/.test(name)) return undefined
  const role = isResult ? 'results' : isParameter ? 'arguments' : 'locals'
  const isInHeap = name.startsWith('&')
  return { name: isInHeap ? name.slice(1) : name, line, role, variable, isInHeap }
}

/**
 * An argument or result that outlives its function has two entries: what the caller passes or gets, and a variable that points to
 * where it is meanwhile (cmd/compile/internal/escape).
 */
function withHeap(variables: readonly SourceVariable[]): SourceVariable[] {
  const inHeap = new Map<string, SourceVariable>()
  for (const each of variables) if (each.isInHeap) inHeap.set(`${each.name} ${each.line}`, each)
  const used = new Set<SourceVariable>()
  const merged = variables.map((each) => {
    const heap = each.role === 'locals' || each.isInHeap ? undefined : inHeap.get(`${each.name} ${each.line}`)
    if (heap === undefined) return each
    used.add(heap)
    return { ...heap, role: each.role }
  })
  return merged.filter((each) => !used.has(each))
}
