/** The types that are a name and at most a reference: typedefs, qualifiers, subranges, strings of Fortran. */
import { DW_AT } from '../constants/attribute-name.js'
import { describeTag } from '../constants/describe.js'
import { DW_TAG } from '../constants/tag.js'
import { defaultLowerBound } from './language.js'
import type { Type } from './type.js'
import { joined, TypeBase } from './type-base.js'

/** Another name for a type (DWARF 5, section 5.4). Go's maps, chans and interfaces come as typedefs too, see `goKind`. */
export class TypedefType extends TypeBase {
  readonly kind = 'typedef'

  /** What it names; undefined for void, or a type that is only declared. */
  get target(): Type | undefined {
    return this.reference(DW_AT.type)
  }

  override get size(): number | undefined {
    return this.ownSize ?? this.table.nested(this.entry, () => this.resolve()?.size)
  }

  // A Go type with a name is a typedef of the typedef that has the attributes, which is one of the struct that it is made of.

  override get goKind(): number | undefined {
    return super.goKind ?? this.table.nested(this.entry, () => this.target?.goKind)
  }

  override get goKey(): Type | undefined {
    return super.goKey ?? this.table.nested(this.entry, () => this.target?.goKey)
  }

  override get goElem(): Type | undefined {
    return super.goElem ?? this.table.nested(this.entry, () => this.target?.goElem)
  }
}

/** How C spells the qualifiers, in the order in which GDB writes several. */
const SPELLINGS: ReadonlyMap<number, string> = new Map<number, string>([
  [DW_TAG.const_type, 'const'],
  [DW_TAG.volatile_type, 'volatile'],
  [DW_TAG.restrict_type, 'restrict'],
  [DW_TAG.atomic_type, '_Atomic'],
  [DW_TAG.immutable_type, 'immutable'],
  [DW_TAG.packed_type, 'packed'],
  [DW_TAG.shared_type, 'shared'],
])

/** const, volatile and the like (DWARF 5, section 5.3). */
export class QualifierType extends TypeBase {
  readonly kind = 'qualifier'

  /** The qualifier as its tag names it: `const`, `volatile`, `restrict`, `atomic`, `immutable`, `packed`, `shared`. */
  get qualifier(): string {
    return describeTag(this.entry.tag).replace(/^DW_TAG_(.*)_type$/, '$1')
  }

  /** What it qualifies; undefined for void. */
  get target(): Type | undefined {
    return this.reference(DW_AT.type)
  }

  override get size(): number | undefined {
    return this.ownSize ?? this.table.nested(this.entry, () => this.resolve()?.size)
  }

  override declare(declarator: string): string {
    return this.table.nested(this.entry, () => {
      const tags = new Set<number>()
      let type: Type | undefined = this
      while (type?.kind === 'qualifier') {
        // Each tag once: a chain that says one twice is no longer of these, or is a cycle.
        if (tags.has(type.entry.tag)) return joined(this.spelling(), type.declare(declarator))
        tags.add(type.entry.tag)
        type = type.target
      }
      const words = [...SPELLINGS].flatMap(([tag, word]) => (tags.has(tag) ? [word] : [])).join(' ')
      if (type === undefined) return joined(`${words} void`, declarator)
      const isPointer = type instanceof TypeBase && /pointer|reference/.test(type.kind) && type.name === undefined
      return isPointer ? type.declare(joined(words, declarator)) : `${words} ${type.declare(declarator)}`
    })
  }

  protected override spelling(): string {
    return SPELLINGS.get(this.entry.tag) ?? this.qualifier
  }
}

/** The values of another type between two bounds, as Ada and Pascal have them (DWARF 5, section 5.13). */
export class SubrangeType extends TypeBase {
  readonly kind = 'subrange'

  /** The type whose values these are; undefined where the compiler gives none. */
  get target(): Type | undefined {
    return this.reference(DW_AT.type)
  }

  /** The least value; undefined where only a running program knows. */
  get lower(): number | bigint | undefined {
    const attribute = this.entry.attribute(DW_AT.lower_bound)
    return attribute === undefined ? defaultLowerBound(this.entry.unit) : this.entry.integer(DW_AT.lower_bound)
  }

  /** The greatest value; undefined where only a running program knows. */
  get upper(): number | bigint | undefined {
    return this.entry.integer(DW_AT.upper_bound)
  }

  override get size(): number | undefined {
    return this.ownSize ?? this.table.nested(this.entry, () => this.target?.size)
  }
}

/** A string of fixed or variable length, as Fortran has them (DWARF 5, section 5.11). */
export class StringType extends TypeBase {
  readonly kind = 'string'

  /** Whether only a running program knows its length (DW_AT_string_length). */
  get isDynamic(): boolean {
    return this.entry.attribute(DW_AT.string_length) !== undefined
  }

  protected override spelling(): string {
    return super.name ?? `character*${this.size ?? '(*)'}`
  }
}

/** `nullptr_t`, and every kind of type that has no class of its own here: `entry.tag` tells. */
export class UnspecifiedType extends TypeBase {
  readonly kind = 'unspecified'
}
