/** Why nobody knows what a variable holds, for people. */
import { type Architecture, EvaluationError, type Piece } from '@gospy/dwarf'
import { readErrorText } from '../values/read-error.js'

export const OPTIMIZED_AWAY = 'optimized away here'
export const NOT_SET_OR_AWAY = 'not set yet, or optimized away'
export const ON_THIS_LINE = 'declared on this line: it may not be set yet'
export const NO_LISTS = 'the code is optimized, and Go 1.10 and older do not say where variables are then'
export const NOT_SET = 'not set yet'
export const NOT_BEGUN = 'not set yet: the function is just beginning'

/**
 * What is in the way of a variable whose parts are at these places; undefined where nothing is.
 * @param size of the variable in bytes
 * @param isKnown whether a register's content is known
 * @param lost what became of the others
 */
export function missingPart(
  pieces: readonly Piece[],
  size: number | undefined,
  isKnown: (register: number) => boolean,
  lost: string,
  architecture: Architecture,
): string | undefined {
  if (pieces.every(({ place }) => place.kind === 'optimized out')) return OPTIMIZED_AWAY
  const registers = new Set<string>()
  for (const { place } of pieces) {
    if (place.kind === 'register' && !isKnown(place.register))
      registers.add(architecture.registerName(place.register) ?? `register ${place.register}`)
  }
  const partly = pieces.some(({ place }) => place.kind !== 'register') ? 'partly ' : ''
  if (registers.size > 0) return `${partly}in ${[...registers].join(', ')}, ${lost}`
  const isWhole = pieces.some(({ bitSize }) => bitSize === undefined)
  // Parts at the end that are nowhere have no piece (cmd/compile/internal/ssa/debug.go).
  const bits = isWhole || size === undefined ? 0 : pieces.reduce((sum, { bitSize = 0 }) => sum + bitSize, 0) - size * 8
  if (bits < 0 || pieces.some(({ place }) => place.kind === 'optimized out')) return 'partly optimized away here'
  return undefined
}

/** @throws the error itself where it says nothing of one variable */
export function variableErrorText(error: unknown): string {
  return error instanceof EvaluationError ? error.message : readErrorText(error)
}
