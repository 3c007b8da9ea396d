/** Members of structs, classes and unions: where they lie (DWARF 5, section 5.7.6). */
import { DW_AT } from '../constants/attribute-name.js'
import { DW_TAG } from '../constants/tag.js'
import { DW_LANG } from '../constants/values.js'
import type { Attribute, Entry } from '../entry.js'
import { memberOffset } from '../expression/static-location.js'
import { NameNotFoundError } from '../name-not-found.js'
import { type Accessibility, accessibilityOf } from './accessibility.js'
import { exact } from './exact.js'
import type { Type } from './type.js'
import type { TypeTable } from './type-table.js'

/** Until Go 1.8 embedded fields are called as their type is: `*net/url.URL` is the field `URL`. */
const GO_EMBEDDED = /^\*?(?:.+\.)?(?=[^.]*$)/s

function ownName(entry: Entry): string | undefined {
  const { name } = entry
  return name !== undefined && entry.unit.language === DW_LANG.Go ? name.replace(GO_EMBEDDED, '') : name
}

interface Place {
  /** Bytes from the start of the struct; undefined where only a running program knows. */
  readonly offset: number | undefined
  readonly bitOffset: number | undefined
}

/** A base class or member of a struct, or what a path of them leads to: its place and type. */
export class Field {
  /** The member's name, or the path by which it was asked for; empty for an unnamed struct or union inside another. */
  readonly name: string
  /** The entry of the member; of the array for an element of it. */
  readonly entry: Entry
  readonly #table: TypeTable
  /** Offset of the struct that has the member as its own, from the start of the type that the path began with. */
  readonly #base: number
  #place: Place | undefined
  #type: Type | undefined

  /** @internal */
  constructor(entry: Entry, table: TypeTable, name?: string, base = 0, type?: Type, place?: Place) {
    this.entry = entry
    this.#table = table
    this.#base = base
    this.#type = type
    this.#place = place
    this.name = name ?? ownName(entry) ?? (entry.tag === DW_TAG.inheritance ? (this.type.name ?? '') : '')
  }

  /** @internal This field, as seen from a struct that holds its struct at an offset. */
  within(base: number, path: string): Field {
    return new Field(this.entry, this.#table, path, exact(this.#base + base, this.entry), this.#type, this.#place)
  }

  /** @internal An element of this field's array. */
  element(index: number, path: string): Field {
    const array = this.type.resolve()
    if (array?.kind !== 'array') {
      throw new NameNotFoundError('field', path, `'${this.name}' is ${this.type.describe()} and no array`)
    }
    const length = array.length ?? Number.MAX_SAFE_INTEGER
    if (index >= length) throw new NameNotFoundError('field', path, `'${this.name}' has only ${length} elements`)
    const { stride, element } = array
    if (stride === undefined) return this.entry.fail(`the elements of '${this.name}' have no size`)
    return new Field(this.entry, this.#table, path, this.offset, element, {
      offset: exact(index * stride, this.entry),
      bitOffset: undefined,
    })
  }

