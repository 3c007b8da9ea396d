/**
 * The raw copy of what is wanted of each goroutine: the 32-bit words of `runtime.g` that hold its fields, as they lay in
 * memory. Copying words first and decoding them later keeps a pause short, and lets a second look at the memory be held
 * against the first word by word.
 */
import type { GField } from './runtime-contract.js'
import { type FieldLayout, LayoutError, type StructLayout } from './runtime-layout.js'

/** Reads one field out of copied words; `row` is where the goroutine's words begin. */
export type WordReader = (words: Uint32Array, row: number) => number

const TWO_32 = 0x1_0000_0000
/** Upper half of 2^53: above it there is no address, id or time, and a value becomes NaN rather than a rounded number. */
const MAX_HIGH = 0x1f_ffff

/** Goroutines whose words are decoded field by field, before others are. */
const BLOCK = 1024

/** Which words of a g are copied, and where each field's words end up in the copy. */
export class WordPlan {
  /** Offsets into the g, in words, rising. */
  readonly offsets: Uint16Array
  /** Length of the part of a g that has to be read, in bytes. */
  readonly span: number
  readonly #layout: StructLayout<GField>

  constructor(layout: StructLayout<GField>) {
    this.#layout = layout
    const words = new Set<number>()
    for (const field of Object.values(layout.fields)) {
      for (let word = field.offset >> 2; word <= (field.offset + field.size - 1) >> 2; word++) words.add(word)
    }
    this.offsets = Uint16Array.from([...words].sort((a, b) => a - b))
    this.span = (this.offsets.at(-1)! + 1) * 4
  }

  /** Words copied of each goroutine. */
  get width(): number {
    return this.offsets.length
  }

  /** A reader of one field out of copied words, or undefined when this Go version has no such field. */
  reader(field: GField): WordReader | undefined {
    const layout = this.#layout.fields[field]
    return layout === undefined ? undefined : wordReader(layout, this.offsets.indexOf(layout.offset >> 2))
  }

  /**
   * Some fields of many goroutines, each in a column; 0 for all where this Go version has no such field.
   * @param rows numbers of the goroutines in `words`
   */
  columns<Field extends GField>(
    fields: readonly Field[],
    words: Uint32Array,
    rows: Uint32Array,
  ): Readonly<Record<Field, Float64Array>> {
    const columns = Object.fromEntries(fields.map((field) => [field, new Float64Array(rows.length)])) as Record<
      Field,
      Float64Array
    >
    // In blocks whose words stay in the processor's cache from one field to the next.
    for (let from = 0; from < rows.length; from += BLOCK) {
      const to = Math.min(from + BLOCK, rows.length)
      for (const field of fields) this.#fill(columns[field], field, words, rows, from, to)
    }
    return columns
  }

  #fill(column: Float64Array, field: GField, words: Uint32Array, rows: Uint32Array, from: number, to: number): void {
    const layout = this.#layout.fields[field]
    if (layout === undefined) return
    const { width } = this
    // Each size has a loop of its own: a reader called through a variable would cost more than the reading.
    const first = this.offsets.indexOf(layout.offset >> 2)
    if (layout.size === 8) {
      for (let index = from; index < to; index++) {
        const at = rows[index]! * width + first
        const high = words[at + 1]!
        column[index] = high > MAX_HIGH ? Number.NaN : high * TWO_32 + words[at]!
      }
    } else {
      const reader = wordReader(layout, first)
      for (let index = from; index < to; index++) column[index] = reader(words, rows[index]! * width)
    }
  }

  /** Readers of a string's pointer and length. @throws LayoutError when the layout has it not */
  stringReader(field: GField): [pointer: WordReader, length: WordReader] {
    const layout = this.#layout.fields[field]
    if (layout === undefined) throw new LayoutError(`the layout has no runtime.g.${field}`)
    const first = this.offsets.indexOf(layout.offset >> 2)
    const word = { offset: layout.offset, size: 8 }
    return [wordReader(word, first), wordReader(word, first + 2)]
  }

  /** A reader of a field that no Go version lacks. @throws LayoutError when the layout has it not */
  requiredReader(field: GField): WordReader {
    const reader = this.reader(field)
    if (reader === undefined) throw new LayoutError(`the layout has no runtime.g.${field}`)
    return reader
  }
}

/** Reads a field of 1, 2, 4 or 8 bytes whose first word is `first` words into the row. */
function wordReader({ offset, size }: FieldLayout, first: number): WordReader {
  if (size === 8) {
    return (words, row) => {
      const high = words[row + first + 1]!
      return high > MAX_HIGH ? Number.NaN : high * TWO_32 + words[row + first]!
    }
  }
  if (size === 4) return (words, row) => words[row + first]!
  const shift = (offset & 3) * 8
  const mask = size === 2 ? 0xffff : 0xff
  return (words, row) => (words[row + first]! >>> shift) & mask
}
