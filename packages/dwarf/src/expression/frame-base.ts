/** The frame base of a function: where the places of its variables are counted from. */
import { FormatError } from '@gospy/bytes'
import { registerOf } from './answers.js'
import type { EvaluationContext } from './evaluation-context.js'
import { evaluate } from './evaluator.js'
import type { Expression } from './expression.js'

/**
 * The address that a frame base expression (DW_AT_frame_base) gives: what is in the register that it names, or the address
 * that it computes (DWARF 5, section 3.3.5).
 */
export function frameBaseAddress(expression: Expression, context: EvaluationContext): bigint {
  const pieces = evaluate(expression, context)
  const place = pieces.length === 1 ? pieces[0]!.place : undefined
  switch (place?.kind) {
    case 'memory':
      return place.address
    case 'value':
      return place.value.bits
    case 'register':
      return BigInt.asUintN(expression.encoding.addressSize * 8, registerOf(context, place.register))
    default:
      throw new FormatError('a frame base that is no address', { section: 'location expression' })
  }
}
