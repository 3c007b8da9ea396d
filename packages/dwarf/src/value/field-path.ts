/** The way to a field by names and indexes, as a debugger has it: `stack.lo`, `points[2].x`. */
import { NameNotFoundError } from '../name-not-found.js'
import { StructType } from '../types/struct-type.js'
import { fieldValue, structOf, variantOf } from './struct-fields.js'
import type { Value } from './value.js'

/** Pointers that one name is looked for through. */
const MAX_DEPTH = 32

/** A name in a path, or an index. */
const STEP = /^\.?([^.[\]]+)|^\[(-?\d+)\]/

/** What a path leads to. @throws NameNotFoundError when there is no such field, naming those that there are */
export function fieldAt(start: Value, path: string): Value {
  let value = start
  let rest = path
  while (rest !== '') {
    const step = STEP.exec(rest)
    if (step === null) throw new NameNotFoundError('field', path, 'a path has names, dots and indexes in brackets')
    value = step[1] === undefined ? value.at(Number(step[2])) : memberOf(value, step[1])
    rest = rest.slice(step[0].length)
  }
  return value
}

function memberOf(start: Value, name: string): Value {
  let value = start.followed()
  for (let steps = 0; steps < MAX_DEPTH && (value.shape === 'pointer' || value.shape === 'interface'); steps++) {
    value = value.deref().followed()
  }
  const found = findMember(value, name, new Set())
  if (found !== undefined) return found
  // What a type says of a missing field names those that there are.
  value.type.field(name)
  return value.fail(`has no field '${name}'`)
}

/** The field of that name, or that of an unnamed member, base class, embedded struct or variant. */
function findMember(value: Value, name: string, visited: Set<StructType>): Value | undefined {
  const struct = structOf(value)
  if (struct === undefined || visited.has(struct)) return undefined
  visited.add(struct)
  const own = struct.fields.find((field) => field.name === name)
  if (own !== undefined) return fieldValue(value, own)
  for (const field of struct.fields) {
    if ((field.name !== '' && !field.embedded) || !(field.type.resolve() instanceof StructType)) continue
    const found = findMember(fieldValue(value, field), name, visited)
    if (found !== undefined) return found
  }
  const variant = variantOf(value)
  return variant === undefined ? undefined : findMember(variant.value, name, visited)
}
