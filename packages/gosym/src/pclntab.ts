/**
 * The pclntab: the table in every Go binary, stripped or not, that maps an instruction to its function, file and line
 * and tells how to unwind its stack frame. Bytes in, answers out; nothing is built in between: lookups are a binary
 * search over the bytes.
 */
import { type ByteSource, FormatError, PagedBytes } from '@gospy/bytes'
import { GoFunction } from './go-function.js'
import { type GoVersion, parseGoVersion } from './go-version.js'
import type { SourceFrame } from './inline-tree.js'
import { PCLNTAB } from './pc-value.js'
import { PclntabData, type ReadAddress } from './pclntab-data.js'
import { readHeader } from './pclntab-header.js'
import type { PclntabVersion } from './pclntab-versions.js'
import { type TextSection, TextSections } from './text-sections.js'

/** What a table does not say itself. */
export interface PclnTableOptions {
  /**
   * Address of the first text byte that the table knows of: symbol `runtime.text` or `moduledata.text`; the address of
   * `.text` is the same where no C code comes before (cgo, external linking). Tables up to Go 1.17 hold addresses and
   * need none. If left out, what the header says is used: right for Go 1.18 to 1.25 unless the file is
   * position-independent and linked by another linker; 0 in Go 1.26 and newer, where pcs then count from the first text byte.
   */
  textStart?: number | bigint | undefined
  /**
   * The target's Go version, of its build info. Needed for the names of function ids, for inlined calls up to Go 1.15,
   * and for `funcID` in Go 1.10 and 1.11: fields that changed without another magic number.
   */
  goVersion?: string | GoVersion | undefined
  /** Reads the binary at link-time addresses: inline trees lie outside of the table. `frames` needs it to expand calls. */
  readAddress?: ReadAddress | undefined
  /** Address of `go:func.*` (`go.func.*` before Go 1.20), `moduledata.gofunc`: needed for inlined calls since Go 1.18. */
  goFunc?: number | bigint | undefined
  /** Address of `runtime.rodata`, `moduledata.rodata`: what stack objects since Go 1.18 count from. */
  rodata?: number | bigint | undefined
  /**
   * `moduledata.textsectmap`, where the program has more than one text section and Go 1.18 or newer linked it; without it
   * the addresses in all but the first section would be wrong.
   */
  textSections?: readonly TextSection[] | undefined
  /**
   * Whether the table counts in functions rather than bytes, as those of WebAssembly since Go 1.25 do. A pc is there
   * the number of a function, from 4096, times 65536, plus the number of a block in it.
   */
  wasm?: boolean | undefined
  /** Format of a table whose magic number was falsified. By default the magic number decides. */
  format?: { version: PclntabVersion; littleEndian: boolean } | undefined
}

/** What the table says about an instruction, as Go's `debug/gosym` gives it (`PCToLine`). */
export interface PclnLookup {
  /** Name, as the linker wrote it, of the function that holds the instruction; calls inlined into it do not count. */
  function: string
  /** Innermost file: that of the inlined function, if the instruction belongs to one. Undefined if there is none. */
  file: string | undefined
  /** Innermost line, from 1. */
  line: number | undefined
  /** Address of the function's first instruction. */
  entry: number
  /** Line of the `func` keyword; undefined before Go 1.20. */
  startLine: number | undefined
}

/** Functions may share their tables of lines, so there is no telling how many lines there are; real ones have far fewer. */
const MAX_RANGES_PER_BYTE = 2

/** A stretch of instructions of one source line, and the function that holds them. */
export interface LineCode {
  /** Address of the first instruction. */
  start: number
  /** Address behind the last instruction. */
  end: number
  /** The function in which they are: another than the line's, where that was inlined. */
  function: GoFunction
}

/**
 * All addresses are as linked: of a position-independent process subtract the load bias first. Every pc is that of an
 * instruction itself: from a return address subtract 1, as Go does, or it belongs to whatever follows the call.
 * Methods throw FormatError where the table contradicts itself.
 */
export class PclnTable {
  readonly #data: PclntabData

  private constructor(data: PclntabData) {
    this.#data = data
  }

