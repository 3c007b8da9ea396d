/** What a person writes for a variable or a part of it: `main.cfg.Servers[2].Addr`, `main.byID["x"]`, `*main.p`. */
import { closingBracket, type KeyLiteral, parseKey } from './key-literal.js'

/** One step into a value: to a field, or to what stands in brackets. */
export type PathStep = { readonly field: string } | { readonly index: KeyLiteral; readonly written: string }

export interface VariablePath {
  /** The name of the variable and, with dots between, of fields: where one ends and the other begins, only the program knows. */
  readonly head: string
  /** From the first bracket on. */
  readonly steps: readonly PathStep[]
  /** Stars in front of it: pointers that are followed at its end. */
  readonly stars: number
}

/** What was written is no path, or leads nowhere in the values that are there. */
export class VariablePathError extends Error {
  override readonly name = 'VariablePathError'
  /** Stable, for `switch`. */
  readonly code = 'ERR_VARIABLE_PATH'
}

const FIELD = /^\.([^.[\]]+)/

/** @throws VariablePathError for what is no path */
export function parsePath(expression: string): VariablePath {
  const [, stars, text] = /^(\**)(.*)$/s.exec(expression.trim())!
  const bracket = text!.indexOf('[')
  const head = bracket < 0 ? text! : text!.slice(0, bracket)
  if (!/^[^\s.[\]][^\s[\]]*$/.test(head) || head.endsWith('.'))
    throw new VariablePathError(`"${expression}" is no variable`)
  const steps: PathStep[] = []
  let rest = bracket < 0 ? '' : text!.slice(bracket)
  while (rest !== '') {
    const field = FIELD.exec(rest)
    const end = field === null && rest.startsWith('[') ? closingBracket(rest.slice(1)) : undefined
    const written = rest.slice(1, (end ?? 0) + 1).trim()
    const index = end === undefined ? undefined : parseKey(written)
    if (field !== null) steps.push({ field: field[1]! })
    else if (index !== undefined) steps.push({ index, written })
    else throw new VariablePathError(`"${expression}" cannot be understood from ${rest} on`)
    rest = rest.slice(field === null ? end! + 2 : field[0].length)
  }
  return { head, steps, stars: stars!.length }
}

/**
 * The ways to take a head apart into a variable and fields of it, the shortest variable first: of `gopkg.in/yaml.v3.Debug.x` the
 * package may be `gopkg.in/yaml`. Names of packages in the program have their dots behind the last slash escaped
 * (cmd/internal/objabi.PathToPrefix): `gopkg.in/yaml%2ev3.Debug`.
 */
export function* splitsOf(head: string): Generator<{ readonly name: string; readonly fields: readonly string[] }> {
  const slash = head.lastIndexOf('/') + 1
  const parts = head.slice(slash).split('.')
  for (let identifier = 1; identifier < parts.length; identifier++) {
    const fields = parts.slice(identifier + 1)
    const folder = head.slice(0, slash)
    const variable = parts[identifier]!
    yield { name: `${folder}${parts.slice(0, identifier).join('%2e')}.${variable}`, fields }
  }
}
