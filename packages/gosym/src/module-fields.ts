/** The words of a `runtime.moduledata` by the names of its fields, as one layout places them. */
import { decodeUtf8 } from '@gospy/bytes'
import { type ModuleDataLayout, placeFields } from './moduledata-versions.js'
import type { ReadAddress } from './pclntab-data.js'
import type { PclntabHeader } from './pclntab-header.js'

/** The one shape that pointers have in a table's binary. */
export type TargetFormat = Pick<PclntabHeader, 'pointerSize' | 'littleEndian'>

const TWO_32 = 0x1_0000_0000

/** A word of the target as a number; above 2^53 it is not exact, and no address. */
export function readWord(view: DataView, at: number, { pointerSize, littleEndian }: TargetFormat): number {
  if (pointerSize === 4) return view.getUint32(at, littleEndian)
  const first = view.getUint32(at, littleEndian)
  const second = view.getUint32(at + 4, littleEndian)
  return littleEndian ? second * TWO_32 + first : first * TWO_32 + second
}

/** Every field is there to be read; whether it makes sense is for others to say. */
export class ModuleFields {
  /** Name of the layout. */
  readonly layout: string
  readonly pointerSize: number
  readonly #shapes: ModuleDataLayout['fields']
  readonly #offsets: ReadonlyMap<string, number>
  readonly #view: DataView
  readonly #at: number
  readonly #format: TargetFormat

  private constructor(view: DataView, at: number, layout: ModuleDataLayout, format: TargetFormat) {
    this.layout = layout.since
    this.pointerSize = format.pointerSize
    this.#shapes = layout.fields
    this.#offsets = placeFields(layout, format.pointerSize).offsets
    this.#view = view
    this.#at = at
    this.#format = format
  }

  /** Undefined where the bytes end before the last field. */
  static at(bytes: Uint8Array, at: number, layout: ModuleDataLayout, format: TargetFormat): ModuleFields | undefined {
    if (!(at >= 0 && at + placeFields(layout, format.pointerSize).size <= bytes.length)) return undefined
    return new ModuleFields(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), at, layout, format)
  }

  /** Whether this layout has the field. */
  has(name: string): boolean {
    return this.#offsets.has(name)
  }

  /** Names of the fields of a shape. */
  named(shape: ModuleDataLayout['fields'][number][1]): string[] {
    return this.#shapes.filter((field) => field[1] === shape).map(([name]) => name)
  }

  /** A word; of a slice or string, its pointer. */
  word(name: string): number {
    return this.#word(name, 0)
  }

  /** Length of a slice or string. */
  length(name: string): number {
    return this.#word(name, 1)
  }

  /** Capacity of a slice. */
  capacity(name: string): number {
    return this.#word(name, 2)
  }

  byte(name: string): number {
    return this.#view.getUint8(this.#at + this.#offset(name))
  }

  /** The text of a string, undefined where it cannot be read or is none. */
  string(name: string, read: ReadAddress): string | undefined {
    const length = this.length(name)
    if (length === 0) return ''
    const bytes = read(this.word(name), length)
    const text = bytes === undefined ? undefined : decodeUtf8(bytes)
    // A name is text: anything else is read by a layout that is not this program's.
    return text === undefined || /[\p{Cc}\ufffd]/u.test(text) ? undefined : text
  }

  /** A word of other bytes of the same target. */
  wordOf(bytes: Uint8Array, at: number): number {
    return readWord(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), at, this.#format)
  }

  #word(name: string, index: number): number {
    return readWord(this.#view, this.#at + this.#offset(name) + index * this.pointerSize, this.#format)
  }

  #offset(name: string): number {
    const offset = this.#offsets.get(name)
    // Not of the input: a name that the layout has not.
    if (offset === undefined) throw new TypeError(`moduledata of Go ${this.layout} has no field ${name}`)
    return offset
  }
}
