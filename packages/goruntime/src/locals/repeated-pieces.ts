/** Parts of variables that debug data name twice. */
import type { Piece, Place } from '@gospy/dwarf'

/**
 * The pieces of a variable, where there are more than it has bytes without those that repeat the one before: Go 1.16 and 1.17 write each
 * part of some arguments twice (cmd/compile/internal/ssa/debug.go).
 */
export function withoutRepeats(pieces: readonly Piece[], size: number | undefined): readonly Piece[] {
  const bits = pieces.reduce((sum, { bitSize = 0 }) => sum + bitSize, 0)
  if (size === undefined || bits <= size * 8) return pieces
  return pieces.filter((piece, index) => index === 0 || !isSame(piece, pieces[index - 1]!))
}

function isSame(a: Piece, b: Piece): boolean {
  return a.bitSize === b.bitSize && a.bitOffset === b.bitOffset && isSamePlace(a.place, b.place)
}

function isSamePlace(a: Place, b: Place): boolean {
  if (a.kind === 'memory') return b.kind === 'memory' && a.address === b.address
  return a.kind === 'register' && b.kind === 'register' && a.register === b.register
}
