/** From a value to a part of it: by fields, indexes and keys, through pointers, interfaces and atomic wrappers. */
import type { Value } from '@gospy/dwarf'
import { atomicContent } from './atomic-value.js'
import { isSyncMap, syncMapEntries } from './sync-map.js'
import type { ValueSpace } from './value-space.js'
import { type PathStep, VariablePathError } from './variable-path.js'

/** Pointers, interfaces and wrappers that one step leads through. */
const MAX_DEPTH = 32

/**
 * The part of a value that a path leads to.
 * @throws VariablePathError where it leads nowhere; NameNotFoundError for a field that there is not, naming those that there are;
 * ValueError and UnreadableMemoryError as values do
 */
export function followPath(space: ValueSpace, start: Value, steps: readonly PathStep[]): Value {
  let value = start
  for (const step of steps) value = 'field' in step ? fieldOf(space, value, step.field) : elementOf(space, value, step)
  return value
}

function fieldOf(space: ValueSpace, start: Value, name: string): Value {
  let value = start
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    if (value.shape === 'struct') {
      if (value.fields().some((field) => field.name === name)) return value.field(name)
      const content = atomicContent(space, value)
      if (content === undefined) return value.field(name)
      value = content
    } else if (value.shape === 'pointer' || value.shape === 'interface') {
      value = value.deref()
    } else {
      throw new VariablePathError(`${value.type.describe()} has no field ${name}`)
    }
  }
  throw new VariablePathError(`${start.type.describe()} is a pointer to a pointer without end`)
}

function elementOf(space: ValueSpace, start: Value, step: { readonly index: string; readonly quoted: boolean }): Value {
  const value = throughPointers(space, start)
  const what = value.type.describe()
  if (value.shape === 'map') return entryOf(space, value, value.entries(), step)
  if (isSyncMap(value.type)) return entryOf(space, value, syncMapEntries(space, value), step)
  if (value.shape !== 'array' && value.shape !== 'list' && value.shape !== 'channel')
    throw new VariablePathError(`${what} has no elements`)
  if (step.quoted || !/^\d+$/.test(step.index)) throw new VariablePathError(`"${step.index}" is no index of ${what}`)
  const index = Number(step.index)
  const length = value.length ?? 0
  if (index >= length) throw new VariablePathError(`${what} has no element ${step.index}: it has ${length}`)
  return value.at(index)
}

function throughPointers(space: ValueSpace, start: Value): Value {
  let value = start
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    const content = value.shape === 'struct' ? atomicContent(space, value) : undefined
    if (content !== undefined) value = content
    else if (value.shape === 'pointer' || value.shape === 'interface') value = value.deref()
    else return value
  }
  throw new VariablePathError(`${start.type.describe()} is a pointer to a pointer without end`)
}

function entryOf(
  space: ValueSpace,
  map: Value,
  entries: Iterable<readonly [key: Value, element: Value]>,
  { index, quoted }: { readonly index: string; readonly quoted: boolean },
): Value {
  for (const [key, element] of entries) if (isKey(space, key, index, quoted)) return element
  throw new VariablePathError(`${map.type.describe()} has no key ${quoted ? JSON.stringify(index) : index}`)
}

/** Whether a key is what somebody wrote: strings in quotes or without, numbers and truth values as Go writes them. */
function isKey(space: ValueSpace, start: Value, written: string, quoted: boolean): boolean {
  const key = start.shape === 'interface' ? throughPointers(space, start) : start
  switch (key.shape) {
    case 'text':
      return key.length === Buffer.byteLength(written) && key.string() === written
    case 'integer':
    case 'character':
    case 'enum':
    case 'pointer':
      return !quoted && /^[+-]?(0x[0-9a-f]+|\d+)$/i.test(written) && BigInt(key.integer()) === toBigInt(written)
    case 'boolean':
      return !quoted && String(key.bool()) === written
    case 'float':
      return !quoted && written !== '' && key.number() === Number(written)
    default:
      throw new VariablePathError(`keys of type ${start.type.describe()} cannot be written in a path`)
  }
}

function toBigInt(text: string): bigint {
  const digits = BigInt(text.replace(/^[+-]/, ''))
  return text.startsWith('-') ? -digits : digits
}
