/** The fields of a struct, and the variant that is there of a type that has several. */
import type { Field } from '../types/field.js'
import { StructType } from '../types/struct-type.js'
import { computed } from './computed.js'
import type { FieldValue, Value, VariantValue } from './value.js'

/** The struct that a value is, as it is defined; undefined for anything else. @throws ValueError for one that is only declared */
export function structOf(value: Value): StructType | undefined {
  const type = value.type.resolve()
  if (!(type instanceof StructType)) return undefined
  return type.definition ?? value.fail('is only declared')
}

/** The fields, of a type with variants those of the one that is there, too. @throws ValueError for what has no fields */
export function fieldsOf(value: Value): readonly FieldValue[] {
  const struct = structOf(value) ?? value.fail('has no fields')
  value.prefetch()
  const own = struct.fields.map((field) => ({ name: field.name, value: fieldValue(value, field), field }))
  return value.shape === 'variants' ? [...own, ...(variantOf(value)?.value.fields() ?? [])] : own
}

/** A field of the value's type. @throws ValueError where its place is not known */
export function fieldValue(value: Value, field: Field): Value {
  const { bitSize } = field
  if (bitSize === undefined) return value.inside(field.type, offsetOf(value, field))
  return value.inside(field.type, field.offset, { bits: { offset: field.bitOffset ?? 0, size: bitSize } })
}

function offsetOf(value: Value, field: Field): number {
  if (!field.isDynamic) return field.offset
  const { address } = value
  const { placement } = field
  const place =
    address === undefined || placement === undefined ? undefined : computed(placement, address, value.context)
  if (place === undefined) return value.fail(`has '${field.name}' at a place that only a running program knows`)
  return Number(place) - address!
}

/** The variant that is there; undefined where there is none. */
export function variantOf(value: Value): VariantValue | undefined {
  const part = structOf(value)?.variantPart
  if (part === undefined) return undefined
  const { discriminant, variants } = part
  const chosen = discriminant === undefined ? variants[0] : part.select(fieldValue(value, discriminant).integer())
  const field = chosen?.fields[0]
  // Variants of other languages than Rust hold fields and not one struct: the struct itself is what there is to show.
  return field === undefined ? undefined : { name: field.name, value: fieldValue(value, field) }
}
