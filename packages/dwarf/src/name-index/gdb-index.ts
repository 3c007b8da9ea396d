/**
 * .gdb_index (GDB manual, appendix J "Index Section Format", versions 4 to 9): names to units, and addresses to units. Written by
 * gdb, gold and lld; little-endian on every machine.
 */
import { Cursor, decodeUtf8, FormatError } from '@gospy/bytes'
import type { Sections } from '../sections.js'

const SECTION = '.gdb_index'

/** What a symbol is, as far as the index tells; `none` where it does not, as before version 7. */
export type GdbSymbolKind = 'none' | 'type' | 'variable' | 'function' | 'other' | 'unused'

/** By bits 28 to 30 of an element of a vector. */
const KINDS: readonly GdbSymbolKind[] = ['none', 'type', 'variable', 'function', 'other', 'unused', 'unused', 'unused']

/** A unit in which a symbol is. */
export interface GdbSymbol {
  /** Number of the unit: compilation units first, then type units. */
  readonly unit: number
  readonly kind: GdbSymbolKind
  /** Whether the symbol is of its unit alone. Before version 7 false, which says nothing. */
  readonly isStatic: boolean
}

/** A compilation unit of the index. */
export interface GdbUnit {
  /** Offset in .debug_info. */
  readonly offset: number
  /** Length in bytes, the header included. */
  readonly length: number
}

/** A type unit of the index. */
export interface GdbTypeUnit {
  /** Offset in .debug_types (or .debug_info). */
  readonly offset: number
  /** Offset of the type's entry from the start of the unit. */
  readonly typeOffset: number
  readonly signature: bigint
}

/** Addresses of one compilation unit. */
export interface GdbAddressRange {
  readonly begin: bigint
  readonly end: bigint
  /** Number of the compilation unit. */
  readonly unit: number
}

/** The index that gdb reads instead of the debugging information. Nothing is decoded before it is asked for. */
export class GdbIndex {
  /** 4 to 9. */
  readonly version: number
  /** Number of compilation units, type units, address ranges and slots of the symbol table. */
  readonly unitCount: number
  readonly typeUnitCount: number
  readonly addressCount: number
  readonly slotCount: number
  readonly #bytes: Uint8Array
  readonly #cursor: Cursor
  readonly #unitsOffset: number
  readonly #typeUnitsOffset: number
  readonly #addressesOffset: number
  readonly #symbolsOffset: number
  readonly #poolOffset: number

