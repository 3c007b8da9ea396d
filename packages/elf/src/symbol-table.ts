/**
 * Symbol tables, read in place: a table of a hundred thousand symbols is bytes until an entry is asked for, and
 * finding one by name compares bytes rather than decoding names.
 */
import { indexOfBytes } from '@gospy/bytes'
import { SHN, STB, STT } from './constants.js'
import type { RecordTable } from './fields.js'
import { stringAt } from './strings.js'
import { ElfSymbol } from './symbol.js'

/** Byte offsets of the fields of Elf32_Sym and Elf64_Sym. */
const SYM32 = { entry: 16, name: 0, value: 4, size: 8, info: 12, other: 13, section: 14 }
const SYM64 = { entry: 24, name: 0, info: 4, other: 5, section: 6, value: 8, size: 16 }

/** Bytes of one symbol. */
export function symbolSize(is64: boolean): number {
  return is64 ? SYM64.entry : SYM32.entry
}

/** Where a table's parts come from; nothing is read before it is needed. */
export interface SymbolTableParts {
  readonly symbols: RecordTable
  /** The string table that holds the names. */
  readonly strings: () => Uint8Array
  /** 32-bit section indices, one a symbol (SHT_SYMTAB_SHNDX), where there are some. */
  readonly extendedIndices: () => RecordTable | undefined
}

const utf8 = new TextEncoder()

/**
 * The symbols of one table, by index, by name or by address. Methods that take an index want one from 0 to `length - 1`;
 * those that end in `Of` read one field without making an object.
 */
export class SymbolTable {
  /** How many entries, the empty one at index 0 included. */
  readonly length: number
  readonly #symbols: RecordTable
  readonly #parts: SymbolTableParts
  readonly #at: typeof SYM32

  constructor(parts: SymbolTableParts) {
    this.#parts = parts
    this.#symbols = parts.symbols
    this.length = parts.symbols.length
    this.#at = parts.symbols.encoding.is64 ? SYM64 : SYM32
  }

  /** The symbol at an index, or undefined outside the table. */
  at(index: number): ElfSymbol | undefined {
    return Number.isInteger(index) && index >= 0 && index < this.length ? new ElfSymbol(this, index) : undefined
  }

  /** All symbols in the order of the table. For columns (all addresses, say) the `…Of` methods are cheaper. */
  *[Symbol.iterator](): IterableIterator<ElfSymbol> {
    for (let index = 0; index < this.length; index++) yield new ElfSymbol(this, index)
  }

  /**
   * The symbol of exactly this name (as stored, without a version): the first that is defined, else the first that is
   * not. Undefined if there is none, and for the empty name.
   * @throws FormatError when the string table cannot be read
   */
  find(name: string): ElfSymbol | undefined {
    let undefinedSymbol: number | undefined
    for (const index of this.#indicesOf(name)) {
      if (this.rawSectionIndexOf(index) !== SHN.UNDEF) return new ElfSymbol(this, index)
      undefinedSymbol ??= index
    }
    return undefinedSymbol === undefined ? undefined : new ElfSymbol(this, undefinedSymbol)
  }

