/** The debugging information of one file: the door to units, types and variables. */
import { type Cursor, FormatError } from '@gospy/bytes'
import { AbbreviationTable } from './abbreviation.js'
import { DW_AT } from './constants/attribute-name.js'
import { DW_TAG } from './constants/tag.js'
import type { Entry } from './entry.js'
import type { Encoding } from './form-size.js'
import { LooseLookup } from './loose-lookup.js'
import { NameLookup, type Rank } from './name-lookup.js'
import { NameNotFoundError } from './name-not-found.js'
import { type SectionLoader, Sections } from './sections.js'
import { StructType } from './types/struct-type.js'
import type { Type } from './types/type.js'
import { TypeTable } from './types/type-table.js'
import { Unit, type UnitContext } from './unit.js'
import { parseUnitExtent, parseUnitHeader, type UnitExtent, type UnitSection } from './unit-header.js'
import type { IndexedKind } from './unit-index.js'
import { Constant, Variable } from './variable.js'

/** What the bytes of the sections do not say themselves. */
export interface DwarfOptions {
  /** Byte order of the file; little-endian unless said otherwise. */
  littleEndian?: boolean
}

const UNIT_SECTIONS: readonly UnitSection[] = ['.debug_info', '.debug_types']

/** `struct foo`, `union foo`, … as C says it: the keyword picks the tag. */
const KEYWORDS: ReadonlyMap<string, readonly number[]> = new Map([
  ['struct', [DW_TAG.structure_type, DW_TAG.class_type]],
  ['class', [DW_TAG.class_type, DW_TAG.structure_type]],
  ['union', [DW_TAG.union_type]],
  ['enum', [DW_TAG.enumeration_type]],
])

/**
 * How many bytes of abbreviations are parsed at most, as a multiple of the section and in addition to that: each table is
 * parsed once for each encoding of its units, of which a program has one or two. Tables that overlap (every unit starting
 * one declaration later) would take the square of the section.
 */
const ABBREVIATION_PASSES = 4
const ABBREVIATION_SLACK = 0x1_0000

/**
 * The debugging information (DWARF 2 to 5) of one program or library: its units, and types, variables and constants by name.
 * Nothing is read before it is asked for, and what was read is kept.
 */
export class Dwarf {
  readonly #sections: Sections
  readonly #context: UnitContext
  readonly #types: TypeTable
  /** Tables by place and encoding, and what was wrong with those that are malformed. */
  readonly #abbreviations = new Map<string, AbbreviationTable | FormatError>()
  /** Bytes of .debug_abbrev parsed so far. */
  #abbreviationBytes = 0
  readonly #unitsOf = new Map<UnitSection, readonly Unit[]>()
  #units: readonly Unit[] | undefined
  /** The first unit header that could not be read. */
  #fault: FormatError | undefined
  #typeUnits: Map<bigint, Unit> | undefined
  #lookup: NameLookup | undefined
  #looseLookup: LooseLookup | undefined

