/** Layouts are sums and products of what the file claims, each of which may be as large as a number can hold. */
import type { Entry } from '../entry.js'

/**
 * The same number, of bytes, bits or elements.
 * @throws FormatError when it is above 2^53 - 1, and so may have been rounded
 */
export function exact(value: number, entry: Entry): number {
  return Number.isSafeInteger(value) ? value : entry.fail('a layout of more than 2^53 bytes or elements')
}
