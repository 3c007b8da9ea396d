/**
 * .debug_names (DWARF 5, sections 6.1.1 and 7.19): a hash table of the names in one or more units, each with its entries. A
 * lookup reads one bucket; nothing else is decoded.
 */
import { type Cursor, decodeUtf8, FormatError } from '@gospy/bytes'
import { DW_FORM } from '../constants/form.js'
import { DW_IDX } from '../constants/name-index.js'
import { readInitialLength } from '../initial-length.js'
import { readUnsigned } from '../leb128.js'
import type { Sections } from '../sections.js'
import { hashOfName } from './name-hash.js'

const SECTION = '.debug_names'

/** Most attributes of one abbreviation: there are seven names. */
const MAX_ATTRIBUTES = 64

/** What the index says of one entry that has a name. */
export interface IndexedName {
  /** Offset of this piece of information in the pool of entries, from the pool's start; `parent` refers to it. */
  readonly poolOffset: number
  /** DW_TAG. */
  readonly tag: number
  /** Offset in .debug_info of the unit that has the entry; undefined for one of a type unit in another file. */
  readonly unit: number | undefined
  /** Of an entry of a type unit in a split file: the unit's signature. */
  readonly typeSignature: bigint | undefined
  /** Offset of the entry from the start of its unit. */
  readonly dieOffset: number | undefined
  /**
   * Where the pool describes the entry around this one (DW_IDX_parent); `none` where that has no name in the index,
   * undefined where the index does not say.
   */
  readonly parent: number | 'none' | undefined
  /** All attributes: DW_IDX, DW_FORM and the value (0 and 1 for flags). */
  readonly attributes: readonly (readonly [name: number, form: number, value: number | bigint])[]
}

export interface NameAbbreviation {
  readonly tag: number
  readonly attributes: readonly (readonly [name: number, form: number])[]
}

/** One name index: a linker may leave one for each unit, or join them. */
export class DebugNames {
  /** Offset of the header in .debug_names. */
  readonly offset: number
  /** Offset of the first byte behind the index. */
  readonly end: number
  /** 32- or 64-bit DWARF. */
  readonly format: 32 | 64
  /** Version of the format: 5. */
  readonly version: number
  /** Who made the index: `LLVM0700`. */
  readonly augmentation: string
  /** Number of compilation units, and of type units in this file and in split ones. */
  readonly unitCount: number
  readonly localTypeUnitCount: number
  readonly foreignTypeUnitCount: number
  /** Number of buckets of the hash table; 0 where there is none. */
  readonly bucketCount: number
  /** Number of different names. */
  readonly nameCount: number
  readonly #sections: Sections
  readonly #cursor: Cursor
  readonly #offsetSize: 4 | 8
  readonly #units: number
  readonly #buckets: number
  readonly #hashes: number
  readonly #strings: number
  readonly #entries: number
  readonly #abbreviationsStart: number
  readonly #pool: number
  #shapes: Map<number, NameAbbreviation> | undefined

