/**
 * The raw walk over a unit's entries, in the order of the file: moves on without making objects, and steps over
 * attributes and subtrees that nobody asked for. `Entry` is the comfortable face of the same bytes.
 */
import { type Cursor, FormatError } from '@gospy/bytes'
import type { Abbreviation, AbbreviationTable } from './abbreviation.js'
import { type AttributeValue, readAttributeValue, readValue } from './attribute-value.js'
import { DW_FORM } from './constants/form.js'
import { Entry } from './entry.js'
import { readIndirectForm, skipValues } from './form-size.js'
import type { Unit } from './unit.js'

/** Bytes that a reader reads first; it reads twice as many each time. */
const FIRST_AHEAD = 1 << 13

/** Bytes of the longest abbreviation code. */
const LONGEST_CODE = 10

/**
 * A walk over a unit's entries: `next()` moves on, `tag`, `offset` and `depth` tell where it stands, `find` where an attribute
 * lies. It makes no objects; `entry()` makes one where more is wanted.
 */
export class EntryReader {
  /** The unit that is walked over. */
  readonly unit: Unit
  /** Offset of the current entry in the unit's section; -1 before the first `next()` and after the last. */
  offset = -1
  /** Levels below the entry that the reader was started on: that one has depth 0, its children 1. */
  depth = 0
  /** Form of the attribute that `find` found. */
  form = 0
  /** Offset in the unit's section of the value that `find` found. */
  valueOffset = -1
  readonly #cursor: Cursor
  readonly #table: AbbreviationTable
  #abbreviation: Abbreviation | undefined
  #attributesOffset = 0
  #nextDepth = 0
  /** Whether the cursor still stands before the current entry's attributes. */
  #pending = false
  /** Whether all of the unit's bytes from here on have been read, and if not, up to where. */
  #isLoaded = false
  #loaded: number
  /** How many more are read the next time. */
  #ahead = FIRST_AHEAD

  /**
   * Starts at an entry's offset: the first `next()` moves onto that entry. Default is the unit's root. The unit is read as far as the
   * reader goes; `Unit.reader` reads all of it first, as is best for a walk over all entries.
   */
  constructor(unit: Unit, offset: number = unit.entriesOffset) {
    this.unit = unit
    this.#table = unit.abbreviations
    this.#cursor = unit.cursor(offset)
    this.#loaded = offset
    this.#load(offset)
  }

