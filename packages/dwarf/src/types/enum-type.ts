/** Enumerations (DWARF 5, section 5.9). */
import { DW_AT } from '../constants/attribute-name.js'
import { DW_TAG } from '../constants/tag.js'
import type { Type } from './type.js'
import { TypeBase } from './type-base.js'

/** One name of an enumeration. */
export interface Enumerator {
  /** DW_AT_name; empty where there is none. */
  readonly name: string
  /** A bigint where a number cannot hold it exactly. */
  readonly value: number | bigint
}

/** An enumeration: names for integers. */
export class EnumType extends TypeBase {
  /** Tells this class from those of the other types. */
  readonly kind = 'enum'
  #enumerators: readonly Enumerator[] | undefined
  #names: ReadonlyMap<number | bigint, string> | undefined

  /** The names and their values, in the order of the source. */
  get enumerators(): readonly Enumerator[] {
    if (this.#enumerators === undefined) {
      const enumerators: Enumerator[] = []
      for (const child of this.entry.children()) {
        if (child.tag !== DW_TAG.enumerator) continue
        enumerators.push({ name: child.name ?? '', value: child.integer(DW_AT.const_value) ?? 0 })
      }
      this.#enumerators = enumerators
    }
    return this.#enumerators
  }

  /** Whether its names are only known with the enumeration's own, as C++'s `enum class` (DW_AT_enum_class). */
  get isScoped(): boolean {
    return this.entry.flag(DW_AT.enum_class)
  }

  /** Whether its integers have a sign: by the underlying type, else by whether a value is negative. */
  get isSigned(): boolean {
    const underlying = this.underlying?.resolve()
    if (underlying?.kind === 'base') return underlying.isSigned
    return this.enumerators.some(({ value }) => value < 0)
  }

  /**
   * Whether the values are bits that can be combined: zero, or a power of two each; so GDB decides.
   */
  get isFlags(): boolean {
    return this.enumerators.length > 0 && this.enumerators.every(({ value }) => isOneBit(BigInt(value)))
  }

  /** The first name of a value; undefined where the enumeration has none. */
  nameOf(value: number | bigint): string | undefined {
    this.#names ??= new Map(this.enumerators.map(({ name, value }) => [value, name] as const).reverse())
    return this.#names.get(value)
  }

  /** The integer type that the values are of, where the compiler says. */
  get underlying(): Type | undefined {
    return this.reference(DW_AT.type)
  }

  /** Whether it is only declared here. */
  get isDeclaration(): boolean {
    return this.entry.flag(DW_AT.declaration)
  }

  /** Size of a value in bytes: that of the underlying type where the enumeration has none of its own. */
  override get size(): number | undefined {
    return this.ownSize ?? this.table.nested(this.entry, () => this.underlying?.size)
  }

  protected override spelling(): string {
    const { language, qualifiedName } = this
    if (qualifiedName === undefined) return 'enum {...}'
    return language === 'c' ? `enum ${qualifiedName}` : qualifiedName
  }
}

function isOneBit(value: bigint): boolean {
  return value >= 0n && (value & (value - 1n)) === 0n
}
