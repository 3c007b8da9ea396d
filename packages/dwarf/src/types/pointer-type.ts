/** Pointers, C++ references and pointers to members (DWARF 5, sections 5.3 and 5.14). */
import { DW_AT } from '../constants/attribute-name.js'
import { DW_TAG } from '../constants/tag.js'
import type { Type } from './type.js'
import { joined, TypeBase } from './type-base.js'

/** A qualifier of the pointer itself stands behind the star, and a space between them. */
const QUALIFIED = /^(const|volatile|restrict|_Atomic)(?!\w)/

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

  /** What it points to; undefined for `void *` and Go's unsafe.Pointer. Of a pointer to member, the type of the member. */
  get target(): Type | undefined {
    return this.reference(DW_AT.type)
  }

  /** Of a pointer to member, the class that has the member; undefined for any other. */
  get containing(): Type | undefined {
    return this.reference(DW_AT.containing_type)
  }

  /**
   * The address size of the unit where the compiler does not say. Of a pointer to member as the Itanium C++ ABI (section
   * 2.3) has it: an offset for data, a pointer and an adjustment for functions.
   */
  override get size(): number | undefined {
    const own = this.ownSize
    if (own !== undefined) return own
    const { addressSize } = this.entry.unit
    return this.kind === 'pointer to member' && this.isToFunction ? 2 * addressSize : addressSize
  }

  /** Whether it points to a function. */
  get isToFunction(): boolean {
    return this.table.nested(this.entry, () => this.target?.resolve()?.kind === 'subroutine')
  }

  override declare(declarator: string): string {
    // Go and Rust name their pointers.
    if (this.name !== undefined) return joined(this.spelling(), declarator)
    return this.table.nested(this.entry, () => {
      const { target } = this
      const whole = `${this.#mark()}${QUALIFIED.test(declarator) ? ' ' : ''}${declarator}`
      if (target === undefined) return joined('void', whole)
      return target.declare(bindsTighter(target) ? `(${whole})` : whole)
    })
  }

  #mark(): string {
    switch (this.kind) {
      case 'reference':
        return '&'
      case 'rvalue reference':
        return '&&'
      case 'pointer to member':
        return `${this.containing?.describe() ?? ''}::*`
      default:
        return '*'
    }
  }
}

/** Whether the brackets of a type bind tighter than a star before them: `(*f)()`, `(*a)[3]`. */
function bindsTighter(type: Type): boolean {
  let inner: Type | undefined = type
  for (let steps = 0; steps < 100 && inner?.kind === 'qualifier'; steps++) inner = inner.target
  return inner?.kind === 'subroutine' || (inner?.kind === 'array' && inner.name === undefined && !inner.isVector)
}