  private constructor(load: SectionLoader, options: DwarfOptions) {
    this.#sections = new Sections(load, options.littleEndian ?? true)
    this.#context = {
      sections: this.#sections,
      abbreviations: (offset, encoding) => this.#abbreviationsAt(offset, encoding),
      entryAt: (offset, section) => this.entry(offset, section),
      entryOfSignature: (signature) => this.#entryOfSignature(signature),
    }
    this.#types = new TypeTable((name) => {
      const type = this.findType(name)
      return type instanceof StructType && !type.isDeclaration ? type : undefined
    })
  }

  /**
   * Takes a function that gives sections by name (`.debug_info`), decompressed, and undefined for those that the file does
   * not have. Each is asked for when it is first needed, and once.
   */
  static from(load: SectionLoader, options: DwarfOptions = {}): Dwarf {
    return new Dwarf(load, options)
  }

  /**
   * All units of .debug_info, then of .debug_types; empty where there is neither. Reads the headers only. Units that cannot
   * be read are left out (of a later version, say), and so is what follows one whose length is wrong: `fault` tells.
   * @throws FormatError when no unit can be read
   */
  units(): readonly Unit[] {
    this.#units ??= UNIT_SECTIONS.flatMap((section) => this.#sectionUnits(section))
    if (this.#units.length === 0 && this.#fault !== undefined) throw this.#fault
    return this.#units
  }

  /** What is wrong with the first unit header that `units()` could not read; undefined where it read all. */
  get fault(): FormatError | undefined {
    for (const section of UNIT_SECTIONS) this.#sectionUnits(section)
    return this.#fault
  }

  #sectionUnits(section: UnitSection): readonly Unit[] {
    let units = this.#unitsOf.get(section)
    if (units === undefined) {
      units = this.#readUnits(section)
      this.#unitsOf.set(section, units)
    }
    return units
  }

  #readUnits(section: UnitSection): Unit[] {
    const units: Unit[] = []
    if (this.#sections.find(section) === undefined) return units
    const cursor = this.#sections.cursor(section)
    // Zeros behind the last unit are padding.
    let end = cursor.end
    while (end > 0 && cursor.bytes[end - 1] === 0) end--
    while (cursor.offset < end) {
      // One unit that cannot be read takes away no other, as long as its length tells where the next one starts.
      const extent = this.#tried(() => parseUnitExtent(cursor))
      if (extent === undefined) break
      // Of runs of zeros between units one fault says enough: an error costs far more than the four bytes.
      if (extent.length > 0 || this.#fault === undefined) {
        const unit = this.#tried(() => this.#readUnit(cursor, section, extent))
        if (unit !== undefined) units.push(unit)
      }
      cursor.seek(extent.end)
    }
    return units
  }

  #readUnit(cursor: Cursor, section: UnitSection, extent: UnitExtent): Unit {
    return new Unit(parseUnitHeader(cursor, section, extent), this.#context)
  }

  /** The result, or undefined where that is a FormatError, which is kept if it is the first. */
  #tried<Result>(run: () => Result): Result | undefined {
    try {
      return run()
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      this.#fault ??= error
      return undefined
    }
  }

  /** The unit that holds an offset of .debug_info (or .debug_types), or undefined where none does. */
  unitAt(offset: number, section: UnitSection = '.debug_info'): Unit | undefined {
    const units = this.#sectionUnits(section)
    let low = 0
    let high = units.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (units[middle]!.end <= offset) low = middle + 1
      else high = middle
    }
    const unit = units[low]
    return unit !== undefined && offset >= unit.offset ? unit : undefined
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

  /**
   * The type that an entry describes.
   * @throws FormatError when it is no type
   */
  typeOf(entry: Entry): Type {
    return this.#types.typeOf(entry)
  }

  /**
   * The type of that name, or undefined where there is none. A definition is preferred to a declaration, and what a typedef
   * names to the typedef where both have the same name.
   * - Go: `runtime.g`, `*runtime.g`, `map[string]int`, `internal/runtime/atomic.Pointer[runtime.g]`
   * - C: `struct foo`, `union foo`, `enum foo`; `foo` for a typedef, and for what needs a keyword in C where there is none
   * - C++, Rust: `ns::Foo`, `outer::Box<long, 3>`, `alloc::vec::Vec<u8>`: as the compiler spells it, or in another spelling that
   *   means the same: other spaces, `long` for `long int`, without inline namespaces, without arguments at the end that are
   *   defaults, by a using declaration
   * Of several different types of one name (in C, of different files) it gives the first.
   * @throws FormatError when it is not found, and a unit that may have it is malformed
   */
  findType(name: string): Type | undefined {
    const space = name.indexOf(' ')
    // Go's unnamed structs are named by what they hold: `struct { F uintptr }`.
    const tags = space < 0 || name[space + 1] === '{' ? undefined : KEYWORDS.get(name.slice(0, space))
    // What an unnamed namespace holds is known by the names around it.
    const plain = (tags === undefined ? name : name.slice(space + 1)).replaceAll('(anonymous namespace)::', '')
    const rank: Rank = (found) => {
      if (tags !== undefined && !tags.includes(found.tag)) return undefined
      if (isDeclaration(found)) return 3
      if (found.tag !== DW_TAG.typedef) return 1
      return isNameOfItself(found) ? 2 : 0
    }
    const entry = this.#find(plain, 'type', rank) ?? this.#findLoosely(plain, rank)
    return entry === undefined ? undefined : this.#types.typeOf(entry)
  }

  /**
   * As `findType`, for a type that has to be there.
   * @throws NameNotFoundError when it is not
   */
  type(name: string): Type {
    return this.findType(name) ?? this.#notFound('type', name)
  }

  /** Several types at once, by name; those that are not there are missing from the map. */
  findTypes(names: Iterable<string>): Map<string, Type> {
    const types = new Map<string, Type>()
    for (const name of names) {
      const type = this.findType(name)
      if (type !== undefined) types.set(name, type)
    }
    return types
  }

  /**
   * The struct, class or union of that name, also through a typedef.
   * @throws NameNotFoundError when there is none
   */
  struct(name: string): StructType {
    const type = this.type(name)
    const struct = type.resolve()
    if (struct instanceof StructType) return struct.definition ?? struct
    throw new NameNotFoundError('type', name, `it is no struct but ${type.kind}`)
  }

  /**
   * The variable of a package (Go: `runtime.allgs`), file (C) or namespace of that name, or undefined where there is none. A
   * definition is preferred to a declaration. Variables inside of functions are not looked at.
   * @throws FormatError when it is not found, and a unit that may have it is malformed
   */
  findVariable(name: string): Variable | undefined {
    const entry = this.#find(name, 'variable', (found) => {
      if (isDeclaration(found)) return 3
      return found.attribute(DW_AT.location) === undefined ? 2 : 0
    })
    return entry === undefined ? undefined : new Variable(name, entry, this.#types)
  }

  /**
   * As `findVariable`, for a variable that has to be there.
   * @throws NameNotFoundError when it is not
   */
  variable(name: string): Variable {
    return this.findVariable(name) ?? this.#notFound('variable', name)
  }

  /** Several variables at once, by name; those that are not there are missing from the map. */
  findVariables(names: Iterable<string>): Map<string, Variable> {
    const variables = new Map<string, Variable>()
    for (const name of names) {
      const variable = this.findVariable(name)
      if (variable !== undefined) variables.set(name, variable)
    }
    return variables
  }

  /**
   * The constant of that name (Go: `runtime._Gwaiting`), or undefined where there is none.
   * @throws FormatError when it is not found, and a unit that may have it is malformed
   */
  findConstant(name: string): Constant | undefined {
    const entry = this.#find(name, 'constant', () => 0)
    return entry === undefined ? undefined : new Constant(name, entry, this.#types)
  }

  #find(name: string, kind: IndexedKind, rank: Rank): Entry | undefined {
    this.#lookup ??= new NameLookup(this.#sections, this.units())
    const entry = this.#lookup.find(name, kind, rank)
    if (entry === undefined && this.#fault !== undefined) throw this.#fault
    return entry
  }

  /** C++ and Rust only: names of C and Go have one spelling. */
  #findLoosely(name: string, rank: Rank): Entry | undefined {
    if (!name.includes('<') && !name.includes('::')) return undefined
    this.#looseLookup ??= new LooseLookup(this.units())
    let best: Entry | undefined
    let bestRank = Number.POSITIVE_INFINITY
    for (const entry of this.#looseLookup.find(name)) {
      const rankOfEntry = rank(entry) ?? Number.POSITIVE_INFINITY
      if (rankOfEntry >= bestRank) continue
      best = entry
      bestRank = rankOfEntry
    }
    return best
  }

  #notFound(kind: 'type' | 'variable', name: string): never {
    const units = this.units()
    if (units.length === 0) {
      throw new NameNotFoundError(kind, name, 'there is no debugging information (.debug_info is missing or empty)')
    }
    const others: string[] = []
    if (kind !== 'type' && this.findType(name) !== undefined) others.push('a type')
    if (kind !== 'variable' && this.findVariable(name) !== undefined) others.push('a variable')
    if (this.findConstant(name) !== undefined) others.push('a constant')
    const versions = [...new Set(units.map((unit) => unit.version))].sort().join(', ')
    const searched = `looked for at the top level of all ${units.length} units (DWARF ${versions})`
    const instead = others.length === 0 ? '' : `; the name is that of ${others.join(' and ')}`
    throw new NameNotFoundError(kind, name, searched + instead)
  }

  #abbreviationsAt(offset: number, encoding: Encoding): AbbreviationTable {
    // The sizes that a table holds depend on the encoding: for ref_addr, on whether the version is 2.
    const key = `${offset}/${encoding.offsetSize}/${encoding.addressSize}/${encoding.version <= 2}`
    let table = this.#abbreviations.get(key)
    if (table === undefined) {
      table = this.#parseAbbreviations(offset, encoding)
      this.#abbreviations.set(key, table)
    }
    if (table instanceof FormatError) throw table
    return table
  }

  #parseAbbreviations(offset: number, encoding: Encoding): AbbreviationTable | FormatError {
    const cursor = this.#sections.cursor('.debug_abbrev')
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
}

function isDeclaration(entry: Entry): boolean {
  return entry.flag(DW_AT.declaration)
}

/** Go, and C in `typedef struct foo foo`: the struct says all that the typedef does. */
function isNameOfItself(typedef: Entry): boolean {
  const target = typedef.reference(DW_AT.type)
  return target !== undefined && target.tag !== DW_TAG.typedef && target.name === typedef.name
}
