/** Relocations: places that a linker, static or dynamic, has to fill in (gABI chapter 4, "Relocation"). */
import { EM } from './constants.js'
import type { RecordTable } from './fields.js'
import type { ElfSymbol } from './symbol.js'
import type { SymbolTable } from './symbol-table.js'

/** Byte offsets of the fields of Elf32_Rela and Elf64_Rela; Elf_Rel ends before the addend. */
const RELA32 = { info: 4, addend: 8, rel: 8, rela: 12 }
const RELA64 = { info: 8, addend: 16, rel: 16, rela: 24 }

/** Bytes of one relocation. */
export function relocationSize(is64: boolean, hasAddends: boolean): number {
  const layout = is64 ? RELA64 : RELA32
  return hasAddends ? layout.rela : layout.rel
}

/** Where a table's parts come from. */
export interface RelocationTableParts {
  /** What the table is, for errors: `.rela.text`. */
  readonly label: string
  /** The table itself; read when something in it is wanted. */
  readonly relocations: () => RecordTable
  readonly is64: boolean
  /** e_machine. */
  readonly machine: number
  readonly hasAddends: boolean
  readonly sectionIndex: number | undefined
  readonly targetIndex: number | undefined
  /** The symbols that the relocations refer to; read when a symbol is wanted. */
  readonly symbols: () => SymbolTable | undefined
}

/**
 * One table of relocations (SHT_REL, SHT_RELA). Methods that take an index want one from 0 to `length - 1`; those that
 * end in `Of` read one field without making an object.
 */
export class RelocationTable {
  /** Name of the section, or of the dynamic tag where the file has no sections. */
  readonly label: string
  /** Whether each has an addend of its own (RELA); else it stands at the place that is to be filled in (REL). */
  readonly hasAddends: boolean
  /** Index of the section that holds the table; undefined where it was found through the dynamic section. */
  readonly sectionIndex: number | undefined
  /**
   * sh_info: index of the section whose contents are to be filled in. Undefined for those of the dynamic linker, which
   * go by address.
   */
  readonly targetIndex: number | undefined
  readonly #parts: RelocationTableParts
  readonly #at: typeof RELA32
  #records: RecordTable | undefined

  constructor(parts: RelocationTableParts) {
    this.#parts = parts
    this.label = parts.label
    this.hasAddends = parts.hasAddends
    this.sectionIndex = parts.sectionIndex
    this.targetIndex = parts.targetIndex
    this.#at = parts.is64 ? RELA64 : RELA32
  }

  get #table(): RecordTable {
    this.#records ??= this.#parts.relocations()
    return this.#records
  }

  /**
   * How many relocations.
   * @throws FormatError, as all that reads the table, when it does not lie within the file or has entries of a wrong size
   */
  get length(): number {
    return this.#table.length
  }

  /**
   * The symbol table that the relocations refer to; undefined where they need none.
   * @throws FormatError when it cannot be read
   */
  get symbols(): SymbolTable | undefined {
    return this.#parts.symbols()
  }

  /** The relocation at an index, or undefined outside the table. */
  at(index: number): Relocation | undefined {
    return Number.isInteger(index) && index >= 0 && index < this.length ? new Relocation(this, index) : undefined
  }

  /** All relocations, in order. */
  *[Symbol.iterator](): IterableIterator<Relocation> {
    const { length } = this
    for (let index = 0; index < length; index++) yield new Relocation(this, index)
  }

  /** r_offset: the place, as an address; in a relocatable file an offset in the target section. */
  offsetOf(index: number): bigint {
    return this.#table.big(index, 0)
  }

  /** As `offsetOf`, cheaper. @throws FormatError when it is above 2^53 */
  offsetNumberOf(index: number): number {
    return this.#table.number(index, 0)
  }

  /** r_info: symbol and type in one number (ELF32_R_INFO, ELF64_R_INFO), as readelf prints it. */
  infoOf(index: number): bigint {
    if (!this.#isMips64el) return this.#table.big(index, this.#at.info)
    return (BigInt(this.symbolIndexOf(index)) << 32n) | BigInt(this.typeOf(index))
  }

  /**
   * The type, see `describeRelocationType`. In 64-bit MIPS files up to three types in one number, the first in the lowest
   * byte (and r_ssym in the highest).
   */
  typeOf(index: number): number {
    const low = this.#table.low(index, this.#at.info)
    if (!this.#table.encoding.is64) return low & 0xff
    if (this.#isMips64el) return swapBytes(this.#table.high(index, this.#at.info))
    // 64-bit SPARC keeps data in the upper three bytes (ELF64_R_TYPE_DATA).
    return this.#parts.machine === EM.SPARCV9 ? low & 0xff : low
  }

  /** Index of the symbol in `symbols`; 0 stands for none. */
  symbolIndexOf(index: number): number {
    const low = this.#table.low(index, this.#at.info)
    if (!this.#table.encoding.is64) return low >>> 8
    return this.#isMips64el ? low : this.#table.high(index, this.#at.info)
  }

  /** r_addend, signed; undefined in a table without addends. */
  addendOf(index: number): bigint | undefined {
    if (!this.hasAddends) return undefined
    return BigInt.asIntN(this.#table.encoding.is64 ? 64 : 32, this.#table.big(index, this.#at.addend))
  }

  /** The low and the high 32 bits of the addend, sign extended; 0 in a table without addends. */
  addendWordsOf(index: number): readonly [low: number, high: number] {
    if (!this.hasAddends) return [0, 0]
    const low = this.#table.low(index, this.#at.addend)
    return [low, this.#table.encoding.is64 ? this.#table.high(index, this.#at.addend) : (low | 0) < 0 ? 0xffff_ffff : 0]
  }

  /**
   * The symbol of a relocation; undefined where it has none.
   * @throws FormatError when the table has no such symbol, or there is no table
   */
  symbolOf(index: number): ElfSymbol | undefined {
    const symbolIndex = this.symbolIndexOf(index)
    if (symbolIndex === 0) return undefined
    return this.symbols?.at(symbolIndex) ?? this.fail(`there is no symbol ${symbolIndex}`, index)
  }

  /** 64-bit MIPS has fields of their own in place of one number, which in little-endian files changes their order. */
  get #isMips64el(): boolean {
    const { is64, littleEndian } = this.#table.encoding
    return is64 && littleEndian && this.#parts.machine === EM.MIPS
  }

  /** Throws a FormatError that names the table and the relocation's place in it. */
  fail(reason: string, index: number): never {
    return this.#table.fail(reason, index)
  }
}

/** A view of one relocation: fields are decoded when asked for. */
export class Relocation {
  /** Position in the table. */
  readonly index: number
  readonly #table: RelocationTable

  constructor(table: RelocationTable, index: number) {
    this.#table = table
    this.index = index
  }

  /** The place that is to be filled in: an address; in a relocatable file an offset in the target section. */
  get offset(): bigint {
    return this.#table.offsetOf(this.index)
  }

  /** See `describeRelocationType`. */
  get type(): number {
    return this.#table.typeOf(this.index)
  }

  /** Index in the symbol table; 0 stands for none. */
  get symbolIndex(): number {
    return this.#table.symbolIndexOf(this.index)
  }

  /** The symbol; undefined where there is none. @throws FormatError when the table has no such symbol */
  get symbol(): ElfSymbol | undefined {
    return this.#table.symbolOf(this.index)
  }

  /** Signed; undefined where the addend stands at the place itself (REL). */
  get addend(): bigint | undefined {
    return this.#table.addendOf(this.index)
  }
}

function swapBytes(word: number): number {
  return ((word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)) >>> 0
}
