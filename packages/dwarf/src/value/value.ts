/** A typed view of memory: a type, a place, and nothing read before it is asked for. */
import { type MemoryReader, UnreadableMemoryError } from '@gospy/bytes'
import type { EvaluationContext } from '../expression/evaluation-context.js'
import type { Piece } from '../expression/piece.js'
import type { Field } from '../types/field.js'
import { StructType } from '../types/struct-type.js'
import type { Type } from '../types/type.js'
import { arraySize } from './array-elements.js'
import { capacityOf, countOf, elementAt, itemsOf } from './elements.js'
import { fieldAt } from './field-path.js'
import { dynamicValue } from './go-interface.js'
import { goMapEntries } from './go-map.js'
import { locate } from './located.js'
import { readWhole } from './memory-window.js'
import { type Part, toAddress, type ValueContext } from './place.js'
import { type PlainOptions, type PlainValue, toPlain } from './plain.js'
import { printValue } from './print.js'
import { type BitRange, readInteger, readNumber } from './scalar.js'
import { type Shape, shapeOf } from './shape.js'
import { fieldsOf, variantOf } from './struct-fields.js'
import { decodeText } from './text.js'
import { toReadError, ValueError } from './value-error.js'
import type { ValueOptions } from './value-options.js'
import { textOf } from './value-text.js'

/** Structs up to this many bytes are read at once where all of their fields are asked for. */
const PREFETCH = 2 ** 16

/** Bytes of a string that are read where nothing is said. */
const MAX_TEXT = 2 ** 16

/** References that one is followed through. */
const MAX_DEPTH = 32

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
  /** @internal Dimensions of its array that are behind it. */
  readonly outer: number
  #prefetched = false

  /** @internal */
  constructor(type: Type, address: number | undefined, context: ValueContext, part: Part = {}) {
    this.type = type
    this.address = address
    this.context = context
    this.#bytes = part.bytes
    this.#bits = part.bits
    this.outer = part.outer ?? 0
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

  /**
   * The value of a type that is where the pieces say (`evaluate`): in memory, in registers, known, or some of each.
   * @param context with the memory and registers of the frame
   * @throws ValueError where a part of it is nowhere; EvaluationError for a register that the context does not know;
   * UnreadableMemoryError where a part of it is in memory that cannot be read: what is in memory as a whole is not read yet
   */
  static located(type: Type, pieces: readonly Piece[], context: EvaluationContext, options: ValueOptions = {}): Value {
    const { memory } = context
    const empty = new Value(type, undefined, { memory, options })
    const located = locate(pieces, empty.size, context, empty.littleEndian)
    if ('address' in located) return new Value(type, toAddress(located.address), { memory, options })
    return new Value(type, undefined, { memory, options }, { bytes: located.bytes })
  }

  /** What it is to somebody who looks at it: `integer`, `struct`, `pointer`, `text`, `list`, `map`, … */
  get shape(): Shape {
    return this.outer > 0 ? 'array' : shapeOf(this.type)
  }

  /**
   * Bytes of the value.
   * @throws ValueError for a type without a size
   */
  get size(): number {
    if (this.#bits !== undefined) return Math.ceil((this.#bits.offset + this.#bits.size) / 8)
    const array = this.type.resolve()
    if (array?.kind === 'array' && (this.outer > 0 || array.size === undefined)) return arraySize(this)
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
    return readNumber(this.followed())
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
    return readInteger(this.followed())
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
    const value = this.followed()
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
    const value = this.followed()
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
    return fieldsOf(this.followed())
  }

  /**
   * A field by its name or path: `stack.lo`, `points[2].x`. Leads into unnamed members, base classes and Go's embedded structs
   * without naming them, and through pointers, references and Go's interfaces.
   * @throws NameNotFoundError when there is no such field, naming those that there are
   */
  field(path: string): Value {
    return fieldAt(this, path)
  }

  /** @internal A value of a type inside of this one. */
  inside(type: Type, offset: number, part: Part = {}): Value {
    const bytes =
      offset >= 0 && this.#bytes !== undefined && offset <= this.#bytes.length
        ? this.#bytes.subarray(offset)
        : undefined
    const address = this.address === undefined ? undefined : this.address + offset
    return new Value(type, address, this.context, { ...part, bytes })
  }

  /** @internal Reads the whole value where that is little: what is asked for next is its parts, one by one. */
  prefetch(): void {
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
    return variantOf(this)
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

  /** @internal A value of a type at another address, whose bytes have been read as far as there are any. */
  copied(type: Type, address: number, bytes: Uint8Array | undefined): Value {
    return new Value(type, address, this.context, { bytes })
  }

  /** @internal A value of a type at another address. */
  elsewhere(type: Type, address: number | bigint): Value {
    if (this.context.memory === undefined) return this.fail('is a pointer, and there is no memory to follow it in')
    return new Value(type, toAddress(address), this.context)
  }

  /** @internal Itself, or for a C++ reference what it refers to: references are never looked at themselves. */
  followed(): Value {
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
    return countOf(this.followed())
  }

  /**
   * For how many elements there is room: of a slice or vector, or a Go channel.
   * @throws ValueError for anything else
   */
  get capacity(): number {
    return capacityOf(this.followed())
  }

  /**
   * The element at an index, or at one for each dimension. Indexes are those of the language: of C, Go and Rust from 0 on, of
   * Fortran from the lower bound. A pointer is taken for one to the first of many, as in C.
   * @throws ValueError for an index that there is no element for, and for what has none
   */
  at(...indexes: readonly number[]): Value {
    let value: Value = this
    for (const index of indexes) value = elementAt(value.followed(), index)
    return value
  }

  /**
   * The elements of an array, a list or the buffer of a Go channel, in order and one by one.
   * @throws ValueError for anything else
   */
  *items(): Generator<Value, void, undefined> {
    yield* itemsOf(this.followed())
  }

  /**
   * The keys and elements of a Go map, in no order that means anything, those of a map that is just growing included. Of a
   * map that is written at the same time, some may be missing or come twice.
   * @throws ValueError for anything else, and for a map that is not as the runtime has it
   */
  *entries(): Generator<readonly [key: Value, element: Value], void, undefined> {
    const value = this.followed()
    if (value.shape !== 'map') value.fail('is no map')
    yield* goMapEntries(value)
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
