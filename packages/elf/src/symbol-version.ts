/**
 * Symbol versions: which symbol of a name is meant, where a library has several. `.gnu.version` holds a number for each
 * symbol of `.dynsym`, `.gnu.version_d` names those that the file defines, `.gnu.version_r` those that it needs from
 * others (Linux Standard Base, Core Generic, 10.7 "Symbol Versioning").
 */
import { Cursor } from '@gospy/bytes'
import type { RecordTable } from './fields.js'
import type { StringReader } from './strings.js'

/** The version of one symbol. */
export interface SymbolVersion {
  /** `GLIBC_2.34`. */
  readonly name: string
  /** Whether it is the one that a program gets linked against: `name@@VERSION` rather than `name@VERSION`. */
  readonly isDefault: boolean
  /** The library that has to provide it; undefined for versions that this file defines. */
  readonly file: string | undefined
  /** The number in `.gnu.version`, without the bit that says "hidden". */
  readonly index: number
}

/** A version that the file defines (Elf_Verdef). */
export interface VersionDefinition {
  /** vda_name of the first entry. */
  readonly name: string
  /** vd_ndx: the number in `.gnu.version`. */
  readonly index: number
  /** vd_flags: see VER_FLG. */
  readonly flags: number
  /** vd_version: 1. */
  readonly revision: number
  /** Versions that this one goes on from. */
  readonly parents: readonly string[]
  /** vd_hash: SysV hash of the name. */
  readonly hash: number
}

/** A version that the file needs (Elf_Vernaux). */
export interface NeededVersion {
  /** vna_name. */
  readonly name: string
  /** vna_other: the number in `.gnu.version`. */
  readonly index: number
  /** vna_flags: see VER_FLG. */
  readonly flags: number
  /** vna_hash: SysV hash of the name. */
  readonly hash: number
}

/** The versions that the file needs of one library (Elf_Verneed). */
export interface VersionRequirement {
  /** The library, as in DT_NEEDED. */
  readonly file: string
  /** vn_version: 1. */
  readonly revision: number
  /** Those that are needed of it, in order. */
  readonly versions: readonly NeededVersion[]
}

/** vd_flags and vna_flags. */
export const VER_FLG = { BASE: 1, WEAK: 2, INFO: 4 } as const

const HIDDEN = 0x8000
/** VER_NDX_GLOBAL: defined, but of no version. */
const GLOBAL = 1

/** Where the parts come from; nothing is read before it is needed. */
export interface SymbolVersionParts {
  /** `.gnu.version`: two bytes a symbol. */
  readonly numbers: RecordTable
  readonly definitions: () => readonly VersionDefinition[]
  readonly requirements: () => readonly VersionRequirement[]
}

/** The versions of the symbols of `.dynsym`. */
export class SymbolVersions {
  /** How many symbols have a number. */
  readonly length: number
  readonly #parts: SymbolVersionParts
  #defined: ReadonlyMap<number, SymbolVersion> | undefined
  #needed: ReadonlyMap<number, SymbolVersion> | undefined

  constructor(parts: SymbolVersionParts) {
    this.#parts = parts
    this.length = parts.numbers.length
  }

  /**
   * The versions that the file defines, in order; the first mostly has the name of the library itself (VER_FLG.BASE).
   * @throws FormatError when the table cannot be read
   */
  get definitions(): readonly VersionDefinition[] {
    return this.#parts.definitions()
  }

  /**
   * The versions that the file needs, by library, in order.
   * @throws FormatError when the table cannot be read
   */
  get requirements(): readonly VersionRequirement[] {
    return this.#parts.requirements()
  }

  /** The number of a symbol as stored: 0 local, 1 global, others as in the tables; 0x8000 is added if it is hidden. */
  rawOf(symbol: number): number {
    return this.#parts.numbers.u16(symbol, 0)
  }

  /**
   * The version of a symbol; undefined where it has none, or one that the tables do not define.
   * @param symbol its index
   * @param isDefined whether this file defines it: numbers are looked up among the definitions first, else among the needs
   * @throws FormatError when the tables cannot be read
   */
  of(symbol: number, isDefined: boolean): SymbolVersion | undefined {
    if (symbol >= this.length) return undefined
    const raw = this.rawOf(symbol)
    const index = raw & ~HIDDEN
    if (index <= GLOBAL) return undefined
    if (!isDefined) return this.#neededBy(index) ?? this.#definedBy(raw)
    return this.#definedBy(raw) ?? this.#neededBy(index)
  }