  private constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    const cursor = new Cursor(bytes, { section: SECTION })
    this.#cursor = cursor
    this.version = cursor.u32()
    if (this.version < 4 || this.version > 9) cursor.fail(`version ${this.version} (4 to 9 are known)`, 0)
    this.#unitsOffset = cursor.u32()
    this.#typeUnitsOffset = cursor.u32()
    this.#addressesOffset = cursor.u32()
    this.#symbolsOffset = cursor.u32()
    // Version 9 has a table of shortcuts (the name of main) between the symbols and the pool.
    const symbolsEnd = cursor.u32()
    this.#poolOffset = this.version >= 9 ? cursor.u32() : symbolsEnd
    const starts = [this.#unitsOffset, this.#typeUnitsOffset, this.#addressesOffset, this.#symbolsOffset, symbolsEnd]
    starts.push(this.#poolOffset, bytes.length)
    if (starts.some((start, index) => index > 0 && start < starts[index - 1]!)) {
      cursor.fail('the tables do not lie one behind the other within the section', 4)
    }
    this.unitCount = Math.floor((this.#typeUnitsOffset - this.#unitsOffset) / 16)
    this.typeUnitCount = Math.floor((this.#addressesOffset - this.#typeUnitsOffset) / 24)
    this.addressCount = Math.floor((this.#symbolsOffset - this.#addressesOffset) / 20)
    this.slotCount = Math.floor((symbolsEnd - this.#symbolsOffset) / 8)
    if ((this.slotCount & (this.slotCount - 1)) !== 0) {
      cursor.fail(`a hash table of ${this.slotCount} slots, which is no power of two`, this.#symbolsOffset)
    }
  }

  /**
   * The index, its header read; undefined where there is no such section.
   * @throws FormatError for a version that is not known, and tables that do not lie within the section
   */
  static from(sections: Sections): GdbIndex | undefined {
    const bytes = sections.find(SECTION)
    return bytes && new GdbIndex(bytes)
  }

  /** A compilation unit by its number. */
  unit(number: number): GdbUnit {
    this.#check('unit', number, this.unitCount)
    const cursor = this.#cursor.seek(this.#unitsOffset + number * 16)
    return { offset: cursor.u64(), length: cursor.u64() }
  }

  /** A type unit by its number among the type units. */
  typeUnit(number: number): GdbTypeUnit {
    this.#check('type unit', number, this.typeUnitCount)
    const cursor = this.#cursor.seek(this.#typeUnitsOffset + number * 24)
    return { offset: cursor.u64(), typeOffset: cursor.u64(), signature: cursor.u64big() }
  }

  /** A range of addresses by its number. */
  addressRange(number: number): GdbAddressRange {
    this.#check('address range', number, this.addressCount)
    const cursor = this.#cursor.seek(this.#addressesOffset + number * 20)
    return { begin: cursor.u64big(), end: cursor.u64big(), unit: cursor.u32() }
  }

  #check(what: string, number: number, count: number): void {
    if (!(number >= 0 && number < count)) throw new FormatError(`${what} ${number} of ${count}`, { section: SECTION })
  }

  /** The symbol in a slot of the hash table: its name and where its units are; undefined for an empty slot. */
  slot(number: number): { readonly name: string; readonly vectorOffset: number } | undefined {
    this.#check('slot', number, this.slotCount)
    const cursor = this.#cursor.seek(this.#symbolsOffset + number * 8)
    const nameOffset = cursor.u32()
    const vectorOffset = cursor.u32()
    if (nameOffset === 0 && vectorOffset === 0) return undefined
    return { name: this.#name(nameOffset), vectorOffset }
  }

  #name(offset: number): string {
    const start = this.#poolOffset + offset
    const end = this.#bytes.indexOf(0, start)
    if (start >= this.#bytes.length || end < 0) this.#cursor.fail('no NUL-terminated name here', start)
    return decodeUtf8(this.#bytes, start, end)
  }

  /** The units of a symbol, by the offset that its slot has. */
  *symbols(vectorOffset: number): Generator<GdbSymbol, void, undefined> {
    const cursor = new Cursor(this.#bytes, { section: SECTION }).seek(this.#poolOffset + vectorOffset)
    const count = cursor.u32()
    if (count * 4 > cursor.remaining) cursor.fail(`a symbol of ${count} units, ${cursor.remaining} bytes are left`)
    for (let index = 0; index < count; index++) {
      const element = cursor.u32()
      if (this.version < 7) yield { unit: element, kind: 'none', isStatic: false }
      else yield { unit: element & 0xff_ffff, kind: KINDS[(element >>> 28) & 7]!, isStatic: element >>> 31 === 1 }
    }
  }

  /** The units that have a symbol of that name, scopes included (`ns::Foo`). */
  find(name: string): readonly GdbSymbol[] {
    const mask = this.slotCount - 1
    if (mask < 0) return []
    const wanted = new TextEncoder().encode(name)
    const hash = this.#hash(wanted)
    const step = (Math.imul(hash, 17) & mask) | 1
    let slot = hash & mask
    for (let probes = 0; probes < this.slotCount; probes++) {
      const cursor = this.#cursor.seek(this.#symbolsOffset + slot * 8)
      const nameOffset = cursor.u32()
      const vectorOffset = cursor.u32()
      if (nameOffset === 0 && vectorOffset === 0) return []
      // In place: names of other symbols need not be decoded.
      if (this.#isName(nameOffset, wanted)) return [...this.symbols(vectorOffset)]
      slot = (slot + step) & mask
    }
    return []
  }

  #isName(offset: number, wanted: Uint8Array): boolean {
    const start = this.#poolOffset + offset
    for (let index = 0; index < wanted.length; index++) if (this.#bytes[start + index] !== wanted[index]) return false
    return this.#bytes[start + wanted.length] === 0
  }

  #hash(name: Uint8Array): number {
    let hash = 0
    for (const byte of name) {
      // Version 4 had no folding of case.
      const folded = this.version >= 5 && byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte
      hash = (Math.imul(hash, 67) + folded - 113) >>> 0
    }
    return hash
  }
}
