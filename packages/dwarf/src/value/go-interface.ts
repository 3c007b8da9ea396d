/** What Go's interfaces hold: `eface` and `iface` of runtime/runtime2.go. */
import { DW_GO_KIND } from '../constants/values.js'
import type { Type } from '../types/type.js'
import type { Value } from './value.js'

const POINTERS: ReadonlySet<number> = new Set([
  DW_GO_KIND.pointer,
  DW_GO_KIND.unsafePointer,
  DW_GO_KIND.map,
  DW_GO_KIND.chan,
  DW_GO_KIND.func,
])

/** Structs of one field inside of each other that are looked through. */
const MAX_NESTING = 32

/** The address of the descriptor of the dynamic type; 0 for a nil interface. */
function descriptorOf(value: Value): number {
  const [first] = value.fields()
  if (first === undefined) return value.fail('is no interface that is made as it should be')
  if (first.name === '_type' || first.value.integer() === 0) return first.value.number()
  // `_type` of runtime.itab, since Go 1.22 `Type` of internal/abi.ITab.
  const table = first.value.deref()
  const type = table.fields().find(({ name }) => name === '_type' || name === 'Type')
  return type === undefined ? table.fail('has no type') : type.value.number()
}

/**
 * What an interface holds, as its dynamic type; undefined for nil, and for a type that nobody knows.
 * @throws UnreadableMemoryError where the interface is damaged
 */
export function dynamicValue(value: Value): Value | undefined {
  const descriptor = descriptorOf(value)
  if (descriptor === 0) return undefined
  const type = value.context.options.goType?.(descriptor)
  const data = value.fields()[1]?.value
  if (type === undefined || data === undefined) return undefined
  // What is a pointer itself lies in the interface; anything else, behind the pointer there (cmd/compile, types.IsDirectIface).
  return isPointerShaped(type) ? data.inside(type, 0) : data.pointee(type)
}

function isPointerShaped(type: Type, depth = MAX_NESTING): boolean {
  const { goKind } = type
  if (goKind !== undefined && POINTERS.has(goKind)) return true
  const resolved = type.resolve()
  if (depth === 0 || resolved === undefined) return false
  if (resolved.kind === 'pointer') return true
  if (resolved.kind === 'struct' && goKind === DW_GO_KIND.struct) {
    const [only, ...others] = resolved.fields
    return only !== undefined && others.length === 0 && isPointerShaped(only.type, depth - 1)
  }
  return resolved.kind === 'array' && resolved.length === 1 && isPointerShaped(resolved.element, depth - 1)
}
