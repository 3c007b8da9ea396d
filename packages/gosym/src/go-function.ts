/**
 * One function of the table: a view, every field read when it is asked for.
 * Source: runtime/runtime2.go (`_func`).
 */
import { funcIDName } from './func-id-versions.js'
import { framesAt, type SourceFrame } from './inline-tree.js'
import { PcValueWalk, pcValue } from './pc-value.js'
import type { PclntabData } from './pclntab-data.js'

/** `_func.flag` bits (internal/abi/symtab.go). */
export const FuncFlag = {
  /** Stacks end here: `runtime.goexit`, `runtime.mstart`, … */
  TopFrame: 1,
  /** Writes the stack pointer in a way that pcsp cannot describe: unwinding past it is not safe. */
  SPWrite: 2,
  /** Written in assembly (Go 1.18 and newer). */
  Asm: 4,
} as const

/** A stretch of instructions that came from one source line. */
export interface LineRange {
  /** Address of the first instruction. */
  start: number
  /** Address behind the last instruction. */
  end: number
  /** Undefined where the table names none. */
  file: string | undefined
  line: number | undefined
}

const UNKNOWN_ARGS = -0x8000_0000

// Offsets behind `_func`'s first field; the same in every version.
const NAME_OFF = 0
const ARGS = 4
const PCSP = 12
const PCFILE = 16
const PCLN = 20
const NPCDATA = 24

/**
 * A function of the table: its address range, name and signature size, and what holds at an instruction of it. Methods
 * and fields throw FormatError where the table contradicts itself.
 */
export class GoFunction {
  /** Address of the first instruction. */
  readonly entry: number
  /** Address of what follows in the text: padding behind the function belongs to it. */
  readonly end: number
  readonly #data: PclntabData
  /** Offset of `_func`'s second field. */
  readonly #fields: number

  /**
   * Made by PclnTable.
   * @internal
   */
  constructor(data: PclntabData, func: number, entry: number, end: number) {
    this.#data = data
    this.#fields = func + data.entrySize
    this.entry = entry
    this.end = end
  }

  /**
   * Name as the linker wrote it, package path included: `net/http.(*conn).serve`, `main.Map[go.shape.int]` (see
   * `displayName`), dots in the last element of a package path as `%2e`. Decoded at each call.
   * @throws FormatError also when it is longer than 64 KiB
   */
  get name(): string {
    return this.#data.functionName(this.#u32(NAME_OFF))
  }

  /** Bytes of arguments and results on the stack, or undefined where not known (some assembly functions). */
  get args(): number | undefined {
    const args = this.#u32(ARGS) | 0
    return args === UNKNOWN_ARGS ? undefined : args
  }

  /** Line of the `func` keyword or TEXT directive; undefined before Go 1.20. */
  get startLine(): number | undefined {
    const { startLine } = this.#data.layout
    return startLine === undefined ? undefined : this.#u32(startLine) | 0
  }

  /**
   * Number that marks functions which the runtime treats in a special way, 0 for all others. Numbers change between Go
   * versions: see `funcIDName`. Undefined before Go 1.10; of 1.10 and 1.11 it takes the option `goVersion` to be read.
   */
  get funcID(): number | undefined {
    const { funcID, funcIDSize } = this.#data.layout
    if (funcID === undefined) return undefined
    return funcIDSize === 1 ? this.#data.u8(this.#fields + funcID) : this.#u32(funcID)
  }

  /** The runtime's name for `funcID` (`wrapper`, `goexit`, …); undefined without the option `goVersion`. */
  get funcIDName(): string | undefined {
    const { version } = this.#data
    const funcID = this.funcID
    return funcID === undefined || version === undefined ? undefined : funcIDName(funcID, version)
  }

  /** Bits of `FuncFlag`; 0 before Go 1.17, which has none. */
  get flags(): number {
    const { flags } = this.#data.layout
    return flags === undefined ? 0 : this.#data.u8(this.#fields + flags)
  }

