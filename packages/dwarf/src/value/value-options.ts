/** What a reader of values can be given beside a type and memory. */
import type { Attribute } from '../entry.js'
import type { Type } from '../types/type.js'

/** The formats that 16 bytes of `long double` have. */
export type LongDouble = 'x87' | 'ieee' | 'double-double'

/** What the types alone do not say. */
export interface ValueOptions {
  /**
   * Evaluates what only a running program knows: an attribute that is an expression (the place of a virtual base class, the
   * bound of an array) or refers to a variable. Gets the address of the object, which the expression finds on its stack, or by
   * DW_OP_push_object_address. Without it, and where it gives undefined, such a value is a ValueError.
   */
  readonly evaluate?: (attribute: Attribute, objectAddress: number) => number | bigint | undefined
  /**
   * The type that a descriptor of Go's runtime (`*_type`, at this address) is of, for what interfaces hold: see
   * `GoRuntimeTypes`. Without it, what an interface holds is not known.
   */
  readonly goType?: (descriptor: number) => Type | undefined
  /**
   * What 16 bytes of `long double` are, which DWARF does not say: the x87's format, as on x86 (so assumed for little-endian
   * files), IEEE 754's, as on AArch64 and s390 (assumed for big-endian ones), or a pair of doubles, as on PowerPC.
   */
  readonly longDouble?: LongDouble
}
