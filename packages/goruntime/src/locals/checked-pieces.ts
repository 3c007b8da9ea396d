/**
 * Parts of variables that debug data name twice, or in one place together with another. Go 1.16 to 1.21 write parts of arguments twice, and
 * all versions have ranges, if few, in which a part has been taken for another (cmd/compile/internal/ssa/debug.go).
 */
import type { Piece, Place, Type } from '@gospy/dwarf'

export const CONTRADICTION = 'the debug data contradict themselves on where it is here'

/**
 * The pieces of a variable as they can be believed; undefined where they cannot.
 * @param repeats whether the version writes parts twice: two that are the same may then be one, and another one be missing
 */
export function checkedPieces(pieces: readonly Piece[], type: Type, repeats: boolean): readonly Piece[] | undefined {
  const { size } = type
  if (pieces.length < 2 || size === undefined) return pieces
  const isRepeated = (index: number) => index > 0 && isSame(pieces[index]!, pieces[index - 1]!)
  if (bytesOf(pieces) > size) {
    const once = pieces.filter((_, index) => !isRepeated(index))
    return bytesOf(once) === size && !isShared(once, type) ? once : undefined
  }
  if (repeats && pieces.some((_, index) => isRepeated(index))) return undefined
  return isShared(pieces, type) ? undefined : pieces
}

function bytesOf(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { bitSize = 0 }) => sum + bitSize, 0) / 8
}

/** Whether parts of different types are said to be in one place, as a string's bytes and its length. */
function isShared(pieces: readonly Piece[], type: Type): boolean {
  let offset = 0
  const parts = pieces.map(({ place, bitSize = 0 }) => {
    const part = { place, type: partAt(type, offset) }
    offset += bitSize / 8
    return part
  })
  return parts.some((part, index) =>
    parts.slice(0, index).some((other) => isSamePlace(part.place, other.place) && part.type !== other.type),
  )
}

/** What lies at an offset within a type, as Go writes it. */
function partAt(type: Type, offset: number): string {
  let part = type.resolve() ?? type
  let rest = offset
  while (part.kind === 'struct') {
    const field = part.fields.find(
      (each) => rest >= (each.offset ?? 0) && rest < (each.offset ?? 0) + (each.type.size ?? 0),
    )
    if (field === undefined) break
    rest -= field.offset ?? 0
    part = field.type.resolve() ?? field.type
  }
  return part.describe()
}

function isSame(a: Piece, b: Piece): boolean {
  return a.bitSize === b.bitSize && a.bitOffset === b.bitOffset && isSamePlace(a.place, b.place)
}

function isSamePlace(a: Place, b: Place): boolean {
  if (a.kind === 'memory') return b.kind === 'memory' && a.address === b.address
  return a.kind === 'register' && b.kind === 'register' && a.register === b.register
}
