/** Arrays (DWARF 5, sections 5.5 and 5.13). */
import { DW_AT } from '../constants/attribute-name.js'
import { DW_TAG } from '../constants/tag.js'
import type { Entry } from '../entry.js'
import { exact } from './exact.js'
import { defaultLowerBound } from './language.js'
import type { Type } from './type.js'
import { joined, TypeBase } from './type-base.js'

/** Typedefs and qualifiers around an index type that are followed. */
const MAX_INDEX_TYPES = 8

/** DW_AT_ordering: the first index runs fastest, as in Fortran (DWARF 5, section 5.5). */
const DW_ORD_col_major = 1

/** The bounds of one dimension of an array. */
export interface ArrayDimension {
  /** The first index; undefined where only a running program knows. */
  readonly lower: number | undefined
  /** Number of elements; undefined where only a running program knows, or nobody. */
  readonly count: number | undefined
  /** Bytes from one element of this dimension to the next, where the compiler says (DW_AT_byte_stride). */
  readonly byteStride: number | undefined
  /** DW_TAG_subrange_type, generic_subrange or enumeration_type, with the expressions of what is dynamic. */
  readonly entry: Entry
}

/** An array of one or more dimensions. */
export class ArrayType extends TypeBase {
  /** Tells this class from those of the other types. */
  readonly kind = 'array'
  #dimensions: readonly ArrayDimension[] | undefined

  /**
   * The type of the elements.
   * @throws FormatError when the array has none
   */
  get element(): Type {
    return this.reference(DW_AT.type) ?? this.entry.fail('an array without an element type')
  }

  /**
   * The dimensions, outermost first.
   * @throws FormatError when a bound cannot be held exactly by a number
   */
  get dimensions(): readonly ArrayDimension[] {
    if (this.#dimensions === undefined) {
      const dimensions: ArrayDimension[] = []
      for (const child of this.entry.children()) {
        const isDimension =
          child.tag === DW_TAG.subrange_type ||
          child.tag === DW_TAG.enumeration_type ||
          child.tag === DW_TAG.generic_subrange
        if (isDimension) dimensions.push(dimensionOf(child))
      }
      this.#dimensions = dimensions
    }
    return this.#dimensions
  }

  /** Number of elements in each dimension, outermost first; undefined where only a running program knows, or nobody. */
  get counts(): readonly (number | undefined)[] {
    return this.dimensions.map((dimension) => dimension.count)
  }

  /** Whether the first index runs fastest in memory and not the last, as in Fortran. */
  get isColumnMajor(): boolean {
    const ordering = this.entry.number(DW_AT.ordering)
    return ordering === undefined ? this.language === 'fortran' : ordering === DW_ORD_col_major
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
    const bits = this.bitStride
    if (bits !== undefined) return bits % 8 === 0 ? bits / 8 : undefined
    return this.table.nested(this.entry, () => this.element.size)
  }

  /** Bits from one element to the next, of an array whose elements are packed closer than bytes (DW_AT_bit_stride). */
  get bitStride(): number | undefined {
    return this.entry.number(DW_AT.bit_stride)
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

  override declare(declarator: string): string {
    if (this.name !== undefined) return joined(this.spelling(), declarator)
    return this.table.nested(this.entry, () => {
      const { element, counts } = this
      switch (this.language) {
        case 'rust':
          return joined(
            counts.reduceRight((inner, count) => `[${inner}; ${count ?? '_'}]`, element.describe()),
            declarator,
          )
        case 'go':
          return joined(`${counts.map((count) => `[${count ?? ''}]`).join('')}${element.describe()}`, declarator)
      }
      if (this.isVector) {
        return element.declare(joined(`__attribute__ ((vector_size(${counts.join(',')})))`, declarator))
      }
      return element.declare(`${declarator}${counts.map((count) => `[${count ?? ''}]`).join('')}`)
    })
  }
}

function dimensionOf(range: Entry): ArrayDimension {
  const lower = range.integer(DW_AT.lower_bound)
  const isLowerDynamic = lower === undefined && range.attribute(DW_AT.lower_bound) !== undefined
  return {
    lower: isLowerDynamic || typeof lower === 'bigint' ? undefined : (lower ?? defaultLowerBound(range.unit)),
    count: countOf(range),
    byteStride: range.number(DW_AT.byte_stride),
    entry: range,
  }
}

function countOf(range: Entry): number | undefined {
  const count = range.integer(DW_AT.count)
  if (count !== undefined) return typeof count === 'number' && count >= 0 ? count : undefined
  if (range.attribute(DW_AT.count) !== undefined) return undefined
  if (range.tag === DW_TAG.enumeration_type) {
    let values = 0
    for (const child of range.children()) if (child.tag === DW_TAG.enumerator) values++
    return values
  }
  const upper = range.integer(DW_AT.upper_bound)
  const isLowerDynamic = range.attribute(DW_AT.lower_bound) !== undefined
  const lower = range.integer(DW_AT.lower_bound) ?? (isLowerDynamic ? undefined : defaultLowerBound(range.unit))
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
