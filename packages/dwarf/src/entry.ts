/** Entries (DIEs) as objects: decoded attribute by attribute, when asked. */
import { FormatError } from '@gospy/bytes'
import type { Abbreviation } from './abbreviation.js'
import { type AttributeClass, type AttributeValue, attributeClass, readAttributeValue } from './attribute-value.js'
import { DW_AT } from './constants/attribute-name.js'
import { describeAttribute, describeForm, describeTag } from './constants/describe.js'
import { DW_FORM } from './constants/form.js'
import { EntryReader } from './entry-reader.js'
import { readIndirectForm, skipValues } from './form-size.js'
import type { AddressRange } from './range/address-range.js'
import { entryRanges } from './range/entry-ranges.js'
import type { Unit } from './unit.js'

const INTEGERS: ReadonlySet<AttributeClass> = new Set(['constant', 'offset', 'index'])

/** One attribute of an entry; its value is decoded when asked for. */
export class Attribute {
  /** The unit it belongs to. */
  readonly unit: Unit
  /** DW_AT. */
  readonly name: number
  /** DW_FORM; where that was DW_FORM_indirect, the form it led to. */
  readonly form: number
  /** Offset of the value's bytes in the unit's section. */
  readonly offset: number
  readonly #implicit: number | bigint | undefined

  /** @internal */
  constructor(unit: Unit, name: number, form: number, offset: number, implicit: number | bigint | undefined) {
    this.unit = unit
    this.name = name
    this.form = form
    this.offset = offset
    this.#implicit = implicit
  }

  /** What kind of value this is: it tells the type of `value`. */
  get class(): AttributeClass {
    return attributeClass(this.form)
  }

  /**
   * The value, references made absolute, strings and addresses looked up: see `AttributeClass` for what comes as what.
   * @throws FormatError for an unknown form, or what lies outside the unit or the section it refers to
   */
  get value(): AttributeValue {
    return readAttributeValue(this.unit, this.form, this.offset, this.#implicit)
  }
}

/** A debugging information entry: a type, a variable, a function, a member, … */
export class Entry {
  /** The unit it belongs to. */
  readonly unit: Unit
  /** Offset in the unit's section: unique there, and what references to this entry hold. */
  readonly offset: number
  /** Its shape: tag, and the names and forms of its attributes. */
  readonly abbreviation: Abbreviation
  readonly #attributesOffset: number

  /** @internal */
  constructor(unit: Unit, offset: number, abbreviation: Abbreviation, attributesOffset: number) {
    this.unit = unit
    this.offset = offset
    this.abbreviation = abbreviation
    this.#attributesOffset = attributesOffset
  }

  /** DW_TAG. */
  get tag(): number {
    return this.abbreviation.tag
  }

  /** Whether entries below it follow: also true for one whose list of children is empty. */
  get hasChildren(): boolean {
    return this.abbreviation.hasChildren
  }

  /** DW_AT_name, or undefined where there is none. */
  get name(): string | undefined {
    return this.string(DW_AT.name)
  }

