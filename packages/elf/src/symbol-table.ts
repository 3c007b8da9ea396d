/**
 * Symbol tables, read in place: a table of a hundred thousand symbols is bytes until an entry is asked for, of which a window
 * is in memory, and finding one by name compares bytes rather than decoding names.
 */
import { FormatError } from '@gospy/bytes'
import { SHN } from './constants.js'
import type { RecordTable } from './fields.js'
import { once } from './memo.js'
import { standsAt } from './strings.js'
import { ElfSymbol } from './symbol.js'
import { SymbolAddressIndex } from './symbol-address-index.js'
import { addressColumns } from './symbol-columns.js'
import type { SymbolHash } from './symbol-hash.js'
import { SYM32, SYM64, type SymbolLayout } from './symbol-layout.js'
import { SymbolNameIndex } from './symbol-name-index.js'
import { SymbolNames } from './symbol-names.js'
import { searchForName } from './symbol-search.js'
import type { SymbolVersion, SymbolVersions } from './symbol-version.js'
import type { WindowedBytes } from './windowed-bytes.js'

/** Where a table's parts come from; nothing is read before it is needed. */
export interface SymbolTableParts {
  readonly symbols: RecordTable
  /** e_machine. */
  readonly machine: number
  /** The string table that holds the names. */
  readonly strings: () => WindowedBytes
  /** 32-bit section indices, one a symbol (SHT_SYMTAB_SHNDX), where there are some. */
  readonly extendedIndices: () => RecordTable | undefined
  /** A hash table over the names; undefined where there is none, or none that can be used. */
  readonly hash: () => SymbolHash | undefined
  readonly versions: () => SymbolVersions | undefined
}

const utf8 = new TextEncoder()
/** Look-ups by search before an index is made, which costs as much as ten of them. */
const MAX_SEARCHES = 8

/**
 * The symbols of one table, by index, by name or by address. Methods that take an index want one from 0 to `length - 1`;
 * those that end in `Of` read one field without making an object.
 */
export class SymbolTable {
  /** How many entries, the empty one at index 0 included. */
  readonly length: number
  readonly #symbols: RecordTable
  readonly #parts: SymbolTableParts
  readonly #at: SymbolLayout
  readonly #names: SymbolNames
  readonly #addresses: () => SymbolAddressIndex
  readonly #nameIndex: () => SymbolNameIndex | undefined
  #searches = 0

  constructor(parts: SymbolTableParts) {
    this.#parts = parts
    this.#symbols = parts.symbols
    this.length = parts.symbols.length
    this.#at = parts.symbols.encoding.is64 ? SYM64 : SYM32
    this.#names = new SymbolNames(parts.strings)
    this.#nameIndex = once(() => SymbolNameIndex.build(parts.symbols.column32(this.#at.name), parts.strings().all()))
    this.#addresses = once(
      () => new SymbolAddressIndex(addressColumns(parts.symbols, parts.machine, () => parts.strings().all())),
    )
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
   * not. Undefined if there is none, and for the empty name. In `.dynsym` through the GNU or SysV hash table where the
   * file has one that leads somewhere, as the dynamic linker does; else by a search through the bytes of the names, and from
   * the ninth time on through a hash table made for it.
   * @param version only the symbol of this version: `find('memcpy', 'GLIBC_2.14')`. Without one, of several defined
   * symbols the default one (`memcpy@@…`) is preferred
   * @throws FormatError when the string table or the versions cannot be read
   */
  find(name: string, version?: string): ElfSymbol | undefined {
    let [hidden, undefinedSymbol]: (number | undefined)[] = []
    for (const index of this.#indicesOf(name)) {
      const versionHere = this.#versions === undefined ? undefined : this.versionOf(index)
      if (version !== undefined && versionHere?.name !== version) continue
      if (this.rawSectionIndexOf(index) === SHN.UNDEF) undefinedSymbol ??= index
      else if (version === undefined && versionHere?.isDefault === false) hidden ??= index
      else return new ElfSymbol(this, index)
    }
    const best = hidden ?? undefinedSymbol
    return best === undefined ? undefined : new ElfSymbol(this, best)
  }

  /**
   * All symbols of exactly this name, in the order of the table (each file of a program may have a static of one name).
   * @throws FormatError when the string table cannot be read
   */
  findAll(name: string): ElfSymbol[] {
    const indices = [...this.#indicesOf(name)].sort((a, b) => a - b)
    return indices.map((index) => new ElfSymbol(this, index))
  }

  /**
   * The symbol that covers an address. An index is made at the first call; a look-up takes some hundred nanoseconds.
   *
   * A symbol covers `address` to `address + size - 1`, one of size 0 its address alone. Of several that cover the one
   * asked for, one with a size is preferred; then the one that begins last; then a global to a weak to a local one; then
   * a function or object to one without a type; then the first of the table. Undefined and common symbols do not count,
   * nor those of sections, files and thread-local storage, nor the mapping symbols of ARM, AArch64 and RISC-V (`$x`,
   * `$d`). The bit that says "Thumb" in the address of an ARM function is cleared.
   *
   * In a relocatable file addresses are offsets in sections, and one may be covered in each of them.
   * @returns undefined where nothing covers it, and for a number that is no safe integer
   * @throws FormatError when the string table cannot be read (for mapping symbols)
   */
  findByAddress(address: bigint | number): ElfSymbol | undefined {
    let [high, low] = [0, 0]
    if (typeof address === 'number') {
      if (!Number.isSafeInteger(address) || address < 0) return undefined
      low = address >>> 0
      high = (address - low) / 0x1_0000_0000
    } else {
      if (address < 0n || address >> 64n) return undefined
      low = Number(address & 0xffff_ffffn)
      high = Number(address >> 32n)
    }
    const index = this.#addresses().find(high, low)
    return index === undefined ? undefined : new ElfSymbol(this, index)
  }

  /** The name of the symbol at `index`, which must lie within the table. @throws FormatError as `ElfSymbol.name` */
  nameOf(index: number): string {
    return this.#names.at(this.#symbols.u32(index, this.#at.name))
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

  /** As `ElfSymbol.version`. @throws FormatError when the version tables cannot be read */
  versionOf(index: number): SymbolVersion | undefined {
    return this.#versions?.of(index, this.rawSectionIndexOf(index) !== SHN.UNDEF)
  }

  get #versions(): SymbolVersions | undefined {
    return this.#parts.versions()
  }

  *#indicesOf(name: string): IterableIterator<number> {
    if (name === '' || name.includes('\0')) return
    const wanted = utf8.encode(`${name}\0`)
    const hash = this.#parts.hash() ?? this.#ownIndex()
    if (hash === undefined) {
      yield* searchForName(this.#symbols, this.#at.name, this.#parts.strings(), wanted)
      return
    }
    let hashed: number[]
    try {
      hashed = [...hash.candidates(wanted.subarray(0, -1))]
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      // A damaged hash table hides nothing: the names themselves are all there.
      yield* searchForName(this.#symbols, this.#at.name, this.#parts.strings(), wanted)
      return
    }
    const strings = this.#parts.strings().all()
    for (const index of hashed) {
      if (index < this.length && standsAt(strings, this.nameOffsetOf(index), wanted)) yield index
    }
    const end = Math.min(hash.firstHashed, this.length)
    for (let index = 1; index < end; index++) {
      if (standsAt(strings, this.nameOffsetOf(index), wanted)) yield index
    }
  }

  /** After some searches a hash table of our own takes their place. */
  #ownIndex(): SymbolNameIndex | undefined {
    return this.#searches++ < MAX_SEARCHES ? undefined : this.#nameIndex()
  }
}