  /** Reads on, from an offset that the reader stands on. */
  #load(from: number): void {
    const { unit } = this
    this.#loaded = unit.load(from, from + this.#ahead)
    this.#isLoaded = this.#loaded >= unit.end
    this.#ahead *= 2
  }

  /** Reads all of what follows, so that what is malformed fails where it should. */
  #loadAll(from: number): void {
    this.#loaded = this.unit.load(from, this.unit.end)
    this.#isLoaded = true
  }

  /** Steps over the values at the cursor, which are read as far as need be. */
  #skipLoading(steps: readonly number[]): void {
    const cursor = this.#cursor
    const start = cursor.offset
    while (!this.#isLoaded) {
      try {
        skipValues(cursor, steps, steps.length, this.unit)
        if (cursor.offset <= this.#loaded) return
        this.#load(start)
      } catch (error) {
        if (!(error instanceof FormatError)) throw error
        this.#loadAll(start)
      }
      cursor.offset = start
    }
    skipValues(cursor, steps, steps.length, this.unit)
  }

  /** Has the current entry's attributes read; of malformed ones, `skipAttributes` will tell. */
  #loadAttributes(): void {
    try {
      this.#skipLoading(this.#abbreviation!.steps)
      this.#pending = false
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      this.#cursor.offset = this.#attributesOffset
    }
  }

  /** DW_TAG of the current entry; 0 where there is none. */
  get tag(): number {
    return this.#abbreviation === undefined ? 0 : this.#abbreviation.tag
  }

  /** Whether the current entry is followed by its children. */
  get hasChildren(): boolean {
    return this.#abbreviation?.hasChildren ?? false
  }

  /** The current entry's shape; undefined before the first `next()` and after the last. */
  get abbreviation(): Abbreviation | undefined {
    return this.#abbreviation
  }

  /**
   * Moves to the next entry: the first child where there are children (and `skipChildren` was not called), else what
   * follows. False at the end of the unit.
   * @throws FormatError for an abbreviation that does not exist, or attributes that run past the end of the unit
   */
  next(): boolean {
    const cursor = this.#cursor
    const isLoaded = this.#isLoaded
    if (this.#pending) this.skipAttributes()
    while (cursor.offset < cursor.end) {
      const offset = cursor.offset
      if (!isLoaded && offset + LONGEST_CODE > this.#loaded) this.#load(offset)
      const code = cursor.uleb128()
      if (code === 0) {
        // Zeros behind the root's subtree are padding.
        if (this.#nextDepth > 0) this.#nextDepth--
        continue
      }
      const abbreviation = this.#table.get(code) ?? this.#unknown(code, offset)
      this.#abbreviation = abbreviation
      this.offset = offset
      this.depth = this.#nextDepth
      if (abbreviation.hasChildren) this.#nextDepth++
      this.#attributesOffset = cursor.offset
      this.#pending = true
      if (!isLoaded) this.#loadAttributes()
      return true
    }
    this.#abbreviation = undefined
    this.offset = -1
    this.depth = 0
    return false
  }

  #unknown(code: number, offset: number): never {
    const { unit } = this
    return this.#cursor.fail(
      `abbreviation ${code} is not among those at .debug_abbrev offset 0x${unit.abbreviationsOffset.toString(16)}`,
      offset,
    )
  }

  /** Steps over the current entry's attributes; `next` does it where it has not been done. */
  skipAttributes(): void {
    if (!this.#pending) return
    const { steps } = this.#abbreviation!
    skipValues(this.#cursor, steps, steps.length, this.unit)
    this.#pending = false
  }

  /**
   * Makes `next()` go on behind the current entry's children: by DW_AT_sibling where it has that, else entry by entry.
   * @throws FormatError for a sibling that does not lie ahead, and as `next`
   */
  skipChildren(): void {
    const abbreviation = this.#abbreviation
    if (abbreviation === undefined || !abbreviation.hasChildren || this.#nextDepth <= this.depth) return
    const cursor = this.#cursor
    this.skipAttributes()
    if (abbreviation.siblingIndex >= 0 && this.#select(abbreviation.siblingIndex)) {
      const { unit } = this
      const sibling = readAttributeValue(unit, this.form, this.valueOffset, undefined)
      if (typeof sibling === 'number' && sibling > cursor.offset && sibling <= unit.end) cursor.offset = sibling
      else cursor.fail(`the sibling ${sibling} does not lie behind its entry`, this.offset)
    } else {
      this.#skipSubtree()
    }
    this.#nextDepth = this.depth
  }

  /** From the first child of an entry to what follows the last, in one loop: most entries of a program are passed here. */
  #skipSubtree(): void {
    const { unit } = this
    const cursor = this.#cursor
    const table = this.#table
    const { bytes, end } = cursor
    let isLoaded = this.#isLoaded
    let depth = 1
    while (depth > 0 && cursor.offset < end) {
      const offset = cursor.offset
      if (!isLoaded && offset + LONGEST_CODE > this.#loaded) this.#load(offset)
      let code = bytes[offset]!
      if (code < 0x80) cursor.offset = offset + 1
      else code = cursor.uleb128()
      if (code === 0) {
        depth--
        continue
      }
      const abbreviation = table.get(code) ?? this.#unknown(code, offset)
      const { steps } = abbreviation
      if (isLoaded) skipValues(cursor, steps, steps.length, unit)
      else {
        this.#skipLoading(steps)
        isLoaded = this.#isLoaded
      }
      if (abbreviation.hasChildren) depth++
    }
  }

  /**
   * Looks for an attribute (DW_AT) of the current entry without decoding it: true when there is one, with `form` and
   * `valueOffset` set.
   */
  find(name: number): boolean {
    const abbreviation = this.#abbreviation
    if (abbreviation === undefined) return false
    const index = abbreviation.names.indexOf(name)
    return index >= 0 && this.#select(index)
  }

  #select(index: number): boolean {
    const { forms, sizes } = this.#abbreviation!
    const cursor = this.#cursor
    if (index === 0 && forms[0] !== DW_FORM.indirect) {
      this.form = forms[0]!
      this.valueOffset = this.#attributesOffset
      return true
    }
    const offset = cursor.offset
    cursor.offset = this.#attributesOffset
    skipValues(cursor, sizes, index, this.unit)
    const form = forms[index]!
    this.form = form === DW_FORM.indirect ? readIndirectForm(cursor) : form
    this.valueOffset = cursor.offset
    cursor.offset = offset
    return true
  }

  /**
   * The values of all attributes of the current entry, in the order of its `abbreviation`: decoded in one pass, which costs a
   * fraction of asking an `Entry` for each.
   * @throws FormatError as `Attribute.value`
   */
  values(): AttributeValue[] {
    const abbreviation = this.#abbreviation
    if (abbreviation === undefined) return []
    const { forms, implicitValues } = abbreviation
    const { unit } = this
    const cursor = this.#cursor
    const offset = cursor.offset
    cursor.offset = this.#attributesOffset
    const values = new Array<AttributeValue>(forms.length)
    let isWhole = false
    try {
      for (let index = 0; index < forms.length; index++) {
        const form = forms[index]!
        if (form === DW_FORM.implicit_const) values[index] = implicitValues!.get(index)!
        else if (form === DW_FORM.indirect) values[index] = readValue(unit, cursor, readIndirectForm(cursor), undefined)
        else values[index] = readValue(unit, cursor, form, undefined)
      }
      isWhole = this.#pending
    } finally {
      // The cursor is behind the attributes now: what `next` would have to do first is done.
      if (isWhole) this.#pending = false
      else cursor.offset = offset
    }
    return values
  }

  /**
   * The current entry as an object.
   * @throws Error when there is none: `next()` was not called, or returned false
   */
  entry(): Entry {
    if (this.#abbreviation === undefined) throw new Error('the reader stands on no entry')
    return new Entry(this.unit, this.offset, this.#abbreviation, this.#attributesOffset)
  }
}
