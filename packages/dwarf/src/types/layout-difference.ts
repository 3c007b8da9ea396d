/** Whether two types lie in memory alike: of two builds of a program, or of one program's two halves. */
import type { ArrayType } from './array-type.js'
import type { EnumType } from './enum-type.js'
import type { Field } from './field.js'
import type { StructType } from './struct-type.js'
import type { Type } from './type.js'

/** The first place at which two layouts differ. */
export interface LayoutDifference {
  /** Path to the field: `stack.lo`, `points[]`; empty for the types themselves. */
  readonly path: string
  /** What differs. */
  readonly what: 'kind' | 'size' | 'field' | 'offset' | 'bits' | 'elements' | 'encoding' | 'enumerator'
  /** How it is in either type. */
  readonly left: string
  readonly right: string
}

/** Structs in each other: more is a type that holds itself. */
const MAX_NESTING = 100

/**
 * The first difference between the layouts of two types, in the order of their fields; undefined where there is none. Names
 * of fields and enumerators count, names of types do not; typedefs and qualifiers are looked through; pointers are alike
 * whatever they point to.
 * @throws FormatError when a type is malformed
 */
export function layoutDifference(left: Type, right: Type): LayoutDifference | undefined {
  return compare(left, right, '', new Set(), 0)
}

/** Whether two types have the same layout, see `layoutDifference`. */
export function sameLayout(left: Type, right: Type): boolean {
  return layoutDifference(left, right) === undefined
}

function differ(
  path: string,
  what: LayoutDifference['what'],
  left: unknown,
  right: unknown,
): LayoutDifference | undefined {
  const [one, other] = [String(left), String(right)]
  return one === other ? undefined : { path, what, left: one, right: other }
}

function compare(
  left: Type,
  right: Type,
  path: string,
  alike: Set<string>,
  depth: number,
): LayoutDifference | undefined {
  const one = complete(left.resolve())
  const other = complete(right.resolve())
  if (one === other || one === undefined || other === undefined) return differ(path, 'kind', kindOf(one), kindOf(other))
  // Each pair is compared once, however often one is part of the other: what has been met before is alike, or will be said.
  const pair = `${keyOf(one)} ${keyOf(other)}`
  if (alike.has(pair)) return undefined
  alike.add(pair)
  if (depth > MAX_NESTING) return one.entry.fail('types nested too deep, or in a cycle')
  const basics = differ(path, 'kind', kindOf(one), kindOf(other)) ?? differ(path, 'size', one.size, other.size)
  if (basics !== undefined) return basics
  if (one.kind === 'base' && other.kind === 'base') return differ(path, 'encoding', one.encoding, other.encoding)
  if (one.kind === 'enum' && other.kind === 'enum') return compareEnums(one, other, path)
  if (one.kind === 'array' && other.kind === 'array') return compareArrays(one, other, path, alike, depth)
  if ('fields' in one && 'fields' in other) return compareStructs(one, other, path, alike, depth)
  return undefined
}

function keyOf({ entry }: Type): string {
  return `${entry.unit.section}${entry.offset}`
}

function complete(type: Type | undefined): Type | undefined {
  return type !== undefined && 'definition' in type ? (type.definition ?? type) : type
}

/** C++ knows structs and classes, and C and Go only structs: in memory they are one. */
function kindOf(type: Type | undefined): string {
  if (type === undefined) return 'void'
  return type.kind === 'class' ? 'struct' : type.kind
}

function compareStructs(
  left: StructType,
  right: StructType,
  path: string,
  alike: Set<string>,
  depth: number,
): LayoutDifference | undefined {
  const count = Math.max(left.fields.length, right.fields.length)
  for (let index = 0; index < count; index++) {
    const one = left.fields[index]
    const other = right.fields[index]
    const named = differ(path, 'field', one?.name ?? 'none', other?.name ?? 'none')
    if (named !== undefined || one === undefined || other === undefined) return named
    const inner = path === '' || one.name === '' ? path + one.name : `${path}.${one.name}`
    const found =
      differ(inner, 'offset', placeOf(one), placeOf(other)) ??
      differ(inner, 'bits', one.bitSize, other.bitSize) ??
      compare(one.type, other.type, inner, alike, depth + 1)
    if (found !== undefined) return found
  }
  return undefined
}

function placeOf(field: Field): string {
  if (field.isDynamic) return 'at run time'
  return field.bitOffset === undefined ? `${field.offset}` : `${field.offset}:${field.bitOffset}`
}

function compareArrays(
  left: ArrayType,
  right: ArrayType,
  path: string,
  alike: Set<string>,
  depth: number,
): LayoutDifference | undefined {
  return (
    differ(path, 'elements', left.counts, right.counts) ??
    differ(path, 'size', left.stride, right.stride) ??
    compare(left.element, right.element, `${path}[]`, alike, depth + 1)
  )
}

function compareEnums(left: EnumType, right: EnumType, path: string): LayoutDifference | undefined {
  const count = Math.max(left.enumerators.length, right.enumerators.length)
  for (let index = 0; index < count; index++) {
    const [one, other] = [left.enumerators[index], right.enumerators[index]]
    const found = differ(path, 'enumerator', textOf(one), textOf(other))
    if (found !== undefined) return found
  }
  return undefined
}

function textOf(enumerator: EnumType['enumerators'][number] | undefined): string {
  return enumerator === undefined ? 'none' : `${enumerator.name} = ${enumerator.value}`
}
