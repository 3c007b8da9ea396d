/** A struct of the runtime at its place in a process's memory. */
import { type MemoryReader, readExactly } from '@gospy/bytes'
import type { FieldLayout, StructLayout } from '../runtime-layout.js'

/** Bytes of a struct that are read in one go; of a larger one each field is read when it is asked for. */
const READ_AT_ONCE = 1 << 15

/** Its fields as integers of any size. What the struct does not have, or is not known to have, is undefined. */
export class StructAt<Field extends string> {
  readonly #memory: MemoryReader
  readonly #address: number
  readonly #layout: StructLayout<Field>
  #whole: { readonly view: DataView; readonly start: number } | undefined

  /** @throws UnreadableMemoryError when its fields cannot be read */
  constructor(memory: MemoryReader, address: number, layout: StructLayout<Field>) {
    this.#memory = memory
    this.#address = address
    this.#layout = layout
    const places = Object.values<FieldLayout | undefined>(layout.fields).filter((place) => place !== undefined)
    const start = Math.min(...places.map(({ offset }) => offset))
    const end = Math.max(...places.map(({ offset, size }) => offset + size))
    if (places.length > 0 && end - start <= READ_AT_ONCE) {
      this.#whole = { view: viewOf(readExactly(memory, address + start, end - start)), start }
    }
  }

  /** Bytes that a field takes; 0 where there is none. */
  sizeOf(field: Field): number {
    return this.#layout.fields[field]?.size ?? 0
  }

  addressOf(field: Field): number | undefined {
    const place = this.#layout.fields[field]
    return place && this.#address + place.offset
  }

  /** An unsigned integer, of 1 to 8 bytes. */
  uint(field: Field): bigint | undefined {
    const found = this.#view(field)
    return found && [1, 2, 4, 8].includes(found.size) ? uintAt(found.view, found.at, found.size) : undefined
  }

  int(field: Field): bigint | undefined {
    const value = this.uint(field)
    return value === undefined ? undefined : BigInt.asIntN(8 * this.sizeOf(field), value)
  }

  /** A float64. */
  float(field: Field): number | undefined {
    const found = this.#view(field)
    return found?.size === 8 ? found.view.getFloat64(found.at, true) : undefined
  }

  /** An array of 64-bit words. */
  words(field: Field): bigint[] | undefined {
    const found = this.#view(field)
    return found && wordsAt(found.view, found.at, Math.floor(found.size / 8))
  }

  #view(field: Field): { view: DataView; at: number; size: number } | undefined {
    const place = this.#layout.fields[field]
    if (place === undefined) return undefined
    const { offset, size } = place
    if (this.#whole !== undefined) return { view: this.#whole.view, at: offset - this.#whole.start, size }
    return { view: viewOf(readExactly(this.#memory, this.#address + offset, size)), at: 0, size }
  }
}

export function wordsAt(view: DataView, at: number, count: number): bigint[] {
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
