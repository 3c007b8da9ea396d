/** Where an object is according to an attribute: by one expression, or by one for each range of the code (DWARF 5, section 2.6). */
import { DW_AT } from '../constants/attribute-name.js'
import { DW_FORM } from '../constants/form.js'
import type { Attribute, Entry } from '../entry.js'
import { Expression } from '../expression/expression.js'
import { indexedListOffset } from '../indexed-list.js'
import { LocationList } from './location-list.js'

/** A location that an attribute gives: an expression, or a list of them. */
export class Location {
  /** The expression that holds everywhere; undefined where there is a list. */
  readonly expression: Expression | undefined
  /** The expressions by range of the code; undefined where one holds everywhere. */
  readonly list: LocationList | undefined

  /** @internal */
  constructor(expression: Expression | undefined, list: LocationList | undefined) {
    this.expression = expression
    this.list = list
  }

  /**
   * The expression that holds where the program counter is, or undefined where the object is nowhere then. Of several whose
   * ranges overlap it gives the first; `list.ranges()` gives all.
   * @param pc address in the code as linked: without the load bias
   * @throws FormatError for a malformed list
   */
  at(pc: bigint): Expression | undefined {
    if (this.list === undefined) return this.expression
    let fallback: Expression | undefined
    for (const range of this.list.ranges()) {
      if (range.isDefault) fallback ??= range.expression
      else if (!range.isDead && pc >= range.begin && pc < range.end) return range.expression
    }
    return fallback
  }
}

/**
 * The location that an attribute of an entry gives, or undefined where it has no such attribute. For DW_AT_location,
 * frame_base, data_member_location, string_length, return_addr, static_link, use_location and vtable_elem_location, which may
 * be lists, and for all others that may be expressions.
 * @param name DW_AT
 * @throws FormatError when the attribute is none of both, or there is no such list
 */
export function locationOf(entry: Entry, name: number = DW_AT.location): Location | undefined {
  const attribute = entry.attribute(name)
  if (attribute === undefined) return undefined
  const expression = Expression.of(attribute)
  if (expression !== undefined) return new Location(expression, undefined)
  const offset = listOffset(attribute)
  if (offset === undefined) return entry.fail('the attribute is neither an expression nor a location list')
  const views = name === DW_AT.location ? entry.number(DW_AT.GNU_locviews) : undefined
  return new Location(undefined, new LocationList(entry.unit, offset, views))
}

/** Offset of the list in its section; undefined for an attribute that is no list. */
function listOffset(attribute: Attribute): number | undefined {
  const { unit, form } = attribute
  switch (form) {
    case DW_FORM.sec_offset:
      return attribute.value as number
    case DW_FORM.loclistx:
      return indexedListOffset(unit, '.debug_loclists', attribute.value as number)
    // Before DWARF 4 there was no form for offsets: constants of these are lists (DWARF 3, section 7.5.4).
    case DW_FORM.data4:
    case DW_FORM.data8:
      return unit.version < 4 && typeof attribute.value === 'number' ? attribute.value : undefined
    default:
      return undefined
  }
}
