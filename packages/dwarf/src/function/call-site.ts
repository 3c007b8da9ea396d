/** Call sites: DW_TAG_call_site (DWARF 5, section 3.4.1) and DW_TAG_GNU_call_site, its forerunner. */
import { DW_AT } from '../constants/attribute-name.js'
import { DW_TAG } from '../constants/tag.js'
import type { Entry } from '../entry.js'
import { type FunctionContext, Subprogram } from './subprogram.js'

/** A call, and what the compiler knows of it. */
export interface CallSite {
  readonly entry: Entry
  /** Address behind the call instruction: DW_AT_call_return_pc (GNU: DW_AT_low_pc). */
  readonly returnAddress: bigint | undefined
  /** Address of the call instruction: DW_AT_call_pc. */
  readonly address: bigint | undefined
  /** Which function is called, where that is fixed: DW_AT_call_origin (GNU: DW_AT_abstract_origin). */
  readonly callee: Subprogram | undefined
  /** Expression that computes the address of the function that is called: DW_AT_call_target. */
  readonly target: Uint8Array | undefined
  /** Whether the callee returns to the caller's caller. */
  readonly isTailCall: boolean
  /** Entries of the parameters whose values are known: DW_TAG_call_site_parameter. */
  readonly parameters: readonly Entry[]
}

export function readCallSite(entry: Entry, context: FunctionContext): CallSite {
  const isGnu = entry.tag === DW_TAG.GNU_call_site
  const callee = entry.reference(isGnu ? DW_AT.abstract_origin : DW_AT.call_origin)
  return {
    entry,
    returnAddress: entry.address(isGnu ? DW_AT.low_pc : DW_AT.call_return_pc),
    address: entry.address(DW_AT.call_pc),
    callee: callee && new Subprogram(callee, context),
    target: entry.block(isGnu ? DW_AT.GNU_call_site_target : DW_AT.call_target),
    isTailCall: entry.flag(isGnu ? DW_AT.GNU_tail_call : DW_AT.call_tail_call),
    parameters: [...entry.children()].filter(
      ({ tag }) => tag === DW_TAG.call_site_parameter || tag === DW_TAG.GNU_call_site_parameter,
    ),
  }
}
