/** The code that an entry is about: DW_AT_low_pc and high_pc, or DW_AT_ranges (DWARF 5, section 2.17). */
import { DW_AT } from '../constants/attribute-name.js'
import type { Entry } from '../entry.js'
import type { AddressRange } from './address-range.js'
import { readRanges } from './range-list.js'

/**
 * The address ranges of an entry (a unit's root, a function, a block), in the order of the file; none where it says nothing
 * of its code. One with only DW_AT_low_pc is a place, no range: a label, or the base address of a unit.
 * @throws FormatError when a range list is malformed or lies outside of its section
 */
export function* entryRanges(entry: Entry): Generator<AddressRange, void, undefined> {
  const ranges = entry.attribute(DW_AT.ranges)
  // A unit with both has its base address in low_pc.
  if (ranges !== undefined) {
    yield* readRanges(ranges)
    return
  }
  const low = entry.address(DW_AT.low_pc)
  if (low === undefined) return
  const range = { low, high: highPc(entry, low) }
  if (range.high > low) yield range
}

/** An address, or since version 4 mostly a length. */
function highPc(entry: Entry, low: bigint): bigint {
  const attribute = entry.attribute(DW_AT.high_pc)
  if (attribute === undefined) return low
  if (attribute.class === 'address') return attribute.value as bigint
  const length = entry.integer(DW_AT.high_pc)
  return BigInt.asUintN(entry.unit.addressSize * 8, low + BigInt(length ?? 0))
}
