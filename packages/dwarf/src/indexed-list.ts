/**
 * Where the list of an index is: .debug_rnglists and .debug_loclists have tables of offsets, counted from the table itself
 * (DWARF 5, sections 7.28 and 7.29).
 */
import { FormatError } from '@gospy/bytes'
import type { Unit } from './unit.js'

/**
 * The offset in the section of the unit's list of that index.
 * @throws FormatError when the unit's table has no such index
 */
export function indexedListOffset(unit: Unit, section: '.debug_rnglists' | '.debug_loclists', index: number): number {
  const { sections } = unit.context
  const base = section === '.debug_rnglists' ? unit.rangeListsBase : unit.locationListsBase
  // How many there are is the last field of the header: an index behind them would take a list for an offset.
  const count = base >= 4 ? sections.at(section, base - 4).u32() : 0
  if (index >= count) {
    throw new FormatError(`list ${index} of ${count}`, { section: sections.nameOf(section), offset: base })
  }
  return base + sections.at(section, base + index * unit.offsetSize).uint(unit.offsetSize)
}
