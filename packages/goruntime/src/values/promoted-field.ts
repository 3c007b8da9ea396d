/** Fields of structs by name, as Go selects them: those of embedded structs as if they were the struct's own. */
import type { Type, Value } from '@gospy/dwarf'
import { VariablePathError } from './variable-path.js'

/** Structs embedded in each other that are looked through. */
const MAX_DEPTH = 16

/** A struct that is embedded, at the end of a path of fields. */
interface Embedded {
  readonly type: Type
  readonly path: readonly string[]
}

/**
 * The way to a field of a struct: its own, or else that of an embedded struct, or one that an embedded pointer leads to, at the
 * shallowest depth where there is one (Go specification, "Selectors"). Undefined where there is none.
 * @throws VariablePathError where two at the same depth are called so
 */
export function wayToField(struct: Type, name: string): readonly string[] | undefined {
  const visited = new Set<number>()
  let level: readonly Embedded[] = [{ type: struct, path: [] }]
  for (let depth = 0; depth < MAX_DEPTH && level.length > 0; depth++) {
    const found: (readonly string[])[] = []
    const next: Embedded[] = []
    for (const { type, path } of level) {
      const resolved = type.resolve()
      if (resolved?.kind !== 'struct' || visited.has(resolved.entry.offset)) continue
      visited.add(resolved.entry.offset)
      for (const field of resolved.fields) {
        if (field.name === name) found.push([...path, name])
        if (field.embedded) next.push({ type: pointedTo(field.type), path: [...path, field.name] })
      }
    }
    const [first, second] = found
    // Blank fields have all the same name, and no selector in Go: the first one is as good as any.
    if (second !== undefined && name !== '_') {
      throw new VariablePathError(
        `${struct.describe()} has several fields ${name}: ${found.map((each) => each.join('.')).join(', ')}`,
      )
    }
    if (first !== undefined) return first
    level = next
  }
  return undefined
}

function pointedTo(type: Type): Type {
  const resolved = type.resolve()
  return (resolved?.kind === 'pointer' ? resolved.target : undefined) ?? type
}

/**
 * The value at the end of a way of fields, through embedded pointers.
 * @throws ValueError for a pointer that is nil; UnreadableMemoryError
 */
export function followFields(start: Value, way: readonly string[]): Value {
  let value = start
  for (const name of way) {
    const struct = value.shape === 'pointer' ? value.deref() : value
    value = struct.fields().find((field) => field.name === name)?.value ?? struct.field(name)
  }
  return value
}
