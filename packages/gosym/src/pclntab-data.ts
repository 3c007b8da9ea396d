/**
 * The bytes of one pclntab with everything that reading them depends on, bound once: what PclnTable and GoFunction
 * share. Not part of the public API.
 */
import { decodeUtf8, FormatError, indexOfBytes, type PagedBytes } from '@gospy/bytes'
import { type FileIndex, indexFiles } from './file-index.js'
import { NO_UNIT } from './func-fields.js'
import { type FuncdataNames, funcdataNames } from './funcdata-versions.js'
import { type GoVersion, isAtLeast } from './go-version.js'
import { PCLNTAB } from './pc-value.js'
import type { PclntabHeader } from './pclntab-header.js'
import { FUNC_1_12, type FuncLayout, funcLayout, type InlineLayout, inlineLayout } from './pclntab-versions.js'
import type { TextSections } from './text-sections.js'

/** "Give me `length` bytes at `address`", of the file or of memory; undefined where they cannot be had. */
export type ReadAddress = (address: number, length: number) => Uint8Array | undefined

const encoder = new TextEncoder()

const TWO_32 = 0x1_0000_0000

/** Bytes of the longest name that is decoded: the compiler shortens those of types long before, paths end at 4096. */
const MAX_NAME = 1 << 16

/** Bytes that are asked for at once where the end of a name is looked for. */
const NAME_STEP = 256

/** funcoff of a functab entry that marks a hole between two text sections (cmd/link/internal/ld/pcln.go). */
const HOLE = 0xffff_ffff

/** Bits of a WebAssembly pc below the function's index: the number of a block (cmd/link/internal/wasm/asm.go, assignAddress). */
const WASM_BLOCK_BITS = 16

/** What reading a table depends on beside its bytes: see PclnTableOptions. */
export interface PclntabContext {
  textStart: number
  textSections: TextSections | undefined
  wasm: boolean
  version: GoVersion | undefined
  readAddress: ReadAddress | undefined
  goFunc: number | undefined
  rodata: number | undefined
}

export class PclntabData {
  readonly pages: PagedBytes
  readonly header: PclntabHeader
  readonly littleEndian: boolean
  /** Added to the entries of functab: the address of the first text byte, or 0 where entries are addresses. */
  readonly textStart: number
  readonly version: GoVersion | undefined
  readonly readAddress: ReadAddress | undefined
  readonly goFunc: number | undefined
  readonly rodata: number | undefined
  readonly #sections: TextSections | undefined
  /** Addresses for each unit of the offsets in functab: 1, or 2^16 where these are indexes of functions. */
  readonly #unit: number
  readonly #stride: number
  /** Names of files, of which there are few, by their offset. */
  readonly #files = new Map<number, string>()
  /** How long all of `#files` are together. In a table that is no trap they do not overlap, so its size is enough. */
  #filesLength = 0
  #names: Uint8Array | undefined
  #funcLayout: FuncLayout | undefined
  #fileIndex: FileIndex | undefined
  #inlineLayout: InlineLayout | undefined | null = null
  #funcdataNames: FuncdataNames | undefined | null = null

  constructor(pages: PagedBytes, header: PclntabHeader, context: PclntabContext) {
    this.pages = pages
    this.header = header
    this.littleEndian = header.littleEndian
    this.textStart = context.textStart
    this.version = context.version
    this.readAddress = context.readAddress
    this.goFunc = context.goFunc
    this.rodata = context.rodata
    this.#sections = context.textSections
    this.#unit = context.wasm ? 1 << WASM_BLOCK_BITS : 1
    this.#stride = header.functabWord * 2
  }

  fail(reason: string, offset: number): never {
    throw new FormatError(reason, { section: PCLNTAB, offset })
  }

  u32(at: number): number {
    const { pages } = this
    if (at + 4 > pages.size) this.fail('4 bytes wanted behind the end', at)
    pages.need(at, at + 4)
    return pages.view.getUint32(at, this.littleEndian)
  }

  i32(at: number): number {
    return this.u32(at) | 0
  }

  u8(at: number): number {
    const { pages } = this
    if (at >= pages.size) this.fail('a byte wanted behind the end', at)
    pages.need(at, at + 1)
    return pages.bytes[at]!
  }

  pointer(at: number): number {
    if (this.header.pointerSize === 4) return this.u32(at)
    const first = this.u32(at)
    const second = this.u32(at + 4)
    return this.littleEndian ? second * TWO_32 + first : first * TWO_32 + second
  }

