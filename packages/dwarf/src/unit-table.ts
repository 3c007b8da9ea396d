/** The units of one file (a program, a .dwo file, a package, a supplementary file), and what they share. */
import { FormatError } from '@gospy/bytes'
import { AbbreviationTable } from './abbreviation.js'
import type { Entry } from './entry.js'
import type { Encoding } from './form-size.js'
import { NameLookup } from './name-lookup.js'
import type { Sections } from './sections.js'
import { PackageContext } from './split/package-context.js'
import { type Contribution, PackageIndex } from './split/package-index.js'
import { Unit, type UnitContext } from './unit.js'
import { UNIT_SECTIONS, type UnitHeader, type UnitSection } from './unit-header.js'
import { UnitList } from './unit-list.js'

/**
 * How many bytes of abbreviations are parsed at most, as a multiple of the section and in addition to that: each table is
 * parsed once for each encoding of its units, of which a program has one or two. Tables that overlap (every unit starting
 * one declaration later) would take the square of the section.
 */
const ABBREVIATION_PASSES = 4
const ABBREVIATION_SLACK = 0x1_0000

/** How the file is tied to others. */
export interface UnitTableOptions {
  /** Whether its units are split units, behind skeletons in another file. */
  readonly isSplit: boolean
  /** Whether it is a package: its units share sections, and an index tells which part is whose. */
  readonly isPackage?: boolean
  /** The supplementary file that its entries refer to (dwz), or undefined where there is none. */
  readonly supplementary?: UnitTable | undefined
  /** The full unit that a skeleton stands for. */
  splitOf(unit: Unit): Unit | undefined
  /** The skeleton of a split unit. */
  skeletonOf(unit: Unit): Unit | undefined
  /** The language of a partial unit. */
  importedLanguage(unit: Unit): number | undefined
}

export class UnitTable {
  readonly sections: Sections
  readonly #options: UnitTableOptions
  readonly #context: UnitContext
  /** Tables by place and encoding, and what was wrong with those that are malformed. */
  readonly #abbreviations = new Map<string, AbbreviationTable | FormatError>()
  /** The table that was asked for last, without a look at the map. */
  #lastAbbreviations: { offset: number; encoding: Encoding; table: AbbreviationTable } | undefined
  /** Bytes of .debug_abbrev parsed so far. */
  #abbreviationBytes = 0
  readonly #unitsOf: ReadonlyMap<UnitSection, UnitList>
  #units: readonly Unit[] | undefined
  /** The first unit header that could not be read. */
  #fault: FormatError | undefined
  #typeUnits: Map<bigint, Unit> | undefined
  readonly #indexes = new Map<string, PackageIndex | undefined>()
  #parts: Map<string, ReadonlyMap<string, Contribution>> | undefined
  #lookup: NameLookup | undefined