  /**
   * All symbols of exactly this name, in the order of the table (each file of a program may have a static of one name).
   * @throws FormatError when the string table cannot be read
   */
  findAll(name: string): ElfSymbol[] {
    return Array.from(this.#indicesOf(name), (index) => new ElfSymbol(this, index))
  }

  /**
   * The symbol that covers an address: of those with `address <= wanted < address + size`, or of size 0 and just there,
   * the one that begins last; among equals one with a size, then a function or object, then global before weak before
   * local. Symbols of sections, files, thread-local storage and undefined ones do not count. A scan of the whole table:
   * for many look-ups build an index from the columns. Undefined for a number that is no safe integer.
   */
  findByAddress(address: bigint | number): ElfSymbol | undefined {
    if (typeof address === 'number' && !Number.isSafeInteger(address)) return undefined
    const wanted = BigInt(address)
    const symbols = this.#symbols
    const { value, size } = this.#at
    // A first sieve on rounded numbers, which are off by at most 1024 each; what passes is compared exactly.
    const near = Number(wanted)
    const slack = 4096
    let best: number | undefined
    let bestAddress = -1n
    let bestRank = -1
    for (let index = 1; index < this.length; index++) {
      const start = symbols.approximate(index, value)
      if (start > near || near - start > symbols.approximate(index, size) + slack) continue
      if (!this.#isPlace(index)) continue
      const exact = this.addressOf(index)
      const length = symbols.big(index, size)
      if (wanted < exact || (length === 0n ? wanted !== exact : wanted >= exact + length)) continue
      const rank = this.#rank(index, length)
      if (exact > bestAddress || (exact === bestAddress && rank > bestRank)) {
        best = index
        bestAddress = exact
        bestRank = rank
      }
    }
    return best === undefined ? undefined : new ElfSymbol(this, best)
  }

  /** The name of the symbol at `index`, which must lie within the table. @throws FormatError as `ElfSymbol.name` */
  nameOf(index: number): string {
    return stringAt(this.#parts.strings(), this.nameOffsetOf(index), 'symbol string table')
  }

  /** Where the name begins in the string table, in bytes. */
  nameOffsetOf(index: number): number {
    return this.#symbols.u32(index, this.#at.name)
  }

  /** As `ElfSymbol.address`. */
  addressOf(index: number): bigint {
    return this.#symbols.big(index, this.#at.value)
  }

  /** As `ElfSymbol.addressNumber`. @throws FormatError when it is above 2^53 */
  addressNumberOf(index: number): number {
    return this.#symbols.number(index, this.#at.value)
  }

  /** As `ElfSymbol.size`. @throws FormatError when it is above 2^53 */
  sizeOf(index: number): number {
    return this.#symbols.number(index, this.#at.size)
  }

  /** st_info: binding in the high four bits, type in the low ones. */
  infoOf(index: number): number {
    return this.#symbols.u8(index, this.#at.info)
  }

  /** st_other. */
  otherOf(index: number): number {
    return this.#symbols.u8(index, this.#at.other)
  }

  /** st_shndx as stored. */
  rawSectionIndexOf(index: number): number {
    return this.#symbols.u16(index, this.#at.section)
  }

  /**
   * As `ElfSymbol.sectionIndex`.
   * @throws FormatError when the index is said to be in a table that the file does not have
   */
  sectionIndexOf(index: number): number {
    const raw = this.rawSectionIndexOf(index)
    if (raw !== SHN.XINDEX) return raw
    const extended = this.#parts.extendedIndices()
    if (extended === undefined || index >= extended.length) {
      return this.#symbols.fail('no extended section index for this symbol', index, this.#at.section)
    }
    return extended.u32(index, 0)
  }

  *#indicesOf(name: string): IterableIterator<number> {
    if (name === '' || name.includes('\0')) return
    const strings = this.#parts.strings()
    const wanted = utf8.encode(`${name}\0`)
    // A name may be the tail of another (linkers share those), so what precedes it does not matter.
    const offsets: number[] = []
    for (let at = indexOfBytes(strings, wanted); at >= 0; at = indexOfBytes(strings, wanted, at + 1)) offsets.push(at)
    if (offsets.length === 0) return
    if (offsets.length === 1) {
      const [offset] = offsets as [number]
      let index = this.#symbols.indexOfU32(offset, this.#at.name, 0)
      while (index >= 0) {
        yield index
        index = this.#symbols.indexOfU32(offset, this.#at.name, index + 1)
      }
      return
    }
    const candidates = new Set(offsets)
    for (let index = 0; index < this.length; index++) if (candidates.has(this.nameOffsetOf(index))) yield index
  }

  #isPlace(index: number): boolean {
    const type = this.infoOf(index) & 0xf
    if (type === STT.SECTION || type === STT.FILE || type === STT.TLS) return false
    const section = this.rawSectionIndexOf(index)
    return section !== SHN.UNDEF && section !== SHN.COMMON
  }

  #rank(index: number, size: bigint): number {
    const info = this.infoOf(index)
    const binding = info >> 4
    const scope = binding === STB.LOCAL ? 0 : binding === STB.WEAK ? 1 : 2
    return (size > 0n ? 8 : 0) + ((info & 0xf) === STT.NOTYPE ? 0 : 4) + scope
  }
}
