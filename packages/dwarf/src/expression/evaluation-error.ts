/** What evaluating an expression throws when nothing is wrong with its bytes. */

/**
 * What an evaluation needed and did not get.
 * - `registers`, `memory`, `frame base`, `CFA`, `thread-local storage`, `object address`, `entry value`: of the running program
 * - `unit`: the expression was given without the unit that its operands refer into
 * - `variable value`, `call site parameter`, `address space`: GNU_variable_value, GNU_parameter_ref, xderef
 * - `arithmetic`: on a type that JavaScript cannot compute with exactly (long double, decimal, complex numbers)
 */
export type EvaluationNeed =
  | 'registers'
  | 'memory'
  | 'frame base'
  | 'CFA'
  | 'thread-local storage'
  | 'object address'
  | 'entry value'
  | 'unit'
  | 'variable value'
  | 'call site parameter'
  | 'address space'
  | 'arithmetic'

/** An expression is well-formed, but what it needs was not given: `needed` says what. */
export class EvaluationError extends Error {
  override readonly name = 'EvaluationError'
  /** Stable, for `switch`. */
  readonly code = 'ERR_EVALUATION'
  readonly needed: EvaluationNeed

  constructor(needed: EvaluationNeed, explanation: string, options?: { cause?: unknown }) {
    super(`the expression cannot be evaluated: ${explanation}`, options)
    this.needed = needed
  }
}
