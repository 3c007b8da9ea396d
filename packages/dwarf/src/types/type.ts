/** All types, to be told apart by `kind`. */
import type { ArrayType } from './array-type.js'
import type { BaseType } from './base-type.js'
import type { EnumType } from './enum-type.js'
import type { PointerType } from './pointer-type.js'
import type { QualifierType, StringType, SubrangeType, TypedefType, UnspecifiedType } from './simple-types.js'
import type { StructType } from './struct-type.js'
import type { SubroutineType } from './subroutine-type.js'

export type Type =
  | BaseType
  | PointerType
  | StructType
  | ArrayType
  | EnumType
  | TypedefType
  | QualifierType
  | SubroutineType
  | SubrangeType
  | StringType
  | UnspecifiedType

/**
 * The size of a type in bytes.
 * @throws FormatError for a type without a size: incomplete, a function, an array of unknown length
 */
export function sizeOf(type: Type): number {
  return type.size ?? type.entry.fail(`${type} has no size`)
}
