/**
 * Which namespaces and types an entry stands in. Entries know their children only; one walk over the unit, made when the
 * first qualified name is asked for, keeps where each scope begins and ends.
 */
import { DW_TAG } from '../constants/tag.js'
import type { Entry } from '../entry.js'
import type { Unit } from '../unit.js'

const SCOPES: ReadonlySet<number> = new Set([
  DW_TAG.namespace,
  DW_TAG.module,
  DW_TAG.structure_type,
  DW_TAG.class_type,
  DW_TAG.union_type,
  DW_TAG.interface_type,
  DW_TAG.enumeration_type,
  DW_TAG.subprogram,
])

export class ScopeIndex {
  readonly #unit: Unit
  // One element for each scope that has children, in the order of the file: columns, not objects.
  readonly #offsets: number[] = []
  readonly #ends: number[] = []
  /** Index of the scope around it; -1 for none. */
  readonly #parents: number[] = []

  /** @throws FormatError when the unit's entries cannot be read */
  constructor(unit: Unit) {
    this.#unit = unit
    const reader = unit.reader()
    const open: number[] = []
    const depths: number[] = []
    while (reader.next()) {
      while (depths.length > 0 && depths[depths.length - 1]! >= reader.depth) {
        depths.pop()
        this.#ends[open.pop()!] = reader.offset
      }
      if (!reader.hasChildren || !SCOPES.has(reader.tag)) continue
      const index = this.#offsets.push(reader.offset) - 1
      this.#ends.push(unit.end)
      this.#parents.push(open[open.length - 1] ?? -1)
      open.push(index)
      depths.push(reader.depth)
    }
  }

  /** The scopes around the entry at an offset, innermost first. */
  *around(offset: number): Generator<Entry, void, undefined> {
    // The last scope that starts before the entry, or one around that, holds it.
    let low = 0
    let high = this.#offsets.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#offsets[middle]! < offset) low = middle + 1
      else high = middle
    }
    let index = low - 1
    while (index >= 0) {
      if (this.#ends[index]! > offset) yield this.#unit.entry(this.#offsets[index]!)
      index = this.#parents[index]!
    }
  }
}
