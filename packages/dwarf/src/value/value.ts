/** A typed view of memory: a type, a place, and nothing read before it is asked for. */
import { type MemoryReader, UnreadableMemoryError } from '@gospy/bytes'
import { DW_AT } from '../constants/attribute-name.js'
import type { Entry } from '../entry.js'
import { NameNotFoundError } from '../name-not-found.js'
import type { Field } from '../types/field.js'
import { StructType } from '../types/struct-type.js'
import type { Type } from '../types/type.js'
import { type Dimension, dimensionsOf } from './array-layout.js'
import { computed, computedOf } from './computed.js'
import { channelOf } from './go-channel.js'
import { dynamicValue } from './go-interface.js'
import { goMapEntries, goMapLength } from './go-map.js'
import { type List, listOf } from './list.js'
import { readWhole } from './memory-window.js'
import { type PlainOptions, type PlainValue, toPlain } from './plain.js'
import { printValue } from './print.js'
import { type BitRange, readInteger, readNumber } from './scalar.js'
import { type Shape, shapeOf } from './shape.js'
import { decodeText } from './text.js'
import { toReadError, ValueError } from './value-error.js'
import type { ValueOptions } from './value-options.js'
import { textOf } from './value-text.js'

/** Structs up to this many bytes are read at once where all of their fields are asked for. */
const PREFETCH = 2 ** 16

/** Bytes of a list that are read with its first element. */
const FIRST_BLOCK = 2 ** 10

/** Bytes of a string that are read where nothing is said. */
const MAX_TEXT = 2 ** 16

/** Unnamed members, base classes and pointers that one name is looked for through. */
const MAX_DEPTH = 32

/** A name in a path, or an index. */
const STEP = /^\.?([^.[\]]+)|^\[(-?\d+)\]/

/** A field of a value, with its name. */
export interface FieldValue {
  /** Empty for an unnamed struct or union inside another. */
  readonly name: string
  readonly value: Value
  /** Its place in the type. */
  readonly field: Field
}

/** The variant that is there, of a type that has several. */
export interface VariantValue {
  /** The variant's name: `Some` of `Option<i32>`. */
  readonly name: string
  /** What it holds: a struct of the variant's fields. */
  readonly value: Value
}

/** What the values that come of one another share. */
export interface ValueContext {
  readonly memory: MemoryReader | undefined
  readonly options: ValueOptions
}

/** Where a value lies, as far as it is not a whole object in memory. */
interface Part {
  /** The bytes from its start on, where they have been read. */
  readonly bytes?: Uint8Array | undefined
  readonly bits?: BitRange | undefined
  /** Dimensions of its array that are behind it: `matrix[1]` is no type of its own. */
  readonly outer?: number
}

/**
 * A value: a type at an address, or over bytes. Making one reads nothing; what is asked for is read then, and kept: make a new one
 * to look again. What cannot be read is an error of that value alone: the others next to it are as good as before.
 *
 * Methods throw
 * - UnreadableMemoryError where the memory is not there,
 * - ValueError where the value is not what it is asked for, as a number of a struct,
 * - NameNotFoundError for a field that is not there,
 * - FormatError where the debugging information is malformed.
 * `error`, `toJS` and `toString` throw none of these: they say so in their result.
 */
export class Value {
  /** The type, as declared: typedefs and qualifiers included. */
  readonly type: Type
  /** Where it lies; undefined for a view over plain bytes. Of a bit-field, the byte that holds its first bit. */
  readonly address: number | undefined
  /** @internal */
  readonly context: ValueContext
  #bytes: Uint8Array | undefined
  readonly #bits: BitRange | undefined
  readonly #outer: number
  #prefetched = false

  /** @internal */
  constructor(type: Type, address: number | undefined, context: ValueContext, part: Part = {}) {
    this.type = type
    this.address = address
    this.context = context
    this.#bytes = part.bytes
    this.#bits = part.bits
    this.#outer = part.outer ?? 0
  }

  /**
   * The value of a type at an address: of a position-independent program, that is the linked address and the load bias.
   * @throws ValueError for an address above 2^53, which no reader of memory takes
   */
  static at(type: Type, memory: MemoryReader, address: number | bigint, options: ValueOptions = {}): Value {
    return new Value(type, toAddress(address), { memory, options })
  }

  /** The value of a type in bytes that start with it. Pointers in it lead nowhere. */
  static of(type: Type, bytes: Uint8Array, options: ValueOptions = {}): Value {
    return new Value(type, undefined, { memory: undefined, options }, { bytes })
  }