  private constructor(sections: Sections, cursor: Cursor) {
    this.#sections = sections
    const { offset, end, format, offsetSize } = readInitialLength(cursor)
    this.offset = offset
    this.end = end
    this.format = format
    this.#offsetSize = offsetSize
    this.version = cursor.u16()
    if (this.version !== 5) cursor.fail(`a name index of version ${this.version} (5 is known)`, this.offset)
    cursor.skip(2)
    this.unitCount = cursor.u32()
    this.localTypeUnitCount = cursor.u32()
    this.foreignTypeUnitCount = cursor.u32()
    this.bucketCount = cursor.u32()
    this.nameCount = cursor.u32()
    const abbreviationsSize = cursor.u32()
    const augmentation = cursor.take(cursor.u32())
    this.augmentation = decodeUtf8(augmentation).replace(/\0+$/, '')
    // Its length is rounded up to a multiple of four (DWARF 5, section 6.1.1.4.1), by those who do not do it themselves too.
    this.#units = cursor.offset + ((4 - (augmentation.length % 4)) % 4)
    const size = this.#offsetSize
    const typeUnits = this.#units + (this.unitCount + this.localTypeUnitCount) * size
    this.#buckets = typeUnits + this.foreignTypeUnitCount * 8
    this.#hashes = this.#buckets + this.bucketCount * 4
    this.#strings = this.#hashes + (this.bucketCount > 0 ? this.nameCount * 4 : 0)
    this.#entries = this.#strings + this.nameCount * size
    this.#abbreviationsStart = this.#entries + this.nameCount * size
    this.#pool = this.#abbreviationsStart + abbreviationsSize
    if (!(this.#pool <= this.end)) cursor.fail('the tables of the name index do not fit into it', this.offset)
    this.#cursor = sections.cursor(SECTION, this.offset, this.end)
  }

  /**
   * All indexes of the section, their headers read; none where there is no such section.
   * @throws FormatError for a malformed header
   */
  static all(sections: Sections): readonly DebugNames[] {
    return sections.sequence(SECTION, (cursor) => new DebugNames(sections, cursor))
  }

  /** Offset in .debug_info of a compilation unit, by its number in the index. */
  unitOffset(number: number): number {
    if (!(number < this.unitCount)) this.#cursor.fail(`unit ${number} of ${this.unitCount}`, this.offset)
    return this.#cursor.seek(this.#units + number * this.#offsetSize).uint(this.#offsetSize)
  }

  /** Offset in .debug_info of a type unit of this file, by its number in the index. */
  localTypeUnitOffset(number: number): number {
    if (!(number < this.localTypeUnitCount))
      this.#cursor.fail(`type unit ${number} of ${this.localTypeUnitCount}`, this.offset)
    return this.#cursor.seek(this.#units + (this.unitCount + number) * this.#offsetSize).uint(this.#offsetSize)
  }

  /** Signature of a type unit in a split file, by its number in the index (counted from 0). */
  foreignTypeUnitSignature(number: number): bigint {
    if (!(number < this.foreignTypeUnitCount)) {
      this.#cursor.fail(`foreign type unit ${number} of ${this.foreignTypeUnitCount}`, this.offset)
    }
    return this.#cursor.seek(this.#buckets - (this.foreignTypeUnitCount - number) * 8).u64big()
  }

  /** First name of a bucket, counted from 1; 0 for an empty bucket. */
  bucket(number: number): number {
    if (!(number < this.bucketCount)) this.#cursor.fail(`bucket ${number} of ${this.bucketCount}`, this.offset)
    return this.#cursor.seek(this.#buckets + number * 4).u32()
  }

  /** Hash of a name, by its number (counted from 1); undefined where the index has no hash table. */
  hash(number: number): number | undefined {
    if (this.bucketCount === 0) return undefined
    return this.#cursor.seek(this.#hashes + this.#position(number) * 4).u32()
  }

  /** Offset in .debug_str of a name, by its number (counted from 1). */
  stringOffset(number: number): number {
    return this.#cursor.seek(this.#strings + this.#position(number) * this.#offsetSize).uint(this.#offsetSize)
  }

  /** A name, by its number (counted from 1). */
  name(number: number): string {
    return this.#sections.string('.debug_str', this.stringOffset(number))
  }

  #position(number: number): number {
    if (!(number >= 1 && number <= this.nameCount)) {
      this.#cursor.fail(`name ${number} of an index of ${this.nameCount}`, this.offset)
    }
    return number - 1
  }

  /**
   * The entries of that name, without its scopes: `Foo` for `ns::Foo`.
   * @throws FormatError for a malformed bucket or entry
   */
  find(name: string): readonly IndexedName[] {
    const found: IndexedName[] = []
    for (const number of this.#candidates(name)) {
      if (this.name(number) === name) found.push(...this.entries(number))
    }
    return found
  }

  /** Numbers of the names that may be this one. */
  *#candidates(name: string): Generator<number, void, undefined> {
    const hash = this.bucketCount === 0 ? undefined : hashOfName(name)
    if (hash === undefined) {
      for (let number = 1; number <= this.nameCount; number++) yield number
      return
    }
    const bucket = hash % this.bucketCount
    let number = this.bucket(bucket)
    if (number === 0) return
    for (; number <= this.nameCount; number++) {
      const other = this.hash(number)!
      if (other % this.bucketCount !== bucket) return
      if (other === hash) yield number
    }
  }