  /**
   * Innermost source file and line of an instruction: inside an inlined call, those of the inlined function.
   * @param pc address of an instruction; of a return address, subtract 1 first
   * @throws FormatError
   */
  location(pc: number): { file: string | undefined; line: number | undefined } {
    const fileIndex = this.#value(this.#u32(PCFILE), pc)
    const line = this.#value(this.#u32(PCLN), pc)
    return { file: fileIndex === undefined ? undefined : this.#file(fileIndex), line: positive(line) }
  }

  /** As `PclnTable.frames`, for an instruction of this function. */
  frames(pc: number): SourceFrame[] {
    return framesAt(this.#data, this, pc)
  }

  /**
   * How far the stack pointer is below its value at the function's entry, in bytes, before the instruction at `pc`
   * executes. Where a call pushes a return address (x86), that is not counted. Undefined where the table has none.
   * @throws FormatError
   */
  spDelta(pc: number): number | undefined {
    return this.#value(this.#u32(PCSP), pc)
  }

  /** Number of pcdata tables. */
  get pcdataCount(): number {
    return this.#u32(NPCDATA)
  }

  /**
   * Value of a pcdata table (runtime/funcdata.h) at an instruction; undefined where there is none, which the runtime
   * takes for -1.
   * @throws FormatError
   */
  pcdata(index: number, pc: number): number | undefined {
    if (!(index >= 0 && index < this.pcdataCount)) return undefined
    return this.#value(this.#u32(this.#data.layout.size + index * 4), pc)
  }

  /** Number of funcdata tables. */
  get funcdataCount(): number {
    const { nfuncdata, nfuncdataSize } = this.#data.layout
    return nfuncdataSize === 1 ? this.#data.u8(this.#fields + nfuncdata) : this.#u32(nfuncdata)
  }

  /**
   * Address of a funcdata table (runtime/funcdata.h), undefined where there is none. Since Go 1.18 the table counts from
   * `go:func.*`: undefined without the option `goFunc`.
   * @throws FormatError
   */
  funcdataAddress(index: number): number | undefined {
    if (!(index >= 0 && index < this.funcdataCount)) return undefined
    const data = this.#data
    const start = this.#fields + data.layout.size + this.pcdataCount * 4
    if (data.header.functabWord === 4 && data.header.textStart !== undefined) {
      const offset = data.u32(start + index * 4)
      return offset === 0xffff_ffff || data.goFunc === undefined ? undefined : data.goFunc + offset
    }
    const { pointerSize } = data.header
    const address = data.pointer(Math.ceil(start / pointerSize) * pointerSize + index * pointerSize)
    return address === 0 ? undefined : address
  }

  /**
   * Every stretch of the function with one file and line, in order of address, padding at the end left out.
   * @throws FormatError
   */
  *lineRanges(): Generator<LineRange, void, undefined> {
    const lines = this.#walk(this.#u32(PCLN))
    const files = this.#walk(this.#u32(PCFILE))
    if (lines === undefined) return
    let moreFiles = files?.next() ?? false
    while (lines.next()) {
      let start = lines.start
      while (start < lines.end) {
        while (moreFiles && files!.end <= start) moreFiles = files!.next()
        const end = moreFiles ? Math.min(lines.end, files!.end) : lines.end
        const file = moreFiles ? this.#file(files!.value) : undefined
        yield { start: this.entry + start, end: this.entry + end, file, line: positive(lines.value) }
        start = end
      }
    }
  }

  /**
   * The name of a file by its number in this function's compilation unit.
   * @internal
   */
  fileByIndex(index: number): string | undefined {
    return this.#file(index)
  }

  toString(): string {
    return this.name
  }

  #u32(field: number): number {
    return this.#data.u32(this.#fields + field)
  }

  #file(index: number): string | undefined {
    const { cuOffset } = this.#data.layout
    return this.#data.file(cuOffset === undefined ? undefined : this.#u32(cuOffset), index)
  }

  /** Value at `pc` of the table at `offset` in pctab; offset 0 means that there is none. */
  #value(offset: number, pc: number): number | undefined {
    if (offset === 0 || !(pc >= this.entry)) return undefined
    const { bytes, header } = this.#data
    return pcValue(bytes, header.pctab + offset, header.quantum, pc - this.entry)
  }

  #walk(offset: number): PcValueWalk | undefined {
    const { bytes, header } = this.#data
    return offset === 0 ? undefined : new PcValueWalk(bytes, header.pctab + offset, header.quantum)
  }
}

/** Lines count from 1; the tables hold -1 and 0 where there is none. */
function positive(line: number | undefined): number | undefined {
  return line === undefined || line <= 0 ? undefined : line
}
