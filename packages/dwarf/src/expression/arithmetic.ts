/** Arithmetic, logic and comparisons on two stack elements (DWARF 5, sections 2.5.1.4 and 2.5.1.5). */
import { DW_OP } from '../constants/operation.js'
import { EvaluationError } from './evaluation-error.js'
import { float, fromFloat, integer, isSameType, signed, type TypedValue, type ValueType } from './typed-value.js'

/** Fails the evaluation as malformed. */
type Fail = (reason: string) => never

/** Whether the operation takes two stack elements and gives one. */
export function isBinary(code: number): boolean {
  switch (code) {
    case DW_OP.and:
    case DW_OP.div:
    case DW_OP.minus:
    case DW_OP.mod:
    case DW_OP.mul:
    case DW_OP.or:
    case DW_OP.plus:
    case DW_OP.shl:
    case DW_OP.shr:
    case DW_OP.shra:
    case DW_OP.xor:
    case DW_OP.eq:
    case DW_OP.ge:
    case DW_OP.gt:
    case DW_OP.le:
    case DW_OP.lt:
    case DW_OP.ne:
      return true
    default:
      return false
  }
}

/** `left code right`, where `right` was on top of the stack. Comparisons give 0 or 1 of the generic type. */
export function binary(code: number, left: TypedValue, right: TypedValue, generic: ValueType, fail: Fail): TypedValue {
  if (code === DW_OP.shl || code === DW_OP.shr || code === DW_OP.shra) return shift(code, left, right, fail)
  const { type } = left
  if (!isSameType(type, right.type)) fail('the operands are of different types')
  refuseOpaque(type)
  if (code >= DW_OP.eq && code <= DW_OP.ne) return integer(generic, compare(code, left, right) ? 1n : 0n)
  return type.kind === 'float' ? floats(code, left, right, fail) : integers(code, left, right, fail)
}

function refuseOpaque(type: ValueType): void {
  if (type.kind === 'opaque') {
    throw new EvaluationError(
      'arithmetic',
      `it computes with values of ${type.size} bytes that are no integers or floats`,
    )
  }
}

/** Generic values count as signed: so comparisons, and so division and `abs`. */
function asInteger(value: TypedValue): bigint {
  return value.type.kind === 'unsigned' ? value.bits : signed(value)
}

function compare(code: number, left: TypedValue, right: TypedValue): boolean {
  const isFloat = left.type.kind === 'float'
  const a = isFloat ? float(left) : asInteger(left)
  const b = isFloat ? float(right) : asInteger(right)
  switch (code) {
    case DW_OP.eq:
      return a === b
    case DW_OP.ge:
      return a >= b
    case DW_OP.gt:
      return a > b
    case DW_OP.le:
      return a <= b
    case DW_OP.lt:
      return a < b
    default:
      return a !== b
  }
}

function floats(code: number, left: TypedValue, right: TypedValue, fail: Fail): TypedValue {
  const a = float(left)
  const b = float(right)
  switch (code) {
    case DW_OP.plus:
      return fromFloat(left.type, a + b)
    case DW_OP.minus:
      return fromFloat(left.type, a - b)
    case DW_OP.mul:
      return fromFloat(left.type, a * b)
    case DW_OP.div:
      return fromFloat(left.type, a / b)
    default:
      return fail('the operation takes integers only')
  }
}

function integers(code: number, left: TypedValue, right: TypedValue, fail: Fail): TypedValue {
  const { type } = left
  switch (code) {
    case DW_OP.and:
      return integer(type, left.bits & right.bits)
    case DW_OP.or:
      return integer(type, left.bits | right.bits)
    case DW_OP.xor:
      return integer(type, left.bits ^ right.bits)
    case DW_OP.plus:
      return integer(type, left.bits + right.bits)
    case DW_OP.minus:
      return integer(type, left.bits - right.bits)
    case DW_OP.mul:
      return integer(type, left.bits * right.bits)
    case DW_OP.div:
      if (right.bits === 0n) fail('division by zero')
      return integer(type, asInteger(left) / asInteger(right))
    default:
      if (right.bits === 0n) fail('division by zero')
      // Of generic values the remainder is unsigned, unlike the quotient: so gdb and LLDB have it.
      if (type.kind !== 'signed') return integer(type, left.bits % right.bits)
      return integer(type, signed(left) % signed(right))
  }
}

/** The count may be of another integer type than what is shifted. */
function shift(code: number, left: TypedValue, right: TypedValue, fail: Fail): TypedValue {
  const { type } = left
  refuseOpaque(type)
  refuseOpaque(right.type)
  if (type.kind === 'float' || right.type.kind === 'float') fail('the operation takes integers only')
  const width = BigInt(type.size * 8)
  if (right.type.kind === 'signed' && signed(right) < 0n) fail('a shift by a negative number of bits')
  const isOut = right.bits >= width
  switch (code) {
    case DW_OP.shl:
      return integer(type, isOut ? 0n : left.bits << right.bits)
    case DW_OP.shr:
      return integer(type, isOut ? 0n : left.bits >> right.bits)
    default:
      return integer(type, signed(left) >> (isOut ? width : right.bits))
  }
}

/** `abs`, `neg` and `not`. */
export function unary(code: number, value: TypedValue, fail: Fail): TypedValue {
  const { type } = value
  refuseOpaque(type)
  if (type.kind === 'float') {
    if (code === DW_OP.not) fail('the operation takes integers only')
    return fromFloat(type, code === DW_OP.neg ? -float(value) : Math.abs(float(value)))
  }
  if (code === DW_OP.not) return integer(type, ~value.bits)
  if (code === DW_OP.neg) return integer(type, -value.bits)
  const number = asInteger(value)
  return integer(type, number < 0n ? -number : number)
}
