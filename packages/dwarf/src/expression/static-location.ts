/**
 * The few location expressions that say something without a running program: where a variable lies in memory, and where
 * a member lies in its struct.
 */
import { Cursor, FormatError } from '@gospy/bytes'
import { DW_OP } from '../constants/operation.js'
import type { Unit } from '../unit.js'

/** Where a variable lies, as far as that is fixed when the program is linked. */
export interface StaticLocation {
  /** Address as linked: a position-independent program is loaded elsewhere. */
  readonly address: bigint | undefined
  /** Offset in the module's block of thread-local storage, for a thread-local variable. */
  readonly threadLocalOffset: bigint | undefined
}

const NOWHERE: StaticLocation = { address: undefined, threadLocalOffset: undefined }

function cursorOver(expression: Uint8Array, unit: Unit): Cursor {
  return new Cursor(expression, { section: 'location expression', littleEndian: unit.context.sections.littleEndian })
}

/**
 * The address that an expression stands for: DW_OP_addr, addrx, GNU_addr_index, the constants of thread-local variables,
 * each with DW_OP_plus_uconst behind it (DWARF 5, section 2.5.1.1). Any other expression gives neither address.
 */
export function staticLocation(expression: Uint8Array, unit: Unit): StaticLocation {
  const cursor = cursorOver(expression, unit)
  let value: bigint | undefined
  let threadLocal = false
  while (!cursor.atEnd) {
    const operation = cursor.u8()
    switch (operation) {
      case DW_OP.addr:
        value = cursor.uintBig(unit.addressSize)
        break
      case DW_OP.addrx:
      case DW_OP.constx:
      case DW_OP.GNU_addr_index:
      case DW_OP.GNU_const_index:
        value = unit.indexedAddress(cursor.uleb128())
        break
      case DW_OP.const4u:
        value = BigInt(cursor.u32())
        break
      case DW_OP.const8u:
        value = cursor.u64big()
        break
      case DW_OP.plus_uconst:
        if (value === undefined) return NOWHERE
        value = BigInt.asUintN(unit.addressSize * 8, value + cursor.uleb128big())
        break
      case DW_OP.form_tls_address:
      case DW_OP.GNU_push_tls_address:
        threadLocal = true
        break
      default:
        return NOWHERE
    }
  }
  return threadLocal
    ? { address: undefined, threadLocalOffset: value }
    : { address: value, threadLocalOffset: undefined }
}

/**
 * The offset of a member that an expression gives, with the struct's address on its stack: DW_OP_plus_uconst, or
 * DW_OP_constu and DW_OP_plus (DWARF 2, section 5.5.3). Undefined for one that has to read memory, as for virtual base classes.
 */
export function memberOffset(expression: Uint8Array, unit: Unit): number | undefined {
  const cursor = cursorOver(expression, unit)
  let offset = 0
  let pushed = 0
  while (!cursor.atEnd) {
    switch (cursor.u8()) {
      case DW_OP.plus_uconst:
        offset += cursor.uleb128()
        break
      case DW_OP.constu:
        pushed = cursor.uleb128()
        break
      case DW_OP.const1u:
        pushed = cursor.u8()
        break
      case DW_OP.const2u:
        pushed = cursor.u16()
        break
      case DW_OP.const4u:
        pushed = cursor.u32()
        break
      case DW_OP.plus:
        offset += pushed
        pushed = 0
        break
      case DW_OP.nop:
        break
      default:
        return undefined
    }
  }
  if (!Number.isSafeInteger(offset))
    throw new FormatError('member offset above 2^53', { section: 'location expression' })
  return offset
}
