/** A struct of the runtime at its place in a process's memory. */
import { type MemoryReader, readExactly } from '@gospy/bytes'
import type { FieldLayout, StructLayout } from '../runtime-layout.js'

/** Bytes of a struct that are read in one go; of a larger one, field by field. */
const READ_AT_ONCE = 1 << 15

/**
 * Its fields as integers of any size, copied when it is made. What the struct does not have, or is not known to have, is undefined.
 */
export class StructAt<Field extends string> {
  readonly #bytes = new Map<string, Uint8Array>()

  /** @throws UnreadableMemoryError when its fields cannot be read */
  constructor(memory: MemoryReader, address: number, layout: StructLayout<Field>) {
    const places = Object.entries<FieldLayout | undefined>(layout.fields).flatMap(([name, place]) =>
      place === undefined ? [] : [{ name, ...place }],
    )
    const start = Math.min(...places.map(({ offset }) => offset))
    const end = Math.max(...places.map(({ offset, size }) => offset + size))
    const whole = places.length > 0 && end - start <= READ_AT_ONCE && readExactly(memory, address + start, end - start)
    for (const { name, offset, size } of places) {
      this.#bytes.set(
        name,
        whole ? whole.subarray(offset - start, offset - start + size) : readExactly(memory, address + offset, size),
      )
    }
  }

  /** The bytes of a field. */
  bytes(field: Field): Uint8Array | undefined {
    return this.#bytes.get(field)
  }

  /** An unsigned integer, of 1 to 8 bytes. */
  uint(field: Field): bigint | undefined {
    const bytes = this.bytes(field)
    return bytes && [1, 2, 4, 8].includes(bytes.length) ? uintAt(viewOf(bytes), 0, bytes.length) : undefined
  }

  int(field: Field): bigint | undefined {
    const value = this.uint(field)
    return value === undefined ? undefined : BigInt.asIntN(8 * this.bytes(field)!.length, value)
  }

  /** A float64. */
  float(field: Field): number | undefined {
    const bytes = this.bytes(field)
    return bytes?.length === 8 ? viewOf(bytes).getFloat64(0, true) : undefined
  }

  /** An array of 64-bit words. */
  words(field: Field): bigint[] | undefined {
    const bytes = this.bytes(field)
    return bytes && wordsAt(viewOf(bytes), 0, Math.floor(bytes.length / 8))
  }
}

function wordsAt(view: DataView, at: number, count: number): bigint[] {
  return Array.from({ length: count }, (_, index) => view.getBigUint64(at + 8 * index, true))
}

function uintAt(view: DataView, at: number, size: number): bigint {
  switch (size) {
    case 1:
      return BigInt(view.getUint8(at))
    case 2:
      return BigInt(view.getUint16(at, true))
    case 4:
      return BigInt(view.getUint32(at, true))
    default:
      return view.getBigUint64(at, true)
  }
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
