/** Keys and elements of Go's maps lie in their slots, or behind a pointer there where they are larger than 128 bytes. */
import type { Type } from '../types/type.js'
import type { Value } from './value.js'

/** Buckets or groups without an entry that are passed at most from one entry to the next: more is damage. */
export const MAX_EMPTY = 2 ** 17

/**
 * The key or element in a slot: the linker gives the slot the type, or a pointer to it (cmd/link/internal/ld/dwarf.go,
 * synthesizemaptypes). Until Go 1.14 the type may be there twice (so seen).
 */
export function inSlot(slot: Value, type: Type): Value {
  if (slot.type.entry.offset === type.entry.offset) return slot
  const own = slot.type.resolve()
  const isPointer = own?.kind === 'pointer' && type.resolve()?.kind !== 'pointer'
  const isIndirect = isPointer || (own?.kind === 'pointer' && own.target?.entry.offset === type.entry.offset)
  return isIndirect ? slot.pointee(type) : slot.inside(type, 0)
}
