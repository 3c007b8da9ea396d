/** What a reader of values can be given beside a type and memory. */
import type { EvaluationContext } from '../expression/evaluation-context.js'
import type { Type } from '../types/type.js'

/** The formats that 16 bytes of `long double` have. */
export type LongDouble = 'x87' | 'ieee' | 'double-double'

/** What the types alone do not say. */
export interface ValueOptions {
  /**
   * What expressions may ask besides the memory and the object's address, which they have: registers, the frame base, the value
   * of a variable that holds an array's bound (`variableValue`). What they ask and do not get is a ValueError of that value.
   */
  readonly evaluation?: EvaluationContext
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
