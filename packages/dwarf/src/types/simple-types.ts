/** The types that are a name and at most a reference: base types, pointers, typedefs, qualifiers, functions. */
import { DW_AT } from '../constants/attribute-name.js'
import { describeTag } from '../constants/describe.js'
import { DW_TAG } from '../constants/tag.js'
import type { Type } from './type.js'
import { TypeBase } from './type-base.js'

/** A number, character or truth value that the machine knows (DWARF 5, section 5.1). */
export class BaseType extends TypeBase {
  readonly kind = 'base'

  /** DW_ATE: how the bits are to be read. */
  get encoding(): number {
    return this.entry.number(DW_AT.encoding) ?? 0
  }
}

/** Pointers and C++ references (DWARF 5, section 5.3). */
export class PointerType extends TypeBase {
  get kind(): 'pointer' | 'reference' | 'rvalue reference' | 'pointer to member' {
    switch (this.entry.tag) {
      case DW_TAG.reference_type:
        return 'reference'
      case DW_TAG.rvalue_reference_type:
        return 'rvalue reference'
      case DW_TAG.ptr_to_member_type:
        return 'pointer to member'
      default:
        return 'pointer'
    }
  }

  /** What it points to; undefined for `void *` and Go's unsafe.Pointer. */
  get target(): Type | undefined {
    return this.reference(DW_AT.type)
  }

  /** The address size of the unit where the compiler does not say. */
  override get size(): number | undefined {
    return this.ownSize ?? (this.kind === 'pointer to member' ? undefined : this.entry.unit.addressSize)
  }

  override describe(): string {
    const mark = this.kind === 'reference' ? '&' : this.kind === 'rvalue reference' ? '&&' : '*'
    return this.name ?? this.table.nested(this.entry, () => `${this.target?.describe() ?? 'void'} ${mark}`)
  }
}

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

  override describe(): string {
    return this.table.nested(this.entry, () => `${this.qualifier} ${this.target?.describe() ?? 'void'}`)
  }
}

/** A parameter of a function type, or a result of a Go function. */
export interface Parameter {
  /** DW_AT_name; undefined where the compiler gives none. */
  readonly name: string | undefined
  /** Undefined where the compiler gives none. */
  readonly type: Type | undefined
  /** Of a Go function: this is a result (DW_AT_variable_parameter). */
  readonly isResult: boolean
}

/** The type of a function (DWARF 5, section 5.10.1). */
export class SubroutineType extends TypeBase {
  readonly kind = 'subroutine'

  /** What C's functions return; undefined for void, and for Go, whose results are parameters. */
  get returnType(): Type | undefined {
    return this.reference(DW_AT.type)
  }

  /** What the function takes, in order; Go's results are among them. */
  get parameters(): readonly Parameter[] {
    const parameters: Parameter[] = []
    for (const child of this.entry.children()) {
      if (child.tag !== DW_TAG.formal_parameter) continue
      const type = child.reference(DW_AT.type)
      parameters.push({
        name: child.name,
        type: type && this.table.typeOf(type),
        isResult: child.flag(DW_AT.variable_parameter),
      })
    }
    return parameters
  }
}

/** `nullptr_t`, and every kind of type that has no class of its own here: `entry.tag` tells. */
export class UnspecifiedType extends TypeBase {
  readonly kind = 'unspecified'
}
