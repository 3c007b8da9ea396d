/** One struct in a process's memory, as it was at one moment. */
import type { MemoryReader } from '@gospy/bytes'
import { readWord } from '../go-string.js'
import type { FieldLayout, StructLayout } from '../runtime-layout.js'

export class StructView<Field extends string> {
  readonly address: number
  readonly #fields: StructLayout<Field>['fields']
  readonly #view: DataView

  private constructor(address: number, fields: StructLayout<Field>['fields'], view: DataView) {
    this.address = address
    this.#fields = fields
    this.#view = view
  }

  /** Undefined where it cannot be read whole: as far as its fields reach. */
  static read<Field extends string>(
    memory: MemoryReader,
    address: number,
    { fields }: Pick<StructLayout<Field>, 'fields'>,
  ): StructView<Field> | undefined {
    if (!(address > 0)) return undefined
    const places = Object.values<FieldLayout | undefined>(fields)
    const size = places.reduce((end, place) => Math.max(end, place === undefined ? 0 : place.offset + place.size), 0)
    const bytes = new Uint8Array(size)
    if (memory.read(address, bytes) !== size) return undefined
    return new StructView(address, fields, new DataView(bytes.buffer))
  }

  /** An unsigned number; null where the struct has no such field, or it is above 2^53. */
  number(field: Field): number | null {
    const place = this.#fields[field]
    if (place === undefined) return null
    switch (place.size) {
      case 1:
        return this.#view.getUint8(place.offset)
      case 4:
        return this.#view.getUint32(place.offset, true)
      default: {
        const word = readWord(this.#view, place.offset)
        return Number.isNaN(word) ? null : word
      }
    }
  }

  /** A number that may be negative, of 4 or 8 bytes. */
  signed(field: Field): number | null {
    const place = this.#fields[field]
    if (place === undefined) return null
    if (place.size === 4) return this.#view.getInt32(place.offset, true)
    const value = Number(this.#view.getBigInt64(place.offset, true))
    return Number.isSafeInteger(value) ? value : null
  }

  /** Of a bool or a number that stands for one. */
  flag(field: Field): boolean | null {
    const value = this.number(field)
    return value === null ? null : value !== 0
  }

  /** An address; 0 for nil, and where there is no such field. */
  pointer(field: Field): number {
    return this.#fields[field] === undefined ? 0 : readWord(this.#view, this.#fields[field].offset) || 0
  }

  /** The words of an array; none where there is no such field. */
  words(field: Field): number[] {
    const place = this.#fields[field]
    if (place === undefined) return []
    return Array.from({ length: place.size / 8 }, (_, index) => readWord(this.#view, place.offset + index * 8))
  }
}
