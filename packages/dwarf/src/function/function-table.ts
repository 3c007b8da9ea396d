/** The functions of one unit that have code: by address, by name and in order. Made in one walk over the unit, and kept. */
import { FormatError } from '@gospy/bytes'
import { DW_AT } from '../constants/attribute-name.js'
import { DW_TAG } from '../constants/tag.js'
import { DW_LANG } from '../constants/values.js'
import type { Entry } from '../entry.js'
import { linkageNameOf, stringOfOrigins } from '../origin.js'
import type { AddressRange } from '../range/address-range.js'
import { entryRanges } from '../range/entry-ranges.js'
import { type RangeIndex, RangeIndexBuilder } from '../range/range-index.js'
import type { Unit } from '../unit.js'
import { InlineTree } from './inline-tree.js'

/** Ranges that the functions of one unit can have beyond one for each byte of the unit: see `UnitRanges`. */
const SLACK = 0x1_0000

export class FunctionTable {
  readonly unit: Unit
  /** Why the walk over the unit ended early; the functions before are there. */
  readonly fault: FormatError | undefined
  readonly ranges: readonly AddressRange[]
  /** Of the entries, in the order of the file. */
  readonly #offsets: readonly number[]
  readonly #index: RangeIndex
  #names: Map<string, number[]> | undefined
  readonly #inlined = new Map<number, InlineTree>()

  constructor(unit: Unit) {
    this.unit = unit
    const builder = new RangeIndexBuilder()
    const offsets: number[] = []
    const ranges: AddressRange[] = []
    try {
      for (const entry of functionsOf(unit)) {
        const before = ranges.length
        for (const range of entryRanges(entry)) {
          if (ranges.length > unit.length + SLACK) entry.fail('overlapping range lists, too many to read them all')
          ranges.push(range)
          builder.add(range, entry.offset)
        }
        if (ranges.length > before) offsets.push(entry.offset)
      }
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      this.fault = error
    }
    this.#offsets = offsets
    this.ranges = ranges
    this.#index = builder.build()
  }

  /** The functions that have code, in the order of the file. */
  *entries(): Generator<Entry, void, undefined> {
    for (const offset of this.#offsets) yield this.unit.entry(offset)
  }

  /** The function whose code holds the address, or undefined. @throws FormatError when there is none, and the unit is malformed */
  find(address: bigint): Entry | undefined {
    for (const offset of this.#index.find(address)) return this.unit.entry(offset)
    if (this.fault !== undefined) throw this.fault
    return undefined
  }

  /** Entries of the calls inlined into a function of this table that hold the address, outermost first. */
  inlinedAt(subprogram: Entry, address: bigint): Entry[] {
    let tree = this.#inlined.get(subprogram.offset)
    if (tree === undefined) {
      tree = new InlineTree(subprogram)
      this.#inlined.set(subprogram.offset, tree)
    }
    return tree.find(address)
  }

  /** Those of this name or linkage name. */
  named(name: string): Entry[] {
    this.#names ??= this.#indexNames()
    return (this.#names.get(name) ?? []).map((offset) => this.unit.entry(offset))
  }

  #indexNames(): Map<string, number[]> {
    const names = new Map<string, number[]>()
    for (const entry of this.entries()) {
      const linkage = linkageNameOf(entry)
      for (const name of new Set([stringOfOrigins(entry, DW_AT.name), linkage])) {
        if (name === undefined) continue
        const list = names.get(name)
        if (list === undefined) names.set(name, [entry.offset])
        else list.push(entry.offset)
      }
    }
    return names
  }
}

/** Subprograms that say where their code is. */
function* functionsOf(unit: Unit): Generator<Entry, void, undefined> {
  const reader = unit.reader()
  // Go has no functions below functions, types or blocks.
  const isFlat = reader.next() && unit.language === DW_LANG.Go
  while (reader.next()) {
    if (reader.tag === DW_TAG.subprogram && (reader.find(DW_AT.low_pc) || reader.find(DW_AT.ranges))) {
      yield reader.entry()
    }
    if (isFlat) reader.skipChildren()
  }
}
