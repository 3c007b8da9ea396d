/** Structs, classes, unions (DWARF 5, section 5.7); Go's slices, strings and interfaces are structs too, see `goKind`. */
import { DW_AT } from '../constants/attribute-name.js'
import { DW_TAG } from '../constants/tag.js'
import type { Entry } from '../entry.js'
import { NameNotFoundError } from '../name-not-found.js'
import { Variable } from '../variable.js'
import { Field } from './field.js'
import { Method } from './method.js'
import { type TemplateParameter, templateParametersOf } from './template-parameter.js'
import type { Type } from './type.js'
import { TypeBase } from './type-base.js'
import { VariantPart } from './variant-part.js'

const SEGMENT = /^(.*?)((?:\[\d+\])*)$/

/** Characters of field names that a message lists at most. */
const MAX_LISTED = 10_000

/** A struct, class or union. */
export class StructType extends TypeBase {
  #fields: readonly Field[] | undefined
  #templateParameters: readonly TemplateParameter[] | undefined
  /** null where there is none. */
  #variantPart: VariantPart | null | undefined

  /** The keyword that the source language has for it; Go has only structs. */
  get kind(): 'struct' | 'class' | 'union' {
    switch (this.entry.tag) {
      case DW_TAG.class_type:
        return 'class'
      case DW_TAG.union_type:
        return 'union'
      default:
        return 'struct'
    }
  }

  /** Whether it is only declared here: without fields and size. `definition` leads to where it is defined. */
  get isDeclaration(): boolean {
    return this.entry.flag(DW_AT.declaration)
  }

  /** The complete type: itself, or for a declaration the definition of that name; undefined where there is none. */
  get definition(): StructType | undefined {
    if (!this.isDeclaration) return this
    return this.name === undefined ? undefined : this.table.findStruct(`${this.kind} ${this.qualifiedName}`)
  }

  /** The base classes among the fields, in the order of the source. */
  get bases(): readonly Field[] {
    return this.fields.filter((field) => field.isBase)
  }

  /**
   * The static members of a class: where they are defined, `Dwarf.findVariable` tells by their qualified name, which is
   * theirs here.
   */
  get staticMembers(): readonly Variable[] {
    const members: Variable[] = []
    for (const child of this.entry.children()) {
      // DW_TAG_variable since DWARF 5, before that a member that is only declared (DWARF 5, section 5.7.7).
      if (child.tag !== DW_TAG.variable && !(child.tag === DW_TAG.member && isStatic(child))) continue
      const { name = '' } = child
      members.push(new Variable(this.table.qualify(child, name), child, this.table))
    }
    return members
  }

  /** The member functions that the entry declares, in the order of the source. Their types and places are decoded when asked. */
  get methods(): readonly Method[] {
    const methods: Method[] = []
    for (const child of this.entry.children()) {
      if (child.tag === DW_TAG.subprogram) methods.push(new Method(child, this.table))
    }
    return methods
  }

  /** The types that are declared inside of it: structs, enumerations, typedefs, … */
  get nestedTypes(): readonly Type[] {
    const types: Type[] = []
    for (const child of this.entry.children()) if (this.table.isType(child)) types.push(this.table.typeOf(child))
    return types
  }

  /** What it was instantiated with, of a C++ template or a generic type of Rust; empty where it is none. */
  get templateParameters(): readonly TemplateParameter[] {
    this.#templateParameters ??= templateParametersOf(this.entry, this.table)
    return this.#templateParameters
  }

  /** The part that holds one of several variants, as in Rust's enums; undefined where there is none. */
  get variantPart(): VariantPart | undefined {
    if (this.#variantPart === undefined) {
      this.#variantPart = null
      for (const child of this.entry.children()) {
        if (child.tag === DW_TAG.variant_part) this.#variantPart ??= new VariantPart(child, this.table)
      }
    }
    return this.#variantPart ?? undefined
  }

  /** Base classes and members in the order of the source; static members are none. Empty for a declaration. */
  get fields(): readonly Field[] {
    if (this.#fields === undefined) {
      const fields: Field[] = []
      for (const child of this.entry.children()) {
        const isMember = child.tag === DW_TAG.member && !isStatic(child)
        if (isMember || child.tag === DW_TAG.inheritance) fields.push(new Field(child, this.table))
      }
      this.#fields = fields
    }
    return this.#fields
  }

  /**
   * A field by its name or path: `sched.sp`, `p[2].state`. Leads through nested structs, typedefs and qualifiers, and into
   * unnamed members, base classes and Go's embedded structs without naming them; never through pointers. The offset counts
   * from the start of this struct.
   * @throws NameNotFoundError when there is no such field, naming those that there are
   */
  override field(path: string): Field {
    const { definition } = this
    if (definition === undefined) throw new NameNotFoundError('field', path, `${this.describe()} is only declared`)
    if (definition !== this) return definition.field(path)
    const whole = this.#find(path, new Set())
    if (whole !== undefined) return whole

    const dot = path.indexOf('.')
    const head = dot < 0 ? path : path.slice(0, dot)
    const [, name = '', indexes = ''] = SEGMENT.exec(head) ?? []
    let field = this.#find(name, new Set())
    if (field === undefined) this.#missing(path, name)
    for (const [index] of indexes.matchAll(/\d+/g)) field = field.element(Number(index), head)
    if (dot < 0) return field
    return field.type.field(path.slice(dot + 1)).within(field.offset, path)
  }

  #find(name: string, visited: Set<StructType>): Field | undefined {
    if (visited.has(this) || name === '') return undefined
    visited.add(this)
    const own = this.fields.find((field) => field.name === name)
    if (own !== undefined) return own
    for (const field of this.fields) {
      if (field.name !== '' && !field.embedded) continue
      const type = field.type.resolve()
      const inner = type instanceof StructType ? type.#find(name, visited) : undefined
      if (inner !== undefined) return inner.within(field.offset, name)
    }
    return undefined
  }

  #missing(path: string, name: string): never {
    const available = this.fields.flatMap((field) => {
      if (field.name !== '') return [field.name]
      const type = field.type.resolve()
      return type instanceof StructType && type !== this ? type.fields.map((inner) => inner.name) : []
    })
    const list = available.length === 0 ? 'it has no fields' : `it has ${listed(available)}`
    const what = path === name ? '' : `no '${name}' in `
    throw new NameNotFoundError('field', path, `${what}${this.describe()}: ${list}`, available)
  }

  protected override spelling(): string {
    const { qualifiedName } = this
    if (qualifiedName === undefined) return `${this.kind} {...}`
    return this.language === 'c' ? `${this.kind} ${qualifiedName}` : qualifiedName
  }
}

function isStatic(member: Entry): boolean {
  return member.flag(DW_AT.external) || member.flag(DW_AT.declaration)
}

/** The names, as many as a message can hold: a string table may have one of a megabyte, and every field have that name. */
function listed(names: readonly string[]): string {
  let characters = 0
  const count = names.findIndex((name) => {
    characters += name.length + 2
    return characters > MAX_LISTED
  })
  return count < 0 ? names.join(', ') : [...names.slice(0, count), `… (${names.length} fields)`].join(', ')
}
