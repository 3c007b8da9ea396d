/** An expression (DWARF 5, section 2.5): its bytes, and what they depend on. */
import { Cursor, plainBytes } from '@gospy/bytes'
import type { Attribute } from '../entry.js'
import type { Encoding } from '../form-size.js'
import type { Unit } from '../unit.js'
import { type Operation, readOperation } from './operation.js'

/** What the bytes of an expression do not say: of the file or unit that it is from. */
export interface ExpressionEncoding {
  /** Bytes of an address on the target: 2, 4 or 8. */
  addressSize: number
  /** Byte order; little-endian unless said otherwise. */
  littleEndian?: boolean
  /** Bytes of an offset into a section; 4 unless said otherwise. */
  offsetSize?: 4 | 8
  /** DWARF version of the unit; 5 unless said otherwise. It matters to the size of references of version 2 only. */
  version?: number
}

/** Part of a section: for errors that name the place in the file. */
interface Range {
  readonly bytes: Uint8Array
  readonly start: number
  readonly end: number
  readonly section: string
}

/** The bytes of an expression, decoded when asked for. `evaluate` computes it, `describeExpression` prints it. */
export class Expression {
  /** Bytes of an address and an offset, and the DWARF version. */
  readonly encoding: Encoding
  /** Byte order. */
  readonly littleEndian: boolean
  /** The unit that its operands refer into; undefined for those of call frame information, which have none. */
  readonly unit: Unit | undefined
  readonly #range: Range

  private constructor(range: Range, encoding: Encoding, littleEndian: boolean, unit: Unit | undefined) {
    this.#range = range
    this.encoding = encoding
    this.littleEndian = littleEndian
    this.unit = unit
  }

  /** An expression of no unit: of call frame information, or assembled by hand. */
  static from(bytes: Uint8Array, encoding: ExpressionEncoding): Expression {
    const { addressSize, offsetSize = 4, version = 5, littleEndian = true } = encoding
    const range = { bytes: plainBytes(bytes), start: 0, end: bytes.length, section: 'location expression' }
    return new Expression(range, { addressSize, offsetSize, version }, littleEndian, undefined)
  }

  /** The next `length` bytes at a cursor over a section, which moves behind them. @internal */
  static read(cursor: Cursor, length: number, unit: Unit): Expression {
    const start = cursor.offset
    cursor.skip(length)
    const range = { bytes: cursor.bytes, start, end: cursor.offset, section: cursor.section }
    return new Expression(range, unit, cursor.littleEndian, unit)
  }

  /** The expression that is an attribute's value, or undefined for an attribute of another class than expression or block. */
  static of(attribute: Attribute): Expression | undefined {
    if (attribute.class !== 'expression' && attribute.class !== 'block') return undefined
    const { unit } = attribute
    const value = attribute.value as Uint8Array
    // A block's bytes are a view of its section's.
    const section = unit.bytes
    const start = value.byteOffset - section.byteOffset
    return Expression.read(unit.cursor(start), value.length, unit)
  }

  /** The bytes. */
  get bytes(): Uint8Array {
    const { bytes, start, end } = this.#range
    return bytes.subarray(start, end)
  }

  /** Length in bytes. */
  get length(): number {
    return this.#range.end - this.#range.start
  }

  /** @internal An expression that stands inside of this one: a block among its operands. */
  inner(bytes: Uint8Array): Expression {
    const start = bytes.byteOffset - this.#range.bytes.byteOffset
    const range = { ...this.#range, start, end: start + bytes.length }
    return new Expression(range, this.encoding, this.littleEndian, this.unit)
  }

  /** @internal A cursor over the expression, whose offsets are those of the section. */
  cursor(): Cursor {
    const { bytes, start, end, section } = this.#range
    return new Cursor(bytes, { section, littleEndian: this.littleEndian, offset: start, end })
  }

  /** @internal Offset of the first byte in the cursor's terms. */
  get start(): number {
    return this.#range.start
  }

  /**
   * Its operations, one after another, in the order of the bytes (branches are not followed).
   * @throws FormatError for an unknown operation, or operands that run past the end; those before it were given
   */
  *operations(): Generator<Operation, void, undefined> {
    const cursor = this.cursor()
    while (!cursor.atEnd) yield readOperation(cursor, this.#range.start, this.encoding)
  }
}
