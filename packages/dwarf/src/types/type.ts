/** All types, to be told apart by `kind`. */
import type { ArrayType } from './array-type.js'
import type { EnumType } from './enum-type.js'
import type {
  BaseType,
  PointerType,
  QualifierType,
  SubroutineType,
  TypedefType,
  UnspecifiedType,
} from './simple-types.js'
import type { StructType } from './struct-type.js'

export type Type =
  | BaseType
  | PointerType
  | StructType
  | ArrayType
  | EnumType
  | TypedefType
  | QualifierType
  | SubroutineType
  | UnspecifiedType

/**
 * The size of a type in bytes.
 * @throws FormatError for a type without a size: incomplete, a function, an array of unknown length
 */
export function sizeOf(type: Type): number {
  return type.size ?? type.entry.fail(`${type} has no size`)
}
