/** Unit headers (DWARF 5, section 7.5.1; DWARF 4, sections 7.5.1.1 and 7.5.1.2). */
import type { Cursor } from '@gospy/bytes'
import { DW_UT } from './constants/values.js'
import type { Extent } from './initial-length.js'

/** The sections that hold units: types had one of their own in DWARF 4. */
export type UnitSection = '.debug_info' | '.debug_types'

/** In the order in which units are counted. */
export const UNIT_SECTIONS: readonly UnitSection[] = ['.debug_info', '.debug_types']

/** What the header of a unit says. */
export class UnitHeader {
  /** Section that holds the unit. */
  readonly section: UnitSection
  /** Offset of the header in its section. */
  readonly offset: number
  /** Length in bytes of the unit behind its length field, as the header gives it. */
  readonly length: number
  /** Offset in the section of the first byte behind the unit. */
  readonly end: number
  /** DWARF version, 2 to 5. */
  readonly version: number
  /** 32- or 64-bit DWARF: the size of offsets into sections, whatever the target's addresses are. */
  readonly format: 32 | 64
  /** Bytes of an offset into a section: 4 in 32-bit DWARF, 8 in 64-bit DWARF. */
  readonly offsetSize: 4 | 8
  /** Bytes of an address on the target: 2, 4 or 8. */
  readonly addressSize: number
  /** DW_UT; for units before version 5, which carry none, `compile` or `type` by their section. */
  readonly unitType: number
  /** Offset in .debug_abbrev of the unit's abbreviations. */
  readonly abbreviationsOffset: number
  /** Offset in the section of the unit's root entry. */
  readonly entriesOffset: number
  /** Of a type unit: the signature by which DW_FORM_ref_sig8 refers to its type. */
  readonly typeSignature: bigint | undefined
  /** Of a type unit: offset in the section of the entry of its type. */
  readonly typeOffset: number | undefined
  /** Of a skeleton or split unit: what ties the two together. */
  readonly dwoId: bigint | undefined

  /** @internal Of the values of another, or of an object that has them all. */
  constructor(header: UnitHeader) {
    this.section = header.section
    this.offset = header.offset
    this.length = header.length
    this.end = header.end
    this.version = header.version
    this.format = header.format
    this.offsetSize = header.offsetSize
    this.addressSize = header.addressSize
    this.unitType = header.unitType
    this.abbreviationsOffset = header.abbreviationsOffset
    this.entriesOffset = header.entriesOffset
    this.typeSignature = header.typeSignature
    this.typeOffset = header.typeOffset
    this.dwoId = header.dwoId
  }
}

/**
 * Reads the rest of the header, behind the length field.
 * @throws FormatError for a version, address size or length that no unit can have
 */
export function parseUnitHeader(cursor: Cursor, section: UnitSection, extent: Extent): UnitHeader {
  const { offset, length, end, offsetSize } = extent
  const version = cursor.u16()
  if (version < 2 || version > 5) cursor.fail(`DWARF version ${version} is not known (2 to 5 are)`, offset)

  let unitType: number = section === '.debug_types' ? DW_UT.type : DW_UT.compile
  let addressSize: number
  let abbreviationsOffset: number
  if (version >= 5) {
    unitType = cursor.u8()
    addressSize = cursor.u8()
    abbreviationsOffset = cursor.uint(offsetSize)
  } else {
    abbreviationsOffset = cursor.uint(offsetSize)
    addressSize = cursor.u8()
  }
  if (addressSize !== 8 && addressSize !== 4 && addressSize !== 2) {
    cursor.fail(`addresses of ${addressSize} bytes are not supported (2, 4 and 8 are)`, offset)
  }

  let typeSignature: bigint | undefined
  let typeOffset: number | undefined
  let dwoId: bigint | undefined
  if (unitType === DW_UT.type || unitType === DW_UT.split_type) {
    typeSignature = cursor.u64big()
    typeOffset = offset + cursor.uint(offsetSize)
  } else if (unitType === DW_UT.skeleton || unitType === DW_UT.split_compile) {
    dwoId = cursor.u64big()
  }
  if (cursor.offset > end) cursor.fail(`unit length ${length} is shorter than the unit's header`, offset)
  return {
    ...extent,
    section,
    version,
    addressSize,
    unitType,
    abbreviationsOffset,
    entriesOffset: cursor.offset,
    typeSignature,
    typeOffset,
    dwoId,
  }
}
