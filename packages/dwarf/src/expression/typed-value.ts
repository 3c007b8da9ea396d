/**
 * The elements of the stack (DWARF 5, section 2.5.1): a value and its type, which is a base type of the program or the
 * generic type, an integer of the size of an address and of no particular sign.
 */
import { FormatError } from '@gospy/bytes'
import { DW_AT } from '../constants/attribute-name.js'
import { DW_TAG } from '../constants/tag.js'
import { DW_ATE } from '../constants/values.js'
import type { Entry } from '../entry.js'
import { EvaluationError } from './evaluation-error.js'

/** Largest base type in bytes: far above vectors and decimal numbers of any machine. */
const MAX_SIZE = 256

/** How the bytes of a value are understood; `opaque` ones are kept, and not computed with. */
export type ValueKind = 'generic' | 'signed' | 'unsigned' | 'float' | 'opaque'

/** The type of a value on the stack. */
export interface ValueType {
  readonly kind: ValueKind
  /** Bytes of a value. */
  readonly size: number
  /** The entry of the base type; undefined for the generic type. */
  readonly entry: Entry | undefined
}

/**
 * A value on the stack, with its type. `bits` are its bytes as an unsigned integer of that size, whatever the type; of a
 * float the bits of its encoding.
 */
export interface TypedValue {
  readonly type: ValueType
  readonly bits: bigint
}

export function genericType(addressSize: number): ValueType {
  return { kind: 'generic', size: addressSize, entry: undefined }
}

/**
 * The type that a base type's entry describes.
 * @throws FormatError when it is no base type, or of a size that no value has
 */
export function valueTypeOf(entry: Entry): ValueType {
  if (entry.tag !== DW_TAG.base_type)
    return entry.fail('an expression names it as the type of a value, and it is no base type')
  const size = entry.number(DW_AT.byte_size) ?? (entry.number(DW_AT.bit_size) ?? 0) / 8
  if (!(Number.isInteger(size) && size > 0 && size <= MAX_SIZE)) {
    return entry.fail(`no value on the stack of an expression has ${size} bytes`)
  }
  return { kind: kindOf(entry.number(DW_AT.encoding), size), size, entry }
}

function kindOf(encoding: number | undefined, size: number): ValueKind {
  switch (encoding) {
    case DW_ATE.signed:
    case DW_ATE.signed_char:
      return 'signed'
    case DW_ATE.address:
    case DW_ATE.boolean:
    case DW_ATE.unsigned:
    case DW_ATE.unsigned_char:
    case DW_ATE.UTF:
    case DW_ATE.UCS:
    case DW_ATE.ASCII:
      return 'unsigned'
    case DW_ATE.float:
      return size === 4 || size === 8 ? 'float' : 'opaque'
    default:
      return 'opaque'
  }
}

/** Whether two values may be operands of one operation: of the same base type, which units may describe several times. */
export function isSameType(one: ValueType, other: ValueType): boolean {
  return one.kind === other.kind && one.size === other.size
}

/** An integer of that type, wrapped around to its size. */
export function integer(type: ValueType, value: bigint): TypedValue {
  return { type, bits: BigInt.asUintN(type.size * 8, value) }
}

/** A value as a signed integer. */
export function signed(value: TypedValue): bigint {
  return BigInt.asIntN(value.type.size * 8, value.bits)
}

const scratch = new DataView(new ArrayBuffer(8))

/** A float as a number. */
export function float(value: TypedValue): number {
  if (value.type.size === 4) {
    scratch.setUint32(0, Number(value.bits))
    return scratch.getFloat32(0)
  }
  scratch.setBigUint64(0, value.bits)
  return scratch.getFloat64(0)
}

/** A number as a float of that type, rounded to it. */
export function fromFloat(type: ValueType, value: number): TypedValue {
  if (type.size === 4) {
    scratch.setFloat32(0, value)
    return { type, bits: BigInt(scratch.getUint32(0)) }
  }
  scratch.setFloat64(0, value)
  return { type, bits: scratch.getBigUint64(0) }
}

/** The value as what it means: a bigint, a number for floats. Of generic and opaque types the bits. */
export function numericValue(value: TypedValue): bigint | number {
  if (value.type.kind === 'float') return float(value)
  return value.type.kind === 'signed' ? signed(value) : value.bits
}

/** The value of another type with the same numeric value (DW_OP_convert). */
export function convert(value: TypedValue, type: ValueType): TypedValue {
  for (const { kind, size } of [value.type, type]) {
    if (kind === 'opaque') {
      throw new EvaluationError('arithmetic', `values of ${size} bytes of this encoding are not converted`)
    }
  }
  if (value.type.kind === 'float') {
    const number = float(value)
    if (type.kind === 'float') return fromFloat(type, number)
    // Infinite and not a number have no integer; machines differ in what they make of them.
    return integer(type, Number.isFinite(number) ? BigInt(Math.trunc(number)) : 0n)
  }
  const number = value.type.kind === 'signed' ? signed(value) : value.bits
  if (type.kind !== 'float') return integer(type, number)
  return fromFloat(type, type.size === 4 ? roundToFloat32(number) : Number(number))
}

/** Rounded once: going through a double first may round an integer twice. */
function roundToFloat32(value: bigint): number {
  const magnitude = value < 0n ? -value : value
  const excess = magnitude.toString(2).length - 32
  if (excess <= 0) return Number(value)
  // What is cut off only matters as being there: 32 bits are more than a float has, and a double holds them exactly.
  const cut = magnitude >> BigInt(excess)
  const sticky = cut << BigInt(excess) === magnitude ? cut : cut | 1n
  const scaled = Number(sticky) * 2 ** excess
  return value < 0n ? -scaled : scaled
}

/** The value of another type with the same bits (DW_OP_reinterpret), which has to be of the same size. */
export function reinterpret(value: TypedValue, type: ValueType): TypedValue {
  if (value.type.size !== type.size) {
    throw new FormatError(`a value of ${value.type.size} bytes reinterpreted as one of ${type.size}`, {
      section: 'location expression',
    })
  }
  return { type, bits: value.bits }
}

/** The bits of a value out of its bytes in memory. */
export function bitsOf(bytes: Uint8Array, littleEndian: boolean): bigint {
  let text = ''
  for (let index = 0; index < bytes.length; index++) {
    text += bytes[littleEndian ? bytes.length - 1 - index : index]!.toString(16).padStart(2, '0')
  }
  return text === '' ? 0n : BigInt(`0x${text}`)
}
