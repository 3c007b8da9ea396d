/**
 * Structs and variables of the runtime beyond those that every look at a process needs (`runtime-contract.ts`). None is
 * looked for before it is asked for; each part of the runtime that is read declares its own, in its folder.
 */
import { GODEBUG_STRUCTS, GODEBUG_VARIABLES } from '../godebug/contract.js'
import { HEAP_STRUCTS, HEAP_VARIABLES } from '../heap/contract.js'
import type { RuntimeVariable, VariableContract } from '../runtime-contract.js'
import { SCHED_STRUCTS, SCHED_VARIABLES } from '../sched/contract.js'
import type { StructContract } from './struct-contract.js'

/** By the name under which the table of layouts has them: neither one of `STRUCTS` nor a variable's. */
export const FURTHER_STRUCTS = { ...SCHED_STRUCTS, ...HEAP_STRUCTS, ...GODEBUG_STRUCTS } as const satisfies Record<
  string,
  StructContract
>

export const FURTHER_VARIABLES = {
  ...SCHED_VARIABLES,
  ...HEAP_VARIABLES,
  ...GODEBUG_VARIABLES,
} as const satisfies Record<string, VariableContract>

export type FurtherStruct = keyof typeof FURTHER_STRUCTS
export type FurtherField<S extends FurtherStruct> = keyof (typeof FURTHER_STRUCTS)[S]['fields'] & string
export type FurtherVariable = keyof typeof FURTHER_VARIABLES
export type AnyVariable = RuntimeVariable | FurtherVariable

export const structContract = (key: FurtherStruct): StructContract => FURTHER_STRUCTS[key]
