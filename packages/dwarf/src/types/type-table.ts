/** Entries to types, one object for each entry: cycles of types are cycles of references, followed when asked. */
import { DW_AT } from '../constants/attribute-name.js'
import { DW_TAG } from '../constants/tag.js'
import type { Entry } from '../entry.js'
import type { Unit } from '../unit.js'
import { ArrayType } from './array-type.js'
import { BaseType } from './base-type.js'
import { EnumType } from './enum-type.js'
import { languageFamily } from './language.js'
import { PointerType } from './pointer-type.js'
import { ScopeIndex } from './scope-index.js'
import { QualifierType, StringType, SubrangeType, TypedefType, UnspecifiedType } from './simple-types.js'
import { StructType } from './struct-type.js'
import { SubroutineType } from './subroutine-type.js'
import { templateParametersOf, templateSuffix } from './template-parameter.js'
import type { Type } from './type.js'

/** Deepest nesting of arrays and the like in one size or description: more is taken for a cycle. */
const MAX_NESTING = 100

/** References in one size or description: types that are part of others twice, which are part of others twice, have no end. */
const MAX_FOLLOWED = 10_000

/** Characters of a qualified name at which it is cut off at the outer end: scopes nest without a limit. */
const MAX_QUALIFIED = 100_000

type TypeClass = new (entry: Entry, table: TypeTable) => Type

const CLASSES: ReadonlyMap<number, TypeClass> = new Map<number, TypeClass>([
  [DW_TAG.base_type, BaseType],
  [DW_TAG.pointer_type, PointerType],
  [DW_TAG.reference_type, PointerType],
  [DW_TAG.rvalue_reference_type, PointerType],
  [DW_TAG.ptr_to_member_type, PointerType],
  [DW_TAG.structure_type, StructType],
  [DW_TAG.class_type, StructType],
  [DW_TAG.union_type, StructType],
  [DW_TAG.interface_type, StructType],
  [DW_TAG.array_type, ArrayType],
  [DW_TAG.enumeration_type, EnumType],
  [DW_TAG.typedef, TypedefType],
  [DW_TAG.template_alias, TypedefType],
  [DW_TAG.const_type, QualifierType],
  [DW_TAG.volatile_type, QualifierType],
  [DW_TAG.restrict_type, QualifierType],
  [DW_TAG.atomic_type, QualifierType],
  [DW_TAG.packed_type, QualifierType],
  [DW_TAG.shared_type, QualifierType],
  [DW_TAG.immutable_type, QualifierType],
  [DW_TAG.subroutine_type, SubroutineType],
  [DW_TAG.unspecified_type, UnspecifiedType],
  [DW_TAG.subrange_type, SubrangeType],
  [DW_TAG.string_type, StringType],
  [DW_TAG.set_type, UnspecifiedType],
  [DW_TAG.file_type, UnspecifiedType],
  [DW_TAG.coarray_type, UnspecifiedType],
  [DW_TAG.dynamic_type, UnspecifiedType],
])

/** Whether entries of this tag describe a type. */
export function isTypeTag(tag: number): boolean {
  return CLASSES.has(tag)
}

export class TypeTable {
  /** Looks a struct up by qualified name, for declarations; given by whoever can look names up. */
  readonly findStruct: (name: string) => StructType | undefined
  /** By unit, as entries of several files (split units, dwz) have the same offsets. */
  readonly #types = new Map<Unit, Map<number, Type>>()
  readonly #scopes = new Map<Unit, ScopeIndex>()
  #depth = 0
  /** References followed for the one answer that is being worked out. */
  #followed = 0

  constructor(findStruct: (name: string) => StructType | undefined) {
    this.findStruct = findStruct
  }

  /**
   * The type that an entry describes; for an entry that only names a type unit (DW_AT_signature), the type found there.
   * @throws FormatError when the entry is no type
   */
  typeOf(entry: Entry): Type {
    let types = this.#types.get(entry.unit)
    if (types === undefined) {
      types = new Map()
      this.#types.set(entry.unit, types)
    }
    let type = types.get(entry.offset)
    if (type === undefined) {
      const definition = entry.attribute(DW_AT.signature) === undefined ? entry : this.#inTypeUnit(entry)
      const Class = CLASSES.get(definition.tag) ?? definition.fail('this is no type')
      type = definition === entry ? new Class(entry, this) : this.typeOf(definition)
      types.set(entry.offset, type)
    }
    return type
  }

  /** Whether an entry describes a type. */
  isType(entry: Entry): boolean {
    return isTypeTag(entry.tag)
  }

  /**
   * The namespaces and types around an entry, innermost first; what stands in a function ends with that.
   * @throws FormatError when the unit's entries cannot be read
   */
  scopes(entry: Entry): Iterable<Entry> {
    const { unit } = entry
    let index = this.#scopes.get(unit)
    if (index === undefined) {
      index = new ScopeIndex(unit)
      this.#scopes.set(unit, index)
    }
    return index.around(entry.offset)
  }

  /** The name of an entry with the scopes around it, as GDB writes it; a name alone for languages without scopes. */
  qualify(entry: Entry, name: string): string {
    const family = languageFamily(entry.unit)
    if (family === 'go' || family === 'c') return name
    const declaration = entry.reference(DW_AT.specification) ?? entry
    // Clang's -gsimple-template-names leaves the arguments out of the name: the children have them.
    let qualified = family === 'c++' && !name.endsWith('>') ? name + this.#arguments(entry) : name
    for (const scope of this.scopes(declaration)) {
      if (scope.tag === DW_TAG.subprogram || qualified.length > MAX_QUALIFIED) break
      const outer = scope.name ?? (scope.tag === DW_TAG.namespace ? '(anonymous namespace)' : '{unnamed}')
      qualified = `${outer}::${qualified}`
    }
    return qualified
  }

  #arguments(entry: Entry): string {
    if (!entry.hasChildren || entry.tag === DW_TAG.enumeration_type) return ''
    return this.nested(entry, () => templateSuffix(templateParametersOf(entry, this)))
  }

  #inTypeUnit(entry: Entry): Entry {
    const definition = entry.reference(DW_AT.signature)
    // A type unit's own type may name its own signature.
    return definition === undefined || definition.attribute(DW_AT.signature) !== undefined ? entry : definition
  }

  /**
   * Runs what follows references to other types, so that a cycle ends.
   * @throws FormatError when it goes too deep
   */
  nested<Result>(entry: Entry, run: () => Result): Result {
    if (this.#depth === 0) this.#followed = 0
    if (++this.#followed > MAX_FOLLOWED) return entry.fail(`a type of more than ${MAX_FOLLOWED} parts`)
    if (this.#depth >= MAX_NESTING) return entry.fail(`types nested more than ${MAX_NESTING} deep, or in a cycle`)
    this.#depth++
    try {
      return run()
    } finally {
      this.#depth--
    }
  }
}
