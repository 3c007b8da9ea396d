/** Addresses as two words of 32 bits: what columns hold and inner loops compare, exact for all of 64 bits and without a bigint. */

const TWO_32 = 0x1_0000_0000

/** An address as its upper and lower 32 bits, both unsigned. */
export interface SplitAddress {
  readonly high: number
  readonly low: number
}

/**
 * The two words of an address that a caller gives: a bigint, or a number below 2^53. Undefined for what is no address at
 * all (negative, above 64 bits, no integer, or a number that need not be exact).
 */
export function splitAddress(address: number | bigint): SplitAddress | undefined {
  if (typeof address === 'bigint') {
    if (address < 0n || address >> 64n !== 0n) return undefined
    return { high: Number(address >> 32n), low: Number(address & 0xffff_ffffn) }
  }
  if (!(Number.isSafeInteger(address) && address >= 0)) return undefined
  return { high: Math.floor(address / TWO_32), low: address >>> 0 }
}

/** The address of these two words. */
export function joinAddress(high: number, low: number): bigint {
  return high < 0x20_0000 ? BigInt(high * TWO_32 + low) : (BigInt(high) << 32n) | BigInt(low)
}

/** An address that a caller gives as a bigint, or undefined for what is none, as for `splitAddress`. */
export function toAddress(address: number | bigint): bigint | undefined {
  if (typeof address === 'bigint') return address >= 0n && address >> 64n === 0n ? address : undefined
  return Number.isSafeInteger(address) && address >= 0 ? BigInt(address) : undefined
}
