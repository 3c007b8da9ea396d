/** All line tables of a file: found by unit, by offset or one after another; each header is read once. */
import { type Cursor, FormatError } from '@gospy/bytes'
import { DW_AT } from '../constants/attribute-name.js'
import { readInitialLength } from '../initial-length.js'
import type { Sections } from '../sections.js'
import type { Unit } from '../unit.js'
import { parseLineHeader } from './line-header.js'
import { LineTable } from './line-table.js'

/**
 * How many bytes of headers and programs are decoded at most, as a multiple of the section and in addition to that. Tables
 * that overlap (every unit's starting a few bytes later) would take the square of the section.
 */
const PASSES = 8
const SLACK = 0x1_0000

/** A table, or what is wrong with it, and what the unit says that it was first read for. */
interface Tried {
  readonly addressSize: number
  readonly directory: string | undefined
  readonly table: LineTable | FormatError
}
/** Bytes of the length field of 64-bit DWARF. */
const LONGEST_EXTENT = 12

export class LineTables {
  readonly #sections: Sections
  /** By offset, as the first unit sees it that asks: nearly always all do the same. */
  readonly #tables = new Map<number, Tried>()
  /** As others do, which have another directory: type units share the table of the unit that they were taken from. */
  readonly #others = new Map<string, LineTable | FormatError>()
  #budget: number | undefined

  constructor(sections: Sections) {
    this.#sections = sections
  }

  /** The unit's table, or undefined where it has none. @throws FormatError when its header is malformed */
  of(unit: Unit): LineTable | undefined {
    const offset = unit.root().number(DW_AT.stmt_list)
    return offset === undefined ? undefined : this.#at(offset, unit.addressSize, unit.compilationDirectory)
  }

  /**
   * Every table of the section that can be read.
   * @throws FormatError behind the last of them, when one cannot; what follows a wrong length is not found
   */
  *all(units: readonly Unit[]): Generator<LineTable, void, undefined> {
    if (this.#sections.length('.debug_line') === undefined) return
    const owners = ownersOfTables(units)
    let fault: FormatError | undefined
    const cursor = this.#sections.cursor('.debug_line')
    let end = cursor.end
    // Zeros behind the last table are padding.
    while (end > 0 && cursor.bytes[end - 1] === 0) end--
    while (cursor.offset < end) {
      const { offset } = cursor
      try {
        cursor.seek(readInitialLength(cursor).end)
      } catch (error) {
        if (!(error instanceof FormatError)) throw error
        fault ??= error
        break
      }
      const owner = owners.get(offset)
      const table = this.#tried(offset, owner?.addressSize ?? 8, owner?.directory)
      if (table instanceof FormatError) fault ??= table
      else yield table
    }
    if (fault !== undefined) throw fault
  }

  #at(offset: number, addressSize: number, directory: string | undefined): LineTable {
    const table = this.#tried(offset, addressSize, directory)
    if (table instanceof FormatError) throw table
    return table
  }

  #tried(offset: number, addressSize: number, directory: string | undefined): LineTable | FormatError {
    const first = this.#tables.get(offset)
    if (first === undefined) {
      const table = this.#parse(offset, addressSize, directory)
      this.#tables.set(offset, { addressSize, directory, table })
      return table
    }
    if (first.addressSize === addressSize && first.directory === directory) return first.table
    const key = `${offset}/${addressSize}/${directory}`
    let table = this.#others.get(key)
    if (table === undefined) {
      table = this.#parse(offset, addressSize, directory)
      this.#others.set(key, table)
    }
    return table
  }

  #parse(offset: number, addressSize: number, directory: string | undefined): LineTable | FormatError {
    try {
      const header = parseLineHeader(this.#cursorAt(offset))
      this.#charge(header.programOffset - offset)
      return new LineTable(header, {
        sections: this.#sections,
        addressSize,
        compilationDirectory: directory,
        charge: (bytes) => this.#charge(bytes),
      })
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      return error
    }
  }

  /** A cursor over the section of which only the table at the offset has to have been read. */
  #cursorAt(offset: number): Cursor {
    const length = this.#sections.length('.debug_line') ?? 0
    if (!(offset >= 0 && offset < length)) return this.#sections.cursor('.debug_line').seek(offset)
    const { end } = readInitialLength(this.#sections.cursorAhead('.debug_line', offset, LONGEST_EXTENT))
    return this.#sections.cursorAhead('.debug_line', offset, end - offset)
  }

  #charge(bytes: number): void {
    this.#budget ??= this.#sections.length('.debug_line')! * PASSES + SLACK
    this.#budget -= bytes
    if (this.#budget < 0) {
      throw new FormatError('the units have overlapping line tables, too many to read them all', {
        section: '.debug_line',
      })
    }
  }
}

/** By offset of the table: what the first unit that refers to it says. */
function ownersOfTables(units: readonly Unit[]): Map<number, { addressSize: number; directory: string | undefined }> {
  const owners = new Map<number, { addressSize: number; directory: string | undefined }>()
  for (const unit of units) {
    try {
      const offset = unit.root().number(DW_AT.stmt_list)
      if (offset === undefined || owners.has(offset)) continue
      owners.set(offset, { addressSize: unit.addressSize, directory: unit.compilationDirectory })
    } catch (error) {
      // Its table is read all the same; paths stay relative. Whoever looks at the unit itself is told.
      if (!(error instanceof FormatError)) throw error
    }
  }
  return owners
}
