/** What a context answers, or an EvaluationError where it does not. */
import { type MemoryReader, readExactly } from '@gospy/bytes'
import type { EvaluationContext } from './evaluation-context.js'
import { EvaluationError, type EvaluationNeed } from './evaluation-error.js'
import { bitsOf } from './typed-value.js'

/** All bits of a register. */
export function registerOf(context: EvaluationContext, register: number): bigint {
  return context.register?.(register) ?? needs('registers', `register ${register} is not known`)
}

/** Ends the evaluation: something was needed that is not there. */
export function needs(needed: EvaluationNeed, explanation: string): never {
  throw new EvaluationError(needed, explanation)
}

/** The bits of a value in memory. */
export function readBits(memory: MemoryReader, address: bigint, size: number, littleEndian: boolean): bigint {
  // A MemoryReader takes numbers: an address above 2^53 would be rounded to another one.
  if (address > Number.MAX_SAFE_INTEGER) needs('memory', `memory at 0x${address.toString(16)} is out of reach`)
  try {
    return bitsOf(readExactly(memory, Number(address), size), littleEndian)
  } catch (cause) {
    if ((cause as { code?: unknown }).code !== 'ERR_UNREADABLE_MEMORY') throw cause
    const where = `0x${address.toString(16)}`
    throw new EvaluationError('memory', `${size} bytes at ${where} cannot be read`, { cause })
  }
}
