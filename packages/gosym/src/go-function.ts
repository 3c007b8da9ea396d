/**
 * One function of the table: a view, every field read when it is asked for.
 * Source: runtime/runtime2.go (`_func`).
 */
import { type ArgumentPart, readArguments } from './argument-info.js'
import { type LineRange, lineNumber, lineRanges, type ValueRange, valueRanges } from './code-ranges.js'
import { ARGS, DEFER_RETURN, NAME_OFF, NO_UNIT, NPCDATA, PCFILE, PCLN, PCSP } from './func-fields.js'
import { funcIDName } from './func-id-versions.js'
import { FuncdataReader } from './funcdata-reader.js'
import { type FuncdataName, type PcdataName, UNSAFE_POINT, type UnsafePoint } from './funcdata-versions.js'
import { framesAt, type InlinedCall, inlineTree, isPlausibleTree, type SourceFrame } from './inline-tree.js'
import { type OpenDefers, readOpenDefers } from './open-defers.js'
import { PcValueWalk, pcValue, withTable } from './pc-value.js'
import type { PclntabData } from './pclntab-data.js'
import type { PointerBitmap } from './pointer-bitmap.js'
import { readStackMap, readStackMaps } from './stack-map.js'
import { readStackObjects, type StackObject } from './stack-object.js'

