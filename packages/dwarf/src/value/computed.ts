/** Numbers that only a running program knows: what an attribute computes for an object, or which variable holds it. */
import type { Attribute, Entry } from '../entry.js'
import { EvaluationError } from '../expression/evaluation-error.js'
import { evaluateValue } from '../expression/evaluator.js'
import { Expression } from '../expression/expression.js'
import type { ValueContext } from './place.js'
import { ValueError } from './value-error.js'

/**
 * The number that an attribute computes, as an unsigned word; undefined for one that is no expression.
 * @param objectAddress of the object, which an expression finds on its stack, or by DW_OP_push_object_address
 * @throws ValueError when the expression needs what was not given; FormatError when it is malformed
 */
export function computed(attribute: Attribute, objectAddress: number, context: ValueContext): bigint | undefined {
  const expression = Expression.of(attribute)
  if (expression === undefined) return undefined
  const address = BigInt(objectAddress)
  const { memory, options } = context
  try {
    return evaluateValue(expression, { ...(memory && { memory }), objectAddress: address, ...options.evaluation }, [
      address,
    ])
  } catch (error) {
    if (!(error instanceof EvaluationError)) throw error
    throw new ValueError(error.message, { cause: error })
  }
}

/** As `computed`, of an attribute of an entry, which may also refer to a variable that holds the number. */
export function computedOf(entry: Entry, name: number, objectAddress: number, context: ValueContext) {
  const attribute = entry.attribute(name)
  if (attribute?.class !== 'reference') return attribute && computed(attribute, objectAddress, context)
  const value = context.options.evaluation?.variableValue?.(entry.reference(name)!)
  return typeof value === 'object' ? value.bits : value
}
