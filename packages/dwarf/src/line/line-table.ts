/** The line table of a unit: which source line each instruction comes from (DWARF 5, section 6.2). */
import type { FormatError } from '@gospy/bytes'
import { joinAddress, type SplitAddress, splitAddress } from '../address.js'
import type { Sections } from '../sections.js'
import { type FileTables, type LineHeader, readFileTables } from './line-header.js'
import { type LineInstruction, readInstructions } from './line-instruction.js'
import { LineMachine } from './line-machine.js'
import { LineReader } from './line-reader.js'
import { collectRows, type LineRow, type LineRows } from './line-rows.js'
import { LineSequences } from './line-sequences.js'
import { LINE_FLAG } from './row-layout.js'
import { SequenceScan } from './sequence-scan.js'
import { joinPath, SourceFile, type SourceFileEntry } from './source-file.js'

interface Decoded {
  readonly rows: LineRows
  readonly files: readonly SourceFileEntry[]
  readonly fault: FormatError | undefined
}

/** What the bytes of .debug_line do not say themselves. */
export interface LineTableContext {
  readonly sections: Sections
  /** Bytes of an address, for versions that do not say it. */
  readonly addressSize: number
  /** DW_AT_comp_dir of the unit: what relative paths are relative to. */
  readonly compilationDirectory: string | undefined
  /** Called with the bytes that are about to be decoded and kept. @throws FormatError when it has been too many */
  charge(bytes: number): void
}

/**
 * The line number program of a unit: its files, and its rows, which are decoded when one of them is first asked for, then kept.
 * `reader()` walks over them without keeping any.
 */
export class LineTable {
  /** What the program says of itself. */
  readonly header: LineHeader
  readonly #context: LineTableContext
  #fileTables: FileTables | undefined
  #directories: readonly string[] | undefined
  #files: Map<number, SourceFile> | undefined
  #decoded: Decoded | undefined
  #sequences: LineSequences | undefined
  /** Null for a program that it does not know what to do with. */
  #scan: SequenceScan | null | undefined

  /** @internal */
  constructor(header: LineHeader, context: LineTableContext) {
    this.header = header
    this.#context = context
  }

  /** Offset of the table in .debug_line: the value of DW_AT_stmt_list. */
  get offset(): number {
    return this.header.offset
  }

  /** Version of the table, 2 to 5. */
  get version(): number {
    return this.header.version
  }