  /** The attribute of that name (DW_AT), or undefined where the entry has none. */
  attribute(name: number): Attribute | undefined {
    const index = this.abbreviation.names.indexOf(name)
    if (index < 0) return undefined
    const { unit, abbreviation } = this
    const cursor = unit.at(this.#attributesOffset)
    skipValues(cursor, abbreviation.sizes, index, unit)
    return this.#attributeAt(index, cursor.offset)
  }

  /** All attributes, in the order of the file. */
  attributes(): Attribute[] {
    const { unit, abbreviation } = this
    const attributes: Attribute[] = []
    let offset = this.#attributesOffset
    for (let index = 0; index < abbreviation.names.length; index++) {
      attributes.push(this.#attributeAt(index, offset))
      const cursor = unit.at(offset)
      skipValues(cursor, [abbreviation.sizes[index]!], 1, unit)
      offset = cursor.offset
    }
    return attributes
  }

  #attributeAt(index: number, offset: number): Attribute {
    const { unit, abbreviation } = this
    const name = abbreviation.names[index]!
    const form = abbreviation.forms[index]!
    if (form !== DW_FORM.indirect) {
      return new Attribute(unit, name, form, offset, abbreviation.implicitValues?.get(index))
    }
    const cursor = unit.at(offset)
    const actual = readIndirectForm(cursor)
    return new Attribute(unit, name, actual, cursor.offset, undefined)
  }

  /** The value of an attribute, or undefined where the entry has none of that name. */
  value(name: number): AttributeValue | undefined {
    return this.attribute(name)?.value
  }

  /** A string attribute, or undefined where there is none, or it is of another class. */
  string(name: number): string | undefined {
    const attribute = this.attribute(name)
    return attribute?.class === 'string' ? (attribute.value as string) : undefined
  }

  /**
   * A constant, offset or index as a number, or undefined where there is none, or it is of another class.
   * @throws FormatError when the value cannot be held exactly by a number
   */
  number(name: number): number | undefined {
    const value = this.integer(name)
    if (typeof value === 'bigint') this.fail(`${describeAttribute(name)} is ${value}: too large for a number`)
    return value
  }

  /** As `number`, but a value that a number cannot hold exactly comes as a bigint. */
  integer(name: number): number | bigint | undefined {
    const attribute = this.attribute(name)
    // The class is looked at first: decoding an address or string may need this very attribute of the root.
    if (attribute === undefined || !INTEGERS.has(attribute.class)) return undefined
    const { value } = attribute
    return typeof value === 'number' || typeof value === 'bigint' ? value : undefined
  }

  /** A flag; false where there is none. */
  flag(name: number): boolean {
    const attribute = this.attribute(name)
    return attribute?.class === 'flag' && attribute.value === true
  }

  /** An address, or undefined where there is none, or it is of another class (as high_pc, which is mostly a length). */
  address(name: number): bigint | undefined {
    const attribute = this.attribute(name)
    return attribute?.class === 'address' ? (attribute.value as bigint) : undefined
  }

  /** The bytes of a block or location expression, or undefined where there is none, or it is of another class. */
  block(name: number): Uint8Array | undefined {
    const attribute = this.attribute(name)
    if (attribute?.class !== 'block' && attribute?.class !== 'expression') return undefined
    return attribute.value as Uint8Array
  }

  /**
   * The entry that an attribute refers to, in this or another unit or the supplementary file (dwz), or undefined where there is
   * no such attribute.
   * @throws FormatError when there is no entry where it points to, and when the supplementary file was not given
   */
  reference(name: number): Entry | undefined {
    const attribute = this.attribute(name)
    if (attribute === undefined) return undefined
    const { unit } = this
    switch (attribute.class) {
      case 'reference': {
        const section = attribute.form === DW_FORM.ref_addr ? '.debug_info' : unit.section
        const offset = attribute.value as number
        // Nearly all references stay within the unit: no search for it then.
        if (section === unit.section && offset >= unit.entriesOffset && offset < unit.end) return unit.entry(offset)
        return unit.context.entryAt(offset, section)
      }
      case 'signature': {
        const signature = attribute.value as bigint
        const entry = unit.context.entryOfSignature(signature)
        return entry ?? this.fail(`no type unit has the signature 0x${signature.toString(16)}`)
      }
      case 'supplementary':
        return unit.supplementary.entry(attribute.value as number)
      default:
        return this.fail(`${describeAttribute(name)} is no reference but ${describeForm(attribute.form)}`)
    }
  }

  /**
   * The addresses of the code that it is about (a unit's root, a function, a block): DW_AT_low_pc and high_pc, or DW_AT_ranges, in
   * the order of the file. None where it says nothing of its code, or the linker left that out.
   * @throws FormatError when a list of ranges is malformed
   */
  ranges(): AddressRange[] {
    return [...entryRanges(this)]
  }

  /** A reader that stands on this entry: `next()` goes on with its children, or what follows it. */
  reader(): EntryReader {
    const reader = new EntryReader(this.unit, this.offset)
    reader.next()
    return reader
  }

  /** The entry's children, in the order of the file; what lies below them is stepped over. */
  *children(): Generator<Entry, void, undefined> {
    if (!this.hasChildren) return
    const reader = this.reader()
    while (reader.next() && reader.depth === 1) {
      const child = reader.entry()
      yield child
      reader.skipChildren()
    }
  }

  /** Throws a FormatError that names this entry's place. */
  fail(reason: string): never {
    throw new FormatError(`${describeTag(this.tag)}: ${reason}`, { section: this.unit.section, offset: this.offset })
  }
}