  /**
   * Decodes the header, nothing else.
   * @param input the section `.gopclntab` (`.data.rel.ro.gopclntab` in PIE up to Go 1.25), or anything that begins with
   * the table. Of a source, as much is read as is asked for; what goes over the whole table reads all of it.
   * @throws FormatError when this is no pclntab or its list of functions does not fit into the bytes
   */
  static parse(input: Uint8Array | ByteSource, options: PclnTableOptions = {}): PclnTable {
    const pages = new PagedBytes(input, PCLNTAB)
    const header = readHeader(pages, options.format)
    const relative = header.textStart !== undefined
    const { goVersion, textSections, goFunc, rodata } = options
    return new PclnTable(
      new PclntabData(pages, header, {
        textStart: relative ? toAddress(options.textStart ?? header.textStart, 'textStart') : 0,
        textSections:
          relative && textSections !== undefined && textSections.length > 1
            ? new TextSections(textSections)
            : undefined,
        wasm: relative && options.wasm === true,
        version: typeof goVersion === 'string' ? parseGoVersion(goVersion) : goVersion,
        readAddress: options.readAddress,
        goFunc: goFunc === undefined ? undefined : toAddress(goFunc, 'goFunc'),
        rodata: rodata === undefined ? undefined : toAddress(rodata, 'rodata'),
      }),
    )
  }

  /** Format of the table, named after the Go version that brought it: `1.2`, `1.16`, `1.18` or `1.20`. */
  get version(): PclntabVersion {
    return this.#data.header.version
  }

  /** Byte order of the target. */
  get littleEndian(): boolean {
    return this.#data.littleEndian
  }

  /** Bytes of a pointer: 4 or 8. */
  get pointerSize(): number {
    return this.#data.header.pointerSize
  }

  /** Bytes of the shortest instruction: 1 on x86 and WebAssembly, 2 on s390x and (Go 1.26 and newer) riscv64, 4 on the others. */
  get quantum(): number {
    return this.#data.header.quantum
  }

  /** Entries in the list of functions. Some may mark holes between text sections: then `functions` gives fewer. */
  get functionCount(): number {
    return this.#data.header.functionCount
  }

  /** Address that the entries count from; 0 in tables that hold addresses (up to Go 1.17). */
  get textStart(): number {
    return this.#data.textStart
  }

  /** Address of the first instruction; 0 in a table without functions. */
  get minPc(): number {
    return this.functionCount === 0 ? 0 : this.#data.entry(0)
  }

  /** Address behind the last instruction. */
  get maxPc(): number {
    return this.functionCount === 0 ? 0 : this.#data.entry(this.functionCount)
  }

  /**
   * Whether `frames` can tell inlined calls: the options `readAddress` and, since Go 1.18, `goFunc` are given, and of
   * the oldest format a `goVersion` from 1.9 on.
   */
  get expandsInlining(): boolean {
    const { inlining, readAddress, goFunc, header } = this.#data
    return (
      inlining !== undefined && readAddress !== undefined && (header.textStart === undefined || goFunc !== undefined)
    )
  }

  /**
   * The function whose code holds `pc`, or undefined where `pc` is outside of the text or in a hole of it.
   * @param pc a number, or a bigint such as the address of an ELF symbol, here and in the methods below
   */
  functionAt(pc: number | bigint): GoFunction | undefined {
    const index = this.#data.indexOf(Number(pc))
    return index < 0 ? undefined : this.#function(index)
  }

  /** Function, file and line of the instruction at `pc`; undefined where no function holds it. */
  lookup(pc: number | bigint): PclnLookup | undefined {
    const address = Number(pc)
    const func = this.functionAt(address)
    if (func === undefined) return undefined
    const { file, line } = func.location(address)
    return { function: func.name, file, line, entry: func.entry, startLine: func.startLine }
  }

  /**
   * All source functions that the instruction at `pc` belongs to, innermost first: inlined calls, then the function
   * that holds it. Empty where no function does. Where `expandsInlining` is false there is one frame, as of `lookup`.
   * @throws FormatError also when an inline tree cannot be read
   */
  frames(pc: number | bigint): SourceFrame[] {
    const address = Number(pc)
    return this.functionAt(address)?.frames(address) ?? []
  }

