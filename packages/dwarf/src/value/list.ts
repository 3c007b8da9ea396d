/** Elements that lie elsewhere, with their number beside the pointer: slices of Go and Rust, Rust's Vec, and strings. */
import { DW_GO_KIND } from '../constants/values.js'
import { PointerType } from '../types/pointer-type.js'
import { StructType } from '../types/struct-type.js'
import type { Type } from '../types/type.js'
import { readInteger } from './scalar.js'
import type { Value } from './value.js'

/** Where the elements lie. */
export interface List {
  /** Of the first element. */
  readonly address: number
  readonly length: number
  readonly capacity: number
  readonly element: Type
  /** Bytes from one element to the next. */
  readonly stride: number
}

/**
 * The elements of a slice, vector or string.
 * @throws ValueError where the type is not made as the language makes it
 */
export function listOf(value: Value): List {
  const kind = value.type.goKind
  if (kind === DW_GO_KIND.slice) return goSlice(value)
  if (kind === DW_GO_KIND.string) {
    const length = lengthOf(value, value.field('len'))
    return make(value, value.field('str'), length, length)
  }
  return rustList(value)
}

function goSlice(value: Value): List {
  const length = lengthOf(value, value.field('len'))
  return make(value, value.field('array'), length, lengthOf(value, value.field('cap')), value.type.goElem)
}

/** `&[T]`, `&str`, `Box<[T]>`: { data_ptr, length }; `Vec<T>`: { buf, len }; `String`: { vec }. */
function rustList(value: Value): List {
  const names = new Map(value.fields().map(({ name, value: field }) => [name, field]))
  const vector = names.get('vec')
  if (vector !== undefined) return rustList(vector)
  const pointer = names.get('data_ptr')
  const counted = names.get('length')
  if (pointer !== undefined && counted !== undefined) {
    const length = lengthOf(value, counted)
    return make(value, pointer, length, length)
  }
  const buffer = names.get('buf')
  const used = names.get('len')
  if (buffer === undefined || used === undefined) return value.fail('is no list that is made as it should be')
  const struct = value.type.resolve()
  const element = struct instanceof StructType ? struct.templateParameters[0]?.type : undefined
  const length = lengthOf(value, used)
  const capacity = innermost(buffer, (name, inner) => name === 'cap' && inner.shape !== 'struct', 'cap')
  const first =
    innermost(buffer, (_, inner) => inner.shape === 'pointer') ?? value.fail('has no pointer to its elements')
  return make(value, first, length, capacity === undefined ? length : lengthOf(value, capacity), element)
}

/** The first field that is wanted, in the structs inside a struct; below a field of the given name, the first of all. */
function innermost(
  value: Value,
  isWanted: (name: string, value: Value) => boolean,
  below?: string,
  visited: Set<Type> = new Set(),
): Value | undefined {
  // Each type once: nothing of what is looked for is in the second of its kind.
  if (visited.has(value.type)) return undefined
  visited.add(value.type)
  for (const { name, value: field } of value.fields()) {
    if (isWanted(name, field)) return field
    if (field.shape !== 'struct') continue
    const found = innermost(field, name === below ? () => true : isWanted, below, visited)
    if (found !== undefined) return found
  }
  return undefined
}

function make(value: Value, pointer: Value, length: number, capacity: number, element?: Type): List {
  const type = pointer.type.resolve()
  const target = element ?? (type instanceof PointerType ? type.target : undefined)
  if (target === undefined) return value.fail('has elements of no known type')
  const stride = target.size
  if (stride === undefined) return value.fail(`has elements of a type without a size, ${target.describe()}`)
  const address = readInteger(pointer)
  if (typeof address === 'bigint')
    return value.fail(`has its elements at 0x${address.toString(16)}, where nothing can be read`)
  return { address, length, capacity, element: target, stride }
}

function lengthOf(value: Value, field: Value): number {
  const length = field.integer()
  return typeof length === 'number' && length >= 0 ? length : value.fail(`has a length of ${length}`)
}
