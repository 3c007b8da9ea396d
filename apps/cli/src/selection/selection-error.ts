/** What was asked for is not in the snapshot: exit code 1. */
export class SelectionError extends Error {
  override readonly name = 'SelectionError'
}
