/**
 * Which units can know a name at all: those whose bytes hold it, or an offset of a string table where it stands. A byte
 * search runs at gigabytes a second, so that a lookup in a big program walks one or a few of its thousands of units.
 */
import { indexOfBytes } from '@gospy/bytes'
import { splitName } from './qualified-name.js'
import type { Sections } from './sections.js'
import type { Unit } from './unit.js'
import { UNIT_SECTIONS, type UnitSection } from './unit-header.js'

const encoder = new TextEncoder()

/** A name found in a string table more often than this (as the tail of longer strings) tells nothing. */
const MAX_STRINGS = 8

/** Bytes of the first units that are searched together; each window after it has twice as many. */
const FIRST_WINDOW = 1 << 22

/** Offsets of `needle` in `bytes`, at most `limit`; one more than that means "too many". */
function occurrences(bytes: Uint8Array, needle: Uint8Array, limit: number): number[] {
  const offsets: number[] = []
  let at = indexOfBytes(bytes, needle)
  while (at >= 0 && offsets.length <= limit) {
    offsets.push(at)
    at = indexOfBytes(bytes, needle, at + 1)
  }
  return offsets
}

function encodeOffset(offset: number, littleEndian: boolean): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, offset, littleEndian)
  return bytes
}

/** The units of a file, whose headers are read as far as one goes. */
export interface UnitSequence {
  inOrder(section?: UnitSection): Iterable<Unit>
}

export class NameSearch {
  readonly #sections: Sections
  readonly #supplementary: Sections | undefined
  readonly #units: UnitSequence
  /** How many bytes may still be searched before it is cheaper to index all units. */
  #budget = 0

  /** @param supplementary of the file that names may be in (dwz) */
  constructor(sections: Sections, units: UnitSequence, supplementary: Sections | undefined) {
    this.#sections = sections
    this.#supplementary = supplementary
    this.#units = units
    for (const section of UNIT_SECTIONS) this.#budget += (sections.length(section) ?? 0) * 16
  }

  /** The units that can have an entry of that name, in the order of the file. */
  *candidates(name: string): Generator<Unit, void, undefined> {
    if (this.#budget <= 0) return yield* this.#units.inOrder()
    const needle = encoder.encode(`${splitName(name).at(-1)}\0`)
    const offsetsOfName: Uint8Array[] = []
    let indexed = false
    const tables = [
      { table: '.debug_str', bytes: this.#sections.find('.debug_str') },
      { table: '.debug_line_str', bytes: this.#sections.find('.debug_line_str') },
      { table: 'supplementary', bytes: this.#supplementary?.find('.debug_str') },
    ]
    for (const { table, bytes } of tables) {
      if (bytes === undefined) continue
      const offsets = occurrences(bytes, needle, MAX_STRINGS)
      if (offsets.length > MAX_STRINGS) return yield* this.#units.inOrder()
      for (const offset of offsets) {
        indexed ||= table === '.debug_str' && this.#sections.length('.debug_str_offsets') !== undefined
        offsetsOfName.push(encodeOffset(offset, this.#sections.littleEndian))
      }
    }
    // Compilers that write a string table write names into entries only where they are shorter than an offset: the pass that looks
    // for these is mostly spared. Units may write indexes instead of offsets (DW_FORM_strx, and DW_FORM_GNU_str_index before
    // version 5): their bytes tell nothing then.
    if (indexed) return yield* this.#units.inOrder()
    if (offsetsOfName.length > 0) yield* this.#unitsWith(offsetsOfName)
    yield* this.#unitsWith([needle])
  }

  /** The units in whose bytes one of these occurs. */
  *#unitsWith(needles: readonly Uint8Array[]): Generator<Unit, void, undefined> {
    for (const section of UNIT_SECTIONS) {
      for (const window of windowsOf(this.#units.inOrder(section))) {
        const start = window[0]!.offset
        const { end } = window[window.length - 1]!
        const bytes = this.#sections.part(section, start, end).subarray(0, end)
        const hits = new Set<Unit>()
        for (const pattern of needles) {
          this.#budget -= end - start
          markUnits(bytes, pattern, window, hits)
        }
        for (const unit of window) if (hits.has(unit)) yield unit
      }
    }
  }
}

/** Units that are searched together: a few first, as the one that is looked for may be among them. */
function* windowsOf(units: Iterable<Unit>): Generator<readonly Unit[], void, undefined> {
  let size = FIRST_WINDOW
  let window: Unit[] = []
  for (const unit of units) {
    if (window.length > 0 && unit.end - window[0]!.offset > size) {
      yield window
      window = []
      size *= 2
    }
    window.push(unit)
  }
  if (window.length > 0) yield window
}

/** Adds the units in which the pattern occurs: one hit in each is enough. */
function markUnits(bytes: Uint8Array, pattern: Uint8Array, units: readonly Unit[], hits: Set<Unit>): void {
  let at = indexOfBytes(bytes, pattern, units[0]!.offset)
  let index = 0
  while (at >= 0) {
    while (index < units.length && units[index]!.end <= at) index++
    const unit = units[index]
    if (unit === undefined) return
    if (at >= unit.offset) hits.add(unit)
    at = indexOfBytes(bytes, pattern, Math.max(unit.offset <= at ? unit.end : unit.offset, at + 1))
  }
}
