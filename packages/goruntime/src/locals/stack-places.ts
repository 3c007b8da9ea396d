/**
 * Places on the stack that debug data name, held against what the code does with them.
 *
 * The compiler gives the place of a value that is used no more to another one, and debug data say nothing of that: they have the variable
 * there until the function ends (cmd/compile/internal/ssa/stackalloc.go, debug.go). But a value is stored once, before the range of code
 * begins for which debug data have it there: a store behind that is of something else.
 *
 * Of a variable that was taken apart, and of which one part is left, debug data say where that is as if it were all of it (debug.go,
 * varSlots). But what lies in memory as a whole does so because its address is taken, or because it is too large to be taken apart.
 */
import { type MemoryReader, readExactly } from '@gospy/bytes'
import type { LocationRange, Piece, Type } from '@gospy/dwarf'
import { type StackUse, stackUses } from '../arch/stack-uses.js'
import { unwindRules } from '../arch/unwind-rules.js'
import type { PhysicalFrame } from '../unwind/physical-frames.js'

export const TAKEN = 'its place on the stack holds something else by now'

/** Code of a function that is looked through, in bytes: as long as the longest that people write, and those that are generated. */
const MOST_CODE = 1 << 20

const WORD = 8

/** Bytes of arguments on the stack. */
const MOST_ARGUMENTS = 1 << 16

/** Bytes of the largest variable that is taken apart (cmd/compile/internal/ssa/value.go, CanSSA). */
const MOST_TAKEN_APART = 4 * WORD

/** Whether it is made of several words or fields, strings and complex numbers included. */
function hasParts(type: Type): boolean {
  let part = type.resolve()
  while (part?.kind === 'struct') {
    const { fields, size } = part
    const whole = fields.find((field) => field.type.size === size)
    if (whole === undefined) return fields.length > 1
    part = whole.type.resolve()
  }
  return part?.kind === 'base' && part.name?.startsWith('complex') === true
}

/** Arrays of several elements are not taken apart. */
function hasElements(type: Type): boolean {
  const resolved = type.resolve()
  return resolved?.kind === 'array' && resolved.element.size !== resolved.size
}

/** A use with its place counted from the canonical frame address. */
interface FrameUse extends StackUse {
  /** Address of the instruction in the process. */
  readonly pc: number
  readonly from: number
  readonly to: number
}

export class StackPlaces {
  readonly #memory: MemoryReader
  readonly #arch: string
  readonly #tableBias: number
  #uses: readonly FrameUse[] | undefined

  constructor(memory: MemoryReader, arch: string, tableBias: number) {
    this.#memory = memory
    this.#arch = arch
    this.#tableBias = tableBias
  }

  /**
   * Whether something was stored where one of the pieces lies, before the range began and again up to the instruction.
   * @param range of the variable's location list
   * @param bias what is added to the range's addresses in the process
   */
  isTaken(frame: PhysicalFrame, pieces: readonly Piece[], range: LocationRange, bias: number, size: number): boolean {
    const begin = Number(range.begin) + bias
    return pieces.some(({ place, bitSize }) => {
      if (place.kind !== 'memory') return false
      const from = Number(place.address) - frame.cfa
      const to = from + (bitSize === undefined ? size : bitSize / 8)
      let before = false
      for (const store of this.#usesOf(frame)) {
        if (store.kind !== 'store' || store.from >= to || store.to <= from) continue
        if (store.pc < begin) before = true
        else if (before && store.pc < frame.instruction) return true
      }
      return false
    })
  }

  /** Whether a variable that is said to be in one place as a whole is. */
  isWhole(frame: PhysicalFrame, pieces: readonly Piece[], type: Type): boolean {
    const [piece] = pieces
    const { size = 0 } = type
    if (piece === undefined || piece.bitSize !== undefined || !hasParts(type)) return true
    if (piece.place.kind !== 'memory') return piece.place.kind !== 'register'
    if (size > MOST_TAKEN_APART || hasElements(type)) return true
    const offset = Number(piece.place.address) - frame.cfa
    // Elsewhere than on the stack: where a pointer leads to.
    if (offset < -(frame.code.spDelta ?? 0) - 2 * WORD || offset > MOST_ARGUMENTS) return true
    return this.#usesOf(frame).some(({ kind, from }) => kind === 'address' && from === offset)
  }

  #usesOf(frame: PhysicalFrame): readonly FrameUse[] {
    this.#uses ??= this.#find(frame)
    return this.#uses
  }

  #find({ code: { entry, func } }: PhysicalFrame): FrameUse[] {
    const length = func.end - func.entry
    if (length > MOST_CODE) return []
    const { pushesReturnAddress } = unwindRules(this.#arch)
    const found: FrameUse[] = []
    for (const use of stackUses(this.#arch, readExactly(this.#memory, entry, length)))
      found.push(...this.#placed(use, entry, func, pushesReturnAddress ? 8 : 0))
    return found
  }

  #placed({ kind, at, offset, size }: StackUse, entry: number, func: PhysicalFrame['code']['func'], pushed: number) {
    const delta = func.spDelta(entry + at - this.#tableBias)
    if (delta === undefined) return []
    const from = offset - delta - pushed
    return [{ kind, at, offset, size, pc: entry + at, from, to: from + size }]
  }
}
