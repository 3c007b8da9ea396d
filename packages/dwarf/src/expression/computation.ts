/** Operations that need nothing but the stack: literals, constants, stack operations and arithmetic (DWARF 5, sections 2.5.1.1 to 2.5.1.4). */
import { DW_OP } from '../constants/operation.js'
import { binary, isBinary, unary } from './arithmetic.js'
import type { Operation } from './operation.js'
import { integer, type TypedValue, type ValueType } from './typed-value.js'

/**
 * Runs an operation of that kind on the stack, whose top is its last element; false for any other operation.
 * @param fail ends the evaluation as malformed
 */
export function computed(
  stack: TypedValue[],
  { code, operands }: Operation,
  generic: ValueType,
  fail: (reason: string) => never,
): boolean {
  const pop = (): TypedValue => stack.pop() ?? fail('the stack is empty')
  const pick = (depth: number): TypedValue =>
    stack[stack.length - 1 - depth] ?? fail(`the stack has no element ${depth}`)
  if (code >= DW_OP.lit0 && code <= DW_OP.lit31) {
    stack.push(integer(generic, BigInt(code - DW_OP.lit0)))
    return true
  }
  if (isBinary(code)) {
    const right = pop()
    stack.push(binary(code, pop(), right, generic, fail))
    return true
  }
  switch (code) {
    case DW_OP.nop:
      return true
    case DW_OP.const1u:
    case DW_OP.const1s:
    case DW_OP.const2u:
    case DW_OP.const2s:
    case DW_OP.const4u:
    case DW_OP.const4s:
    case DW_OP.const8u:
    case DW_OP.const8s:
    case DW_OP.constu:
    case DW_OP.consts:
      stack.push(integer(generic, BigInt(operands[0] as number | bigint)))
      return true
    case DW_OP.dup:
      stack.push(pick(0))
      return true
    case DW_OP.drop:
      pop()
      return true
    case DW_OP.over:
      stack.push(pick(1))
      return true
    case DW_OP.pick:
      stack.push(pick(operands[0] as number))
      return true
    case DW_OP.swap: {
      const top = pop()
      stack.push(top, pop())
      return true
    }
    case DW_OP.rot: {
      const top = pop()
      const second = pop()
      stack.push(top, pop(), second)
      return true
    }
    case DW_OP.abs:
    case DW_OP.neg:
    case DW_OP.not:
      stack.push(unary(code, pop(), fail))
      return true
    case DW_OP.plus_uconst: {
      const { type, bits } = pop()
      if (type.kind === 'float' || type.kind === 'opaque') fail('the operation takes integers only')
      stack.push(integer(type, bits + BigInt(operands[0] as number | bigint)))
      return true
    }
    default:
      return false
  }
}
