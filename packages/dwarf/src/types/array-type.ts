/** Arrays (DWARF 5, sections 5.5 and 5.13). */
import { DW_AT } from '../constants/attribute-name.js'
import { DW_TAG } from '../constants/tag.js'
import { DW_LANG } from '../constants/values.js'
import type { Entry } from '../entry.js'
import { exact } from './exact.js'
import type { Type } from './type.js'
import { TypeBase } from './type-base.js'

/** Languages whose arrays start at 1 unless said otherwise (DWARF 5, table 7.17). */
const ONE_BASED: ReadonlySet<number> = new Set([
  DW_LANG.Ada83,
  DW_LANG.Ada95,
  DW_LANG.Cobol74,
  DW_LANG.Cobol85,
  DW_LANG.Fortran77,
  DW_LANG.Fortran90,
  DW_LANG.Fortran95,
  DW_LANG.Fortran03,
  DW_LANG.Fortran08,
  DW_LANG.Julia,
  DW_LANG.Modula2,
  DW_LANG.Modula3,
  DW_LANG.Pascal83,
  DW_LANG.PLI,
])

/** Typedefs and qualifiers around an index type that are followed. */
const MAX_INDEX_TYPES = 8

/** An array of one or more dimensions. */
export class ArrayType extends TypeBase {
  /** Tells this class from those of the other types. */
  readonly kind = 'array'
  #counts: readonly (number | undefined)[] | undefined

  /**
   * The type of the elements.
   * @throws FormatError when the array has none
   */
  get element(): Type {
    return this.reference(DW_AT.type) ?? this.entry.fail('an array without an element type')
  }

  /** Number of elements in each dimension, outermost first; undefined where only a running program knows, or nobody. */
  get counts(): readonly (number | undefined)[] {
    if (this.#counts === undefined) {
      const counts: (number | undefined)[] = []
      for (const child of this.entry.children()) {
        if (child.tag === DW_TAG.subrange_type || child.tag === DW_TAG.enumeration_type) counts.push(countOf(child))
      }
      this.#counts = counts
    }
    return this.#counts
  }

  /**
   * Number of elements in all dimensions together; undefined where a dimension has no known length.
   * @throws FormatError when a number cannot hold it exactly
   */
  get length(): number | undefined {
    let length = 1
    for (const count of this.counts) {
      if (count === undefined) return undefined
      length *= count
    }
    return this.counts.length === 0 ? undefined : exact(length, this.entry)
  }

  /** Bytes from one element to the next; undefined where elements have no size, or no whole number of bytes. */
  get stride(): number | undefined {
    const bytes = this.entry.number(DW_AT.byte_stride)
    if (bytes !== undefined) return bytes
    const bits = this.entry.number(DW_AT.bit_stride)
    if (bits !== undefined) return bits % 8 === 0 ? bits / 8 : undefined
    return this.table.nested(this.entry, () => this.element.size)
  }

  /**
   * Size of the whole array in bytes; undefined where its length or stride is.
   * @throws FormatError when a number cannot hold it exactly
   */
  override get size(): number | undefined {
    const own = this.ownSize
    if (own !== undefined) return own
    const { length, stride } = this
    return length === undefined || stride === undefined ? undefined : exact(length * stride, this.entry)
  }

  /** A GCC vector (DW_AT_GNU_vector). */
  get isVector(): boolean {
    return this.entry.flag(DW_AT.GNU_vector)
  }

  override describe(): string {
    const counts = this.counts.map((count) => `[${count ?? ''}]`).join('')
    return this.name ?? this.table.nested(this.entry, () => `${this.element.describe()}${counts}`)
  }
}

function countOf(range: Entry): number | undefined {
  const count = range.integer(DW_AT.count)
  if (count !== undefined) return typeof count === 'number' && count >= 0 ? count : undefined
  if (range.tag === DW_TAG.enumeration_type) {
    let values = 0
    for (const child of range.children()) if (child.tag === DW_TAG.enumerator) values++
    return values
  }
  const upper = range.integer(DW_AT.upper_bound)
  const language = range.unit.language
  const lower = range.integer(DW_AT.lower_bound) ?? (language !== undefined && ONE_BASED.has(language) ? 1 : 0)
  // GCC gives arrays of no elements the upper bound -1, written with as many ones as the index type has bits.
  if (typeof upper !== 'number' || typeof lower !== 'number') return typeof upper === 'bigint' ? 0 : undefined
  if (upper === 0xffff_ffff && lower === 0 && indexSize(range) === 4) return 0
  return exact(Math.max(0, upper - lower + 1), range)
}

/** Bytes of the type that counts the elements, of which GCC says that it is as long as an address. */
function indexSize(range: Entry): number {
  let type = range.reference(DW_AT.type)
  for (let steps = 0; steps < MAX_INDEX_TYPES && type !== undefined; steps++) {
    const size = type.number(DW_AT.byte_size)
    if (size !== undefined) return size
    type = type.reference(DW_AT.type)
  }
  return range.unit.addressSize
}
