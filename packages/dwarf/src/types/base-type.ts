/** Numbers, characters and truth values (DWARF 5, section 5.1). */
import { DW_AT } from '../constants/attribute-name.js'
import { DW_ATE } from '../constants/values.js'
import { TypeBase } from './type-base.js'

/** DW_END (DWARF 5, section 7.8, table 7.14). */
const DW_END_big = 1
const DW_END_little = 2

const SIGNED: ReadonlySet<number> = new Set([DW_ATE.signed, DW_ATE.signed_char, DW_ATE.signed_fixed])

/** A number, character or truth value that the machine knows (DWARF 5, section 5.1). */
export class BaseType extends TypeBase {
  readonly kind = 'base'

  /** DW_ATE: how the bits are to be read. */
  get encoding(): number {
    return this.entry.number(DW_AT.encoding) ?? 0
  }

  /** Whether its integers have a sign. */
  get isSigned(): boolean {
    return SIGNED.has(this.encoding)
  }

  /** Bits that count, where they are fewer than the bytes have, as in `_BitInt(7)`. */
  get bitSize(): number | undefined {
    return this.entry.number(DW_AT.bit_size)
  }

  /** Byte order, where it differs from the file's (DW_AT_endianity). */
  get littleEndian(): boolean {
    switch (this.entry.number(DW_AT.endianity)) {
      case DW_END_big:
        return false
      case DW_END_little:
        return true
      default:
        return this.entry.unit.context.sections.littleEndian
    }
  }

  /**
   * Of a fixed-point number, the power of two and that of ten by which its integer is to be multiplied (DWARF 5, section
   * 5.1.1); undefined for any other.
   */
  get scale(): { readonly binary: number; readonly decimal: number } | undefined {
    const { encoding } = this
    if (encoding !== DW_ATE.signed_fixed && encoding !== DW_ATE.unsigned_fixed) return undefined
    return {
      binary: signed(this.entry.integer(DW_AT.binary_scale)),
      decimal: signed(this.entry.integer(DW_AT.decimal_scale)),
    }
  }
}

/** A small power, of which compilers write negative ones in unsigned forms too. */
function signed(value: number | bigint | undefined): number {
  return value === undefined ? 0 : Number(BigInt.asIntN(64, BigInt(value)))
}