  /** Innermost file and line of the instruction at `pc`; undefined where no function holds it. */
  fileLine(pc: number | bigint): { file: string | undefined; line: number | undefined } | undefined {
    const address = Number(pc)
    return this.functionAt(address)?.location(address)
  }

  /** See `GoFunction.spDelta`; undefined also where no function holds `pc`. */
  spDelta(pc: number | bigint): number | undefined {
    const address = Number(pc)
    return this.functionAt(address)?.spDelta(address)
  }

  /** Every function, in order of address. */
  *functions(): Generator<GoFunction, void, undefined> {
    this.#data.pages.all()
    for (let index = 0; index < this.functionCount; index++) {
      const func = this.#function(index)
      if (func !== undefined) yield func
    }
  }

  /** The function of lowest address with exactly this name (as the linker wrote it), or undefined. */
  findFunction(name: string): GoFunction | undefined {
    return this.findFunctions(name).next().value ?? undefined
  }

  /**
   * Every function with exactly this name, in order of address: more than one where the linker emitted an assembly
   * function and its Go wrapper, or (Go 1.18 to 1.20) shortened the type arguments of generic functions to `[...]`.
   * The bytes are searched for the name: no other name is decoded.
   * @param names one name, or several, whose functions are found in one pass over all
   */
  *findFunctions(names: string | readonly string[]): Generator<GoFunction, void, undefined> {
    const data = this.#data
    const offsets = new Set<number>()
    for (const name of typeof names === 'string' ? [names] : names) {
      for (const offset of data.findNames(name)) offsets.add(offset)
    }
    if (offsets.size === 0) return
    for (let index = 0; index < this.functionCount; index++) {
      const func = data.func(index)
      if (func !== undefined && offsets.has(data.nameOffsetOf(func))) yield this.#function(index)!
    }
  }

  /**
   * Every source file that code in the binary came from, in the table's order, named as the compiler named it: with
   * `-trimpath` from the module's path on.
   * @throws FormatError
   */
  *files(): Generator<string, void, undefined> {
    const data = this.#data
    for (const offset of data.fileOffsets()) yield data.fileName(offset)
  }

  /**
   * All code of a source line, in order of address: every copy where its function was inlined, every instantiation of a
   * generic function, each stretch between code of other lines. Go's debug/gosym (`LineToPC`) gives the first address.
   * The first call looks through all functions' tables of files; the next ones only through functions with code of the file.
   * @param file exactly as `files` gives it
   * @param line from 1
   * @throws FormatError
   */
  *codeOfLine(file: string, line: number): Generator<LineCode, void, undefined> {
    const data = this.#data
    const functions = new Set<number>()
    for (const offset of data.fileOffsets()) {
      if (data.fileName(offset) !== file) continue
      for (const index of data.fileIndex.get(offset) ?? []) functions.add(index)
    }
    let left = data.pages.size * MAX_RANGES_PER_BYTE
    for (const index of [...functions].sort((a, b) => a - b)) {
      const func = this.#function(index)!
      for (const range of func.lineRanges()) {
        if (--left < 0) data.fail('more lines than a table of this size can have', data.header.functab)
        if (range.line === line && range.file === file) yield { start: range.start, end: range.end, function: func }
      }
    }
  }

  #function(index: number): GoFunction | undefined {
    const data = this.#data
    const func = data.func(index)
    if (func === undefined) return undefined
    const entry = data.entry(index)
    const end = data.end(index, entry)
    // Compares false for a wild entry too, one above 2^53.
    if (!(entry <= end && end <= Number.MAX_SAFE_INTEGER)) {
      data.fail(`function ${index} ends before it begins, or above 2^53`, data.header.functab)
    }
    return new GoFunction(data, func, entry, end)
  }
}

function toAddress(value: number | bigint | undefined, name: string): number {
  const address = Number(value ?? 0)
  if (!(Number.isSafeInteger(address) && address >= 0)) {
    throw new FormatError(`${name} 0x${value?.toString(16)} is no address below 2^53`, { section: PCLNTAB })
  }
  return address
}
