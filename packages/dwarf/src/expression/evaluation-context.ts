/** What an expression asks of the running program, and of the stack frame it is evaluated for. */
import type { MemoryReader } from '@gospy/bytes'
import type { Entry } from '../entry.js'
import type { Expression } from './expression.js'
import type { TypedValue } from './typed-value.js'

/**
 * Answers for an expression. All are optional: one that is needed and missing, or answers undefined, ends the evaluation
 * with an EvaluationError that says which. Registers have the numbers that the target's ABI gives them for DWARF.
 */
export interface EvaluationContext {
  /** Added to addresses of the file (DW_OP_addr, addrx): where a position-independent program was loaded. */
  readonly loadBias?: bigint
  /** The place in the code, as linked: chooses from location lists of what DW_OP_call2, call4 and call_ref refer to. */
  readonly pc?: bigint
  /** The program's memory: DW_OP_deref and its kin. */
  readonly memory?: MemoryReader
  /** Address of the object that the expression is about: DW_OP_push_object_address (arrays and structs of dynamic size). */
  readonly objectAddress?: bigint
  /** All bits of a register in this frame, as an unsigned integer: also of floating-point and vector registers. */
  register?(register: number): bigint | undefined
  /** The frame base of the function (DW_AT_frame_base): DW_OP_fbreg. See `frameBaseAddress`. */
  frameBase?(): bigint | undefined
  /** The canonical frame address, from call frame information: DW_OP_call_frame_cfa. */
  cfa?(): bigint | undefined
  /** Address of the variable at an offset of this module's thread-local storage, in the current thread. */
  threadLocal?(offset: bigint): bigint | undefined
  /** The value that an expression (mostly one register) had when the function was entered: DW_OP_entry_value. */
  entryValue?(expression: Expression): bigint | TypedValue | undefined
  /** The value that the caller passed for a parameter (DW_TAG_formal_parameter): DW_OP_GNU_parameter_ref. */
  callSiteParameter?(parameter: Entry): bigint | TypedValue | undefined
  /** The value of a variable: DW_OP_GNU_variable_value. */
  variableValue?(variable: Entry): bigint | TypedValue | undefined
  /** Memory of another address space: DW_OP_xderef and its kin. */
  addressSpace?(space: bigint): MemoryReader | undefined
}
