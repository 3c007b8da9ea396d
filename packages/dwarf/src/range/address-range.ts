/** A run of addresses. */
export interface AddressRange {
  /** The first address. */
  readonly low: bigint
  /** The first address behind: not part of the range. */
  readonly high: bigint
}

/** Whether the address lies in one of the ranges. */
export function rangesHold(ranges: Iterable<AddressRange>, address: bigint): boolean {
  for (const { low, high } of ranges) if (address >= low && address < high) return true
  return false
}
