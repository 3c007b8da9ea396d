/** Which operands each operation has (DWARF 5, section 7.7.1, table 7.9; GNU's extensions as GCC, binutils and gdb have them). */
import { DW_OP } from '../constants/operation.js'

/**
 * How an operand is stored.
 * - `u1` … `s8`: an integer of so many bytes; `branch`: as `s2`
 * - `uleb`, `sleb`: a LEB128 number; `register` and `index`: as `uleb`
 * - `address`: of the target's size
 * - `block`, `expression`: a LEB128 length and so many bytes; `block1`: with a length of one byte
 * - `reference2`, `reference4`: offset of an entry from the start of the unit
 * - `reference`: offset of an entry in .debug_info, of the size of DW_FORM_ref_addr
 * - `type`: as `uleb`, offset of a base type's entry from the start of the unit
 * - `encoded`: a pointer whose encoding (DW_EH_PE) stands in a byte before it
 * - `wasm`: a WebAssembly location, whose kind stands in a byte before it
 */
export type OperandKind =
  | 'u1'
  | 's1'
  | 'u2'
  | 's2'
  | 'u4'
  | 's4'
  | 'u8'
  | 's8'
  | 'uleb'
  | 'sleb'
  | 'register'
  | 'index'
  | 'address'
  | 'branch'
  | 'block'
  | 'block1'
  | 'expression'
  | 'reference2'
  | 'reference4'
  | 'reference'
  | 'type'
  | 'encoded'
  | 'wasm'

const NONE: readonly OperandKind[] = []

const WITH_OPERANDS: Partial<Record<keyof typeof DW_OP, readonly OperandKind[]>> = {
  addr: ['address'],
  const1u: ['u1'],
  const1s: ['s1'],
  const2u: ['u2'],
  const2s: ['s2'],
  const4u: ['u4'],
  const4s: ['s4'],
  const8u: ['u8'],
  const8s: ['s8'],
  constu: ['uleb'],
  consts: ['sleb'],
  pick: ['u1'],
  plus_uconst: ['uleb'],
  bra: ['branch'],
  skip: ['branch'],
  regx: ['register'],
  fbreg: ['sleb'],
  bregx: ['register', 'sleb'],
  piece: ['uleb'],
  deref_size: ['u1'],
  xderef_size: ['u1'],
  call2: ['reference2'],
  call4: ['reference4'],
  call_ref: ['reference'],
  bit_piece: ['uleb', 'uleb'],
  implicit_value: ['block'],
  implicit_pointer: ['reference', 'sleb'],
  addrx: ['index'],
  constx: ['index'],
  entry_value: ['expression'],
  const_type: ['type', 'block1'],
  regval_type: ['register', 'type'],
  deref_type: ['u1', 'type'],
  xderef_type: ['u1', 'type'],
  convert: ['type'],
  reinterpret: ['type'],
  WASM_location: ['wasm'],
  GNU_encoded_addr: ['encoded'],
  GNU_implicit_pointer: ['reference', 'sleb'],
  GNU_entry_value: ['expression'],
  GNU_const_type: ['type', 'block1'],
  GNU_regval_type: ['register', 'type'],
  GNU_deref_type: ['u1', 'type'],
  GNU_convert: ['type'],
  GNU_reinterpret: ['type'],
  GNU_parameter_ref: ['reference4'],
  GNU_addr_index: ['index'],
  GNU_const_index: ['index'],
  GNU_variable_value: ['reference'],
}

const KINDS: readonly (readonly OperandKind[] | undefined)[] = kindsByCode()

function kindsByCode(): (readonly OperandKind[] | undefined)[] {
  const kinds: (readonly OperandKind[] | undefined)[] = new Array(256).fill(undefined)
  for (const [name, code] of Object.entries(DW_OP)) kinds[code] = WITH_OPERANDS[name as keyof typeof DW_OP] ?? NONE
  for (let code: number = DW_OP.breg0; code <= DW_OP.breg31; code++) kinds[code] = ['sleb']
  return kinds
}

/** The operands of an operation (DW_OP), or undefined for a code that is no known operation. */
export function operandKinds(code: number): readonly OperandKind[] | undefined {
  return KINDS[code]
}
