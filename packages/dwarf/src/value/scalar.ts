/** Scalars out of a value's bytes. */
import type { Type } from '../types/type.js'
import { bitsToInteger, toInteger } from './bits.js'
import { formatDecimalFloat } from './decimal-float.js'
import { type FloatingPoint, toDouble, toFloatingPoint } from './floating-point.js'
import type { Value } from './value.js'
import type { LongDouble } from './value-options.js'

/** Bits of a bit-field, counted from the start of the value's bytes as `Field.bitOffset` is. */
export interface BitRange {
  readonly offset: number
  readonly size: number
}

/** Names of 16-byte types that are IEEE 754's format on every machine. */
const QUADRUPLE = /float128|_Float128|kind=16|^f128$/i

/**
 * The integer that a value is, enumerations, truth values and pointers included.
 * @throws ValueError for what is none
 */
export function readInteger(value: Value): number | bigint {
  switch (value.shape) {
    case 'integer':
    case 'character':
    case 'boolean':
    case 'enum':
    case 'pointer':
    case 'function':
    case 'map':
    case 'channel':
    case 'reference':
      return integerOf(value)
    case 'member pointer':
      return value.size > value.type.entry.unit.addressSize ? value.fail('is no integer') : integerOf(value)
    default:
      return value.fail('is no integer')
  }
}

function integerOf(value: Value): number | bigint {
  const type = scalarType(value.type)
  const isSigned = (type?.kind === 'base' || type?.kind === 'enum') && type.isSigned
  const littleEndian = type?.kind === 'base' ? type.littleEndian : value.littleEndian
  const { bits } = value
  const bytes = value.bytes()
  if (bits !== undefined) return bitsToInteger(bytes, littleEndian, bits.offset, bits.size, isSigned)
  const bitSize = type?.kind === 'base' ? type.bitSize : undefined
  if (bitSize === undefined || bitSize > bytes.length * 8) return toInteger(bytes, littleEndian, isSigned)
  // Of _BitInt(n), the n least significant bits.
  return bitsToInteger(bytes, littleEndian, littleEndian ? 0 : bytes.length * 8 - bitSize, bitSize, isSigned)
}

/** The type that says how the bits are to be read: behind subranges too. */
function scalarType(type: Type): Type | undefined {
  let resolved = type.resolve()
  for (let steps = 0; steps < 100 && resolved?.kind === 'subrange'; steps++) resolved = resolved.target?.resolve()
  return resolved
}

/** The floating-point number that a value is; undefined for what is none. */
export function readFloatingPoint(value: Value): FloatingPoint | undefined {
  return value.shape === 'float' ? toFloatingPoint(value.bytes(), byteOrder(value), longDoubleOf(value)) : undefined
}

/** The real and imaginary part of a complex number; undefined for what is none. */
export function readComplex(value: Value): readonly [real: FloatingPoint, imaginary: FloatingPoint] | undefined {
  if (value.shape !== 'complex') return undefined
  const bytes = value.bytes()
  const half = bytes.length / 2
  const real = toFloatingPoint(bytes.subarray(0, half), byteOrder(value), longDoubleOf(value))
  const imaginary = toFloatingPoint(bytes.subarray(half), byteOrder(value), longDoubleOf(value))
  return real === undefined || imaginary === undefined ? undefined : [real, imaginary]
}

/** A decimal floating-point number as text. */
export function readDecimal(value: Value): string | undefined {
  return value.shape === 'decimal' ? formatDecimalFloat(value.bytes(), byteOrder(value)) : undefined
}

/**
 * The number that a value is.
 * @throws ValueError for what is none, or an integer that a number cannot hold exactly
 */
export function readNumber(value: Value): number {
  switch (value.shape) {
    case 'float': {
      const float = readFloatingPoint(value)
      return float === undefined ? value.fail('is of no format that is known') : toDouble(float)
    }
    case 'decimal':
      return Number(readDecimal(value) ?? value.fail('is of no format that is known'))
    default: {
      const integer = readInteger(value)
      if (typeof integer === 'bigint') return value.fail(`is ${integer}, which a number cannot hold exactly`)
      return fixedPoint(value, integer)
    }
  }
}

function fixedPoint(value: Value, integer: number): number {
  const type = scalarType(value.type)
  const scale = type?.kind === 'base' ? type.scale : undefined
  return scale === undefined ? integer : integer * 2 ** scale.binary * 10 ** scale.decimal
}

function byteOrder(value: Value): boolean {
  const type = scalarType(value.type)
  return type?.kind === 'base' ? type.littleEndian : value.littleEndian
}

function longDoubleOf(value: Value): LongDouble {
  const { name = '' } = value.type.resolve() ?? value.type
  if (QUADRUPLE.test(name)) return 'ieee'
  return value.context.options.longDouble ?? (value.littleEndian ? 'x87' : 'ieee')
}