  /** What it is to somebody who looks at it: `integer`, `struct`, `pointer`, `text`, `list`, `map`, … */
  get shape(): Shape {
    return this.#outer > 0 ? 'array' : shapeOf(this.type)
  }

  /**
   * Bytes of the value.
   * @throws ValueError for a type without a size
   */
  get size(): number {
    if (this.#bits !== undefined) return Math.ceil((this.#bits.offset + this.#bits.size) / 8)
    const array = this.type.resolve()
    if (array?.kind === 'array' && (this.#outer > 0 || array.size === undefined)) return this.#arraySize()
    const size = (array instanceof StructType ? array.definition : this.type)?.size
    return size ?? this.fail('has no size')
  }

  /** The bytes of the value, read when first asked for. Of a bit-field, those that hold its bits. */
  bytes(): Uint8Array {
    const { size } = this
    const known = this.#bytes
    if (known !== undefined && known.length >= size) return known.subarray(0, size)
    const { memory } = this.context
    if (memory === undefined || this.address === undefined)
      return this.fail('lies outside of the bytes that were given')
    this.#bytes = readWhole(memory, this.address, size)
    return this.#bytes
  }

  /** Why the value cannot be read; undefined where it can. Says nothing of what it points to. */
  get error(): Error | undefined {
    try {
      this.bytes()
      return undefined
    } catch (error) {
      return toReadError(error)
    }
  }

  /** Throws a ValueError that names the type and place. */
  fail(reason: string): never {
    const place = this.address === undefined ? '' : ` at 0x${this.address.toString(16)}`
    throw new ValueError(`${this.type.describe()}${place} ${reason}`)
  }

  // Scalars

  /**
   * A number: of integers, characters, enumerations, floating-point numbers (the nearest double) and pointers; 0 or 1 of truth
   * values.
   * @throws ValueError for anything else, and for an integer that a number cannot hold exactly
   */
  number(): number {
    return readNumber(this.#followed())
  }

  /**
   * An integer of any size: of integers, characters, enumerations, truth values, and pointers.
   * @throws ValueError for anything else
   */
  bigint(): bigint {
    return BigInt(this.integer())
  }

  /** As `bigint`, but a number where that is exact. */
  integer(): number | bigint {
    return readInteger(this.#followed())
  }

  /**
   * A truth value: of truth values, integers and pointers whether they are not zero.
   * @throws ValueError for anything else
   */
  bool(): boolean {
    const value = this.integer()
    return typeof value === 'bigint' ? value !== 0n : value !== 0
  }

  /**
   * The name of an enumeration's value; undefined where the enumeration has none for it.
   * @throws ValueError for anything else
   */
  enumerator(): string | undefined {
    const value = this.#followed()
    const type = value.type.resolve()
    return type?.kind === 'enum' ? type.nameOf(value.integer()) : value.fail('is no enumeration')
  }

  /** @internal Of a bit-field, which bits. */
  get bits(): BitRange | undefined {
    return this.#bits
  }

  // Text

  /**
   * The text of a string: Go's, Rust's (str, String), a pointer to characters or an array of them (up to the zero), or
   * Fortran's. A text that goes on behind `maxBytes` ends in `…`.
   * @throws ValueError for anything else, and for a null pointer
   */
  string(maxBytes: number = MAX_TEXT): string {
    const value = this.#followed()
    const text = textOf(value, maxBytes) ?? value.fail('is no string')
    return decodeText(text.bytes, text.width, value.littleEndian) + (text.isCut ? '…' : '')
  }

  /** @internal */
  get littleEndian(): boolean {
    return this.type.entry.unit.context.sections.littleEndian
  }

  // Structs

  /**
   * The fields of a struct, base classes included, in the order of the source; of a type with variants, those of the variant
   * that is there. Reads the struct at once.
   * @throws ValueError for what has no fields
   */
  fields(): readonly FieldValue[] {
    const value = this.#followed()
    if (value.shape === 'variants') {
      const variant = value.variant()
      return [...value.#own(), ...(variant?.value.fields() ?? [])]
    }
    return value.#own()
  }

  #own(): readonly FieldValue[] {
    const struct = this.#struct() ?? this.fail('has no fields')
    this.#prefetch()
    return struct.fields.map((field) => ({ name: field.name, value: this.#fieldValue(field), field }))
  }

  #struct(): StructType | undefined {
    const type = this.type.resolve()
    if (!(type instanceof StructType)) return undefined
    return type.definition ?? this.fail('is only declared')
  }

  /**
   * A field by its name or path: `stack.lo`, `points[2].x`. Leads into unnamed members, base classes and Go's embedded structs
   * without naming them, and through pointers, references and Go's interfaces.
   * @throws NameNotFoundError when there is no such field, naming those that there are
   */
  field(path: string): Value {
    let value: Value = this
    let rest = path
    while (rest !== '') {
      const step = STEP.exec(rest)
      if (step === null) throw new NameNotFoundError('field', path, 'a path has names, dots and indexes in brackets')
      value = step[1] === undefined ? value.at(Number(step[2])) : value.#member(step[1])
      rest = rest.slice(step[0].length)
    }
    return value
  }

  #member(name: string): Value {
    let value: Value = this.#followed()
    for (let steps = 0; steps < MAX_DEPTH; steps++) {
      if (value.shape === 'pointer') value = value.deref().#followed()
      else if (value.shape === 'interface') value = value.deref().#followed()
      else break
    }
    const found = value.#find(name, new Set())
    if (found !== undefined) return found
    // What a type says of a missing field names those that there are.
    value.type.field(name)
    return value.fail(`has no field '${name}'`)
  }

  #find(name: string, visited: Set<StructType>): Value | undefined {
    const struct = this.#struct()
    if (struct === undefined || visited.has(struct)) return undefined
    visited.add(struct)
    const own = struct.fields.find((field) => field.name === name)
    if (own !== undefined) return this.#fieldValue(own)
    for (const field of struct.fields) {
      if (field.name !== '' && !field.embedded) continue
      const inner = field.type.resolve()
      if (!(inner instanceof StructType)) continue
      const found = this.#fieldValue(field).#find(name, visited)
      if (found !== undefined) return found
    }
    const variant = this.variant()
    return variant === undefined ? undefined : variant.value.#find(name, visited)
  }

  /** @internal A field of this struct's type. */
  fieldValue(field: Field): Value {
    return this.#fieldValue(field)
  }

  #fieldValue(field: Field): Value {
    const { bitSize } = field
    if (bitSize === undefined) return this.#inside(field.type, this.#offsetOf(field))
    return this.#inside(field.type, field.offset, { bits: { offset: field.bitOffset ?? 0, size: bitSize } })
  }

  #offsetOf(field: Field): number {
    if (!field.isDynamic) return field.offset
    const { address } = this
    const { placement } = field
    const place =
      address === undefined || placement === undefined ? undefined : computed(placement, address, this.context)
    if (place === undefined) return this.fail(`has '${field.name}' at a place that only a running program knows`)
    return Number(place) - address!
  }

  /** @internal A value of a type inside of this one. */
  inside(type: Type, offset: number): Value {
    return this.#inside(type, offset)
  }

  #inside(type: Type, offset: number, part: Part = {}): Value {
    const bytes =
      offset >= 0 && this.#bytes !== undefined && offset <= this.#bytes.length
        ? this.#bytes.subarray(offset)
        : undefined
    const address = this.address === undefined ? undefined : this.address + offset
    return new Value(type, address, this.context, { ...part, bytes })
  }

  /** Reads the whole value where that is little: what is asked for next is its parts, one by one. */
  #prefetch(): void {
    if (this.#prefetched || this.context.memory === undefined) return
    this.#prefetched = true
    try {
      if (this.size <= PREFETCH) this.bytes()
    } catch (error) {
      // Part of it may be readable still: each part says for itself.
      if (!(error instanceof UnreadableMemoryError || error instanceof ValueError)) throw error
    }
  }

  /**
   * The variant that is there; undefined for a type without variants, or where no variant has the discriminant that is there.
   * @throws UnreadableMemoryError when the discriminant cannot be read
   */
  variant(): VariantValue | undefined {
    const part = this.#struct()?.variantPart
    if (part === undefined) return undefined
    const { discriminant, variants } = part
    const chosen = discriminant === undefined ? variants[0] : part.select(this.#fieldValue(discriminant).integer())
    const field = chosen?.fields[0]
    // Variants of other languages than Rust hold fields and not one struct: the struct itself is what there is to show.
    return field === undefined ? undefined : { name: field.name, value: this.#fieldValue(field) }
  }

  // Pointers

  /**
   * What a pointer or reference points to, or a Go interface holds. Reads the pointer, and nothing behind it.
   * @throws ValueError for a null pointer, a pointer to nothing (`void *`, functions), and what is no pointer
   */
  deref(): Value {
    const { shape } = this
    if (shape === 'interface') return dynamicValue(this) ?? this.fail('is nil, or holds a type that is not known')
    const type = this.type.resolve()
    if (type === undefined || !('target' in type) || (shape !== 'pointer' && shape !== 'reference'))
      return this.fail('is no pointer')
    return this.pointee(type.target ?? this.fail('points to nothing of a type'))
  }

  /**
   * @internal What lies where this pointer points to, as a value of another type than it says.
   * @throws ValueError for a null pointer, and one that memory cannot be read at
   */
  pointee(type: Type): Value {
    const address = readInteger(this)
    if (address === 0) return this.fail('is a null pointer')
    return this.elsewhere(type, address)
  }

  /** @internal A value of this one's type at another address, whose bytes have been read. */
  copied(address: number, bytes: Uint8Array): Value {
    return new Value(this.type, address, this.context, { bytes })
  }

  /** @internal A value of a type at another address. */
  elsewhere(type: Type, address: number | bigint): Value {
    if (this.context.memory === undefined) return this.fail('is a pointer, and there is no memory to follow it in')
    return new Value(type, toAddress(address), this.context)
  }

  /** Itself, or for a C++ reference what it refers to: references are never looked at themselves. */
  #followed(): Value {
    let value: Value = this
    for (let steps = 0; value.shape === 'reference'; steps++) {
      if (steps === MAX_DEPTH) return value.fail('is a reference to a reference without end')
      value = value.deref()
    }
    return value
  }

  // Arrays, lists, maps

  /**
   * Number of elements: of an array (its outermost dimension), a slice, a Go map or channel; of a Go string, its bytes.
   * Undefined for an array of a length that nobody knows.
   * @throws ValueError for anything else
   */
  get length(): number | undefined {
    const value = this.#followed()
    switch (value.shape) {
      case 'array':
        return value.#dimension().count
      case 'list':
      case 'text':
        return listOf(value).length
      case 'map':
        return goMapLength(value)
      case 'channel':
        return channelOf(value)?.length ?? 0
      default:
        return value.fail('has no elements')
    }
  }

  /**
   * For how many elements there is room: of a slice or vector, or a Go channel.
   * @throws ValueError for anything else
   */
  get capacity(): number {
    const value = this.#followed()
    if (value.shape === 'channel') return channelOf(value)?.capacity ?? 0
    if (value.shape === 'list') return listOf(value).capacity
    return value.fail('has no capacity')
  }

  /**
   * The element at an index, or at one for each dimension. Indexes are those of the language: of C, Go and Rust from 0 on, of
   * Fortran from the lower bound. A pointer is taken for one to the first of many, as in C.
   * @throws ValueError for an index that there is no element for, and for what has none
   */
  at(...indexes: readonly number[]): Value {
    let value: Value = this
    for (const index of indexes) value = value.#element(index)
    return value
  }

  #element(index: number): Value {
    if (!Number.isSafeInteger(index)) throw new ValueError(`${index} is no index`)
    const value = this.#followed()
    switch (value.shape) {
      case 'array': {
        const dimension = value.#dimension()
        const at = index - dimension.lower
        const { count } = dimension
        if (at < 0 || (count !== undefined && at >= count)) return value.fail(`has no element ${index}`)
        return value.#arrayElement(dimension, at)
      }
      case 'list':
        return listElement(value, listOf(value), index)
      case 'channel': {
        const channel = channelOf(value)
        return channel !== undefined && index >= 0 && index < channel.length
          ? channel.at(index)
          : value.fail(`has no element ${index}`)
      }
      case 'pointer': {
        const first = value.deref()
        return first.elsewhere(first.type, first.address! + index * first.size)
      }
      default:
        return value.fail('has no elements')
    }
  }

  /**
   * The elements of an array, a list or the buffer of a Go channel, in order and one by one.
   * @throws ValueError for anything else
   */
  *items(): Generator<Value, void, undefined> {
    const value = this.#followed()
    switch (value.shape) {
      case 'array': {
        value.#prefetch()
        const dimension = value.#dimension()
        for (let at = 0; at < (dimension.count ?? 0); at++) yield value.#arrayElement(dimension, at)
        return
      }
      case 'list': {
        yield* listItems(value, listOf(value))
        return
      }
      case 'channel': {
        const channel = channelOf(value)
        for (let at = 0; channel !== undefined && at < channel.length; at++) yield channel.at(at)
        return
      }
      default:
        value.fail('has no elements')
    }
  }

  /**
   * The keys and elements of a Go map, in no order that means anything, those of a map that is just growing included. Of a
   * map that is written at the same time, some may be missing or come twice.
   * @throws ValueError for anything else, and for a map that is not as the runtime has it
   */
  *entries(): Generator<readonly [key: Value, element: Value], void, undefined> {
    const value = this.#followed()
    if (value.shape !== 'map') value.fail('is no map')
    yield* goMapEntries(value)
  }

  /** @internal Whether the elements of this array are no arrays themselves, but for their own type. */
  get isInnermost(): boolean {
    const array = this.type.resolve()
    return array?.kind === 'array' && this.#outer === array.dimensions.length - 1
  }

  #dimensions(): readonly Dimension[] {
    const array = this.type.resolve()
    if (array?.kind !== 'array') return this.fail('is no array')
    return dimensionsOf(array, (entry, name) => this.#evaluate(entry, name))
  }

  #evaluate(entry: Entry, name: number): bigint | undefined {
    return computedOf(entry, name, this.address ?? 0, this.context)
  }

  #dimension(): Dimension {
    return this.#dimensions()[this.#outer] ?? this.fail('is an array without bounds')
  }

