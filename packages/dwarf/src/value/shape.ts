/** What a type is to somebody who looks at a value of it: less than DWARF tells apart, and with Go's and Rust's types told by name. */
import { DW_ATE, DW_GO_KIND } from '../constants/values.js'
import { languageFamily } from '../types/language.js'
import type { Type } from '../types/type.js'
import { wideCharacterName } from './characters.js'

/**
 * - `integer`, `character`, `boolean`, `float`, `complex`, `decimal`, `enum`: scalars
 * - `pointer`, `reference` (C++'s, followed by itself), `member pointer`, `function` (Go's, a pointer to a closure)
 * - `struct`: fields by name, unions too; `variants`: a struct of which one variant is there (Rust's enums)
 * - `array`: elements in place; `list`: elements elsewhere (Go's slices, Rust's slices and Vec)
 * - `text`: characters elsewhere (Go's string, Rust's str and String); `fixed text`: in place (Fortran)
 * - `map`, `channel`, `interface`: Go's
 * - `nothing`: void, functions themselves, what is only declared
 */
export type Shape =
  | 'integer'
  | 'character'
  | 'boolean'
  | 'float'
  | 'complex'
  | 'decimal'
  | 'enum'
  | 'pointer'
  | 'reference'
  | 'member pointer'
  | 'function'
  | 'struct'
  | 'variants'
  | 'array'
  | 'list'
  | 'text'
  | 'fixed text'
  | 'map'
  | 'channel'
  | 'interface'
  | 'nothing'

const GO_SHAPES: ReadonlyMap<number, Shape> = new Map<number, Shape>([
  [DW_GO_KIND.string, 'text'],
  [DW_GO_KIND.slice, 'list'],
  [DW_GO_KIND.map, 'map'],
  [DW_GO_KIND.chan, 'channel'],
  [DW_GO_KIND.interface, 'interface'],
  [DW_GO_KIND.func, 'function'],
])

const ENCODINGS: ReadonlyMap<number, Shape> = new Map<number, Shape>([
  [DW_ATE.boolean, 'boolean'],
  [DW_ATE.signed_char, 'character'],
  [DW_ATE.unsigned_char, 'character'],
  [DW_ATE.UTF, 'character'],
  [DW_ATE.UCS, 'character'],
  [DW_ATE.ASCII, 'character'],
  [DW_ATE.float, 'float'],
  [DW_ATE.imaginary_float, 'float'],
  [DW_ATE.complex_float, 'complex'],
  [DW_ATE.decimal_float, 'decimal'],
])

const shapes = new WeakMap<Type, Shape>()

/** The shape of values of a type. */
export function shapeOf(type: Type): Shape {
  let shape = shapes.get(type)
  if (shape === undefined) {
    shape = findShape(type)
    shapes.set(type, shape)
  }
  return shape
}

function findShape(type: Type): Shape {
  const goShape = GO_SHAPES.get(type.goKind ?? 0)
  if (goShape !== undefined) return goShape
  const resolved = type.resolve()
  if (resolved === undefined) return 'nothing'
  switch (resolved.kind) {
    // resolve() gives neither of the first two.
    case 'typedef':
    case 'qualifier':
    case 'subroutine':
    case 'unspecified':
      return 'nothing'
    case 'base':
      // Rust's `()`.
      if (resolved.size === 0) return 'nothing'
      return ENCODINGS.get(resolved.encoding) ?? (wideCharacterName(type) !== undefined ? 'character' : 'integer')
    case 'subrange':
      return resolved.target === undefined ? 'integer' : shapeOfTarget(resolved.target)
    case 'rvalue reference':
      return 'reference'
    case 'pointer to member':
      return 'member pointer'
    case 'string':
      return 'fixed text'
    case 'struct':
    case 'class':
    case 'union':
      if (resolved.variantPart !== undefined) return 'variants'
      return languageFamily(resolved.entry.unit) === 'rust' ? rustShape(resolved.name ?? '') : 'struct'
    default:
      return resolved.kind
  }
}

/** A subrange of a subrange of … is as good as an integer. */
function shapeOfTarget(target: Type): Shape {
  const resolved = target.resolve()
  return resolved?.kind === 'subrange' || resolved === undefined ? 'integer' : shapeOf(resolved)
}

/** rustc names what the language knows as such by how it is written. */
function rustShape(name: string): Shape {
  if (/^(&(mut )?|\*(const|mut) )str$/.test(name) || name === 'String' || /^(alloc::boxed::)?Box<str[,>]/.test(name))
    return 'text'
  if (/^(&(mut )?|\*(const|mut) )\[.*\]$/s.test(name) || /^Vec<|^(alloc::boxed::)?Box<\[/.test(name)) return 'list'
  return 'struct'
}