const UNKNOWN_ARGS = -0x8000_0000

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
   * Address of the call of `runtime.deferreturn` at which a recovered panic goes on; undefined in functions without defer,
   * and before Go 1.12.
   */
  get deferReturn(): number | undefined {
    const offset = this.#data.layout.hasDeferReturn ? this.#u32(DEFER_RETURN) : 0
    return offset === 0 ? undefined : this.entry + offset
  }

  /**
   * Index in the table of files of the first one of the function's compilation unit: the files of functions with the same
   * are numbered alike. Undefined before Go 1.16, and of functions that the linker made.
   */
  get cuOffset(): number | undefined {
    const { cuOffset } = this.#data.layout
    const index = cuOffset === undefined ? NO_UNIT : this.#u32(cuOffset)
    return index === NO_UNIT ? undefined : index
  }

  /**
   * Innermost source file and line of an instruction: inside an inlined call, those of the inlined function.
   * @param pc address of an instruction; of a return address, subtract 1 first
   * @throws FormatError
   */
  location(pc: number): { file: string | undefined; line: number | undefined } {
    const fileIndex = this.#value(this.#u32(PCFILE), pc)
    const line = this.#value(this.#u32(PCLN), pc)
    return { file: fileIndex === undefined ? undefined : this.#file(fileIndex), line: lineNumber(line) }
  }

  /** As `PclnTable.frames`, for an instruction of this function. */
  frames(pc: number): SourceFrame[] {
    return framesAt(this.#data, this, pc)
  }

  /**
   * The calls that were inlined into this function, each with those inlined into it. Empty where there are none, and where
   * `PclnTable.expandsInlining` is false.
   * @throws FormatError also when the tree cannot be read
   */
  inlineTree(): InlinedCall[] {
    return inlineTree(this.#data, this)
  }

  /**
   * Whether what lies where the inline tree should be looks like one; undefined where the function has none.
   * @internal
   */
  hasPlausibleInlineTree(): boolean | undefined {
    return isPlausibleTree(this.#data, this)
  }

  /**
   * How far the stack pointer is below its value at the function's entry, in bytes, before the instruction at `pc`
   * executes. Where a call pushes a return address (x86), that is not counted. Undefined where the table has none.
   * @throws FormatError
   */
  spDelta(pc: number): number | undefined {
    return this.#value(this.#u32(PCSP), pc)
  }

  /** Every stretch of the function with one `spDelta`, in order of address. */
  spDeltaRanges(): Generator<ValueRange, void, undefined> {
    return valueRanges(this.entry, this.#walk(this.#u32(PCSP)))
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

  /** Every stretch of the function with one value of a pcdata table, in order of address; nothing where there is no table. */
  pcdataRanges(index: number): Generator<ValueRange, void, undefined> {
    const has = index >= 0 && index < this.pcdataCount
    return valueRanges(this.entry, this.#walk(has ? this.#u32(this.#data.layout.size + index * 4) : 0))
  }

  /**
   * As `pcdata`, by the table's name; -1 where there is none. Up to Go 1.15 it takes the option `goVersion`.
   * @returns undefined where the version has no such table, or is not known
   */
  pcdataNamed(name: PcdataName, pc: number): number | undefined {
    const index = this.#data.funcdataNames?.pcdata.indexOf(name) ?? -1
    return index < 0 ? undefined : (this.pcdata(index, pc) ?? -1)
  }

  /**
   * Whether a signal may preempt a goroutine at this instruction. Undefined before Go 1.14, which did not do that.
   * @throws FormatError
   */
  unsafePoint(pc: number): UnsafePoint | undefined {
    const names = this.#data.funcdataNames
    if (names === undefined || names.minor < 14) return undefined
    // In Go 1.14 and 1.15 it is one value of another table (cmd/internal/obj: PCDATA_RegMapUnsafe).
    const value = names.pcdata.includes('UnsafePoint')
      ? this.pcdataNamed('UnsafePoint', pc)
      : this.pcdataNamed('RegMapIndex', pc) === REG_MAP_UNSAFE
        ? REG_MAP_UNSAFE
        : -1
    return value === undefined ? undefined : UNSAFE_POINT[value]
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

  /** As `funcdataAddress`, by the table's name. Up to Go 1.15 it takes the option `goVersion`. */
  funcdataNamed(name: FuncdataName): number | undefined {
    const index = this.#data.funcdataNames?.funcdata.indexOf(name) ?? -1
    return index < 0 ? undefined : this.funcdataAddress(index)
  }

  /**
   * Which words of the arguments and results hold pointers at an instruction, the first word first; undefined where the
   * function has no such map or its funcdata cannot be reached (see `funcdataAddress`), and before Go 1.5.
   * @throws FormatError
   */
  argumentPointers(pc: number): PointerBitmap | undefined {
    return this.#stackMap('ArgsPointerMaps', pc)
  }

  /** As `argumentPointers`, of the locals, from the lowest address to their end (varp). */
  localPointers(pc: number): PointerBitmap | undefined {
    return this.#stackMap('LocalsPointerMaps', pc)
  }

  /**
   * All maps of the arguments or of the locals, in order of StackMapIndex.
   * @throws FormatError
   */
  *pointerMaps(name: 'ArgsPointerMaps' | 'LocalsPointerMaps'): Generator<PointerBitmap, void, undefined> {
    const address = this.#stackMaps(name)
    if (address !== undefined) yield* readStackMaps(this.#data, address)
  }

  /**
   * Variables of the frame whose address is taken; none before Go 1.12. Up to Go 1.17 it takes the option `goVersion`.
   * @throws FormatError
   */
  *stackObjects(): Generator<StackObject, void, undefined> {
    const address = this.funcdataNamed('StackObjects')
    if (address !== undefined) yield* readStackObjects(this.#data, address)
  }

  /**
   * Where the arguments are that Go prints in tracebacks; undefined before Go 1.17 and of functions without.
   * @param pc instruction at which `live` is to be told, which Go 1.18 and newer do; without it all are live
   * @throws FormatError
   */
  argumentInfo(pc?: number): ArgumentPart[] | undefined {
    const address = this.funcdataNamed('ArgInfo')
    if (address === undefined) return undefined
    const live = pc === undefined ? undefined : this.funcdataNamed('ArgLiveInfo')
    const index = live === undefined ? -1 : (this.pcdataNamed('ArgLiveIndex', pc!) ?? -1)
    return readArguments(this.#data, address, live === undefined ? undefined : { address: live, index })
  }

  /**
   * Where deferred calls are found that the compiler wrote at the function's ends; undefined where it has none. From Go 1.20
   * on, and up to Go 1.17, it takes the option `goVersion`.
   * @throws FormatError
   */
  openDefers(): OpenDefers | undefined {
    const address = this.funcdataNamed('OpenCodedDeferInfo')
    return address === undefined ? undefined : readOpenDefers(this.#data, address)
  }

  /**
   * Entry of the function that this one, made by the compiler for a `go` or `defer` statement, calls; undefined of all
   * others and before Go 1.18.
   * @throws FormatError
   */
  wrappedFunction(): number | undefined {
    const address = this.funcdataNamed('WrapInfo')
    return address === undefined ? undefined : this.#data.textAddress(new FuncdataReader(this.#data, address).u32())
  }

  /**
   * Every stretch of the function with one file and line, in order of address, padding at the end left out.
   * @throws FormatError
   */
  lineRanges(): Generator<LineRange, void, undefined> {
    const lines = this.#walk(this.#u32(PCLN))
    const files = this.#walk(this.#u32(PCFILE))
    return lineRanges(this.entry, lines, files, (index) => this.#file(index))
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
    const { pages, header } = this.#data
    const table = header.pctab + offset
    return pcValue(withTable(pages, table), table, header.quantum, pc - this.entry)
  }

  /** runtime/stkframe.go (getStackMap): where no index is given, the first map is that of the function's beginning. */
  #stackMap(name: FuncdataName, pc: number): PointerBitmap | undefined {
    const address = this.#stackMaps(name)
    if (address === undefined) return undefined
    const index = this.pcdataNamed('StackMapIndex', pc) ?? -1
    return readStackMap(this.#data, address, Math.max(index, 0))
  }

  #stackMaps(name: FuncdataName): number | undefined {
    const data = this.#data
    return data.readAddress === undefined || data.hasTwoBitMaps ? undefined : this.funcdataNamed(name)
  }

  #walk(offset: number): PcValueWalk | undefined {
    if (offset === 0) return undefined
    const { pages, header } = this.#data
    const table = header.pctab + offset
    return new PcValueWalk(withTable(pages, table), table, header.quantum)
  }
}

/** PCDATA_RegMapUnsafe of Go 1.14 and 1.15. */
const REG_MAP_UNSAFE = -2
