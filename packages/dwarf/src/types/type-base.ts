/** What all types have in common. */
import { DW_AT } from '../constants/attribute-name.js'
import { DW_GO_KIND_MASK } from '../constants/values.js'
import type { Entry } from '../entry.js'
import { NameNotFoundError } from '../name-not-found.js'
import type { Field } from './field.js'
import { type LanguageFamily, languageFamily } from './language.js'
import type { Type } from './type.js'
import type { TypeTable } from './type-table.js'

/** Longest chain of typedefs, qualifiers and array elements that is followed: a longer one is taken for a cycle. */
const MAX_CHAIN = 100

/** A specifier and what it declares: `int` and `*p`. */
export function joined(specifier: string, declarator: string): string {
  return declarator === '' ? specifier : `${specifier} ${declarator}`
}

/** What all types have in common: an entry, a name, a size, and what the Go compiler says of them. */
export abstract class TypeBase {
  /** Tells the subclass: 'struct', 'pointer', 'typedef', … */
  abstract readonly kind: string
  /** The entry that this type was made from, for whatever is not decoded here. */
  readonly entry: Entry
  /** @internal */
  protected readonly table: TypeTable
  #name: string | undefined | null = null
  #qualifiedName: string | undefined | null = null

  /** @internal */
  constructor(entry: Entry, table: TypeTable) {
    this.entry = entry
    this.table = table
  }

  /** DW_AT_name, without the C keyword (`foo`, not `struct foo`) and without scopes; undefined for an unnamed type. */
  get name(): string | undefined {
    // A nested class that is defined outside of its class has the name of the declaration (DWARF 5, section 5.7.1).
    if (this.#name === null) this.#name = this.entry.name ?? this.entry.reference(DW_AT.specification)?.name
    return this.#name
  }

  /**
   * The name with the namespaces and types around it, as C++ and Rust have them: `outer::Shape::Color`,
   * `alloc::vec::Vec<u8, alloc::alloc::Global>`. Unnamed namespaces read `(anonymous namespace)`. A type inside of a function
   * has its own name only, and so have types of languages without such scopes. Undefined for an unnamed type.
   */
  get qualifiedName(): string | undefined {
    if (this.#qualifiedName === null) {
      const { name } = this
      this.#qualifiedName = name === undefined ? undefined : this.table.qualify(this.entry, name)
    }
    return this.#qualifiedName
  }

  /** @internal How the language of the unit spells types. */
  protected get language(): LanguageFamily {
    return languageFamily(this.entry.unit)
  }

  /** Size of a value in bytes; undefined for what has none: an incomplete type, a function, an array of unknown length. */
  get size(): number | undefined {
    return this.ownSize
  }

  /** @internal DW_AT_byte_size, or DW_AT_bit_size rounded up to whole bytes. */
  protected get ownSize(): number | undefined {
    const bytes = this.entry.number(DW_AT.byte_size)
    if (bytes !== undefined) return bytes
    const bits = this.entry.number(DW_AT.bit_size)
    return bits === undefined ? undefined : Math.ceil(bits / 8)
  }

  /** DW_AT_alignment in bytes, where the source asked for one. */
  get alignment(): number | undefined {
    return this.entry.number(DW_AT.alignment)
  }

  /** @internal The type that an attribute refers to; undefined where there is none, which for DW_AT_type is C's void. */
  protected reference(attribute: number): Type | undefined {
    const entry = this.entry.reference(attribute)
    return entry === undefined ? undefined : this.table.typeOf(entry)
  }

  /**
   * The Go kind (`DW_GO_KIND`) of a type made by the Go compiler; undefined for others. It tells what a struct is (a
   * slice, a string, …) and what a typedef is (a map, a chan, an interface, …).
   */
  get goKind(): number | undefined {
    const kind = this.entry.number(DW_AT.go_kind)
    return kind === undefined || kind === 0 ? undefined : kind & DW_GO_KIND_MASK
  }

  /** DW_AT_go_key: the key type of a Go map. */
  get goKey(): Type | undefined {
    return this.reference(DW_AT.go_key)
  }

  /** DW_AT_go_elem: the element type of a Go slice, map or chan. */
  get goElem(): Type | undefined {
    return this.reference(DW_AT.go_elem)
  }

  /**
   * DW_AT_go_runtime_type: where the runtime's descriptor of this type lies, as an offset from `runtime.types` (so seen in
   * Go 1.11 to 1.27); undefined where the program has no descriptor of the type.
   */
  get goRuntimeType(): bigint | undefined {
    const value = this.entry.address(DW_AT.go_runtime_type)
    return value === 0n ? undefined : value
  }

  /**
   * DW_AT_go_dict_index: of a type parameter in generic Go code, which entry of the function's dictionary has the real type.
   * The type that the typedef names is then that of the shape only.
   */
  get goDictionaryIndex(): number | undefined {
    return this.entry.number(DW_AT.go_dict_index)
  }

  /**
   * The type behind typedefs and qualifiers, itself where there are none; undefined where they lead to void.
   * @throws FormatError for a chain without end
   */
  resolve(): Type | undefined {
    let type: Type | undefined = this as unknown as Type
    for (let steps = 0; steps < MAX_CHAIN; steps++) {
      if (type === undefined || (type.kind !== 'typedef' && type.kind !== 'qualifier')) return type
      type = type.target
    }
    return this.entry.fail('the chain of typedefs and qualifiers has no end')
  }

  /**
   * A field by its name or path: `sched.sp`, `p[2].state`; through nested structs, typedefs and qualifiers, never through
   * pointers. Its offset counts from the start of this type.
   * @throws NameNotFoundError when there is no such field, naming those that there are
   */
  field(path: string): Field {
    const type = this.resolve()
    if (type !== undefined && (type as TypeBase) !== this) return type.field(path)
    throw new NameNotFoundError('field', path, `${this.describe()} is a ${this.kind} and has no fields`)
  }

  /**
   * The type as its language writes it, in the spacing of GDB's `whatis`: `struct node *`, `int (*[3])(const char *)`,
   * `const Foo<int> &`, `[u8; 4]`, `map[string]int`.
   * @throws FormatError for types that nest too deep, or in a cycle
   */
  describe(): string {
    return this.declare('')
  }

  /**
   * The declaration of something of this type: `int (*f[3])(const char *)` for `declare('f')`; where the language puts types
   * behind names (Go, Rust), still the type first.
   * @throws FormatError as `describe`
   */
  declare(declarator: string): string {
    return joined(this.spelling(), declarator)
  }

  /** @internal The type's name as its language writes it. */
  protected spelling(): string {
    return this.qualifiedName ?? `unnamed ${this.kind}`
  }

  toString(): string {
    return this.describe()
  }
}
