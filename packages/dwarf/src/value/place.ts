/** Where values lie, and what the values that come of one another share. */
import type { MemoryReader } from '@gospy/bytes'
import type { BitRange } from './scalar.js'
import { ValueError } from './value-error.js'
import type { ValueOptions } from './value-options.js'

/** What the values that come of one another share. */
export interface ValueContext {
  readonly memory: MemoryReader | undefined
  readonly options: ValueOptions
}

/** Where a value lies, as far as it is not a whole object in memory. */
export interface Part {
  /** The bytes from its start on, where they have been read. */
  readonly bytes?: Uint8Array | undefined
  readonly bits?: BitRange | undefined
  /** Dimensions of its array that are behind it: `matrix[1]` is no type of its own. */
  readonly outer?: number
}

/** An address that memory can be read at. @throws ValueError for one above 2^53 */
export function toAddress(address: number | bigint): number {
  const number = Number(address)
  if (Number.isSafeInteger(number) && number >= 0) return number
  throw new ValueError(`unreadable at 0x${address.toString(16)}: no address below 2^53`)
}
