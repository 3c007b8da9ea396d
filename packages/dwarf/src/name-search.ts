/**
 * Which units can know a name at all: those whose bytes hold it, or an offset of a string table where it stands. A byte
 * search runs at gigabytes a second, so that a lookup in a big program walks one or a few of its thousands of units.
 */
import { indexOfBytes } from '@gospy/bytes'
import { splitName } from './qualified-name.js'
import type { Sections } from './sections.js'
import type { Unit } from './unit.js'
import type { UnitSection } from './unit-header.js'

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

export class NameSearch {
  readonly #sections: Sections
  readonly #supplementary: Sections | undefined
  readonly #units: readonly Unit[]
  readonly #bySection: ReadonlyMap<UnitSection, readonly Unit[]>
  /** How many bytes may still be searched before it is cheaper to index all units. */
  #budget: number

  /**
   * @param units of the file, each section's in ascending order
   * @param supplementary of the file that names may be in (dwz)
   */
  constructor(sections: Sections, units: readonly Unit[], supplementary: Sections | undefined) {
    this.#sections = sections
    this.#supplementary = supplementary
    this.#units = units
    const bySection = new Map<UnitSection, Unit[]>()
    for (const unit of units) {
      const list = bySection.get(unit.section)
      if (list === undefined) bySection.set(unit.section, [unit])
      else list.push(unit)
    }
    this.#bySection = bySection
    this.#budget = 0
    for (const section of bySection.keys()) this.#budget += sections.get(section).length * 16
  }

  /** The units that can have an entry of that name, in the order of the file. */
  *candidates(name: string): Generator<Unit, void, undefined> {
    if (this.#budget <= 0) return yield* this.#units
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
      if (offsets.length > MAX_STRINGS) return yield* this.#units
      for (const offset of offsets) {
        indexed ||= table === '.debug_str' && this.#sections.find('.debug_str_offsets') !== undefined
        offsetsOfName.push(encodeOffset(offset, this.#sections.littleEndian))
      }
    }
    // Compilers that write a string table write names into entries only where they are shorter than an offset: the pass that looks
    // for these is mostly spared. Units may write indexes instead of offsets (DW_FORM_strx, and DW_FORM_GNU_str_index before
    // version 5): their bytes tell nothing then.
    if (indexed) return yield* this.#units
    if (offsetsOfName.length > 0) yield* this.#unitsWith(offsetsOfName)
    yield* this.#unitsWith([needle])
  }

  /** The units in whose bytes one of these occurs. */
  *#unitsWith(needles: readonly Uint8Array[]): Generator<Unit, void, undefined> {
    for (const [section, units] of this.#bySection) {
      const bytes = this.#sections.get(section)
      for (let from = 0, size = FIRST_WINDOW; from < units.length; size *= 2) {
        // A few units first: the one that is looked for may be among them.
        let to = from + 1
        while (to < units.length && units[to]!.end - units[from]!.offset <= size) to++
        const window = units.slice(from, to)
        const hits = new Set<Unit>()
        const end = window[window.length - 1]!.end
        for (const pattern of needles) {
          this.#budget -= end - window[0]!.offset
          markUnits(bytes.subarray(0, end), pattern, window, hits)
        }
        for (const unit of window) if (hits.has(unit)) yield unit
        from = to
      }
    }
  }
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