  #arrayElement(dimension: Dimension, at: number): Value {
    const array = this.type.resolve()
    if (array?.kind !== 'array') return this.fail('is no array')
    const bits = at * dimension.strideBits
    const outer = this.#outer + 1
    // The data of an array with a descriptor lies elsewhere (DWARF 5, section 5.18.1).
    const isElsewhere = this.#outer === 0 && array.entry.attribute(DW_AT.data_location) !== undefined
    const start = isElsewhere ? this.elsewhere(this.type, this.#dataLocation(array.entry)) : this
    if (outer < array.dimensions.length) return start.#inside(this.type, bits / 8, { outer })
    const { bitStride } = array
    if (bitStride === undefined || bitStride % 8 === 0) return start.#inside(array.element, bits / 8)
    const offset = bits % 8
    return start.#inside(array.element, (bits - offset) / 8, { bits: { offset, size: bitStride } })
  }

  #dataLocation(array: Entry): number | bigint {
    return this.#evaluate(array, DW_AT.data_location) ?? this.fail('lies at a place that only a running program knows')
  }

  #arraySize(): number {
    let bits: number | undefined
    for (const dimension of this.#dimensions().slice(this.#outer)) {
      if (dimension.count === undefined) return this.fail('has a length that is not known')
      bits = Math.max(bits ?? 0, dimension.count * dimension.strideBits)
    }
    return bits === undefined ? this.fail('is an array without bounds') : Math.ceil(bits / 8)
  }

  // As a whole

  /**
   * The value as plain data: numbers, strings, arrays and objects. Pointers are followed and become what they point to, null,
   * or their address as a string (`0x7f00…`) where they lead too deep or back; integers that a number cannot hold are bigints.
   * What cannot be read is `{ error }`, what is left out `{ more }`.
   */
  toJS(options: PlainOptions = {}): PlainValue {
    return toPlain(this, options)
  }

  /** The value as a debugger prints it: GDB for C, C++ and Rust, Delve for Go. Pointers are not followed, but to characters. */
  toString(): string {
    return printValue(this)
  }
}