  /**
   * What the index says of the entries of a name, by its number (counted from 1).
   * @throws FormatError for an unknown abbreviation, and past the end of the index
   */
  *entries(number: number): Generator<IndexedName, void, undefined> {
    const { end } = this
    const start = this.#cursor.seek(this.#entries + this.#position(number) * this.#offsetSize).uint(this.#offsetSize)
    const cursor = this.#sections.cursor(SECTION, this.#pool, end).seek(this.#pool + start)
    for (;;) {
      const poolOffset = cursor.offset - this.#pool
      const code = cursor.uleb128()
      if (code === 0) return
      const shape = this.#shape(code) ?? cursor.fail(`abbreviation ${code} is not among those of the name index`)
      yield this.#read(cursor, poolOffset, shape)
    }
  }

  #read(cursor: Cursor, poolOffset: number, { tag, attributes: shapes }: NameAbbreviation): IndexedName {
    const attributes = shapes.map(([name, form]) => [name, form, readValue(cursor, form)] as const)
    const value = (wanted: number) => attributes.find(([name]) => name === wanted)?.[2]
    const typeUnit = value(DW_IDX.type_unit)
    const compileUnit = value(DW_IDX.compile_unit)
    let unit: number | undefined
    let typeSignature: bigint | undefined
    if (typeUnit !== undefined) {
      const number = Number(typeUnit)
      if (number < this.localTypeUnitCount) unit = this.localTypeUnitOffset(number)
      else typeSignature = this.foreignTypeUnitSignature(number - this.localTypeUnitCount)
    } else if (compileUnit !== undefined) {
      unit = this.unitOffset(Number(compileUnit))
    } else if (this.unitCount === 1) {
      // With one unit there is nothing to say (DWARF 5, section 6.1.1.3).
      unit = this.unitOffset(0)
    }
    const die = value(DW_IDX.die_offset)
    const parent = attributes.find(([name]) => name === DW_IDX.parent)
    return {
      poolOffset,
      tag,
      unit,
      typeSignature,
      dieOffset: die === undefined ? undefined : Number(die),
      parent: parent === undefined ? undefined : parent[1] === DW_FORM.flag_present ? 'none' : Number(parent[2]),
      attributes,
    }
  }

  /** The shapes of the pool's entries by code: DW_TAG, and DW_IDX and DW_FORM of each attribute. */
  *abbreviations(): Generator<{ readonly code: number } & NameAbbreviation, void, undefined> {
    for (const [code, shape] of this.#readShapes()) yield { code, ...shape }
  }

  #shape(code: number): NameAbbreviation | undefined {
    return this.#readShapes().get(code)
  }

  #readShapes(): Map<number, NameAbbreviation> {
    if (this.#shapes !== undefined) return this.#shapes
    const cursor = this.#sections.cursor(SECTION, this.#abbreviationsStart, this.#pool)
    const shapes = new Map<number, NameAbbreviation>()
    for (;;) {
      // The table may end without a zero where its size is exact.
      const code = cursor.atEnd ? 0 : cursor.uleb128()
      if (code === 0) break
      const tag = cursor.uleb128()
      const attributes: (readonly [number, number])[] = []
      for (;;) {
        const name = cursor.uleb128()
        const form = cursor.uleb128()
        if (name === 0 && form === 0) break
        if (attributes.length >= MAX_ATTRIBUTES)
          cursor.fail(`an abbreviation of more than ${MAX_ATTRIBUTES} attributes`)
        attributes.push([name, form])
      }
      if (!shapes.has(code)) shapes.set(code, { tag, attributes })
    }
    this.#shapes = shapes
    return shapes
  }
}

/** The forms that compilers and linkers write here: constants, references and flags. */
function readValue(cursor: Cursor, form: number): number | bigint {
  switch (form) {
    case DW_FORM.flag_present:
      return 1
    case DW_FORM.data1:
    case DW_FORM.ref1:
    case DW_FORM.flag:
      return cursor.u8()
    case DW_FORM.data2:
    case DW_FORM.ref2:
      return cursor.u16()
    case DW_FORM.data4:
    case DW_FORM.ref4:
      return cursor.u32()
    case DW_FORM.data8:
    case DW_FORM.ref8:
    case DW_FORM.ref_sig8:
      return cursor.u64big()
    case DW_FORM.udata:
    case DW_FORM.ref_udata:
      return readUnsigned(cursor)
    case DW_FORM.sdata:
      return cursor.sleb128()
    default:
      throw new FormatError(`form 0x${form.toString(16)} in a name index`, { section: SECTION, offset: cursor.offset })
  }
}
