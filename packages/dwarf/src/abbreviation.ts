/**
 * Abbreviations (DWARF 5, sections 7.5.3 and 7.5.4): the shapes that entries share. Each is prepared once for stepping
 * over its entries: runs of fixed-size values are joined, and most Go and C entries become one addition or one string scan.
 */
import type { Cursor } from '@gospy/bytes'
import { DW_AT } from './constants/attribute-name.js'
import { DW_FORM } from './constants/form.js'
import { type Encoding, formSize } from './form-size.js'
import { readSigned } from './leb128.js'

/**
 * Most attributes that an abbreviation can have. No two may have one name (DWARF 5, section 2.2), and there are some 250
 * names; a longer list of values without bytes would make every entry of one byte cost as much as the list.
 */
const MAX_ATTRIBUTES = 1000

/** The shape of an entry: its tag and the names and forms of its attributes. */
export class Abbreviation {
  /** Number by which entries of the unit refer to this abbreviation. */
  readonly code: number
  /** DW_TAG of the entries. */
  readonly tag: number
  /** Whether entries are followed by their children. */
  readonly hasChildren: boolean
  /** DW_AT of each attribute, in the order of the values. */
  readonly names: readonly number[]
  /** DW_FORM of each attribute. */
  readonly forms: readonly number[]
  /** Values of DW_FORM_implicit_const by attribute index; undefined where there is none. */
  readonly implicitValues: ReadonlyMap<number, number | bigint> | undefined
  /** Size of each value, or a code of `skipValues`. */
  readonly sizes: readonly number[]
  /** As `sizes`, with neighbouring fixed sizes added up: stepping over all values is stepping over these. */
  readonly steps: readonly number[]
  /** Index of DW_AT_sibling among the attributes, or -1. */
  readonly siblingIndex: number
  /** Whether the entries complete a declaration elsewhere (DW_AT_specification). */
  readonly hasSpecification: boolean

  /** @internal */
  constructor(
    code: number,
    tag: number,
    hasChildren: boolean,
    names: readonly number[],
    forms: readonly number[],
    implicitValues: ReadonlyMap<number, number | bigint> | undefined,
    encoding: Encoding,
  ) {
    this.code = code
    this.tag = tag
    this.hasChildren = hasChildren
    this.names = names
    this.forms = forms
    this.implicitValues = implicitValues
    this.sizes = forms.map((form) => formSize(form, encoding))
    const steps: number[] = []
    let fixed = 0
    for (const size of this.sizes) {
      if (size >= 0) {
        fixed += size
        continue
      }
      if (fixed > 0) steps.push(fixed)
      fixed = 0
      steps.push(size)
    }
    if (fixed > 0) steps.push(fixed)
    this.steps = steps
    this.siblingIndex = names.indexOf(DW_AT.sibling)
    this.hasSpecification = names.includes(DW_AT.specification)
  }
}

/** The abbreviations of one or more units, by code. */
export class AbbreviationTable {
  // Compilers number abbreviations 1, 2, 3, …; whatever else comes goes into a map.
  readonly #sequential: Abbreviation[] = []
  readonly #others = new Map<number, Abbreviation>()

  /** Number of abbreviations. */
  get size(): number {
    return this.#sequential.length + this.#others.size
  }

  /** The abbreviation of that code, or undefined where there is none. */
  get(code: number): Abbreviation | undefined {
    return this.#sequential[code - 1] ?? (this.#others.size === 0 ? undefined : this.#others.get(code))
  }

  /** All abbreviations, the sequentially numbered first. */
  *[Symbol.iterator](): Generator<Abbreviation> {
    yield* this.#sequential
    yield* this.#others.values()
  }

  #add(abbreviation: Abbreviation): void {
    if (abbreviation.code === this.#sequential.length + 1) this.#sequential.push(abbreviation)
    // Of several with one code the first counts, as for binutils.
    else if (this.get(abbreviation.code) === undefined) this.#others.set(abbreviation.code, abbreviation)
  }

  /**
   * @internal Reads declarations up to the terminating zero code.
   * @throws FormatError for a table that does not end within its section, or an abbreviation of too many attributes
   */
  static parse(cursor: Cursor, encoding: Encoding): AbbreviationTable {
    const table = new AbbreviationTable()
    for (;;) {
      const code = cursor.uleb128()
      if (code === 0) return table
      const tag = cursor.uleb128()
      const hasChildren = cursor.u8() !== 0
      const names: number[] = []
      const forms: number[] = []
      let implicitValues: Map<number, number | bigint> | undefined
      for (;;) {
        const name = cursor.uleb128()
        const form = cursor.uleb128()
        if (form === DW_FORM.implicit_const) {
          implicitValues ??= new Map()
          implicitValues.set(names.length, readSigned(cursor))
        }
        if (name === 0 && form === 0) break
        if (names.length >= MAX_ATTRIBUTES) cursor.fail(`an abbreviation of more than ${MAX_ATTRIBUTES} attributes`)
        names.push(name)
        forms.push(form)
      }
      table.#add(new Abbreviation(code, tag, hasChildren, names, forms, implicitValues, encoding))
    }
  }
}
