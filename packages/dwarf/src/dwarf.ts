/** The debugging information of one file: the door to units, types and variables. */
import type { FormatError } from '@gospy/bytes'
import { DW_AT } from './constants/attribute-name.js'
import { DW_TAG } from './constants/tag.js'
import { DW_LANG } from './constants/values.js'
import type { Entry } from './entry.js'
import { CodeLookup } from './function/code-lookup.js'
import type { FunctionScope } from './function/function-scope.js'
import type { SourceFrame } from './function/source-frame.js'
import type { SourceLocation, Subprogram } from './function/subprogram.js'
import type { LineTable } from './line/line-table.js'
import { LooseLookup } from './loose-lookup.js'
import type { NameIndexes } from './name-index/name-indexes.js'
import { type BestRank, GOOD_ENOUGH, type Rank } from './name-lookup.js'
import { NameNotFoundError } from './name-not-found.js'
import type { ArangeSet } from './range/aranges.js'
import { type SectionLoader, Sections } from './sections.js'
import { AddressTable } from './split/address-table.js'
import { ImportedLanguages } from './split/imported-languages.js'
import type { PackageIndex } from './split/package-index.js'
import { type SplitFileLoader, SplitFiles, splitReference } from './split/split-files.js'
import { StringOffsetsTable } from './split/string-offsets-table.js'
import { parseDebugAltLink, parseDebugSup, type SupplementaryLink } from './split/supplementary-link.js'
import { StructType } from './types/struct-type.js'
import type { Type } from './types/type.js'
import { TypeTable } from './types/type-table.js'
import type { Unit } from './unit.js'
import type { UnitSection } from './unit-header.js'
import type { IndexedKind } from './unit-index.js'
import { UnitTable } from './unit-table.js'
import { variablesOf } from './unit-variables.js'
import { Constant, Variable } from './variable.js'

/** What the bytes of the sections do not say themselves. */
export interface DwarfOptions {
  /** Byte order of the file; little-endian unless said otherwise. */
  littleEndian?: boolean
  /** Gives the .dwo files of a program built with -gsplit-dwarf, by name: see `Unit.split`. */
  splitFile?: SplitFileLoader
  /**
   * Gives the sections of the program's package of split units (.dwp), by their names there (`.debug_info.dwo`). Units that
   * are not in it are looked for by `splitFile`.
   */
  splitPackage?: SectionLoader
  /** Gives the sections of the supplementary file that dwz made (`supplementaryLink` tells its name), by their usual names. */
  supplementary?: SectionLoader
}

/** `struct foo`, `union foo`, … as C says it: the keyword picks the tag. */
const KEYWORDS: ReadonlyMap<string, readonly number[]> = new Map([
  ['struct', [DW_TAG.structure_type, DW_TAG.class_type]],
  ['class', [DW_TAG.class_type, DW_TAG.structure_type]],
  ['union', [DW_TAG.union_type]],
  ['enum', [DW_TAG.enumeration_type]],
])

const ZERO = () => 0

/**
 * The debugging information (DWARF 2 to 5) of one program or library: its units, and types, variables and constants by name.
 * Nothing is read before it is asked for, and what was read is kept.
 */
export class Dwarf {
  readonly #table: UnitTable
  readonly #splitFiles: SplitFiles
  readonly #supplementary: UnitTable | undefined
  readonly #types: TypeTable
  #codeLookup: CodeLookup | undefined
  #looseLookup: LooseLookup | undefined

