/** Member functions as a class declares them (DWARF 5, section 5.7.8). */
import { DW_AT } from '../constants/attribute-name.js'
import type { Entry } from '../entry.js'
import { type Accessibility, accessibilityOf } from './accessibility.js'
import { isVariadic, objectQualifiers, type Parameter, parametersOf } from './subroutine-type.js'
import { type TemplateParameter, templateParametersOf } from './template-parameter.js'
import type { Type } from './type.js'
import type { TypeTable } from './type-table.js'

/** DW_VIRTUALITY (DWARF 5, section 7.10). */
const DW_VIRTUALITY_none = 0
const DW_VIRTUALITY_pure_virtual = 2

/** A member function: what it takes and returns, and what the class says of it. */
export class Method {
  /** DW_TAG_subprogram inside of the class. */
  readonly entry: Entry
  readonly #table: TypeTable
  #parameters: readonly Parameter[] | undefined

  /** @internal */
  constructor(entry: Entry, table: TypeTable) {
    this.entry = entry
    this.#table = table
  }

  /** Its name without scopes; empty where there is none. */
  get name(): string {
    return this.entry.name ?? ''
  }

  /** The name that the linker knows it by; undefined where the compiler does not say. */
  get linkageName(): string | undefined {
    return this.entry.string(DW_AT.linkage_name) ?? this.entry.string(DW_AT.MIPS_linkage_name)
  }

  /** What it returns; undefined for void. */
  get returnType(): Type | undefined {
    const type = this.entry.reference(DW_AT.type)
    return type && this.#table.typeOf(type)
  }

  /** What it takes, in order; `this` is the first, and artificial. */
  get parameters(): readonly Parameter[] {
    this.#parameters ??= parametersOf(this.entry, this.#table)
    return this.#parameters
  }

  /** Whether it is called without an object. */
  get isStatic(): boolean {
    // DWARF 2 has no DW_AT_object_pointer: the artificial parameter tells.
    return this.entry.attribute(DW_AT.object_pointer) === undefined && !this.parameters.some((one) => one.isArtificial)
  }

  /** Whether a derived class may override it. */
  get isVirtual(): boolean {
    return (this.entry.number(DW_AT.virtuality) ?? DW_VIRTUALITY_none) !== DW_VIRTUALITY_none
  }

  /** Whether a derived class has to define it. */
  get isPureVirtual(): boolean {
    return this.entry.number(DW_AT.virtuality) === DW_VIRTUALITY_pure_virtual
  }

  /** Whether the compiler made it up, as a copy constructor that nobody wrote. */
  get isArtificial(): boolean {
    return this.entry.flag(DW_AT.artificial)
  }

  /** Whether the source says `= delete`. */
  get isDeleted(): boolean {
    return this.entry.flag(DW_AT.deleted) || this.entry.flag(DW_AT.GNU_deleted)
  }

  /** Who may call it. */
  get accessibility(): Accessibility {
    return accessibilityOf(this.entry, this.#table)
  }

  /** What it was instantiated with, where it is a template. */
  get templateParameters(): readonly TemplateParameter[] {
    return templateParametersOf(this.entry, this.#table)
  }

  /** The declaration as C++ writes it, without what it says of virtual and the like: `int area(double) const`. */
  describe(): string {
    const all = this.parameters
    const self = all[0]?.isArtificial ? all[0] : undefined
    const shown = all.filter((parameter) => !parameter.isArtificial).map(({ type }) => type?.describe() ?? 'void')
    if (isVariadic(this.entry)) shown.push('...')
    else if (shown.length === 0) shown.push('void')
    const whole = `${this.name}(${shown.join(', ')})${objectQualifiers(self?.type)}`
    const { returnType } = this
    if (returnType !== undefined) return returnType.declare(whole)
    return this.#isConstructor(self) ? whole : `void ${whole}`
  }

  /** Constructors and destructors return nothing that could be written. */
  #isConstructor(self: Parameter | undefined): boolean {
    const pointer = self?.type?.resolve()
    const owner = pointer?.kind === 'pointer' ? pointer.target?.name?.replace(/<.*$/s, '') : undefined
    return this.name.startsWith('~') || (owner !== undefined && this.name.replace(/<.*$/s, '') === owner)
  }

  toString(): string {
    return this.describe()
  }
}
