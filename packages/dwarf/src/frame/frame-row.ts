/** Rows of the call frame table: the CFA and where each register of the caller is, at each address (DWARF 5, section 6.4.1 and 6.4.3). */
import { FormatError } from '@gospy/bytes'
import { DW_CFA } from '../constants/call-frame.js'
import { RA_SIGN_STATE } from './architecture.js'
import type { CallFrames } from './call-frames.js'
import type { FrameDescription } from './frame-entry.js'
import type { FrameInstruction } from './frame-instruction.js'

/** How the canonical frame address is computed. */
export type CfaRule =
  | { readonly kind: 'register'; readonly register: number; readonly offset: number }
  | { readonly kind: 'expression'; readonly expression: Uint8Array }

/**
 * Where the caller's value of a register is (DWARF 5, section 6.4.1).
 * - `undefined`: nowhere; of the return address: there is no caller
 * - `same_value`: in the register itself
 * - `offset`: in memory, at the CFA + offset
 * - `val_offset`: it is the CFA + offset
 * - `register`: in another register
 * - `expression`: in memory, at the address that the expression gives
 * - `val_expression`: it is what the expression gives
 * - `constant`: it is this value (AArch64's RA_SIGN_STATE)
 */
export type RegisterRule =
  | { readonly kind: 'undefined' }
  | { readonly kind: 'same_value' }
  | { readonly kind: 'offset'; readonly offset: number }
  | { readonly kind: 'val_offset'; readonly offset: number }
  | { readonly kind: 'register'; readonly register: number }
  | { readonly kind: 'expression'; readonly expression: Uint8Array }
  | { readonly kind: 'val_expression'; readonly expression: Uint8Array }
  | { readonly kind: 'constant'; readonly value: number }

/** One row of the table. */
export interface FrameRow {
  /** The first address that it holds for. */
  readonly address: bigint
  /** Undefined where no instruction has said it yet. */
  readonly cfa: CfaRule | undefined
  /** By DWARF register number. Of registers that are not in it, the ABI says what becomes of them. */
  readonly registers: ReadonlyMap<number, RegisterRule>
  /** Bytes of arguments that the caller has pushed (DW_CFA_GNU_args_size). */
  readonly argumentsSize: number
}

const UNDEFINED: RegisterRule = { kind: 'undefined' }
const SAME_VALUE: RegisterRule = { kind: 'same_value' }

/**
 * Rules that are copied at most while one entry is executed: a function that saves a hundred registers makes thousands.
 * Without a limit, n instructions could make n rows of n rules.
 */
const MAX_COPIED_RULES = 250_000

/** Rules that are copied when they change after somebody was given them. */
class Rules {
  map: ReadonlyMap<number, RegisterRule> = new Map()
  #own: Map<number, RegisterRule> | undefined
  #copied = 0

  /** The rules as they are: what follows changes a copy. */
  share(): ReadonlyMap<number, RegisterRule> {
    this.#own = undefined
    return this.map
  }

  restore(map: ReadonlyMap<number, RegisterRule>): void {
    this.map = map
    this.#own = undefined
  }

  #writable(): Map<number, RegisterRule> {
    if (this.#own === undefined) {
      this.#copied += this.map.size
      if (this.#copied > MAX_COPIED_RULES) {
        throw new FormatError('too many rows of too many registers', { section: 'call frame instructions' })
      }
      this.#own = new Map(this.map)
      this.map = this.#own
    }
    return this.#own
  }

  set(register: number, rule: RegisterRule): void {
    this.#writable().set(register, rule)
  }

  delete(register: number): void {
    if (this.map.has(register)) this.#writable().delete(register)
  }
}

interface SavedState {
  readonly cfa: CfaRule | undefined
  readonly rules: ReadonlyMap<number, RegisterRule>
}

/** Executes the instructions of the common entry, then those of the description. */
export function* executeRows(description: FrameDescription, frames: CallFrames): Generator<FrameRow, void, undefined> {
  const { common } = description
  const machine = new FrameMachine(description.low, frames)
  for (const instruction of frames.initialInstructions(common)) machine.execute(instruction)
  machine.endInitial()
  for (const instruction of description.instructions()) {
    const next = machine.nextAddress(instruction)
    if (next === undefined) {
      machine.execute(instruction)
    } else {
      // What instructions for one address have made is a row when the next address begins.
      if (next !== machine.address) yield machine.row()
      machine.address = next
    }
  }
  yield machine.row()
}

class FrameMachine {
  address: bigint
  readonly #frames: CallFrames
  readonly #rules = new Rules()
  readonly #saved: SavedState[] = []
  #cfa: CfaRule | undefined
  /** What DW_CFA_restore goes back to; undefined while the common entry is executed. */
  #initial: ReadonlyMap<number, RegisterRule> | undefined
  #argumentsSize = 0

