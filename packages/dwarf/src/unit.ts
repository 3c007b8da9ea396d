/** Units: a compilation unit, a type unit, … with what its entries need in order to be read. */
import { type Cursor, FormatError } from '@gospy/bytes'
import type { AbbreviationTable } from './abbreviation.js'
import { DW_AT } from './constants/attribute-name.js'
import { DW_FORM } from './constants/form.js'
import { DW_TAG } from './constants/tag.js'
import { Entry } from './entry.js'
import { EntryReader } from './entry-reader.js'
import { type Encoding, skipValues } from './form-size.js'
import type { Sections, StringTable } from './sections.js'
import { importedUnits } from './split/imported-units.js'
import { UnitHeader, type UnitSection } from './unit-header.js'

/** Bytes that are read for one entry: mostly it is numbers and a name; a unit's root has also a folder and a producer. */
const ENTRY_WINDOW = 512

/** Bytes of .debug_addr that are read together. */
const ADDRESSES_WINDOW = 4096

/**
 * What units share: the file they are of.
 * @internal
 */
export interface UnitContext {
  readonly sections: Sections
  /** The abbreviations at an offset of .debug_abbrev, parsed once for each encoding. */
  abbreviations(offset: number, encoding: Encoding): AbbreviationTable
  /** @throws FormatError when no entry is there */
  entryAt(offset: number, section: UnitSection): Entry
  /** The type that a type unit of this signature holds, or undefined where there is no such unit. */
  entryOfSignature(signature: bigint): Entry | undefined
  /** Whether the units are split units. */
  readonly isSplit: boolean
  /** The supplementary file that entries refer to (dwz). */
  readonly supplementary: SupplementaryFile | undefined
  /** The full unit that a skeleton stands for. */
  splitOf(unit: Unit): Unit | undefined
  /** The skeleton of a split unit. */
  skeletonOf(unit: Unit): Unit | undefined
  /** The language of a partial unit: that of a unit that imports it. */
  importedLanguage(unit: Unit): number | undefined
}

/**
 * What entries refer to in a supplementary file.
 * @internal
 */
export interface SupplementaryFile {
  readonly sections: Sections
  /** @throws FormatError when no entry is there */
  entry(offset: number): Entry
}

/** A unit: what one run of a compiler made of one source file or package, or a single type (type units). */
export class Unit extends UnitHeader implements Encoding {
  /** @internal */
  readonly context: UnitContext
  #abbreviations: AbbreviationTable | undefined
  #bytes: Uint8Array | undefined
  #cursor: Cursor | undefined
  #isLoaded = false
  #root: Entry | undefined
  #stringOffsetsBase: number | undefined
  #addressBase: number | undefined
  #locationListsBase: number | undefined
  #rangeListsBase: number | undefined
  #strings: StringTable | undefined

  /** @internal */
  constructor(header: UnitHeader, context: UnitContext) {
    super(header)
    this.context = context
  }

  /**
   * The unit's abbreviations, parsed when first asked for and shared by units that have the same.
   * @throws FormatError when they are malformed
   */
  get abbreviations(): AbbreviationTable {
    this.#abbreviations ??= this.context.abbreviations(this.abbreviationsOffset, this)
    return this.#abbreviations
  }

  /** @internal The bytes of the section that holds this unit: those that have not been read (`load`) are zeros. */
  get bytes(): Uint8Array {
    this.#bytes ??= this.context.sections.part(this.section, 0, 0)
    return this.#bytes
  }

