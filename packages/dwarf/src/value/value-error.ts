/** What asking a value for what it has not throws. */

/** A value that is not what was asked for: no number, a null pointer, memory that nobody can have. The program is untouched. */
export class ValueError extends Error {
  override readonly name = 'ValueError'
  /** Stable, for `switch`. */
  readonly code = 'ERR_VALUE'
}

/** An error that says something of the value; any other is thrown on. */
export function toReadError(error: unknown): Error {
  const code = (error as { code?: unknown }).code
  const isOfValue =
    code === 'ERR_UNREADABLE_MEMORY' || code === 'ERR_VALUE' || code === 'ERR_FORMAT' || code === 'ERR_NAME_NOT_FOUND'
  if (isOfValue) return error as Error
  throw error
}
