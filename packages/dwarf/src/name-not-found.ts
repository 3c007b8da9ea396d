/** What a lookup by name throws: it says what was searched, and what there is instead. */

/** What kind of name was looked for. */
export type NameKind = 'type' | 'variable' | 'constant' | 'field'

/** A type, variable, constant or field that is not there. The data may be perfectly well-formed. */
export class NameNotFoundError extends Error {
  override readonly name = 'NameNotFoundError'
  /** Stable, for `switch`. */
  readonly code = 'ERR_NAME_NOT_FOUND'
  readonly kind: NameKind
  /** The name that was asked for. */
  readonly wanted: string
  /** Of a field: the names that the struct has. Empty for other kinds. */
  readonly available: readonly string[]

  constructor(kind: NameKind, wanted: string, explanation: string, available: readonly string[] = []) {
    super(`no ${kind} '${wanted}': ${explanation}`)
    this.kind = kind
    this.wanted = wanted
    this.available = available
  }
}
