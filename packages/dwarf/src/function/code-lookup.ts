/** Everything that is found by the address of an instruction, or that gives one: units, functions, lines. Kept once made. */
import { FormatError } from '@gospy/bytes'
import { toAddress } from '../address.js'
import { DW_UT } from '../constants/values.js'
import type { Entry } from '../entry.js'
import type { LineTable } from '../line/line-table.js'
import { LineTables } from '../line/line-tables.js'
import { NameSearch } from '../name-search.js'
import type { ArangeSet } from '../range/aranges.js'
import { UnitRanges, type UnitSource } from '../range/unit-ranges.js'
import type { Sections } from '../sections.js'
import type { TypeTable } from '../types/type-table.js'
import type { Unit } from '../unit.js'
import { type FunctionScope, functionScopes } from './function-scope.js'
import { FunctionTable } from './function-table.js'
import { type SourceFrame, sourceFrames } from './source-frame.js'
import { type FunctionContext, type SourceLocation, Subprogram } from './subprogram.js'

export class CodeLookup {
  readonly #sections: Sections
  readonly #units: UnitSource
  readonly #supplementary: Sections | undefined
  readonly #lines: LineTables
  /** Of split units, which have file tables of their own. */
  readonly #splitLines = new Map<Sections, LineTables>()
  readonly #ranges: UnitRanges
  readonly #functions = new Map<Unit, FunctionTable>()
  readonly #context: FunctionContext
  #search: NameSearch | undefined

  /** @param supplementary of the file that names may be in (dwz) */
  constructor(sections: Sections, units: UnitSource, supplementary: Sections | undefined) {
    this.#sections = sections
    this.#supplementary = supplementary
    this.#units = units
    this.#lines = new LineTables(sections)
    this.#ranges = new UnitRanges({
      sections,
      units,
      functionRanges: (unit) => this.#functionTable(unit),
    })
    this.#context = { fileOf: (unit, index) => this.lineTable(unit)?.file(index) }
  }

  lineTable(unit: Unit): LineTable | undefined {
    return this.#linesOf(unit).of(unit) ?? (unit.skeleton && this.#lines.of(unit.skeleton))
  }

  #linesOf({ isSplit, context }: Unit): LineTables {
    if (!isSplit) return this.#lines
    let lines = this.#splitLines.get(context.sections)
    if (lines === undefined) {
      lines = new LineTables(context.sections)
      this.#splitLines.set(context.sections, lines)
    }
    return lines
  }

  lineTables(): Generator<LineTable, void, undefined> {
    return this.#lines.all(this.#units.units())
  }

  aranges(): readonly ArangeSet[] {
    return this.#ranges.sets()
  }

  unitAtAddress(pc: number | bigint): Unit | undefined {
    const address = toAddress(pc)
    return address === undefined ? undefined : this.#ranges.find(address)
  }

  functionAt(pc: number | bigint): Subprogram | undefined {
    const unit = this.unitAtAddress(pc)
    const entry = unit && this.#functionTable(unit).find(BigInt(pc))
    return entry && new Subprogram(entry, this.#context)
  }

  frames(pc: number | bigint): SourceFrame[] {
    const unit = this.unitAtAddress(pc)
    if (unit === undefined) return []
    return sourceFrames(BigInt(pc), this.#functionTable(unit), this.#lines.of(unit), this.#context)
  }

  scopes(pc: number | bigint, types: TypeTable): FunctionScope[] {
    const unit = this.unitAtAddress(pc)
    return unit === undefined ? [] : functionScopes(BigInt(pc), this.#functionTable(unit), types, this.#context)
  }

  fileLine(pc: number | bigint): SourceLocation | undefined {
    const unit = this.unitAtAddress(pc)
    const lines = unit && this.#lines.of(unit)
    const row = lines?.find(pc)
    if (lines === undefined || row === undefined) return undefined
    return { file: lines.file(row.file)?.path, line: row.line || undefined, column: row.column || undefined }
  }

  *functions(): Generator<Subprogram, void, undefined> {
    for (const unit of this.#unitsWithCode()) {
      const table = this.#functionTable(unit)
      for (const entry of table.entries()) yield new Subprogram(entry, this.#context)
      if (table.fault !== undefined) throw table.fault
    }
  }

  /** The units whose bytes hold the name come first; an instance of an inlined function may be in any other. */
  *functionsNamed(name: string): Generator<Subprogram, void, undefined> {
    this.#search ??= new NameSearch(this.#sections, this.#units, this.#supplementary)
    const visited = new Set<Unit>()
    let found = false
    let fault: FormatError | undefined
    for (const units of [() => this.#search!.candidates(name), () => this.#unitsWithCode()]) {
      for (const unit of units()) {
        if (visited.has(unit)) continue
        visited.add(unit)
        const table = this.#functionTable(unit)
        fault ??= table.fault
        const entries = this.#named(table, name)
        if (entries instanceof FormatError) fault ??= entries
        else {
          for (const entry of entries) {
            found = true
            yield new Subprogram(entry, this.#context)
          }
        }
      }
      if (found) return
    }
    if (fault !== undefined) throw fault
  }

  #named(table: FunctionTable, name: string): Entry[] | FormatError {
    try {
      return table.named(name)
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      return error
    }
  }

  addressesOf(path: string, line: number): bigint[] {
    const addresses = new Set<bigint>()
    const visited = new Set<LineTable>()
    let fault: FormatError | undefined
    for (const unit of this.#unitsWithCode()) {
      try {
        const table = this.#lines.of(unit)
        if (table === undefined || visited.has(table)) continue
        visited.add(table)
        for (const file of table.files()) {
          if (!isFile(file.path, path)) continue
          for (const address of table.addressesOf(file.index, line)) addresses.add(address)
        }
      } catch (error) {
        if (!(error instanceof FormatError)) throw error
        fault ??= error
      }
    }
    if (addresses.size === 0 && fault !== undefined) throw fault
    return [...addresses].sort((a, b) => (a < b ? -1 : 1))
  }

  *#unitsWithCode(): Generator<Unit, void, undefined> {
    for (const unit of this.#units.units()) {
      if (unit.unitType !== DW_UT.type && unit.unitType !== DW_UT.split_type) yield unit
    }
  }

  /** Of a skeleton, the functions are in the unit that it stands for. */
  #functionTable(unit: Unit): FunctionTable {
    let table = this.#functions.get(unit)
    if (table === undefined) {
      table = new FunctionTable(unit.split() ?? unit)
      this.#functions.set(unit, table)
    }
    return table
  }
}

/** Whether `wanted` is the path, or the end of it from some directory on. */
function isFile(path: string, wanted: string): boolean {
  if (!path.endsWith(wanted)) return false
  const before = path[path.length - wanted.length - 1]
  return before === undefined || before === '/' || before === '\\' || /^[/\\]/.test(wanted)
}
