/** The name indexes of one file, whichever it has. Each is opened when first asked for. */
import { FormatError } from '@gospy/bytes'
import { splitName } from '../qualified-name.js'
import type { Sections } from '../sections.js'
import { DebugNames } from './debug-names.js'
import { GdbIndex } from './gdb-index.js'
import { PUBLIC_NAMES_SECTIONS, PublicNames, type PublicNamesSection, unitsWithName } from './public-names.js'

/**
 * What a compiler, linker or gdb noted of the names in a file. Lookups by name use them to open the right units first; what an
 * index does not have is looked for in the units all the same, as indexes leave out what their makers found of no use.
 */
export class NameIndexes {
  readonly #sections: Sections
  #debugNames: readonly DebugNames[] | undefined
  #gdbIndex: GdbIndex | undefined
  readonly #publicNames = new Map<PublicNamesSection, readonly PublicNames[]>()

  /** @internal */
  constructor(sections: Sections) {
    this.#sections = sections
  }

  /**
   * The indexes in .debug_names; none where there is no such section.
   * @throws FormatError for a malformed header
   */
  get debugNames(): readonly DebugNames[] {
    this.#debugNames ??= DebugNames.all(this.#sections)
    return this.#debugNames
  }

  /**
   * The index in .gdb_index; undefined where there is none.
   * @throws FormatError for a malformed header
   */
  get gdbIndex(): GdbIndex | undefined {
    this.#gdbIndex ??= GdbIndex.from(this.#sections)
    return this.#gdbIndex
  }

  /**
   * The lists of names by unit in one of the four sections for them; none where there is no such section.
   * @throws FormatError for a malformed header
   */
  publicNames(section: PublicNamesSection): readonly PublicNames[] {
    let lists = this.#publicNames.get(section)
    if (lists === undefined) {
      lists = PublicNames.all(this.#sections, section)
      this.#publicNames.set(section, lists)
    }
    return lists
  }

  /**
   * @internal Offsets in .debug_info of the units that have a name (scopes included) according to the indexes; empty where none
   * knows it, or is malformed.
   */
  unitsOf(name: string): ReadonlySet<number> {
    const units = new Set<number>()
    const take = (run: () => Iterable<number>) => {
      try {
        for (const unit of run()) units.add(unit)
      } catch (error) {
        // A hint and no more: the units themselves will be looked into.
        if (!(error instanceof FormatError)) throw error
      }
    }
    const plain = splitName(name).at(-1)!
    take(() => this.debugNames.flatMap((index) => index.find(plain).flatMap(({ unit }) => unit ?? [])))
    take(() => this.#gdbUnits(name))
    for (const section of PUBLIC_NAMES_SECTIONS) {
      const bytes = this.#sections.find(section)
      if (bytes !== undefined) take(() => unitsWithName(bytes, this.publicNames(section), name))
    }
    return units
  }

  *#gdbUnits(name: string): Generator<number> {
    const index = this.gdbIndex
    if (index === undefined) return
    // Numbers behind those of compilation units are of type units, which lookups find by themselves.
    for (const { unit } of index.find(name)) if (unit < index.unitCount) yield index.unit(unit).offset
  }
}
