/** What an expression says about an object: where its parts are, or what they are (DWARF 5, section 2.6.1). */
import type { TypedValue } from './typed-value.js'

/**
 * Where an object, or a part of it, is.
 * - `memory`: at an address of the running program
 * - `register`: in a register, by its DWARF number
 * - `value`: nowhere, but this is its value (DW_OP_stack_value)
 * - `bytes`: nowhere, but these are its bytes in the target's order (DW_OP_implicit_value)
 * - `implicit pointer`: a pointer to `byteOffset` bytes into an object that is in no memory itself; `entry` is the offset in
 *   .debug_info of the variable that it is
 * - `optimized out`: no longer anywhere
 */
export type Place =
  | { readonly kind: 'memory'; readonly address: bigint }
  | { readonly kind: 'register'; readonly register: number }
  | { readonly kind: 'value'; readonly value: TypedValue }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'implicit pointer'; readonly entry: number; readonly byteOffset: number | bigint }
  | { readonly kind: 'optimized out' }

/** A part of an object; most objects have one, which is the whole. */
export interface Piece {
  /** Where it is. */
  readonly place: Place
  /** Its size in bits; undefined for the one piece that is the whole object. */
  readonly bitSize: number | undefined
  /** Where it starts in its place: bits from the lowest of a register or value, from the start of memory or bytes. */
  readonly bitOffset: number
  /** Whether the compiler says that it was not yet initialized (DW_OP_GNU_uninit). */
  readonly uninitialized: boolean
}
