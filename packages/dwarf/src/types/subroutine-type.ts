/** Types of functions (DWARF 5, section 5.10). */
import { DW_AT } from '../constants/attribute-name.js'
import { DW_TAG } from '../constants/tag.js'
import { DW_GO_KIND } from '../constants/values.js'
import type { Entry } from '../entry.js'
import type { Type } from './type.js'
import { joined, TypeBase } from './type-base.js'
import type { TypeTable } from './type-table.js'

/** A parameter of a function type, or a result of a Go function. */
export interface Parameter {
  /** DW_AT_name; undefined where the compiler gives none. */
  readonly name: string | undefined
  /** Undefined where the compiler gives none. */
  readonly type: Type | undefined
  /** Of a Go function: this is a result (DW_AT_variable_parameter). */
  readonly isResult: boolean
  /** The source does not write it, as C++'s `this`. */
  readonly isArtificial: boolean
}

/** The parameters of a function or function type, in order. */
export function parametersOf(entry: Entry, table: TypeTable): readonly Parameter[] {
  const parameters: Parameter[] = []
  for (const child of entry.children()) {
    if (child.tag !== DW_TAG.formal_parameter) continue
    const type = child.reference(DW_AT.type)
    parameters.push({
      name: child.name,
      type: type && table.typeOf(type),
      isResult: child.flag(DW_AT.variable_parameter),
      isArtificial: child.flag(DW_AT.artificial),
    })
  }
  return parameters
}

/** Whether a list of parameters ends in `...`. */
export function isVariadic(entry: Entry): boolean {
  for (const child of entry.children()) if (child.tag === DW_TAG.unspecified_parameters) return true
  return false
}

/** The type of a function (DWARF 5, section 5.10.1). */
export class SubroutineType extends TypeBase {
  readonly kind = 'subroutine'
  #parameters: readonly Parameter[] | undefined

  /** Until Go 1.9 its compiler says nothing of the size of a func value, which is a pointer to a closure. */
  override get size(): number | undefined {
    return this.ownSize ?? (this.goKind === DW_GO_KIND.func ? this.entry.unit.addressSize : undefined)
  }

  /** What C's functions return; undefined for void, and for Go, whose results are parameters. */
  get returnType(): Type | undefined {
    return this.reference(DW_AT.type)
  }

  /** What the function takes, in order; Go's results are among them. */
  get parameters(): readonly Parameter[] {
    this.#parameters ??= parametersOf(this.entry, this.table)
    return this.#parameters
  }

  /** Whether it takes any number of further arguments: `...`. */
  get isVariadic(): boolean {
    return isVariadic(this.entry)
  }

  override declare(declarator: string): string {
    if (this.name !== undefined) return joined(this.spelling(), declarator)
    return this.table.nested(this.entry, () => {
      // What a member function is called on is written behind the parameters, as far as it is written.
      const self = this.parameters[0]?.isArtificial ? this.parameters[0] : undefined
      const written = self === undefined ? this.parameters : this.parameters.slice(1)
      const parameters = written.map(({ type }) => type?.describe() ?? 'void')
      const { returnType } = this
      if (this.language === 'rust') {
        const result = returnType === undefined ? '' : ` -> ${returnType.describe()}`
        return joined(`fn(${parameters.join(', ')})${result}`, declarator)
      }
      if (this.isVariadic) parameters.push('...')
      // `int f()` of C says nothing of what it takes; C++ and a prototype say that it takes nothing.
      else if (parameters.length === 0 && (this.language === 'c++' || this.entry.flag(DW_AT.prototyped))) {
        parameters.push('void')
      }
      const whole = `${declarator}(${parameters.join(', ')})${objectQualifiers(self?.type)}`
      return returnType === undefined ? joined('void', whole) : returnType.declare(whole)
    })
  }
}

/** ` const` and ` volatile` of a member function, out of the type of its `this`. */
export function objectQualifiers(self: Type | undefined): string {
  const pointer = self?.resolve()
  let target = pointer?.kind === 'pointer' ? pointer.target : undefined
  const qualifiers = new Set<string>()
  while (target?.kind === 'qualifier' && !qualifiers.has(target.qualifier)) {
    qualifiers.add(target.qualifier)
    target = target.target
  }
  return ['const', 'volatile'].map((word) => (qualifiers.has(word) ? ` ${word}` : '')).join('')
}