/** An address that memory can be read at. */
function toAddress(address: number | bigint): number {
  const number = Number(address)
  if (Number.isSafeInteger(number) && number >= 0) return number
  throw new ValueError(`unreadable at 0x${address.toString(16)}: no address below 2^53`)
}

function listElement(value: Value, list: List, index: number): Value {
  if (!(index >= 0 && index < list.length)) return value.fail(`has no element ${index}: it has ${list.length}`)
  return value.elsewhere(list.element, list.address + index * list.stride)
}

/** The elements of a list, read many at once. */
function* listItems(value: Value, list: List): Generator<Value, void, undefined> {
  const { memory } = value.context
  // Little at first: of many lists, only some elements are asked for.
  let wanted = FIRST_BLOCK
  for (let first = 0, count = 0; first < list.length; first += count, wanted = Math.min(wanted * 4, PREFETCH)) {
    count = Math.min(Math.max(1, Math.floor(wanted / Math.max(1, list.stride))), list.length - first)
    const bytes = memory === undefined ? undefined : readWhatThereIs(memory, list, first, count)
    for (let at = first; at < first + count; at++) {
      const address = list.address + at * list.stride
      yield new Value(list.element, address, value.context, { bytes: bytes?.subarray((at - first) * list.stride) })
    }
  }
}

function readWhatThereIs(memory: MemoryReader, list: List, first: number, count: number): Uint8Array | undefined {
  if (count * list.stride > PREFETCH) return undefined
  const bytes = new Uint8Array(count * list.stride)
  return bytes.subarray(0, memory.read(list.address + first * list.stride, bytes))
}
