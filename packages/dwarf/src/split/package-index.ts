/**
 * The indexes of a DWARF package file: .debug_cu_index and .debug_tu_index (DWARF 5, section 7.3.5; version 2, GNU's for
 * DWARF 4: GCC wiki, "DebugFissionDWP"). A unit's id leads to a row: which part of each section is the unit's.
 */
import type { Cursor } from '@gospy/bytes'

/** Part of a section. */
export interface Contribution {
  readonly offset: number
  readonly size: number
}

/** The sections that columns stand for, by the number at their head (DWARF 5, table 7.1). */
const SECTIONS_5: ReadonlyMap<number, string> = new Map([
  [1, '.debug_info'],
  [3, '.debug_abbrev'],
  [4, '.debug_line'],
  [5, '.debug_loclists'],
  [6, '.debug_str_offsets'],
  [7, '.debug_macro'],
  [8, '.debug_rnglists'],
])

const SECTIONS_2: ReadonlyMap<number, string> = new Map([
  [1, '.debug_info'],
  [2, '.debug_types'],
  [3, '.debug_abbrev'],
  [4, '.debug_line'],
  [5, '.debug_loc'],
  [6, '.debug_str_offsets'],
  [7, '.debug_macinfo'],
  [8, '.debug_macro'],
])

/** One of the two indexes of a package. Rows are read when asked for. */
export class PackageIndex {
  /** 2 (GNU's, for DWARF 4) or 5. */
  readonly version: number
  /** Number of units. */
  readonly unitCount: number
  /** Slots of the hash table. */
  readonly slotCount: number
  /** Section of each column, named as in a file that is no package (`.debug_info`); undefined for one that is not known. */
  readonly columns: readonly (string | undefined)[]
  readonly #cursor: Cursor
  readonly #signatures: number
  readonly #rows: number
  readonly #offsets: number
  readonly #sizes: number

  /**
   * @internal Reads the header; the cursor is kept.
   * @throws FormatError for a version that is not known, and counts that the section has no room for
   */
  constructor(cursor: Cursor) {
    this.#cursor = cursor
    const start = cursor.offset
    // Version 5 has two bytes and two of padding, where version 2 had four.
    const version = cursor.littleEndian ? cursor.u16() : bigEndianVersion(cursor)
    if (cursor.littleEndian) cursor.skip(2)
    if (version !== 2 && version !== 5) cursor.fail(`package index of version ${version} (2 and 5 are known)`, start)
    this.version = version
    const columnCount = cursor.u32()
    this.unitCount = cursor.u32()
    this.slotCount = cursor.u32()
    const needed = this.slotCount * 12 + columnCount * 4 + this.unitCount * columnCount * 8
    if (!(needed <= cursor.remaining)) cursor.fail(`an index of ${needed} bytes, ${cursor.remaining} are left`, start)
    if (this.unitCount > this.slotCount || (this.slotCount & (this.slotCount - 1)) !== 0) {
      cursor.fail(`${this.unitCount} units in ${this.slotCount} slots, which are to be more and a power of two`, start)
    }
    this.#signatures = cursor.offset
    this.#rows = this.#signatures + this.slotCount * 8
    cursor.seek(this.#rows + this.slotCount * 4)
    const sections = version === 2 ? SECTIONS_2 : SECTIONS_5
    const columns: (string | undefined)[] = []
    for (let column = 0; column < columnCount; column++) columns.push(sections.get(cursor.u32()))
    this.columns = columns
    this.#offsets = cursor.offset
    this.#sizes = this.#offsets + this.unitCount * columnCount * 4
  }

  /** The row of the unit with that id (a dwo id, or a type signature), counted from 0, or undefined where there is none. */
  find(id: bigint): number | undefined {
    const mask = this.slotCount - 1
    if (mask < 0) return undefined
    let slot = (Number(id & 0xffff_ffffn) & mask) >>> 0
    const step = (Number((id >> 32n) & 0xffff_ffffn) & mask) | 1
    for (let probes = 0; probes < this.slotCount; probes++) {
      const row = this.#rowAt(slot)
      if (row === undefined) return undefined
      if (this.#cursor.seek(this.#signatures + slot * 8).u64big() === id) return row
      slot = (slot + step) & mask
    }
    return undefined
  }

  /** The ids and rows of all units, in the order of the hash table, with the slot of each. */
  *units(): Generator<{ readonly slot: number; readonly id: bigint; readonly row: number }, void, undefined> {
    for (let slot = 0; slot < this.slotCount; slot++) {
      const row = this.#rowAt(slot)
      if (row !== undefined) yield { slot, id: this.#cursor.seek(this.#signatures + slot * 8).u64big(), row }
    }
  }

  /** Row of the unit in a slot; undefined for an empty one. */
  #rowAt(slot: number): number | undefined {
    const offset = this.#rows + slot * 4
    const number = this.#cursor.seek(offset).u32()
    if (number === 0) return undefined
    if (number > this.unitCount) this.#cursor.fail(`row ${number} of an index of ${this.unitCount}`, offset)
    return number - 1
  }

  /** The parts of the sections that belong to the unit of a row. Whether they lie within their sections was not looked at. */
  contributions(row: number): Map<string, Contribution> {
    const parts = new Map<string, Contribution>()
    for (const [column, section] of this.columns.entries()) {
      if (section !== undefined) parts.set(section, this.#contribution(row, column))
    }
    return parts
  }

  #contribution(row: number, column: number): Contribution {
    const at = (row * this.columns.length + column) * 4
    return { offset: this.#cursor.seek(this.#offsets + at).u32(), size: this.#cursor.seek(this.#sizes + at).u32() }
  }
}

/** Two bytes that hold the version of 5, or all four that of 2. */
function bigEndianVersion(cursor: Cursor): number {
  const first = cursor.u16()
  const second = cursor.u16()
  return first === 0 ? second : first
}
