/** Variables of functions: parameters (DW_TAG_formal_parameter) and locals (DW_TAG_variable); DWARF 5, section 4.1. */
import { DW_AT } from '../constants/attribute-name.js'
import { DW_TAG } from '../constants/tag.js'
import type { Entry } from '../entry.js'
import { type Location, locationOf } from '../location/location.js'
import { attributeOfOrigins, stringOfOrigins, typeEntryOfOrigins } from '../origin.js'
import type { Type } from '../types/type.js'
import type { TypeTable } from '../types/type-table.js'

/** A parameter or local variable of a function, or of a call that was inlined. */
export class LocalVariable {
  /** The entry that says where it is; of a parameter that is nowhere any more the abstract one (DWARF 5, section 3.3.8). */
  readonly entry: Entry
  /** Lexical blocks around it within its function: 0 for parameters, and for variables of the function's body. */
  readonly depth: number
  readonly #table: TypeTable

  /** @internal */
  constructor(entry: Entry, depth: number, table: TypeTable) {
    this.entry = entry
    this.depth = depth
    this.#table = table
  }

  /**
   * DW_AT_name; undefined for one without, as for unnamed parameters in C.
   * @throws FormatError for references in a circle or to no entry, here and below
   */
  get name(): string | undefined {
    return stringOfOrigins(this.entry, DW_AT.name)
  }

  /** Whether it is a parameter; a result is one too, where the language has results that are variables. */
  get isParameter(): boolean {
    return this.entry.tag === DW_TAG.formal_parameter
  }

  /** Whether the function writes it for its caller (DW_AT_variable_parameter): Go's results. */
  get isResult(): boolean {
    return attributeOfOrigins(this.entry, DW_AT.variable_parameter)?.value === true
  }

  /** DW_AT_decl_line: from 1; undefined where it is not said. */
  get line(): number | undefined {
    const line = attributeOfOrigins(this.entry, DW_AT.decl_line)?.value
    return typeof line === 'number' && line > 0 ? line : undefined
  }

  /**
   * Its type.
   * @throws FormatError when the entry says nothing of one
   */
  get type(): Type {
    const type = typeEntryOfOrigins(this.entry)
    return type === undefined ? this.entry.fail(`'${this.name ?? '?'}' has no type`) : this.#table.typeOf(type)
  }

  /** Where it is: undefined where that is not said, for it is nowhere (DWARF 5, section 4.1, item 4). */
  get location(): Location | undefined {
    return locationOf(this.entry)
  }
}
