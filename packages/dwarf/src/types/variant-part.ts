/** Types of which one of several variants is there, as Rust's enums and Pascal's variant records (DWARF 5, section 5.7.10). */
import { Cursor } from '@gospy/bytes'
import { DW_AT } from '../constants/attribute-name.js'
import { DW_TAG } from '../constants/tag.js'
import type { Entry } from '../entry.js'
import { readSigned, readUnsigned } from '../leb128.js'
import { Field } from './field.js'
import type { TypeTable } from './type-table.js'

/** DW_DSC (DWARF 5, section 7.10, table 7.23). */
const DW_DSC_range = 1

/** Discriminants from `low` to `high`, both included, with or without a sign as the discriminant's type has it. */
export interface DiscriminantRange {
  readonly low: bigint
  readonly high: bigint
}

/** One of the variants. */
export interface Variant {
  /** DW_TAG_variant. */
  readonly entry: Entry
  /** The discriminants that select it; empty for the one that all others select. */
  readonly discriminants: readonly DiscriminantRange[]
  /** What it holds. Rust gives each variant a single field, of a struct that has the variant's name. */
  readonly fields: readonly Field[]
}

/** The discriminant and the variants that its value chooses from. */
export class VariantPart {
  /** DW_TAG_variant_part. */
  readonly entry: Entry
  readonly #table: TypeTable
  #variants: readonly Variant[] | undefined
  #bits: number | undefined
  #signed: boolean | undefined

  /** @internal */
  constructor(entry: Entry, table: TypeTable) {
    this.entry = entry
    this.#table = table
  }

  /**
   * The field whose value chooses the variant, where it lies in the struct (with Rust's niches, inside of another variant's
   * field); undefined where only one variant can ever be there.
   */
  get discriminant(): Field | undefined {
    const member = this.entry.reference(DW_AT.discr)
    return member && new Field(member, this.#table)
  }

  /** The variants in the order of the file. */
  get variants(): readonly Variant[] {
    if (this.#variants === undefined) {
      const variants: Variant[] = []
      for (const child of this.entry.children()) {
        if (child.tag !== DW_TAG.variant) continue
        const fields: Field[] = []
        for (const member of child.children()) {
          if (member.tag === DW_TAG.member) fields.push(new Field(member, this.#table))
        }
        variants.push({ entry: child, discriminants: this.#discriminantsOf(child), fields })
      }
      this.#variants = variants
    }
    return this.#variants
  }

  /** The variant that a discriminant selects; undefined where there is none for it. */
  select(discriminant: number | bigint): Variant | undefined {
    const value = this.#normal(discriminant)
    const chosen = this.variants.find(({ discriminants }) =>
      discriminants.some(({ low, high }) => value >= low && value <= high),
    )
    return chosen ?? this.variants.find(({ discriminants }) => discriminants.length === 0)
  }

  #discriminantsOf(variant: Entry): DiscriminantRange[] {
    const value = variant.value(DW_AT.discr_value)
    if (value !== undefined) {
      // rustc writes discriminants of 128 bits as blocks.
      const one = this.#normal(value instanceof Uint8Array ? fromBytes(value, variant) : BigInt(value))
      return [{ low: one, high: one }]
    }
    const list = variant.block(DW_AT.discr_list)
    return list === undefined ? [] : this.#readList(list)
  }

  /** Labels and ranges, in LEB128 that has a sign where the discriminant has (DWARF 5, section 7.10). */
  #readList(list: Uint8Array): DiscriminantRange[] {
    const cursor = new Cursor(list, { section: 'discriminant list' })
    const read = () => this.#normal(this.#isSigned ? readSigned(cursor) : readUnsigned(cursor))
    const ranges: DiscriminantRange[] = []
    while (!cursor.atEnd) {
      const isRange = cursor.u8() === DW_DSC_range
      const low = read()
      ranges.push({ low, high: isRange ? read() : low })
    }
    return ranges
  }

  /** A discriminant in as many bits as it has: compilers write the same one in forms with and without a sign. */
  #normal(value: number | bigint): bigint {
    this.#bits ??= Math.min(Math.max(this.discriminant?.size ?? 8, 1), 16) * 8
    return this.#isSigned ? BigInt.asIntN(this.#bits, BigInt(value)) : BigInt.asUintN(this.#bits, BigInt(value))
  }

  get #isSigned(): boolean {
    if (this.#signed === undefined) {
      const type = this.discriminant?.type.resolve()
      this.#signed = (type?.kind === 'base' || type?.kind === 'enum') && type.isSigned
    }
    return this.#signed
  }
}

function fromBytes(bytes: Uint8Array, variant: Entry): bigint {
  const { littleEndian } = variant.unit.context.sections
  let value = 0n
  for (let index = 0; index < bytes.length && index < 16; index++) {
    value = (value << 8n) | BigInt(bytes[littleEndian ? Math.min(bytes.length, 16) - 1 - index : index]!)
  }
  return value
}