  /**
   * What functab says of the place where the function at `index` begins, and the end of the last one at `index` = function
   * count: an address, or an offset in the text. functab was checked to lie within the bytes, so that is not checked here.
   */
  #place(index: number): number {
    const at = this.header.functab + index * this.#stride
    const { pages, littleEndian } = this
    pages.need(at, at + 8)
    const { view } = pages
    if (this.header.functabWord === 4) return view.getUint32(at, littleEndian)
    const first = view.getUint32(at, littleEndian)
    const second = view.getUint32(at + 4, littleEndian)
    return littleEndian ? second * TWO_32 + first : first * TWO_32 + second
  }

  /**
   * Address of an offset in the text.
   * @throws FormatError where no text section holds it
   */
  textAddress(offset: number): number {
    const sections = this.#sections
    if (sections === undefined) return this.textStart + offset * this.#unit
    return (
      sections.toAddress(offset) ??
      this.fail(`no text section holds offset 0x${offset.toString(16)}`, this.header.functab)
    )
  }

  /** Start address of the function at `index`; the end of the last one at `index` = function count. */
  entry(index: number): number {
    return this.textAddress(this.#place(index))
  }

  /** Address behind the function at `index`, padding included. Functions do not reach from one text section to another. */
  end(index: number, entry: number): number {
    return entry + (this.#place(index + 1) - this.#place(index)) * this.#unit
  }

  /**
   * Offset of `_func` of the function at `index`, or undefined where the entry marks a hole between text sections.
   * @throws FormatError when it lies behind the end
   */
  func(index: number): number | undefined {
    const { functabWord, functab, funcBase } = this.header
    const at = functab + index * this.#stride + functabWord
    // Only the low half is looked at: all ones is a hole, and a real offset has 32 bits.
    const low = functabWord === 8 && !this.littleEndian ? at + 4 : at
    const { pages } = this
    pages.need(low, low + 4)
    const offset = pages.view.getUint32(low, this.littleEndian)
    if (offset === HOLE) return undefined
    const func = funcBase + offset
    if (func + this.entrySize + this.layout.size > pages.size) this.fail('_func lies behind the end', at)
    return func
  }

  /** Index of the last functab entry at or below `pc`, -1 where `pc` is outside of the text. */
  indexOf(pc: number): number {
    const count = this.header.functionCount
    const sections = this.#sections
    const place =
      sections === undefined ? Math.floor((pc - this.textStart) / this.#unit) : (sections.toOffset(pc) ?? -1)
    if (!(count > 0 && place >= this.#place(0) && place < this.#place(count))) return -1
    let low = 0
    let high = count
    while (high - low > 1) {
      const middle = (low + high) >>> 1
      if (this.#place(middle) <= place) low = middle
      else high = middle
    }
    return low
  }

  /** Bytes of `_func`'s first field. */
  get entrySize(): number {
    return this.header.functabWord
  }

  get layout(): FuncLayout {
    this.#funcLayout ??= funcLayout(this.header.version, this.version, () => this.#looksLikeGo112())
    return this.#funcLayout
  }

  get inlining(): InlineLayout | undefined {
    if (this.#inlineLayout === null) this.#inlineLayout = inlineLayout(this.header.version, this.version)
    return this.#inlineLayout
  }

  /** Names of the pcdata and funcdata tables; undefined where it takes a Go version that is not known. */
  get funcdataNames(): FuncdataNames | undefined {
    if (this.#funcdataNames === null) this.#funcdataNames = funcdataNames(this.header.version, this.version)
    return this.#funcdataNames
  }

  /** Whether stack maps are as up to Go 1.4, with two bits for each word. */
  get hasTwoBitMaps(): boolean {
    return this.version !== undefined && !isAtLeast(this.version, 1, 5)
  }

  /**
   * Up to Go 1.11, nfuncdata is a small 32-bit number; from 1.12 it is the byte at the end of that word, its first byte
   * the function id. Most functions have funcdata, so in one of the first few the last byte tells, on a little-endian
   * machine; on a big-endian one both agree on nfuncdata.
   */
  #looksLikeGo112(): boolean {
    const { functionCount, functab, functabWord, funcBase } = this.header
    for (let index = 0; index < Math.min(functionCount, 256); index++) {
      const at = functab + index * this.#stride + functabWord
      const low = functabWord === 8 && !this.littleEndian ? at + 4 : at
      const func = funcBase + this.u32(low) + functabWord
      if (func + FUNC_1_12.size > this.pages.size) continue
      const nfuncdata = this.u8(func + FUNC_1_12.nfuncdata)
      const funcID = this.u8(func + FUNC_1_12.funcID!)
      if (this.littleEndian ? nfuncdata !== 0 : funcID !== 0) return true
    }
    return false
  }

  /** Offset of the name whose nameOff is given. */
  nameOffset(nameOff: number): number {
    return this.header.funcnametab + nameOff
  }

  /** Offset of the name of the function whose `_func` is at `func`: nameOff is its second field. */
  nameOffsetOf(func: number): number {
    return this.nameOffset(this.u32(func + this.entrySize))
  }

  /** Offsets at which exactly this name stands. */
  findNames(name: string): Set<number> {
    const offsets = new Set<number>()
    if (name === '' || name.includes('\0')) return offsets
    const { funcnametab, funcnametabEnd } = this.header
    this.#names ??= this.pages.all().subarray(funcnametab, funcnametabEnd)
    const needle = encoder.encode(`${name}\0`)
    let at = indexOfBytes(this.#names, needle)
    while (at >= 0) {
      // Since Go 1.16 names stand back to back; before, anything may come before one.
      if (this.header.version === '1.2' || at === 0 || this.#names[at - 1] === 0) offsets.add(funcnametab + at)
      at = indexOfBytes(this.#names, needle, at + 1)
    }
    return offsets
  }

  /**
   * The name of a function. Not remembered: of a table whose names all end in one another they would take memory that
   * grows with the square of its size.
   */
  functionName(nameOff: number): string {
    return this.#string(this.nameOffset(nameOff))
  }

  /** The NUL-terminated string at an offset from the start of the table. */
  #string(at: number): string {
    const { pages } = this
    const { size } = pages
    if (!(at < size)) this.fail('a string lies behind the end', at)
    const limit = Math.min(size, at + MAX_NAME + 1)
    // Where not all is there, in steps that most names are shorter than.
    const step = pages.isWhole ? limit : NAME_STEP
    let end = at
    for (let stop = at; end === stop && end < limit; ) {
      stop = Math.min(end + step, limit)
      pages.need(end, stop)
      const { bytes } = pages
      while (end < stop && bytes[end] !== 0) end++
    }
    if (end === size) this.fail('a string does not end', at)
    if (end - at > MAX_NAME) this.fail(`a name of more than ${MAX_NAME} bytes`, at)
    return decodeUtf8(pages.bytes, at, end)
  }

  /** As `#string`, remembered as long as there is room. */
  #fileName(at: number): string {
    let name = this.#files.get(at)
    if (name === undefined) {
      name = this.#string(at)
      if (this.#filesLength + name.length <= this.pages.size) {
        this.#files.set(at, name)
        this.#filesLength += name.length
      }
    }
    return name
  }

  /**
   * Entries of the oldest format's file table. Entry 0 is their number, itself included; but up to Go 1.7 the linker did
   * not count it, so that the last file seems to be missing. There the names follow at once, that of the last file
   * first: so what stands behind the counted entries is either that entry or already text
   * (cmd/ld/lib.c in Go 1.2, cmd/link/internal/ld/pcln.go in Go 1.5 to 1.15).
   */
  #fileTableLength(): number {
    const { filetab } = this.header
    const stated = this.u32(filetab)
    const behind = filetab + stated * 4
    const isEntry = behind + 4 <= this.pages.size && this.u32(behind) === behind + 4
    return isEntry ? stated + 1 : stated
  }

  /**
   * Where the name of the file with the given number in a compilation unit stands, undefined where the linker left it out.
   * @param cuOffset index of the compilation unit's first entry in cutab; undefined in the oldest format
   * @param index as pc-value tables and inline trees give it
   */
  fileOffset(cuOffset: number | undefined, index: number): number | undefined {
    const { cutab, filetab } = this.header
    if (cuOffset === undefined) {
      // The oldest format: offsets, counted from 1.
      if (index <= 0 || index >= this.#fileTableLength()) return undefined
      return this.u32(filetab + index * 4)
    }
    // Functions that the linker made up belong to no compilation unit.
    if (index < 0 || cuOffset === NO_UNIT) return undefined
    const offset = this.u32(cutab + (cuOffset + index) * 4)
    // No code that is left in the binary came from that file.
    return offset === 0xffff_ffff ? undefined : filetab + offset
  }

  /** The name of that file. */
  file(cuOffset: number | undefined, index: number): string | undefined {
    const offset = this.fileOffset(cuOffset, index)
    return offset === undefined ? undefined : this.#fileName(offset)
  }

  /** Where the name of each file stands, in the table's order. */
  *fileOffsets(): Generator<number, void, undefined> {
    const { filetab, fileCount, pctab } = this.header
    if (fileCount === undefined) {
      const length = this.#fileTableLength()
      for (let index = 1; index < length; index++) yield this.u32(filetab + index * 4)
      return
    }
    // The linker writes pctab behind the names (cmd/link/internal/ld/pcln.go, generateFilenameTabs).
    const bytes = this.pages.all()
    const end = pctab > filetab ? pctab : bytes.length
    for (let at = filetab, index = 0; index < fileCount && at < end; index++) {
      yield at
      const nul = bytes.indexOf(0, at)
      if (nul < 0) this.fail('a string does not end', at)
      at = nul + 1
    }
  }

  /** The name of the file at an offset that `fileOffset` or `fileOffsets` gave. */
  fileName(offset: number): string {
    return this.#fileName(offset)
  }

  /** See `indexFiles`; made at the first call. */
  get fileIndex(): FileIndex {
    this.#fileIndex ??= indexFiles(this)
    return this.#fileIndex
  }
}
