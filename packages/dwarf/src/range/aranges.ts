/** .debug_aranges: which unit has the code of an address (DWARF 5, section 6.1.2 and 7.21). Not all compilers write it. */
import { type Cursor, FormatError } from '@gospy/bytes'
import { readInitialLength } from '../initial-length.js'
import type { Sections } from '../sections.js'
import type { AddressRange } from './address-range.js'

/** The addresses of one unit, as .debug_aranges has them. */
export interface ArangeSet {
  /** Offset of the set in .debug_aranges. */
  readonly offset: number
  /** Offset in .debug_info of the unit. */
  readonly unitOffset: number
  /** Bytes of an address. */
  readonly addressSize: number
  /** In the order of the section; those of no bytes are left out. */
  readonly ranges: readonly AddressRange[]
}

/**
 * All sets that can be read, in the order of the section.
 * @param onFault gets what is wrong with the others
 */
export function* readAranges(
  sections: Sections,
  onFault: (error: FormatError) => void,
): Generator<ArangeSet, void, undefined> {
  if (sections.find('.debug_aranges') === undefined) return
  const cursor = sections.cursor('.debug_aranges')
  while (!cursor.atEnd) {
    const start = cursor.offset
    let end: number | undefined
    try {
      const extent = readInitialLength(cursor)
      end = extent.end
      const body = cursor.sub(end - cursor.offset)
      yield readSet(body, start, extent.offsetSize)
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      onFault(error)
      // Where the length itself is wrong nobody knows where the next set begins.
      if (end === undefined) return
      cursor.seek(end)
    }
  }
}

function readSet(cursor: Cursor, offset: number, offsetSize: 4 | 8): ArangeSet {
  const version = cursor.u16()
  // GCC writes 2 for all versions of DWARF, as the standard demands.
  if (version < 2 || version > 5) cursor.fail(`address ranges of version ${version} (2 is known)`, offset)
  const unitOffset = cursor.uint(offsetSize)
  const addressSize = cursor.u8()
  const selectorSize = cursor.u8()
  if (![2, 4, 8].includes(addressSize)) cursor.fail(`addresses of ${addressSize} bytes are not supported`, offset)
  if (selectorSize !== 0) cursor.fail(`segment selectors of ${selectorSize} bytes are not supported`, offset)
  // The pairs begin at a multiple of their size, counted from the set.
  const pairSize = addressSize * 2
  const padding = (pairSize - ((cursor.offset - offset) % pairSize)) % pairSize
  if (cursor.remaining > padding) cursor.skip(padding)
  const ranges: AddressRange[] = []
  while (cursor.remaining >= pairSize) {
    const low = cursor.uintBig(addressSize)
    const length = cursor.uintBig(addressSize)
    // A pair of zeros ends the set, but linkers that drop code leave such pairs in the middle, too.
    if (length !== 0n) ranges.push({ low, high: BigInt.asUintN(addressSize * 8, low + length) })
  }
  return { offset, unitOffset, addressSize, ranges }
}
