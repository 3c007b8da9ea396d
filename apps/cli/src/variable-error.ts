/** None of the variables that were asked for can be shown: exit code 1. */
export class VariableError extends Error {
  override readonly name = 'VariableError'
}