  /**
   * @internal Reads those bytes of `[from, to)` that belong to the unit and have not been read.
   * @returns the offset up to which bytes have been read: `to`, or the unit's end
   */
  load(from: number, to: number): number {
    const end = Math.min(to, this.end)
    if (this.#isLoaded) return this.end
    this.context.sections.part(this.section, from, end)
    if (from <= this.offset && end === this.end) this.#isLoaded = true
    return end
  }

  /** @internal A cursor of the caller's own over this unit's bytes, as far as they have been read. */
  cursor(offset: number): Cursor {
    return this.context.sections.cursorOver(this.bytes, this.section, offset, this.end)
  }

  /**
   * @internal The cursor that all single reads of this unit share, moved to `offset`: not to be kept. What belongs to an entry
   * has been read before there is an `Entry`.
   */
  at(offset: number): Cursor {
    this.#cursor ??= this.cursor(this.entriesOffset)
    return this.#cursor.seek(offset)
  }

  /**
   * The unit's root entry: DW_TAG_compile_unit, type_unit, partial_unit or skeleton_unit.
   * @throws FormatError when there is none
   */
  root(): Entry {
    this.#root ??= this.entry(this.entriesOffset)
    return this.#root
  }

  /**
   * The entry at an offset of the unit's section. That an entry starts there is the caller's knowledge: from a reference,
   * or `Entry.offset`.
   * @throws FormatError when the offset is outside the unit, or no entry can be there
   */
  entry(offset: number): Entry {
    if (!(offset >= this.entriesOffset && offset < this.end)) {
      throw new FormatError('no entry here: the offset lies outside the unit', { section: this.section, offset })
    }
    if (!this.#isLoaded) {
      const entry = this.#entryByItself(offset)
      if (entry !== undefined) return entry
    }
    const cursor = this.at(offset)
    const code = cursor.uleb128()
    const abbreviation = this.abbreviations.get(code)
    if (abbreviation === undefined) return cursor.fail(`no entry here: there is no abbreviation ${code}`, offset)
    return new Entry(this, offset, abbreviation, cursor.offset)
  }

  /** The entry, of which its bytes alone have been read; of one that is long or malformed, undefined, and the whole unit has. */
  #entryByItself(offset: number): Entry | undefined {
    const loaded = this.load(offset, offset + ENTRY_WINDOW)
    const cursor = this.at(offset)
    try {
      const abbreviation = this.abbreviations.get(cursor.uleb128())
      if (abbreviation !== undefined) {
        const attributesOffset = cursor.offset
        skipValues(cursor, abbreviation.steps, abbreviation.steps.length, this)
        if (cursor.offset <= loaded) return new Entry(this, offset, abbreviation, attributesOffset)
      }
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
    }
    this.load(this.offset, this.end)
    return undefined
  }

  /** @internal DW_AT_low_pc of the root, as `root().address` gives it, for those who ask all units for nothing else. */
  lowAddress(): bigint | undefined {
    const { section, entriesOffset, addressSize } = this
    const loaded = this.load(entriesOffset, entriesOffset + ENTRY_WINDOW)
    const cursor = this.context.sections.ahead(section, entriesOffset, 0)
    try {
      const abbreviation = this.abbreviations.get(cursor.uleb128())
      const index = abbreviation === undefined ? -1 : abbreviation.names.indexOf(DW_AT.low_pc)
      if (index >= 0 && abbreviation!.forms[index] === DW_FORM.addr) {
        skipValues(cursor, abbreviation!.sizes, index, this)
        if (cursor.offset + addressSize <= loaded) return cursor.uintBig(addressSize)
      }
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
    }
    return this.root().address(DW_AT.low_pc)
  }

  /** A raw walk over the unit's entries, from the root or the entry at `offset`. */
  reader(offset?: number): EntryReader {
    this.load(this.offset, this.end)
    return new EntryReader(this, offset)
  }

  /** DW_AT_name of the root: the source file for C, the package path for Go. */
  get name(): string | undefined {
    return this.root().name
  }

  /** DW_AT_producer of the root: the compiler and its flags. */
  get producer(): string | undefined {
    return this.root().string(DW_AT.producer)
  }

  /** DW_AT_language of the root (DW_LANG); of a partial unit, which has none, that of a unit that imports it. */
  get language(): number | undefined {
    const root = this.root()
    const language = root.number(DW_AT.language)
    return language === undefined && root.tag === DW_TAG.partial_unit ? this.context.importedLanguage(this) : language
  }

  /** DW_AT_comp_dir of the root: the folder in which the compiler ran. */
  get compilationDirectory(): string | undefined {
    return this.root().string(DW_AT.comp_dir)
  }

  /**
   * Offset in .debug_str_offsets of the unit's first string offset (DWARF 5, section 7.26).
   * A GNU split unit of DWARF 4 has no header there: 0.
   */
  get stringOffsetsBase(): number {
    this.#stringOffsetsBase ??=
      this.root().number(DW_AT.str_offsets_base) ?? (this.version < 5 ? 0 : this.format === 32 ? 8 : 16)
    return this.#stringOffsetsBase
  }

  /** Offset in .debug_addr of the unit's first address (DWARF 5, section 7.27). */
  get addressBase(): number {
    if (this.#addressBase === undefined) {
      const root = this.root()
      const base = root.number(DW_AT.addr_base) ?? root.number(DW_AT.GNU_addr_base)
      this.#addressBase = base ?? this.skeleton?.addressBase ?? (this.version < 5 ? 0 : this.format === 32 ? 8 : 16)
    }
    return this.#addressBase
  }

  /** Offset in .debug_loclists of the unit's table of list offsets (DWARF 5, section 7.29). */
  get locationListsBase(): number {
    this.#locationListsBase ??= this.root().number(DW_AT.loclists_base) ?? this.#firstListsBase
    return this.#locationListsBase
  }

  /** Offset in .debug_rnglists of the unit's table of list offsets (DWARF 5, section 7.28). */
  get rangeListsBase(): number {
    this.#rangeListsBase ??= this.root().number(DW_AT.rnglists_base) ?? this.#firstListsBase
    return this.#rangeListsBase
  }

