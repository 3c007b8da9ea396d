/** From a value to a part of it: by fields, indexes and keys, through pointers, interfaces and atomic wrappers. */
import type { Value } from '@gospy/dwarf'
import { atomicContent } from './atomic-value.js'
import { goKindOf } from './go-kind.js'
import type { KeyLiteral } from './key-literal.js'
import { matchKey } from './key-match.js'
import { followFields, wayToField } from './promoted-field.js'
import { isSyncMap, syncMapEntries } from './sync-map.js'
import { typeText } from './type-text.js'
import { type ValueSpace, valueAt } from './value-space.js'
import { type PathStep, VariablePathError } from './variable-path.js'

/** Pointers, interfaces and wrappers that one step leads through. */
const MAX_DEPTH = 32

/** Entries that are passed in search of a key, besides twice as many as the map says that it has: more is damage. */
const MORE_ENTRIES = 2 ** 16

/** Keys that one literal may mean that are named. */
const MOST_NAMED = 4

/**
 * The part of a value that a path leads to, and with stars in front of the path what it points to.
 * @throws VariablePathError where it leads nowhere; NameNotFoundError for a field that there is not, naming those that there are;
 * ValueError and UnreadableMemoryError as values do
 */
export function followPath(space: ValueSpace, start: Value, steps: readonly PathStep[], stars = 0): Value {
  let value = start
  for (const step of steps) {
    value = 'field' in step ? fieldOf(space, value, step.field) : elementOf(space, value, step.index, step.written)
  }
  for (let star = 0; star < stars; star++) value = pointee(space, value)
  return value
}

function pointee(space: ValueSpace, start: Value): Value {
  let value = start
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    if (value.shape === 'pointer') return value.deref()
    const content = value.shape === 'interface' ? value.deref() : atomicContent(space, value)
    if (content === undefined) break
    value = content
  }
  throw new VariablePathError(`${typeText(start.type)} is no pointer`)
}

function fieldOf(space: ValueSpace, start: Value, name: string): Value {
  let value = start
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    if (value.shape === 'struct') {
      const way = wayToField(value.type, name)
      if (way !== undefined) return followFields(value, way)
      const content = atomicContent(space, value)
      // What a type says of a missing field names those that there are.
      if (content === undefined) return value.field(name)
      value = content
    } else if (value.shape === 'pointer' || value.shape === 'interface') {
      value = value.deref()
    } else {
      throw new VariablePathError(`${typeText(value.type)} has no field ${name}`)
    }
  }
  throw new VariablePathError(`${typeText(start.type)} is a pointer to a pointer without end`)
}

function elementOf(space: ValueSpace, start: Value, index: KeyLiteral, written: string): Value {
  const value = throughPointers(space, start)
  if (value.shape === 'map') return entryOf(space, value, value.entries(), index, written)
  if (isSyncMap(value.type)) return entryOf(space, value, syncMapEntries(space, value), index, written)
  const what = typeText(value.type)
  if (value.shape !== 'array' && value.shape !== 'list' && value.shape !== 'channel' && value.shape !== 'text')
    throw new VariablePathError(`${what} has no elements`)
  if (index.kind !== 'bare' || !/^(0x[0-9a-f]+|\d+)$/i.test(index.text))
    throw new VariablePathError(`${written} is no index of ${what}`)
  const at = Number(index.text)
  const length = value.length ?? 0
  if (at >= length) throw new VariablePathError(`${what} has no element ${index.text}: it has ${length}`)
  return value.shape === 'text' ? byteOf(space, value, at) : value.at(at)
}

/** A byte of a string. */
function byteOf(space: ValueSpace, text: Value, index: number): Value {
  const byte = space.dwarf.findType('uint8') ?? text.fail('has bytes of no known type')
  return valueAt(space, byte, text.field('str').number() + index)
}

function throughPointers(space: ValueSpace, start: Value): Value {
  let value = start
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    const content = value.shape === 'struct' ? atomicContent(space, value) : undefined
    if (content !== undefined) value = content
    else if (value.shape === 'pointer' || value.shape === 'interface') value = value.deref()
    else return value
  }
  throw new VariablePathError(`${typeText(start.type)} is a pointer to a pointer without end`)
}

/**
 * The element of a key. Interfaces hold keys of several types: the one that Go would take the literal for is meant, or else the
 * only one that looks like it.
 */
function entryOf(
  space: ValueSpace,
  map: Value,
  entries: Iterable<readonly [key: Value, element: Value]>,
  literal: KeyLiteral,
  written: string,
): Value {
  const others: (readonly [type: string, element: Value])[] = []
  let left = map.shape === 'map' ? 2 * (map.length ?? 0) + MORE_ENTRIES : Number.POSITIVE_INFINITY
  for (const [key, element] of entries) {
    if (left-- <= 0) map.fail('has more entries than it says')
    const match = matchKey(space, key, literal)
    if (match === 'whole') return element
    if (match === 'other type' && others.length < MOST_NAMED) others.push([typeText(key.deref().type), element])
  }
  const [only, ...rest] = others
  if (only === undefined)
    throw new VariablePathError(`${typeText(map.type)} has no key ${written}${hint(map, literal)}`)
  if (rest.length === 0) return only[1]
  const types = others.map(([type]) => type)
  throw new VariablePathError(
    `keys ${written} of ${typeText(map.type)} are of ${types.join(', ')}: write ${types[0]} ${written}`,
  )
}

/** How keys of types with parts are written, for whoever wrote something else. */
function hint(map: Value, { kind }: KeyLiteral): string {
  const { goKey } = map.type
  const key = goKey?.resolve()
  if (kind === 'parts' || goKey === undefined || key === undefined) return ''
  if (key.kind === 'array') return ': its keys are written as {…, …}'
  if (key.kind !== 'struct' || goKindOf(goKey) !== 'struct') return ''
  return `: its keys are written as {${key.fields.map(({ name }) => `${name}: …`).join(', ')}}`
}
