/** What operands of an expression refer to: entries, base types and addresses of its unit. */
import type { Entry } from '../entry.js'
import type { Unit } from '../unit.js'
import { EvaluationError } from './evaluation-error.js'
import type { Expression } from './expression.js'
import { type ValueType, valueTypeOf } from './typed-value.js'

function unitOf(expression: Expression): Unit {
  if (expression.unit !== undefined) return expression.unit
  throw new EvaluationError('unit', 'an operand refers into the unit of the expression, which was not given')
}

/** An address of .debug_addr by its index. */
export function indexedAddress(expression: Expression, index: unknown): bigint {
  return unitOf(expression).indexedAddress(Number(index))
}

/** A base type by the offset of its entry in the unit. */
export function typeAt(expression: Expression, offset: number): ValueType {
  return valueTypeOf(entryInUnit(expression, offset))
}

/** An entry by its offset in the unit. */
export function entryInUnit(expression: Expression, offset: number): Entry {
  const unit = unitOf(expression)
  return unit.entry(unit.offset + offset)
}

/** An entry by its offset in .debug_info. */
export function entryInFile(expression: Expression, offset: number): Entry {
  return unitOf(expression).context.entryAt(offset, '.debug_info')
}
