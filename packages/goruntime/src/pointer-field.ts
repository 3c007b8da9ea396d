/** One field of a struct in a process's memory. */
import type { MemoryReader } from '@gospy/bytes'
import { readWord } from './go-string.js'
import type { FieldLayout } from './runtime-layout.js'

/**
 * A 64-bit field that is an address or a small number.
 * @param address of the struct
 * @returns 0 where the struct has no such field, it cannot be read, or is above 2^53
 */
export function readPointerField(memory: MemoryReader, address: number, field: FieldLayout | undefined): number {
  if (field === undefined) return 0
  const bytes = new Uint8Array(8)
  if (memory.read(address + field.offset, bytes) !== 8) return 0
  return readWord(new DataView(bytes.buffer), 0) || 0
}
