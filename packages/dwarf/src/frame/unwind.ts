/** From the registers of a frame to those of its caller (DWARF 5, section 6.4.4). */
import { type MemoryReader, UnreadableMemoryError } from '@gospy/bytes'
import { evaluateValue } from '../expression/evaluator.js'
import { Expression } from '../expression/expression.js'
import type { Architecture } from './architecture.js'
import type { CommonInformation, FrameDescription } from './frame-entry.js'
import type { FrameRow } from './frame-row.js'

/** Values of registers by DWARF number; those that are not known are missing. */
export type RegisterValues = ReadonlyMap<number, bigint>

/** What unwinding works with. */
export interface UnwindOptions {
  readonly architecture: Architecture
  readonly memory: MemoryReader
  /** Byte order of the memory; little-endian unless said otherwise. */
  readonly littleEndian?: boolean
  /** Bits of a signed return address that are its signature (AArch64): cleared where the frame says that it is signed. */
  readonly pointerAuthenticationMask?: bigint
}

/** The caller of a frame. */
export interface CallerFrame {
  /** The canonical frame address: mostly the stack pointer before the call. */
  readonly cfa: bigint
  /** Registers of the caller, behind the call; the address of the next instruction is under `programCounter`. */
  readonly registers: Map<number, bigint>
  /** Address of the next instruction in the caller; undefined where the frame is the outermost. */
  readonly returnAddress: bigint | undefined
}

/** Unwinding cannot go on: a register is missing. */
export class UnwindError extends Error {
  override readonly name = 'UnwindError'
  readonly code = 'ERR_UNWIND'
}

/**
 * One step outwards, by the row that holds at the frame's instruction.
 * @throws UnwindError where a register that a rule needs is not known
 * @throws EvaluationError, FormatError where an expression of a rule cannot be evaluated
 * @throws UnreadableMemoryError where a saved register cannot be read
 */
export function unwindStep(
  row: FrameRow,
  common: CommonInformation,
  registers: RegisterValues,
  options: UnwindOptions,
): CallerFrame {
  const { architecture } = options
  const bits = common.addressSize * 8
  const wrap = (value: bigint) => BigInt.asUintN(bits, value)
  const context = {
    memory: options.memory,
    addressSize: common.addressSize,
    littleEndian: options.littleEndian ?? true,
  }
  const encoding = { addressSize: common.addressSize, littleEndian: context.littleEndian }
  const expressionContext = { memory: options.memory, register: (number: number) => registers.get(number) }
  const evaluate = (expression: Uint8Array, stack: readonly bigint[]): bigint =>
    wrap(evaluateValue(Expression.from(expression, encoding), expressionContext, stack))
  const known = (register: number): bigint => {
    const value = registers.get(register)
    if (value !== undefined) return value
    throw new UnwindError(`register ${architecture.registerName(register) ?? register} of the frame is not known`)
  }

  if (row.cfa === undefined) throw new UnwindError('the frame does not say where its CFA is')
  const cfa =
    row.cfa.kind === 'expression'
      ? evaluate(row.cfa.expression, [])
      : wrap(known(row.cfa.register) + BigInt(row.cfa.offset))

  const caller = new Map<number, bigint>()
  for (const register of architecture.calleeSaved) {
    const value = registers.get(register)
    if (value !== undefined) caller.set(register, value)
  }
  caller.set(architecture.stackPointer, cfa)
  for (const [register, rule] of row.registers) {
    switch (rule.kind) {
      case 'undefined':
        caller.delete(register)
        break
      case 'same_value': {
        const value = registers.get(register)
        if (value !== undefined) caller.set(register, value)
        break
      }
      case 'offset':
        caller.set(register, readWord(wrap(cfa + BigInt(rule.offset)), context))
        break
      case 'val_offset':
        caller.set(register, wrap(cfa + BigInt(rule.offset)))
        break
      case 'register':
        caller.set(register, known(rule.register))
        break
      case 'expression':
        caller.set(register, readWord(evaluate(rule.expression, [cfa]), context))
        break
      case 'val_expression':
        caller.set(register, evaluate(rule.expression, [cfa]))
        break
      case 'constant':
        // RA_SIGN_STATE: of this frame, and no register of the caller's.
        break
    }
  }

  let returnAddress = caller.get(common.returnAddressRegister)
  const signed = architecture.signState === undefined ? undefined : row.registers.get(architecture.signState)
  if (returnAddress !== undefined && signed?.kind === 'constant' && (signed.value & 1) !== 0) {
    returnAddress &= ~(options.pointerAuthenticationMask ?? 0n)
  }
  if (returnAddress === undefined) caller.delete(architecture.programCounter)
  else caller.set(architecture.programCounter, returnAddress)
  return { cfa, registers: caller, returnAddress }
}

interface WordContext {
  readonly memory: MemoryReader
  readonly addressSize: number
  readonly littleEndian: boolean
}

function readWord(address: bigint, { memory, addressSize, littleEndian }: WordContext): bigint {
  const at = Number(address)
  const bytes = new Uint8Array(addressSize)
  const bytesRead = Number.isSafeInteger(at) ? memory.read(at, bytes) : 0
  if (bytesRead !== addressSize) throw new UnreadableMemoryError(at, addressSize, bytesRead)
  const view = new DataView(bytes.buffer)
  return addressSize === 8 ? view.getBigUint64(0, littleEndian) : BigInt(view.getUint32(0, littleEndian))
}

/** A frame that `unwind` met. */
export interface UnwoundFrame {
  /** Address of the instruction: of the innermost frame the next one, of the others the return address. */
  readonly pc: bigint
  /** An address within the instruction itself: what lookups of functions and lines want. */
  readonly lookupPc: bigint
  readonly registers: RegisterValues
  /** Undefined for the last frame, where nothing describes its code. */
  readonly description: FrameDescription | undefined
  /** Undefined where `description` is. */
  readonly cfa: bigint | undefined
}

/**
 * All frames of a stack, innermost first, as far as they are described: the last one has no description, or no caller. Ends
 * also where a frame does not lie further out than the one before, as that of damaged memory.
 * @param registers of the innermost frame, the program counter and stack pointer among them
 * @param find the description that covers an address: `CallFrames.find` of the module that is loaded there
 * @throws UnwindError, EvaluationError, UnreadableMemoryError as `unwindStep`, and what `find` throws, after the frames that are certain
 */
export function* unwind(
  registers: RegisterValues,
  find: (pc: bigint) => FrameDescription | undefined,
  options: UnwindOptions,
): Generator<UnwoundFrame, void, undefined> {
  const { architecture } = options
  let current = registers
  let exact = true
  let last: bigint | undefined
  for (;;) {
    const pc = current.get(architecture.programCounter)
    if (pc === undefined || pc === 0n) return
    const lookupPc = exact ? pc : pc - 1n
    const description = find(lookupPc)
    const row = description?.rowAt(lookupPc)
    if (description === undefined || row === undefined) {
      yield { pc, lookupPc, registers: current, description: undefined, cfa: undefined }
      return
    }
    const { cfa, registers: caller } = unwindStep(row, description.common, current, options)
    yield { pc, lookupPc, registers: current, description, cfa }
    // A signal handler may run on a stack of its own.
    if (last !== undefined && cfa <= last && !description.common.isSignalFrame) return
    last = description.common.isSignalFrame ? undefined : cfa
    exact = description.common.isSignalFrame
    current = caller
  }
}
