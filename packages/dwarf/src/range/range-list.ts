/**
 * Range lists: .debug_ranges (DWARF 4, section 2.17.3) and .debug_rnglists (DWARF 5, sections 2.17.3 and 7.25). Ranges come as
 * addresses, bases added. Empty ones are left out, which have no effect, and those of
 * code that the linker left out, which it marks by the highest address.
 */
import { type Cursor, FormatError } from '@gospy/bytes'
import { DW_AT } from '../constants/attribute-name.js'
import { DW_RLE } from '../constants/range.js'
import type { Attribute } from '../entry.js'
import { indexedListOffset } from '../indexed-list.js'
import type { Sections } from '../sections.js'
import type { Unit } from '../unit.js'
import type { AddressRange } from './address-range.js'

/**
 * The ranges of a DW_AT_ranges (or DW_AT_start_scope) attribute, in the order of the list.
 * @throws FormatError when the list is malformed or lies outside of its section
 */
export function* readRanges(attribute: Attribute): Generator<AddressRange, void, undefined> {
  const { unit } = attribute
  const { value } = attribute
  if (typeof value !== 'number') {
    throw new FormatError('a list of ranges that is given by no offset', {
      section: unit.section,
      offset: attribute.offset,
    })
  }
  if (attribute.class === 'index') yield* readNewList(unit, indexedListOffset(unit, '.debug_rnglists', value))
  else if (unit.version >= 5) yield* readNewList(unit, value)
  else yield* readOldList(unit, value + rangesBase(unit))
}

/** Of a GNU split unit (DWARF 4): where its lists begin, which its skeleton says. It does not count for the skeleton's own. */
function rangesBase({ skeleton }: Unit): number {
  return skeleton?.root().number(DW_AT.GNU_ranges_base) ?? 0
}

function* readOldList(unit: Unit, offset: number): Generator<AddressRange, void, undefined> {
  const { addressSize } = unit
  const select = (1n << BigInt(addressSize * 8)) - 1n
  const list = new ListBytes(unit, '.debug_ranges', offset)
  const { cursor } = list
  let base = unit.baseAddress
  for (;;) {
    list.load()
    const low = cursor.uintBig(addressSize)
    const high = cursor.uintBig(addressSize)
    if (low === 0n && high === 0n) return
    if (low === select) base = high
    else if (low !== high) {
      const range = rangeFrom(base, low, high, cursor, addressSize)
      if (range !== undefined) yield range
    }
  }
}

function* readNewList(unit: Unit, offset: number): Generator<AddressRange, void, undefined> {
  const { addressSize } = unit
  const list = new ListBytes(unit, '.debug_rnglists', offset)
  const { cursor } = list
  let base: bigint | undefined
  for (;;) {
    list.load()
    const start = cursor.offset
    const kind = cursor.u8()
    let range: AddressRange | undefined
    switch (kind) {
      case DW_RLE.end_of_list:
        return
      case DW_RLE.base_addressx:
        base = unit.indexedAddress(cursor.uleb128())
        continue
      case DW_RLE.base_address:
        base = cursor.uintBig(addressSize)
        continue
      case DW_RLE.startx_endx: {
        const low = unit.indexedAddress(cursor.uleb128())
        range = rangeFrom(0n, low, unit.indexedAddress(cursor.uleb128()), cursor, addressSize)
        break
      }
      case DW_RLE.startx_length: {
        const low = unit.indexedAddress(cursor.uleb128())
        range = rangeFrom(low, 0n, cursor.uleb128big(), cursor, addressSize)
        break
      }
      case DW_RLE.offset_pair: {
        base ??= unit.baseAddress
        const low = cursor.uleb128big()
        range = rangeFrom(base, low, cursor.uleb128big(), cursor, addressSize)
        break
      }
      case DW_RLE.start_end: {
        const low = cursor.uintBig(addressSize)
        range = rangeFrom(0n, low, cursor.uintBig(addressSize), cursor, addressSize)
        break
      }
      case DW_RLE.start_length: {
        const low = cursor.uintBig(addressSize)
        range = rangeFrom(low, 0n, cursor.uleb128big(), cursor, addressSize)
        break
      }
      default:
        cursor.fail(`entry of kind ${kind} in a range list`, start)
    }
    if (range !== undefined) yield range
  }
}

/** Bytes of a list that are read together. */
const LIST_WINDOW = 1024

/** Bytes of the longest entry of a list: a kind, and two LEB128 numbers, which may be padded to ten bytes. */
const LONGEST_ENTRY = 21

/** A list whose bytes are read as far as one goes: most are short, in sections of megabytes. */
class ListBytes {
  readonly cursor: Cursor
  readonly #sections: Sections
  readonly #section: string
  #loaded: number

  constructor({ context: { sections } }: Unit, section: string, offset: number) {
    this.#sections = sections
    this.#section = section
    this.cursor = sections.cursorAhead(section, 0, 0).seek(offset)
    this.#loaded = offset
  }

  /** Has the next entry read. */
  load(): void {
    const { offset } = this.cursor
    if (offset + LONGEST_ENTRY <= this.#loaded) return
    this.#loaded = offset + LIST_WINDOW
    this.#sections.part(this.#section, offset, this.#loaded)
  }
}

function rangeFrom(
  base: bigint,
  low: bigint,
  high: bigint,
  cursor: Cursor,
  addressSize: number,
): AddressRange | undefined {
  if (low > high) cursor.fail(`a range that ends at 0x${high.toString(16)} before it starts at 0x${low.toString(16)}`)
  const bits = addressSize * 8
  if (low === high || base + low >= 1n << BigInt(bits) || base === BigInt.asUintN(bits, -1n)) return undefined
  return { low: base + low, high: BigInt.asUintN(bits, base + high) }
}