  get #tables(): FileTables {
    if (this.#fileTables === undefined) {
      const { tablesOffset, programOffset } = this.header
      const cursor = this.#context.sections.cursor('.debug_line', tablesOffset, programOffset)
      this.#fileTables = readFileTables(cursor, this.header)
    }
    return this.#fileTables
  }

  /**
   * Directories by index, as the table has them: from the second on they may be relative to the first, which is that of the
   * compilation (before version 5 it is not in the table; empty where the unit does not say it either).
   * @throws FormatError when the table is malformed, or a name lies outside of its section
   */
  get directories(): readonly string[] {
    if (this.#directories === undefined) {
      const { sections, compilationDirectory } = this.#context
      const names = this.#tables.directories.map((place) =>
        place === undefined ? '' : sections.string(place.section, place.offset),
      )
      if (this.version < 5) names.unshift(compilationDirectory ?? '')
      this.#directories = names
    }
    return this.#directories
  }

  #directoryPath(index: number): string | undefined {
    const name = this.directories[index]
    if (name === undefined) return undefined
    // The first is that of the compilation, which the unit says, too: one of the two is enough for the others.
    const { compilationDirectory } = this.#context
    if (index === 0) return this.version < 5 ? name : joinPath(compilationDirectory, name)
    return joinPath(compilationDirectory ?? this.directories[0], name)
  }

  /**
   * All files, in the order of the table. With DW_LNE_define_file in the program this decodes the program.
   * @throws FormatError when the table of files is malformed
   */
  files(): readonly SourceFile[] {
    const count = this.#tables.files.length + (this.#mayDefineFiles ? this.#decode().files.length : 0)
    return Array.from({ length: count }, (_, position) => this.#fileAt(position)!)
  }

  /**
   * The file that rows, DW_AT_decl_file and DW_AT_call_file mean by this number: counted from 1, in version 5 from 0.
   * Undefined where there is none of that number.
   * @throws FormatError when the table of files is malformed
   */
  file(index: number): SourceFile | undefined {
    return this.#fileAt(this.version >= 5 ? index : index - 1)
  }

  #fileAt(position: number): SourceFile | undefined {
    let file = this.#files?.get(position)
    if (file === undefined) {
      const { files } = this.#tables
      const entry =
        files[position] ??
        (position >= files.length && this.#mayDefineFiles ? this.#decode().files[position - files.length] : undefined)
      if (entry === undefined) return undefined
      file = new SourceFile(this.version >= 5 ? position : position + 1, entry, {
        sections: this.#context.sections,
        directoryPath: (directory) => this.#directoryPath(directory),
      })
      this.#files ??= new Map()
      this.#files.set(position, file)
    }
    return file
  }

  get #mayDefineFiles(): boolean {
    return this.version < 5
  }

  /** Walks over the rows without keeping any: the fastest way to see all of them once. */
  reader(): LineReader {
    return new LineReader(this.#machine())
  }

  /**
   * The instructions of the program one by one, as they stand in the file; `reader()` and `rows` say what they come to.
   * @throws FormatError behind the last before one that does not lie within the program
   */
  instructions(): Generator<LineInstruction, void, undefined> {
    const { programOffset, end } = this.header
    return readInstructions(this.header, this.#context.sections.cursor('.debug_line', programOffset, end))
  }

  #machine(offset = this.header.programOffset, end = this.header.end): LineMachine {
    const { sections, addressSize } = this.#context
    const cursor = sections.cursor('.debug_line', offset, end)
    return new LineMachine(this.header, cursor, this.header.addressSize ?? addressSize)
  }

  /** All rows, as columns. Those that follow something malformed are missing: `fault` tells. */
  get rows(): LineRows {
    return this.#decode().rows
  }

  /** What is wrong with the program; undefined where all of it could be read. */
  get fault(): FormatError | undefined {
    return this.#decode().fault
  }

  #decode(): Decoded {
    if (this.#decoded === undefined) {
      const length = this.header.end - this.header.programOffset
      this.#context.charge(length)
      const machine = this.#machine()
      const rows = collectRows(machine, length)
      this.#decoded = { rows, files: machine.definedFiles, fault: machine.fault }
    }
    return this.#decoded
  }

  /** The sequences that have code, in order of address. */
  get sequences(): LineSequences {
    this.#sequences ??= new LineSequences(this.rows)
    return this.#sequences
  }

  /** All rows as objects: convenient, and slower than `rows` and `reader()`. */
  [Symbol.iterator](): Generator<LineRow, void, undefined> {
    return this.rows[Symbol.iterator]()
  }

  /**
   * The row that the instruction at an address belongs to, or undefined where no sequence of the table holds it.
   * @param pc a number, or a bigint for any of 64 bits; as linked
   * @throws FormatError when it is not found, and the program is malformed
   */
  find(pc: number | bigint): LineRow | undefined {
    const address = splitAddress(pc)
    if (address === undefined) return undefined
    const row = this.#decoded === undefined ? this.#findBySequence(address) : undefined
    if (row !== undefined) return row
    const index = this.sequences.find(address)
    if (index >= 0) return this.rows.row(index)
    if (this.fault !== undefined) throw this.fault
    return undefined
  }

  /** Runs the one sequence that can hold the address; undefined where it does not, or the program is not a simple one. */
  #findBySequence(address: SplitAddress): LineRow | undefined {
    if (this.#scan === undefined) {
      const { programOffset, end } = this.header
      this.#context.charge(end - programOffset)
      this.#scan =
        SequenceScan.of(this.header, this.#context.sections.cursor('.debug_line', programOffset, end)) ?? null
    }
    const place = this.#scan?.find(address)
    if (place === undefined) return undefined
    const machine = this.#machine(place.offset, place.end)
    const rows = collectRows(machine, place.end - place.offset)
    if (machine.fault !== undefined) return undefined
    const index = new LineSequences(rows).find(address)
    return index < 0 ? undefined : rows.row(index)
  }

  /**
   * Addresses of the statements on a line of a file, ascending, each once: where a breakpoint on the line goes.
   * @param file its number in this table
   * @throws FormatError when there are none, and the program is malformed
   */
  addressesOf(file: number, line: number): bigint[] {
    const { rows } = this
    const addresses = new Set<bigint>()
    for (let index = 0; index < rows.length; index++) {
      if (rows.line[index] !== line || rows.file[index] !== file) continue
      const flags = rows.flags[index]!
      if ((flags & (LINE_FLAG.isStatement | LINE_FLAG.endSequence)) !== LINE_FLAG.isStatement) continue
      addresses.add(joinAddress(rows.addressHigh[index]!, rows.addressLow[index]!))
    }
    if (addresses.size === 0 && this.fault !== undefined) throw this.fault
    return [...addresses].sort((a, b) => (a < b ? -1 : 1))
  }
}