  constructor(address: bigint, frames: CallFrames) {
    this.address = address
    this.#frames = frames
  }

  endInitial(): void {
    this.#initial = this.#rules.share()
  }

  row(): FrameRow {
    return {
      address: this.address,
      cfa: this.#cfa,
      registers: this.#rules.share(),
      argumentsSize: this.#argumentsSize,
    }
  }

  /** Where the instruction moves to; undefined for those that do not. */
  nextAddress(instruction: FrameInstruction): bigint | undefined {
    switch (instruction.opcode) {
      case DW_CFA.advance_loc:
      case DW_CFA.advance_loc1:
      case DW_CFA.advance_loc2:
      case DW_CFA.advance_loc4:
      case DW_CFA.MIPS_advance_loc8:
        return BigInt.asUintN(64, this.address + BigInt(instruction.delta))
      case DW_CFA.set_loc:
        return instruction.address
      default:
        return undefined
    }
  }

  execute(instruction: FrameInstruction): void {
    const { opcode, register, offset, expression } = instruction
    const rules = this.#rules
    switch (opcode) {
      case DW_CFA.offset:
      case DW_CFA.offset_extended:
      case DW_CFA.offset_extended_sf:
      case DW_CFA.GNU_negative_offset_extended:
        rules.set(register, { kind: 'offset', offset })
        return
      case DW_CFA.val_offset:
      case DW_CFA.val_offset_sf:
        rules.set(register, { kind: 'val_offset', offset })
        return
      case DW_CFA.register:
        rules.set(register, { kind: 'register', register: instruction.from })
        return
      case DW_CFA.undefined:
        rules.set(register, UNDEFINED)
        return
      case DW_CFA.same_value:
        rules.set(register, SAME_VALUE)
        return
      case DW_CFA.expression:
        rules.set(register, { kind: 'expression', expression: expression! })
        return
      case DW_CFA.val_expression:
        rules.set(register, { kind: 'val_expression', expression: expression! })
        return
      case DW_CFA.restore:
      case DW_CFA.restore_extended:
        this.#restore(instruction)
        return
      case DW_CFA.remember_state:
        this.#saved.push({ cfa: this.#cfa, rules: rules.share() })
        return
      case DW_CFA.restore_state: {
        const saved = this.#saved.pop() ?? this.#fail('DW_CFA_restore_state without DW_CFA_remember_state', instruction)
        this.#cfa = saved.cfa
        rules.restore(saved.rules)
        return
      }
      case DW_CFA.def_cfa:
      case DW_CFA.def_cfa_sf:
        this.#cfa = { kind: 'register', register, offset }
        return
      case DW_CFA.def_cfa_register:
        this.#cfa = { kind: 'register', register, offset: this.#plainCfa(instruction).offset }
        return
      case DW_CFA.def_cfa_offset:
      case DW_CFA.def_cfa_offset_sf:
        this.#cfa = { kind: 'register', register: this.#plainCfa(instruction).register, offset }
        return
      case DW_CFA.def_cfa_expression:
        this.#cfa = { kind: 'expression', expression: expression! }
        return
      case DW_CFA.GNU_args_size:
        this.#argumentsSize = offset
        return
      case DW_CFA.AARCH64_negate_ra_state:
        this.#toggleSignState(instruction, 1)
        return
      case DW_CFA.AARCH64_negate_ra_state_with_pc:
        this.#toggleSignState(instruction, 3)
        return
    }
  }

  /** What was in effect at the start of the function; if nothing was, nothing. */
  #restore(instruction: FrameInstruction): void {
    const { register } = instruction
    if (this.#initial === undefined) this.#fail('DW_CFA_restore among the initial instructions', instruction)
    const rule = this.#initial.get(register)
    if (rule === undefined) this.#rules.delete(register)
    else this.#rules.set(register, rule)
  }

  #plainCfa(instruction: FrameInstruction): { register: number; offset: number } {
    if (this.#cfa?.kind === 'register') return this.#cfa
    return this.#fail('the CFA is no register and offset, and a part of these is changed', instruction)
  }

  #toggleSignState(instruction: FrameInstruction, bits: number): void {
    const { architecture } = this.#frames
    if (architecture !== undefined && architecture.signState === undefined) {
      // On SPARC, DW_CFA_GNU_window_save has the number of the first.
      this.#fail(`DW_CFA_AARCH64_negate_ra_state in code for ${architecture.name}`, instruction)
    }
    const rule = this.#rules.map.get(RA_SIGN_STATE)
    const value = rule?.kind === 'constant' ? rule.value : 0
    this.#rules.set(RA_SIGN_STATE, { kind: 'constant', value: value ^ bits })
  }

  #fail(reason: string, instruction: FrameInstruction): never {
    throw new FormatError(reason, { section: this.#frames.section, offset: instruction.at })
  }
}