  #definedBy(raw: number): SymbolVersion | undefined {
    this.#defined ??= new Map(
      // Of equal numbers the first counts.
      [...this.definitions].reverse().flatMap(({ index, name }): [number, SymbolVersion][] => [
        [index, { name, isDefault: true, file: undefined, index }],
        [index | HIDDEN, { name, isDefault: false, file: undefined, index }],
      ]),
    )
    return this.#defined.get(raw)
  }

  #neededBy(number: number): SymbolVersion | undefined {
    this.#needed ??= new Map(
      this.requirements
        .flatMap(({ file, versions }) =>
          versions.map(({ name, index }) => [index, { name, isDefault: false, file, index }] as const),
        )
        .reverse(),
    )
    return this.#needed.get(number)
  }
}

/** What a table of versions is made of: bytes, how many entries it is said to have, and where its names are. */
export interface VersionTable {
  readonly bytes: Uint8Array
  readonly count: number
  readonly strings: StringReader
  readonly littleEndian: boolean
}

/** Bytes of Elf_Verdef, Elf_Verdaux, Elf_Verneed, Elf_Vernaux: the same in both classes. */
const VERDEF_SIZE = 20
const VERDAUX_SIZE = 8
const VERNEED_SIZE = 16

/**
 * `.gnu.version_d`.
 * @throws FormatError when a chain leads outside the table, its entries overlap, or a name cannot be read
 */
export function readVersionDefinitions(table: VersionTable): VersionDefinition[] {
  const { count, strings } = table
  const result: VersionDefinition[] = []
  const cursor = versionCursor(table, '.gnu.version_d')
  // Entries may stand in any order, but there is no more than room for.
  let room = Math.floor(table.bytes.length / VERDAUX_SIZE)
  for (let at = 0, left = count; left > 0; left--) {
    if (at > table.bytes.length - VERDEF_SIZE) cursor.fail(`entry at 0x${at.toString(16)} is outside the table`, 0)
    cursor.seek(at)
    const [revision, flags, index, nameCount] = [cursor.u16(), cursor.u16(), cursor.u16(), cursor.u16()]
    const [hash, aux, next] = [cursor.u32(), cursor.u32(), cursor.u32()]
    const names: string[] = []
    for (let auxAt = at + aux, rest = nameCount; rest > 0; rest--) {
      if (--room < 0) cursor.fail('entries overlap', at)
      if (auxAt > table.bytes.length - VERDAUX_SIZE) cursor.fail('a name is outside the table', at)
      cursor.seek(auxAt)
      names.push(strings.at(cursor.u32()))
      const step = cursor.u32()
      if (step === 0) break
      auxAt += step
    }
    result.push({ name: names[0] ?? '', index, flags, revision, parents: names.slice(1), hash })
    if (next === 0) break
    if (--room < 0) cursor.fail('entries overlap', at)
    at += next
  }
  return result
}

/**
 * `.gnu.version_r`.
 * @throws FormatError when a chain leads outside the table, its entries overlap, or a name cannot be read
 */
export function readVersionRequirements(table: VersionTable): VersionRequirement[] {
  const { count, strings } = table
  const result: VersionRequirement[] = []
  const cursor = versionCursor(table, '.gnu.version_r')
  let room = Math.floor(table.bytes.length / VERNEED_SIZE)
  for (let at = 0, left = count; left > 0; left--) {
    if (at > table.bytes.length - VERNEED_SIZE) cursor.fail(`entry at 0x${at.toString(16)} is outside the table`, 0)
    cursor.seek(at)
    const [revision, versionCount] = [cursor.u16(), cursor.u16()]
    const [file, aux, next] = [cursor.u32(), cursor.u32(), cursor.u32()]
    const versions: NeededVersion[] = []
    for (let auxAt = at + aux, rest = versionCount; rest > 0; rest--) {
      if (--room < 0) cursor.fail('entries overlap', at)
      if (auxAt > table.bytes.length - VERNEED_SIZE) cursor.fail('a version is outside the table', at)
      cursor.seek(auxAt)
      const [hash, flags, index, name, step] = [cursor.u32(), cursor.u16(), cursor.u16(), cursor.u32(), cursor.u32()]
      versions.push({ name: strings.at(name), index, flags, hash })
      if (step === 0) break
      auxAt += step
    }
    result.push({ file: strings.at(file), revision, versions })
    if (next === 0) break
    if (--room < 0) cursor.fail('entries overlap', at)
    at += next
  }
  return result
}

function versionCursor({ bytes, littleEndian }: VersionTable, section: string): Cursor {
  return new Cursor(bytes, { littleEndian, section })
}
