/** How further structs and variables of the runtime are declared: those that only some answers need (`contract.ts`). */
import type { FieldContract } from '../runtime-contract.js'

/**
 * A field, or where it moved between versions the ways in which it is reached, the newest first: the first that a binary has is
 * it, for fields of older versions may live on with another meaning.
 */
export type FurtherFieldContract = FieldContract | readonly FieldContract[]

export interface StructContract {
  /** With its package; no struct of the list needs to be another one: fields of one struct may be declared under several keys. */
  readonly name: string
  /** The variable whose type it is, for a struct that has no name in some version, or not always the same. */
  readonly variable?: string
  readonly since?: number
  readonly until?: number
  readonly fields: Readonly<Record<string, FurtherFieldContract>>
}

/** The ways in which a field is reached. */
export function waysTo(contract: FurtherFieldContract): readonly FieldContract[] {
  return isOneWay(contract) ? [contract] : contract
}

function isOneWay(contract: FurtherFieldContract): contract is FieldContract {
  return 'path' in contract
}
