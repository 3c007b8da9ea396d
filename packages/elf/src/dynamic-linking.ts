/**
 * What the dynamic linker uses: the dynamic section and the tables that belong to it. Found through section headers where
 * there are some; else, as the dynamic linker itself does it, through PT_DYNAMIC and the addresses in its entries.
 */
import { FormatError } from '@gospy/bytes'
import { PT, SHT } from './constants.js'
import { DynamicTable, dynamicEntrySize } from './dynamic.js'
import { DT } from './dynamic-constants.js'
import type { ElfFile } from './elf-file.js'
import { type Encoding, RecordTable } from './fields.js'
import { GnuHashTable } from './gnu-hash.js'
import { once } from './memo.js'
import { RelocationTable, relocationSize } from './relocation.js'
import { RelrTable } from './relr.js'
import type { Section } from './section.js'
import { StringReader } from './strings.js'
import type { SymbolHash } from './symbol-hash.js'
import { symbolSize } from './symbol-layout.js'
import { SymbolTable } from './symbol-table.js'
import { readVersionDefinitions, readVersionRequirements, SymbolVersions, type VersionTable } from './symbol-version.js'
import { SysvHashTable } from './sysv-hash.js'
import { WindowedBytes } from './windowed-bytes.js'

const NOTHING = new Uint8Array(0)

/** Each part is found and decoded when first asked for, and remembered. */
export class DynamicLinking {
  readonly #elf: ElfFile
  readonly #encoding: Encoding
  readonly #table: () => DynamicTable | undefined
  readonly #strings: () => Uint8Array
  readonly #hash: () => SymbolHash | undefined
  readonly #versions: () => SymbolVersions | undefined
  readonly #symbols: () => SymbolTable
  readonly #loaded = new Map<number, Uint8Array>()

  constructor(elf: ElfFile, encoding: Encoding) {
    this.#elf = elf
    this.#encoding = encoding
    this.#table = once(() => this.#readTable())
    this.#strings = once(() => this.#readStrings())
    this.#hash = once(() => this.#readHash())
    this.#versions = once(() => this.#readVersions())
    this.#symbols = once(() => this.#readSymbols())
  }

  /** The dynamic section. */
  get table(): DynamicTable | undefined {
    return this.#table()
  }

  /** Symbol versions of `.dynsym`. */
  get versions(): SymbolVersions | undefined {
    return this.#versions()
  }

  /** A hash table over the names of `.dynsym`. Undefined also for a damaged one: look-ups search, then. */
  get hash(): SymbolHash | undefined {
    return this.#hash()
  }

  /** `.dynsym` of a file without section headers. */
  get symbols(): SymbolTable {
    return this.#symbols()
  }

