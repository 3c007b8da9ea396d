/** What a person writes for a variable or a part of it: `main.cfg.Servers[2].Addr`, `main.byID["x"]`. */

/** One step into a value. */
export type PathStep =
  | { readonly field: string }
  /** What stands in brackets; `quoted` for a string in quotes. */
  | { readonly index: string; readonly quoted: boolean }

export interface VariablePath {
  /** The name of the variable and, with dots between, of fields: where one ends and the other begins, only the program knows. */
  readonly head: string
  /** From the first bracket on. */
  readonly steps: readonly PathStep[]
}

/** What was written is no path, or leads nowhere in the values that are there. */
export class VariablePathError extends Error {
  override readonly name = 'VariablePathError'
  /** Stable, for `switch`. */
  readonly code = 'ERR_VARIABLE_PATH'
}

const FIELD = /^\.([^.[\]]+)/
/** In quotes of any of Go's three kinds, for shells have some of their own, or bare. */
const INDEX = /^\[\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|`([^`]*)`|([^\]"'`]+?))\s*\]/s

/** @throws VariablePathError for what is no path */
export function parsePath(expression: string): VariablePath {
  // A pointer is followed anyway: `*p` is what `p` leads to.
  const text = expression.trim().replace(/^\*+/, '')
  const bracket = text.indexOf('[')
  const head = bracket < 0 ? text : text.slice(0, bracket)
  if (!/^[^\s.[\]][^\s[\]]*$/.test(head) || head.endsWith('.'))
    throw new VariablePathError(`"${expression}" is no variable`)
  const steps: PathStep[] = []
  let rest = bracket < 0 ? '' : text.slice(bracket)
  while (rest !== '') {
    const field = FIELD.exec(rest)
    const index = field === null ? INDEX.exec(rest) : null
    if (field !== null) steps.push({ field: field[1]! })
    else if (index !== null) steps.push(indexStep(index))
    else throw new VariablePathError(`"${expression}" cannot be understood from ${rest} on`)
    rest = rest.slice((field ?? index)![0].length)
  }
  return { head, steps }
}

function indexStep([, double, single, raw, bare]: RegExpExecArray): PathStep {
  const escaped = double ?? single
  if (escaped !== undefined) return { index: unescapeGo(escaped), quoted: true }
  return raw === undefined ? { index: bare!, quoted: false } : { index: raw, quoted: true }
}

const LETTERS: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}

/** Escapes in a string of Go's; what follows any other backslash is itself. */
function unescapeGo(text: string): string {
  return text.replace(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U(00(?:0[0-9a-fA-F]|10)[0-9a-fA-F]{4})|(.))/gs,
    (_, byte?: string, short?: string, long?: string, letter?: string) => {
      const code = byte ?? short ?? long
      return code === undefined ? (LETTERS[letter!] ?? letter!) : String.fromCodePoint(Number.parseInt(code, 16))
    },
  )
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