  /** Behind the header that the section begins with: split units do not say where their lists are, as there are no others. */
  get #firstListsBase(): number {
    return this.format === 32 ? 12 : 20
  }

  /**
   * The address that offsets in location and range lists start from: DW_AT_low_pc of the root (of a split unit, of its
   * skeleton's root), 0 where there is none (DWARF 5, section 2.17.3).
   */
  get baseAddress(): bigint {
    return this.root().address(DW_AT.low_pc) ?? this.skeleton?.baseAddress ?? 0n
  }

  /** Whether this is the full unit behind a skeleton: its sections are named `.dwo`. */
  get isSplit(): boolean {
    return this.context.isSplit
  }

  /**
   * The units that this one imports (DW_TAG_imported_unit), and those that they import, each once: partial units, of this file
   * or of the supplementary file, whose entries count as if they stood here.
   * @throws FormatError for an import that leads to no unit, or to a supplementary file that was not given
   */
  imports(): Generator<Unit, void, undefined> {
    return importedUnits(this)
  }

  /**
   * The full unit that this skeleton unit stands for, in a .dwo file or package: entries, names and locations are there.
   * Undefined for a unit that is no skeleton, and where no option of `Dwarf.from` gave the file.
   * @throws FormatError when the file that was given is of another build, or malformed
   */
  split(): Unit | undefined {
    return this.context.splitOf(this)
  }

  /** The skeleton unit in the program itself that this split unit was reached by; undefined for any other unit. */
  get skeleton(): Unit | undefined {
    return this.context.skeletonOf(this)
  }

  /**
   * The address of that index in the unit's part of .debug_addr.
   * @throws FormatError when it lies outside the section
   */
  indexedAddress(index: number): bigint {
    const offset = this.addressBase + index * this.addressSize
    return this.context.sections.ahead('.debug_addr', offset, ADDRESSES_WINDOW).uintBig(this.addressSize)
  }

  /** @internal The section that holds the bytes of a string of this form. */
  stringSection(form: number): string {
    if (form === DW_FORM.string) return this.section
    return form === DW_FORM.line_strp ? '.debug_line_str' : '.debug_str'
  }

  /**
   * @internal The sections among which that one is: those of the supplementary file for strings kept there.
   * @throws FormatError where that file was not given
   */
  stringSections(form: number): Sections {
    return isSupplementaryString(form) ? this.supplementary.sections : this.context.sections
  }

  /**
   * @internal The supplementary file that entries of this one refer to.
   * @throws FormatError where none was given
   */
  get supplementary(): SupplementaryFile {
    const { supplementary } = this.context
    if (supplementary !== undefined) return supplementary
    throw new FormatError('the unit refers to a supplementary file (dwz), which was not given', {
      section: this.section,
    })
  }

  /** @internal Where in that section the string starts whose attribute has its value at `offset`. */
  stringOffset(form: number, offset: number): number {
    return form === DW_FORM.string ? offset : this.#readStringOffset(this.at(offset), form)
  }

  #readStringOffset(cursor: Cursor, form: number): number {
    switch (form) {
      case DW_FORM.strp:
      case DW_FORM.line_strp:
      case DW_FORM.strp_sup:
      case DW_FORM.GNU_strp_alt:
        return cursor.uint(this.offsetSize)
      case DW_FORM.strx:
      case DW_FORM.GNU_str_index:
        return this.#indexedStringOffset(cursor.uleb128())
      case DW_FORM.strx1:
        return this.#indexedStringOffset(cursor.u8())
      case DW_FORM.strx2:
        return this.#indexedStringOffset(cursor.u16())
      case DW_FORM.strx3:
        return this.#indexedStringOffset(cursor.u24())
      case DW_FORM.strx4:
        return this.#indexedStringOffset(cursor.u32())
      default:
        return cursor.fail(`form 0x${form.toString(16)} is no string`)
    }
  }

  #indexedStringOffset(index: number): number {
    const offset = this.stringOffsetsBase + index * this.offsetSize
    return this.context.sections.at('.debug_str_offsets', offset).uint(this.offsetSize)
  }

  /** @internal The string of an attribute whose value is at the cursor, which is left behind it. */
  readString(cursor: Cursor, form: number): string {
    if (form === DW_FORM.strp) {
      // By far the most: their table is looked up once for the unit.
      this.#strings ??= this.context.sections.strings('.debug_str')
      return this.#strings.at(cursor.uint(this.offsetSize))
    }
    if (form === DW_FORM.string) return cursor.cstring()
    const offset = this.#readStringOffset(cursor, form)
    return this.stringSections(form).string(this.stringSection(form), offset)
  }
}

/** @internal Whether strings of this form are in the supplementary file. */
export function isSupplementaryString(form: number): boolean {
  return form === DW_FORM.GNU_strp_alt || form === DW_FORM.strp_sup
}