  /** Relocations of a file without section headers. */
  relocations(): RelocationTable[] {
    const { machine } = this.#elf.header
    const isRela = this.#number(DT.PLTREL) === DT.RELA
    const found: RelocationTable[] = []
    const tables: [name: string, address: number, size: number, hasAddends: boolean][] = [
      ['DT_RELA', DT.RELA, DT.RELASZ, true],
      ['DT_REL', DT.REL, DT.RELSZ, false],
      ['DT_JMPREL', DT.JMPREL, DT.PLTRELSZ, isRela],
    ]
    for (const [label, address, size, hasAddends] of tables) {
      if (this.table?.get(address) === undefined) continue
      const { is64 } = this.#encoding
      const entrySize = relocationSize(is64, hasAddends)
      const relocations = () => {
        const bytes = this.#bytesOf(address, size, label) ?? NOTHING
        return new RecordTable(bytes, entrySize, entrySize, this.#encoding, label)
      }
      const symbols = () => this.symbols
      found.push(
        new RelocationTable({
          ...{ label, relocations, is64, machine, hasAddends, symbols },
          ...{ sectionIndex: undefined, targetIndex: undefined },
        }),
      )
    }
    return found
  }

  /** Packed relative relocations of a file without section headers. */
  relr(): RelrTable[] {
    const bytes = this.#bytesOf(DT.RELR, DT.RELRSZ, 'DT_RELR')
    if (bytes === undefined) return []
    const wordSize = this.#encoding.is64 ? 8 : 4
    return [new RelrTable(new RecordTable(bytes, wordSize, wordSize, this.#encoding, 'DT_RELR'), 'DT_RELR')]
  }

  #section(type: number): Section | undefined {
    return this.#elf.sections.find((section) => section.type === type)
  }

  #readTable(): DynamicTable | undefined {
    const size = dynamicEntrySize(this.#encoding.is64)
    const bytes = this.#section(SHT.DYNAMIC)?.data() ?? this.#dynamicSegment()
    if (bytes === undefined) return undefined
    const table = new RecordTable(bytes, size, size, this.#encoding, 'dynamic section')
    return new DynamicTable(table, new StringReader(this.#strings, 'dynamic string table'))
  }

  #dynamicSegment(): Uint8Array | undefined {
    const segment = this.#elf.segments.find(({ type }) => type === PT.DYNAMIC)
    if (segment === undefined || segment.fileSize === 0) return undefined
    // In a file with debug data alone the segment is that of the program, its bytes are not.
    const isEmpty = this.#elf.sections.some(({ type, address }) => type === SHT.NOBITS && address === segment.address)
    return isEmpty ? undefined : segment.data()
  }

  #readStrings(): Uint8Array {
    const section = this.#section(SHT.DYNAMIC)
    const linked = section && this.#elf.sections[section.link]
    const strings = linked?.type === SHT.STRTAB ? linked.data() : undefined
    return strings ?? this.#bytesOf(DT.STRTAB, DT.STRSZ, 'dynamic string table') ?? NOTHING
  }

  #readHash(): SymbolHash | undefined {
    const { machine } = this.#elf.header
    const bytes = (type: number, tag: number) => this.#section(type)?.data() ?? this.#bytesFrom(tag)
    const makers: (() => SymbolHash | undefined)[] = [
      () => {
        const table = bytes(SHT.GNU_HASH, DT.GNU_HASH)
        return table && new GnuHashTable(table, this.#encoding)
      },
      () => {
        const table = bytes(SHT.HASH, DT.HASH)
        return table && new SysvHashTable(table, this.#encoding, machine)
      },
    ]
    for (const make of makers) {
      try {
        const hash = make()
        if (hash !== undefined) return hash
      } catch (error) {
        if (!(error instanceof FormatError)) throw error
      }
    }
    return undefined
  }

  #readVersions(): SymbolVersions | undefined {
    const numbers = this.#section(SHT.GNU_VERSYM)?.data() ?? this.#bytesFrom(DT.VERSYM)
    if (numbers === undefined) return undefined
    const definitions = once(() => {
      const table = this.#versionTable(SHT.GNU_VERDEF, DT.VERDEF, DT.VERDEFNUM)
      return table === undefined ? [] : readVersionDefinitions(table)
    })
    const requirements = once(() => {
      const table = this.#versionTable(SHT.GNU_VERNEED, DT.VERNEED, DT.VERNEEDNUM)
      return table === undefined ? [] : readVersionRequirements(table)
    })
    const table = new RecordTable(numbers, 2, 2, this.#encoding, '.gnu.version')
    return new SymbolVersions({ numbers: table, definitions, requirements })
  }

  #versionTable(type: number, address: number, count: number): VersionTable | undefined {
    const { littleEndian } = this.#encoding
    const section = this.#section(type)
    const bytes = section?.data()
    if (section !== undefined && bytes !== undefined) {
      const strings = () => this.#elf.sections[section.link]?.data() ?? NOTHING
      const reader = new StringReader(strings, `string table of ${section.label}`)
      return { bytes, count: section.info, strings: reader, littleEndian }
    }
    const loaded = this.#bytesFrom(address)
    if (loaded === undefined) return undefined
    const reader = new StringReader(this.#strings, 'dynamic string table')
    return { bytes: loaded, count: this.#number(count) ?? 0, strings: reader, littleEndian }
  }

  #readSymbols(): SymbolTable {
    const size = symbolSize(this.#encoding.is64)
    const bytes = this.#bytesFrom(DT.SYMTAB)
    // How many there are no entry says: the hash table has to.
    const count = bytes === undefined ? 0 : (this.#hash()?.symbolCount() ?? 0)
    if (bytes !== undefined && count * size > bytes.length) {
      throw new FormatError(`${count} symbols do not lie within the segment`, { section: 'dynamic symbol table' })
    }
    const symbols = bytes?.subarray(0, count * size) ?? NOTHING
    return new SymbolTable({
      symbols: new RecordTable(symbols, size, size, this.#encoding, 'dynamic symbol table'),
      machine: this.#elf.header.machine,
      strings: once(() => WindowedBytes.of(this.#strings())),
      extendedIndices: () => undefined,
      hash: this.#hash,
      versions: this.#versions,
    })
  }

  /** The value of an entry as a number; undefined where there is none, or one above 2^53. */
  #number(tag: number): number | undefined {
    const value = this.table?.get(tag)
    return value === undefined || value > BigInt(Number.MAX_SAFE_INTEGER) ? undefined : Number(value)
  }

  /** The bytes that two entries, an address and a size, speak of; undefined where there is no address. */
  #bytesOf(address: number, size: number, label: string): Uint8Array | undefined {
    const bytes = this.#bytesFrom(address)
    if (bytes === undefined) return undefined
    const length = this.#number(size) ?? 0
    if (length > bytes.length) {
      throw new FormatError(`${length} bytes do not lie within the segment`, { section: label })
    }
    return bytes.subarray(0, length)
  }

  /** All bytes from the address that an entry holds to the end of what its segment has in the file. */
  #bytesFrom(tag: number): Uint8Array | undefined {
    const address = this.table?.get(tag)
    if (address === undefined) return undefined
    for (const segment of this.#elf.segments) {
      if (segment.type !== PT.LOAD) continue
      const offset = segment.fileOffset(address, 0)
      if (offset === undefined) continue
      let bytes = this.#loaded.get(segment.index)
      if (bytes === undefined) {
        bytes = segment.data()
        this.#loaded.set(segment.index, bytes)
      }
      return bytes.subarray(offset - segment.offset)
    }
    return undefined
  }
}