  private constructor(load: SectionLoader, options: DwarfOptions) {
    const { littleEndian = true, supplementary } = options
    const languages = new ImportedLanguages(() => this.units())
    const alone = {
      isSplit: false,
      splitOf: () => undefined,
      skeletonOf: () => undefined,
      importedLanguage: (unit: Unit) => languages.of(unit),
    }
    if (supplementary !== undefined)
      this.#supplementary = new UnitTable(new Sections(supplementary, littleEndian), alone)
    this.#table = new UnitTable(new Sections(load, littleEndian), {
      ...alone,
      supplementary: this.#supplementary,
      splitOf: (unit) => this.#splitFiles.splitOf(unit),
    })
    this.#splitFiles = new SplitFiles(this.#table, options.splitFile, options.splitPackage)
    this.#types = new TypeTable((name) => {
      const type = this.findType(name)
      return type instanceof StructType && !type.isDeclaration ? type : undefined
    })
  }

  /**
   * Takes a function that gives sections by name (`.debug_info`), decompressed, as bytes or as a source of them, and undefined for
   * those that the file does not have. Each is asked for when it is first needed, and once; of a source only those parts are read
   * that are needed.
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
    return this.#table.units()
  }

  /**
   * All units of the .dwo files and the package that the options give, type units included; file by file, as they are asked for.
   * `Unit.skeleton` leads back to the unit in the program. Skeletons without a file are left out.
   * @throws FormatError when a file is of another build than the program, or no unit of it can be read
   */
  *splitUnits(): Generator<Unit, void, undefined> {
    for (const table of this.#splitFiles.tables(this.units())) yield* table.units()
  }

  /** What is wrong with the first unit header that `units()` could not read; undefined where it read all. */
  get fault(): FormatError | undefined {
    return this.#table.fault
  }

  /** The unit that holds an offset of .debug_info (or .debug_types), or undefined where none does. */
  unitAt(offset: number, section: UnitSection = '.debug_info'): Unit | undefined {
    return this.#table.unitAt(offset, section)
  }

  /**
   * The entry at an offset of .debug_info (or .debug_types). That an entry starts there is the caller's knowledge.
   * @throws FormatError when no entry can be there
   */
  entry(offset: number, section: UnitSection = '.debug_info'): Entry {
    return this.#table.entry(offset, section)
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
    // With a keyword it is no typedef. In Go no two types have one name: a typedef beside another type is that type's.
    const best: BestRank = (unit) => (tags !== undefined || unit.language === DW_LANG.Go ? 1 : 0)
    const entry = this.#find(plain, 'type', rank, best) ?? this.#findLoosely(plain, rank)
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
    const entry = this.#find(
      name,
      'variable',
      (found) => {
        if (isDeclaration(found)) return 3
        return found.attribute(DW_AT.location) === undefined ? 2 : 0
      },
      ZERO,
    )
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
   * Every variable at the top level of the program's units and in their namespaces, unit by unit in the order of the file. Those of
   * functions and types are not among them; declarations are.
   * @param isWanted which units; the others are not read
   * @throws FormatError when a unit is malformed
   */
  *variables(isWanted: (unit: Unit) => boolean = () => true): Generator<Variable, void, undefined> {
    for (const unit of this.units()) if (isWanted(unit)) yield* variablesOf(unit, this.#types)
  }

  /**
   * The constant of that name (Go: `runtime._Gwaiting`), or undefined where there is none.
   * @throws FormatError when it is not found, and a unit that may have it is malformed
   */
  findConstant(name: string): Constant | undefined {
    const entry = this.#find(name, 'constant', ZERO, ZERO)
    return entry === undefined ? undefined : new Constant(name, entry, this.#types)
  }

  get #code(): CodeLookup {
    this.#codeLookup ??= new CodeLookup(this.#table.sections, this.#table, this.#supplementary?.sections)
    return this.#codeLookup
  }

  /**
   * The line table of a unit: its source files, and which line each instruction comes from (.debug_line). Undefined where the
   * unit has none. Reads the header only.
   * @throws FormatError when the header is malformed
   */
  lineTable(unit: Unit): LineTable | undefined {
    return this.#code.lineTable(unit)
  }

  /**
   * Every line table of .debug_line, also those that no unit refers to.
   * @throws FormatError behind the last one that can be read, when there are others
   */
  lineTables(): Generator<LineTable, void, undefined> {
    return this.#code.lineTables()
  }

  /**
   * The unit that has the code at an address: by .debug_aranges, where the unit's own ranges agree, else by those of all units.
   * @param pc as linked, here and below: a number, or a bigint for any of 64 bits; of a return address subtract 1
   * @throws FormatError when none is found, and one that may have it is malformed; so also below
   */
  unitAtAddress(pc: number | bigint): Unit | undefined {
    return this.#code.unitAtAddress(pc)
  }

  /** The function whose code holds the address; not one that was inlined into it. Undefined where none is described. */
  functionAt(pc: number | bigint): Subprogram | undefined {
    return this.#code.functionAt(pc)
  }

  /**
   * All source functions that the instruction belongs to, innermost first: inlined calls, then the function that holds it.
   * Empty where neither a function nor a line is known. Only the unit that holds the address is decoded.
   */
  frames(pc: number | bigint): SourceFrame[] {
    return this.#code.frames(pc)
  }

  /**
   * As `frames`, the functions alone, each with the variables that it can see at the instruction: see `FunctionScope.variables`.
   * Empty where no function is described.
   */
  scopes(pc: number | bigint): FunctionScope[] {
    return this.#code.scopes(pc, this.#types)
  }

  /** Innermost file, line and column of the instruction; undefined where no line table holds it. */
  fileLine(pc: number | bigint): SourceLocation | undefined {
    return this.#code.fileLine(pc)
  }

  /**
   * Addresses of the statements on a line, ascending: where a breakpoint there goes.
   * @param path of the file, or the end of it from some directory on: `main.c`, `src/main.c`
   */
  addressesOf(path: string, line: number): bigint[] {
    return this.#code.addressesOf(path, line)
  }

  /** Every function that has code, unit by unit in the order of the file; all units are decoded on the way. */
  functions(): Generator<Subprogram, void, undefined> {
    return this.#code.functions()
  }

  /** Functions with code of exactly this name, or linkage name; several where files or classes have each their own. */
  findFunctions(name: string): Generator<Subprogram, void, undefined> {
    return this.#code.functionsNamed(name)
  }

  /** The first of `findFunctions`, or undefined where there is none. */
  findFunction(name: string): Subprogram | undefined {
    return this.findFunctions(name).next().value ?? undefined
  }

  /** What .debug_aranges says: the addresses of each unit that it knows. Sets that cannot be read are left out. */
  aranges(): readonly ArangeSet[] {
    return this.#code.aranges()
  }

  #find(name: string, kind: IndexedKind, rank: Rank, best: BestRank): Entry | undefined {
    const found = new Candidate(rank)
    // The program itself, then what it is split into, then what it has in common with others.
    if (found.isGood(this.#table.lookup.find(name, kind, rank, best))) return found.entry
    for (const table of this.#splitFiles.isGiven ? this.#splitFiles.tables(this.#likelyFirst(name)) : []) {
      if (found.isGood(table.lookup.find(name, kind, rank, best))) return found.entry
    }
    if (found.isGood(this.#supplementary?.lookup.find(name, kind, rank, best))) return found.entry
    if (kind === 'variable' && found.entry !== undefined) {
      return this.#table.lookup.completionOf(found.entry) ?? found.entry
    }
    const { fault } = this
    if (found.entry === undefined && fault !== undefined) throw fault
    return found.entry
  }

  /** The units of the program, those first that a name index says have the name. */
  #likelyFirst(name: string): readonly Unit[] {
    const units = this.units()
    const indexed = this.nameIndexes.unitsOf(name)
    const isLikely = (unit: Unit) => unit.section === '.debug_info' && indexed.has(unit.offset)
    return indexed.size === 0 ? units : [...units.filter(isLikely), ...units.filter((unit) => !isLikely(unit))]
  }

  /** The name indexes that the program has. */
  get nameIndexes(): NameIndexes {
    return this.#table.lookup.nameIndexes
  }

  /**
   * The tables of .debug_addr that units of DWARF 5 index into, in the order of the file.
   * @throws FormatError for a malformed header, as of GNU's tables for DWARF 4, which have none
   */
  addressTables(): readonly AddressTable[] {
    return AddressTable.all(this.#table.sections)
  }

  /**
   * The tables of .debug_str_offsets that units of DWARF 5 index into, in the order of the file.
   * @throws FormatError as `addressTables`
   */
  stringOffsetsTables(): readonly StringOffsetsTable[] {
    return StringOffsetsTable.all(this.#table.sections)
  }

  /**
   * The index of the package that the options gave (.dwp), for compilation units by their dwo id or for type units by their
   * signature; undefined where there is none.
   * @throws FormatError when it is malformed
   */
  packageIndex(kind: 'compilation units' | 'type units'): PackageIndex | undefined {
    return this.#splitFiles.packageIndex(kind === 'type units' ? '.debug_tu_index' : '.debug_cu_index')
  }

  /**
   * The supplementary file that the program refers to (dwz), or undefined where it refers to none: what to give as the option
   * `supplementary`.
   * @throws FormatError when .gnu_debugaltlink or .debug_sup is malformed
   */
  get supplementaryLink(): SupplementaryLink | undefined {
    const { sections } = this.#table
    const altLink = sections.find('.gnu_debugaltlink')
    if (altLink !== undefined) return parseDebugAltLink(altLink)
    const sup = sections.find('.debug_sup')
    return sup && parseDebugSup(sup, sections.littleEndian)
  }

  /** What belongs to the program and was not searched, as no option gave it. */
  #notGiven(): string {
    const missing: string[] = []
    const split = this.units().filter((unit) => splitReference(unit) !== undefined && unit.split() === undefined)
    if (split.length > 0) missing.push(`${split.length} of the split units`)
    const link = this.supplementaryLink
    if (link !== undefined && this.#supplementary === undefined) missing.push(`the supplementary file '${link.path}'`)
    return missing.length === 0 ? '' : `; not given: ${missing.join(' and ')}`
  }

  /** C++ and Rust only: names of C and Go have one spelling. */
  #findLoosely(name: string, rank: Rank): Entry | undefined {
    if (!name.includes('<') && !name.includes('::')) return undefined
    this.#looseLookup ??= new LooseLookup([...this.units(), ...this.splitUnits()])
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
    throw new NameNotFoundError(kind, name, searched + this.#notGiven() + instead)
  }
}

/** The best entry so far: one of the first file that has one which is good enough, or the best of all. */
class Candidate {
  entry: Entry | undefined
  readonly #rank: Rank
  #best = Number.POSITIVE_INFINITY

  constructor(rank: Rank) {
    this.#rank = rank
  }

  /** Takes what one file has; true when there is no need to look further. */
  isGood(entry: Entry | undefined): boolean {
    const rank = entry === undefined ? undefined : this.#rank(entry)
    if (rank !== undefined && rank < this.#best) {
      this.entry = entry
      this.#best = rank
    }
    return this.#best <= GOOD_ENOUGH
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
