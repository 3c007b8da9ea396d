/** Values in the wrappers of packages sync/atomic and internal/runtime/atomic. */
import type { Type, Value } from '@gospy/dwarf'
import { type ValueSpace, valueAt } from './value-space.js'

/** `sync/atomic.Int64`, `internal/runtime/atomic.Pointer[runtime.g]`, `runtime/internal/atomic.Uint32` (Go 1.18 to 1.22). */
const WRAPPER = /^(?:sync|internal\/runtime|runtime\/internal)\/atomic\.\w+(?:\[(.*)\])?$/s

/** Wrappers in each other: internal/runtime/atomic.Bool holds a Uint8, Pointer an UnsafePointer. */
const MAX_NESTING = 4

/**
 * What an atomic wrapper holds: the number, the truth value, the interface of a Value, and of a Pointer[T] a pointer of type *T,
 * which the wrapper has as unsafe.Pointer. Undefined for what is no wrapper.
 */
export function atomicContent(space: ValueSpace, value: Value): Value | undefined {
  const wrapper = wrapperName(value.type)
  if (wrapper === undefined) return undefined
  let inner = value
  for (let nesting = 0; nesting < MAX_NESTING && inner.shape === 'struct'; nesting++) {
    const held = inner
      .fields()
      .find(({ field, name }) => name !== '_' && name !== 'noCopy' && (field.type.size ?? 0) > 0)
    if (held === undefined) return undefined
    inner = held.value
  }
  const target = wrapper[1] === undefined ? undefined : space.dwarf.findType(`*${wrapper[1]}`)
  return target === undefined || inner.address === undefined ? inner : valueAt(space, target, inner.address)
}

function wrapperName(type: Type): RegExpExecArray | undefined {
  return WRAPPER.exec(type.name ?? '') ?? undefined
}