  constructor(sections: Sections, options: UnitTableOptions) {
    this.sections = sections
    this.#options = options
    this.#context = {
      sections,
      isSplit: options.isSplit,
      supplementary: options.supplementary,
      abbreviations: (offset, encoding) => this.#abbreviationsAt(offset, encoding),
      entryAt: (offset, section) => this.entry(offset, section),
      entryOfSignature: (signature) => this.#entryOfSignature(signature),
      splitOf: (unit) => options.splitOf(unit),
      skeletonOf: (unit) => options.skeletonOf(unit),
      importedLanguage: (unit) => options.importedLanguage(unit),
    }
    const list = (section: UnitSection) =>
      new UnitList(sections, section, {
        unitOf: (header) => this.#unitOf(header),
        onFault: (error) => {
          this.#fault ??= error
        },
      })
    this.#unitsOf = new Map(UNIT_SECTIONS.map((section) => [section, list(section)]))
  }

  /**
   * All units of .debug_info, then of .debug_types; empty where there is neither. Reads the headers only.
   * @throws FormatError when no unit can be read
   */
  units(): readonly Unit[] {
    this.#units ??= [...this.#unitsOf.values()].flatMap((list) => list.all())
    if (this.#units.length === 0 && this.#fault !== undefined) throw this.#fault
    return this.#units
  }

  /**
   * As `units`, one after the other, of one section or of both: headers are read as far as one goes.
   * @throws FormatError at the end, when no unit can be read
   */
  *inOrder(section?: UnitSection): Generator<Unit, void, undefined> {
    for (const [name, list] of this.#unitsOf) {
      if (section !== undefined && name !== section) continue
      let index = 0
      for (let unit = list.at(index); unit !== undefined; unit = list.at(++index)) yield unit
    }
    if (section === undefined) this.units()
  }

  /** What is wrong with the first unit header that could not be read; undefined where all could. */
  get fault(): FormatError | undefined {
    for (const list of this.#unitsOf.values()) list.all()
    return this.#fault
  }

  /** Entries of this file by name. */
  get lookup(): NameLookup {
    this.#lookup ??= new NameLookup(this.sections, this, this.#options.supplementary?.sections)
    return this.#lookup
  }

  #unitOf(header: UnitHeader): Unit {
    if (!this.#options.isPackage) return new Unit(header, this.#context)
    const { section, offset } = header
    const parts = this.#contributions().get(`${section}:${offset}`)
    if (parts !== undefined) return new Unit(header, new PackageContext(this.#context, parts))
    throw new FormatError('the package has no row for this unit in its index', {
      section: this.sections.nameOf(section),
      offset,
    })
  }

  /** The unit that holds an offset of .debug_info (or .debug_types), or undefined where none does. */
  unitAt(offset: number, section: UnitSection = '.debug_info'): Unit | undefined {
    return this.#unitsOf.get(section)!.holding(offset)
  }

  /**
   * The entry at an offset of .debug_info (or .debug_types). That an entry starts there is the caller's knowledge.
   * @throws FormatError when no entry can be there
   */
  entry(offset: number, section: UnitSection = '.debug_info'): Entry {
    const unit = this.unitAt(offset, section)
    if (unit === undefined) throw new FormatError('no unit holds this offset', { section, offset })
    return unit.entry(offset)
  }

  #abbreviationsAt(offset: number, encoding: Encoding): AbbreviationTable {
    // Of Go's programs and of those linked as one, all units have the same.
    const last = this.#lastAbbreviations
    if (
      last !== undefined &&
      last.offset === offset &&
      last.encoding.version === encoding.version &&
      last.encoding.addressSize === encoding.addressSize &&
      last.encoding.offsetSize === encoding.offsetSize
    ) {
      return last.table
    }
    // The sizes that a table holds depend on the encoding: for ref_addr, on whether the version is 2.
    const key = `${offset}/${encoding.offsetSize}/${encoding.addressSize}/${encoding.version <= 2}`
    let table = this.#abbreviations.get(key)
    if (table === undefined) {
      table = this.#parseAbbreviations(offset, encoding)
      this.#abbreviations.set(key, table)
    }
    if (table instanceof FormatError) throw table
    this.#lastAbbreviations = { offset, encoding, table }
    return table
  }

  #parseAbbreviations(offset: number, encoding: Encoding): AbbreviationTable | FormatError {
    const cursor = this.sections.cursor('.debug_abbrev')
    try {
      cursor.seek(offset)
      if (this.#abbreviationBytes > cursor.end * ABBREVIATION_PASSES + ABBREVIATION_SLACK) {
        cursor.fail('the units have overlapping abbreviation tables, too many to read them all')
      }
      return AbbreviationTable.parse(cursor, encoding)
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      return error
    } finally {
      this.#abbreviationBytes += Math.max(0, cursor.offset - offset)
    }
  }

  #entryOfSignature(signature: bigint): Entry | undefined {
    if (this.#typeUnits === undefined) {
      const typeUnits = new Map<bigint, Unit>()
      for (const unit of this.units()) {
        if (unit.typeSignature !== undefined) typeUnits.set(unit.typeSignature, unit)
      }
      this.#typeUnits = typeUnits
    }
    const unit = this.#typeUnits.get(signature)
    return unit?.typeOffset === undefined ? undefined : unit.entry(unit.typeOffset)
  }

  /**
   * The index of a package's compilation units (`.debug_cu_index`) or type units (`.debug_tu_index`); undefined where the
   * package has none.
   * @throws FormatError when it is malformed
   */
  packageIndex(section: '.debug_cu_index' | '.debug_tu_index'): PackageIndex | undefined {
    if (!this.#indexes.has(section)) {
      const bytes = this.sections.find(section)
      this.#indexes.set(section, bytes && new PackageIndex(this.sections.cursor(section)))
    }
    return this.#indexes.get(section)
  }

  /** Of a package: the compilation unit of that id, by the index. */
  unitOfId(id: bigint): Unit | undefined {
    const index = this.packageIndex('.debug_cu_index')
    const row = index?.find(id)
    if (index === undefined || row === undefined) return undefined
    const part = index.contributions(row).get('.debug_info')
    return part === undefined ? undefined : this.unitAt(part.offset, '.debug_info')
  }

  /** Parts of the sections by the section and offset of the unit's header. */
  #contributions(): ReadonlyMap<string, ReadonlyMap<string, Contribution>> {
    if (this.#parts === undefined) {
      const parts = new Map<string, ReadonlyMap<string, Contribution>>()
      for (const section of ['.debug_cu_index', '.debug_tu_index'] as const) {
        const index = this.packageIndex(section)
        if (index === undefined) continue
        for (const { row } of index.units()) {
          const ofUnit = index.contributions(row)
          // The type units of version 2 are in a section of their own.
          const holder = ofUnit.has('.debug_types') ? '.debug_types' : '.debug_info'
          parts.set(`${holder}:${ofUnit.get(holder)?.offset}`, ofUnit)
        }
      }
      this.#parts = parts
    }
    return this.#parts
  }
}
