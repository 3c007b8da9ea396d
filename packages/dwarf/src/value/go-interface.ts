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
export function descriptorOf(value: Value): number {
  const names = value.fields().map(({ name }) => name)
  if (names.includes('_type')) return value.field('_type').number()
  const table = value.field('tab')
  if (table.number() === 0) return 0
  // `_type` of runtime.itab, since Go 1.22 `Type` of internal/abi.ITab.
  const itab = table.deref()
  const field = itab.fields().find(({ name }) => name === '_type' || name === 'Type')
  return field === undefined ? itab.fail('has no type') : field.value.number()
}

/**
 * What an interface holds, as its dynamic type; undefined for nil, and for a type that nobody knows.
 * @throws UnreadableMemoryError where the interface is damaged
 */
export function dynamicValue(value: Value): Value | undefined {
  const descriptor = descriptorOf(value)
  if (descriptor === 0) return undefined
  const type = value.context.options.goType?.(descriptor)
  if (type === undefined) return undefined
  const data = value.field('data')
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
