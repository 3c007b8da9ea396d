/** Pointers of .eh_frame and .eh_frame_hdr: each comes with a byte that says how it is written (LSB 5.0, Core, section 10.5.1). */
import type { Cursor } from '@gospy/bytes'
import { DW_EH_PE } from '../constants/call-frame.js'

/** What encoded pointers count from. */
export interface PointerBases {
  /** Address of the section that they lie in: what `pcrel` is made of. */
  readonly section: bigint | undefined
  /** What `textrel` counts from: the start of .text. */
  readonly text: bigint | undefined
  /** What `datarel` counts from: .got, in .eh_frame_hdr that section itself. */
  readonly data: bigint | undefined
  /** What `funcrel` counts from: the start of the function at hand. */
  readonly function?: bigint | undefined
}

/** A pointer as read. */
export interface EncodedPointer {
  /** The address; where `indirect`, that of the place where the address stands. */
  readonly address: bigint
  readonly indirect: boolean
}

/**
 * Reads a pointer; undefined for DW_EH_PE_omit, which has no bytes.
 * @param nullable whether a value of 0 means that there is nothing, whatever it would count from
 * @throws FormatError for an encoding that is not known, or a base that nobody gave
 */
export function readEncodedPointer(
  cursor: Cursor,
  encoding: number,
  addressSize: number,
  bases: PointerBases,
  nullable = false,
): EncodedPointer | undefined {
  if (encoding === DW_EH_PE.omit) return undefined
  if ((encoding & 0x70) === DW_EH_PE.aligned) cursor.skip(paddingTo(cursor.offset, addressSize))
  const at = cursor.offset
  const value = readValue(cursor, encoding & 0x0f, addressSize)
  const base = baseOf(cursor, encoding & 0x70, at, bases)
  if (nullable && value === 0n) return undefined
  const address = BigInt.asUintN(addressSize * 8, base + value)
  return { address, indirect: (encoding & DW_EH_PE.indirect) !== 0 }
}

function paddingTo(offset: number, size: number): number {
  return (size - (offset % size)) % size
}

/** The value alone, as the lower half of the encoding says: signed ones are negative where they are so. */
export function readValue(cursor: Cursor, format: number, addressSize: number): bigint {
  switch (format) {
    case DW_EH_PE.absptr:
      return cursor.uintBig(addressSize)
    case DW_EH_PE.signed:
      return BigInt.asIntN(addressSize * 8, cursor.uintBig(addressSize))
    case DW_EH_PE.uleb128:
      return cursor.uleb128big()
    case DW_EH_PE.udata2:
      return BigInt(cursor.u16())
    case DW_EH_PE.udata4:
      return BigInt(cursor.u32())
    case DW_EH_PE.udata8:
      return cursor.u64big()
    case DW_EH_PE.sleb128:
      return cursor.sleb128big()
    case DW_EH_PE.sdata2:
      return BigInt(cursor.i16())
    case DW_EH_PE.sdata4:
      return BigInt(cursor.i32())
    case DW_EH_PE.sdata8:
      return cursor.i64big()
    default:
      return cursor.fail(`pointer encoding 0x${format.toString(16)} is not known`)
  }
}

function baseOf(cursor: Cursor, relation: number, at: number, bases: PointerBases): bigint {
  switch (relation) {
    case 0:
    case DW_EH_PE.aligned:
      return 0n
    case DW_EH_PE.pcrel:
      return (
        BigInt(at) + (bases.section ?? cursor.fail('a pointer counts from the address of the section: not given', at))
      )
    case DW_EH_PE.textrel:
      return bases.text ?? cursor.fail('a pointer counts from the address of .text: not given', at)
    case DW_EH_PE.datarel:
      return bases.data ?? cursor.fail('a pointer counts from the address of .got: not given', at)
    case DW_EH_PE.funcrel:
      return bases.function ?? cursor.fail('a pointer counts from the start of a function: none is at hand', at)
    default:
      return cursor.fail(`pointers relative to 0x${relation.toString(16)} are not known`, at)
  }
}
