/**
 * Values of several words in memory that changes: looked at again afterwards, as they may have been caught between two of them. What
 * remains: a thread that the system stops between the stores of two words leaves a mixture in memory itself, and all looks see it.
 */
import { type MemoryReader, UnreadableMemoryError } from '@gospy/bytes'
import { PointerType, type Value } from '@gospy/dwarf'

/**
 * The words on which all that a value shows depends: of strings, slices, interfaces and pointers their own; of maps and channels also
 * those of the header that they point to. Undefined for values that are no more than their own bytes.
 */
export function headOf(value: Value, memory: MemoryReader): Uint8Array | undefined {
  switch (value.shape) {
    case 'text':
    case 'list':
    case 'interface':
    case 'pointer':
      return value.bytes()
    case 'map':
    case 'channel':
      return withHeader(value, memory)
    default:
      return undefined
  }
}

function withHeader(value: Value, memory: MemoryReader): Uint8Array {
  const own = value.bytes()
  const type = value.type.resolve()
  const address = value.integer()
  const target = type instanceof PointerType ? type.target?.resolve() : undefined
  if (address === 0 || target?.kind !== 'struct' || typeof address !== 'number') return own
  const { fields } = target
  // Goroutines that come to wait for a channel change nothing of what is in it.
  const end = fields.find(({ name }) => name === 'recvq')?.offset ?? target.size ?? 0
  const header = new Uint8Array(end)
  const read = memory.read(address, header)
  if (read < end) throw new UnreadableMemoryError(address, end, read)
  const both = new Uint8Array(own.length + end)
  both.set(own)
  both.set(header, own.length)
  return both
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}