  /**
   * Offset in bytes from the start of the struct (of the type that `field(path)` was called on); of a bit-field, of the
   * byte that holds its first bit.
   * @throws FormatError where the offset is computed at run time (virtual base classes), see `isDynamic`, or a number cannot
   *   hold it exactly
   */
  get offset(): number {
    const { offset } = this.#located()
    if (offset === undefined) return this.entry.fail('the offset is computed at run time')
    return exact(this.#base + offset, this.entry)
  }

  /** Whether only a running program knows the offset. */
  get isDynamic(): boolean {
    return this.#located().offset === undefined
  }

  /** Size of the field's type in bytes (also of a bit-field); 0 for an array of unknown length at the end of a struct. */
  get size(): number {
    return this.type.size ?? 0
  }

  /** Bits of a bit-field; undefined for any other field. */
  get bitSize(): number | undefined {
    return this.entry.number(DW_AT.bit_size)
  }

  /**
   * Of a bit-field, how many bits (0 to 7) of the byte at `offset` come before it: counted from the least significant bit
   * on little-endian targets, from the most significant on big-endian ones.
   */
  get bitOffset(): number | undefined {
    return this.#located().bitOffset
  }

  /**
   * The type of the member.
   * @throws FormatError when it has none
   */
  get type(): Type {
    if (this.#type === undefined) {
      const entry = this.entry.reference(DW_AT.type)
      if (entry === undefined) return this.entry.fail('a member without a type')
      this.#type = this.#table.typeOf(entry)
    }
    return this.#type
  }

  /** Whether this is a base class and no member. */
  get isBase(): boolean {
    return this.entry.tag === DW_TAG.inheritance
  }

  /** Whether this is a virtual base class: one for the whole object, placed at run time, see `isDynamic`. */
  get isVirtual(): boolean {
    return this.entry.number(DW_AT.virtuality) === 1
  }

  /** Whether the compiler made it up, as the pointer to a table of virtual functions. */
  get isArtificial(): boolean {
    return this.entry.flag(DW_AT.artificial)
  }

  /** Who may use it: as the compiler says, else what the kind of type has by default. */
  get accessibility(): Accessibility {
    return accessibilityOf(this.entry, this.#table)
  }

  /** @internal The expression that places it at run time. */
  get placement(): Attribute | undefined {
    return this.entry.attribute(DW_AT.data_member_location)
  }

  /** A field embedded in Go's sense (DW_AT_go_embedded_field), or a base class in C++'s. */
  get embedded(): boolean {
    return this.isBase || this.entry.flag(DW_AT.go_embedded_field) || ownName(this.entry) !== this.entry.name
  }

  #located(): Place {
    this.#place ??= locate(this.entry, this)
    return this.#place
  }
}

function locate(entry: Entry, field: Field): Place {
  const start = byteOffset(entry)
  const bitSize = entry.number(DW_AT.bit_size)
  const dataBitOffset = entry.number(DW_AT.data_bit_offset)
  if (dataBitOffset !== undefined) return ofBits(dataBitOffset, bitSize)
  if (bitSize === undefined || start === undefined) return { offset: start, bitOffset: undefined }
  const bitOffset = signedBitOffset(entry)
  if (bitOffset === undefined) return { offset: start, bitOffset: 0 }
  // DWARF 2 and 3 count from the most significant bit of a storage unit (DWARF 3, section 5.6.6).
  if (!entry.unit.context.sections.littleEndian) return ofBits(exact(start * 8 + bitOffset, entry), bitSize)
  const storage = entry.number(DW_AT.byte_size) ?? field.size
  const bits = exact((start + storage) * 8 - bitOffset - bitSize, entry)
  return bits < 0 ? entry.fail('a bit-field that starts before its struct') : ofBits(bits, bitSize)
}

function ofBits(bits: number, bitSize: number | undefined): Place {
  const bitOffset = bits % 8
  return { offset: (bits - bitOffset) / 8, bitOffset: bitSize === undefined && bitOffset === 0 ? undefined : bitOffset }
}

/** DW_AT_bit_offset: negative, in as many bits as its form has, for a field that crosses its storage unit. */
function signedBitOffset(entry: Entry): number | undefined {
  const value = entry.integer(DW_AT.bit_offset)
  if (value === undefined) return undefined
  // Clang, in DW_FORM_udata and data8.
  if (typeof value === 'bigint') return Number(BigInt.asIntN(64, value))
  const { abbreviation } = entry
  const size = abbreviation.sizes[abbreviation.names.indexOf(DW_AT.bit_offset)]!
  const isNegative = (size === 1 || size === 2 || size === 4) && value >= 2 ** (size * 8 - 1)
  return isNegative ? value - 2 ** (size * 8) : value
}

function byteOffset(entry: Entry): number | undefined {
  const attribute = entry.attribute(DW_AT.data_member_location)
  switch (attribute?.class) {
    case undefined:
      return 0
    case 'constant':
      return entry.number(DW_AT.data_member_location)
    case 'block':
    case 'expression':
      return memberOffset(attribute.value as Uint8Array, entry.unit)
    default:
      return undefined
  }
}
