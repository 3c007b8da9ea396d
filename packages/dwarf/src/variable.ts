/** Variables and constants of a package, file or namespace: where they lie and of what type they are. */
import { DW_AT } from './constants/attribute-name.js'
import type { Entry } from './entry.js'
import { type StaticLocation, staticLocation } from './expression/static-location.js'
import { attributeOfOrigins, typeEntryOfOrigins } from './origin.js'
import type { Type } from './types/type.js'
import type { TypeTable } from './types/type-table.js'

/** What variables and constants have in common. */
abstract class Named {
  /** The name by which it was asked for, scopes included. */
  readonly name: string
  /** The entry that defines it, or declares it where no unit defines it. */
  readonly entry: Entry
  readonly #table: TypeTable

  /** @internal */
  constructor(name: string, entry: Entry, table: TypeTable) {
    this.name = name
    this.entry = entry
    this.#table = table
  }

  /**
   * Its type.
   * @throws FormatError when the entry says nothing of one
   */
  get type(): Type {
    const type = typeEntryOfOrigins(this.entry)
    return type === undefined ? this.entry.fail(`'${this.name}' has no type`) : this.#table.typeOf(type)
  }
}

/** A variable of a package, file or namespace: where it lies and of what type it is. */
export class Variable extends Named {
  #location: StaticLocation | undefined

  /**
   * Its address as linked (a position-independent program is loaded elsewhere); undefined for one that is thread-local, in
   * registers, optimised away or defined in another file.
   */
  get address(): bigint | undefined {
    return this.#located().address
  }

  /** Offset in the module's block of thread-local storage, of a thread-local variable. */
  get threadLocalOffset(): bigint | undefined {
    return this.#located().threadLocalOffset
  }

  /** Whether it is only declared here. */
  get isDeclaration(): boolean {
    return this.entry.flag(DW_AT.declaration)
  }

  /** Whether other files can refer to it (DW_AT_external): not C's `static`. */
  get isExternal(): boolean {
    return attributeOfOrigins(this.entry, DW_AT.external)?.value === true
  }

  #located(): StaticLocation {
    if (this.#location === undefined) {
      const expression = this.entry.block(DW_AT.location)
      this.#location = staticLocation(expression ?? new Uint8Array(0), this.entry.unit)
    }
    return this.#location
  }
}

/** A constant of a package (Go), file or namespace. */
export class Constant extends Named {
  /** DW_AT_const_value: bytes where the compiler wrote a block; undefined where there is none. */
  get value(): number | bigint | string | Uint8Array | undefined {
    const value = this.entry.value(DW_AT.const_value)
    return typeof value === 'boolean' ? Number(value) : value
  }
}
