/**
 * A binary as pieces of its address space: what an ELF, PE, Mach-O or WebAssembly reader gives, or a process's memory.
 * This package reads no container format; it takes bytes and the addresses they are loaded at.
 */
import { type ByteSource, FormatError, PagedBytes } from '@gospy/bytes'
import type { ReadAddress } from './pclntab-data.js'

/** A piece of a binary at its link-time address: a section or a segment. Pieces may overlap (sections within segments). */
export interface MemoryRegion {
  /** `.gopclntab`, `__gopclntab`, …: looked at first where it is known. */
  name?: string | undefined
  /** Address of the first byte. */
  address: number | bigint
  /**
   * Of a source, as a part of a file, only what is asked for is read. May be a getter, which is asked when something in it is
   * needed: give `size` too then.
   */
  bytes: Uint8Array | ByteSource
  /** How many bytes these are; by default all. */
  size?: number | undefined
}

/**
 * What a dynamic linker would store into a pointer before the program starts. Of an ELF file's RELA tables: for R_*_RELATIVE the
 * addend; where a symbol is named (R_X86_64_64, R_AARCH64_ABS64, as Go up to 1.14 writes them) its value plus the addend.
 */
export interface PointerRelocation {
  /** Link-time address of the pointer. */
  address: number | bigint
  /** Link-time address that it points to. */
  value: number | bigint
}

/** How pointers look, for relocations. */
export interface PointerFormat {
  pointerSize: number
  littleEndian: boolean
}

const SECTION = 'memory regions'

interface Piece {
  readonly name: string | undefined
  readonly start: number
  readonly end: number
  readonly region: MemoryRegion
  pages: PagedBytes | undefined
}

/** The pieces in order of address; each one's bytes are taken when they are first needed, relocations applied to a copy. */
export class MemoryRegions {
  readonly #pieces: Piece[]
  readonly #relocations: { address: number; value: number }[]
  #format: PointerFormat | undefined

  /** @throws FormatError when an address is above 2^53 */
  constructor(regions: Iterable<MemoryRegion>, relocations: Iterable<PointerRelocation> = []) {
    const pieces = [...regions].map((region) => {
      const start = toNumber(region.address)
      return { name: region.name, start, end: start + (region.size ?? sizeOf(region.bytes)), region, pages: undefined }
    })
    // An empty one would hide another at the same address.
    this.#pieces = pieces.filter(({ start, end }) => end > start).sort((a, b) => a.start - b.start || a.end - b.end)
    this.#relocations = Array.from(relocations, ({ address, value }) => ({
      address: toNumber(address),
      value: Number(value),
    })).sort((a, b) => a.address - b.address)
  }

  /** Whether pointers are to be changed before they are read. */
  get hasRelocations(): boolean {
    return this.#relocations.length > 0
  }

  /** From here on bytes are given with relocations applied; what was given before stays as it was. */
  relocate(format: PointerFormat): void {
    if (!this.hasRelocations) return
    this.#format = format
    for (const piece of this.#pieces) piece.pages = undefined
  }

  /** Every piece, by address. Their bytes are not asked for. */
  *list(): Generator<{ name: string | undefined; address: number; size: number; pages: () => PagedBytes }> {
    for (const piece of this.#pieces) {
      yield {
        name: piece.name,
        address: piece.start,
        size: piece.end - piece.start,
        pages: () => this.#pagesOf(piece),
      }
    }
  }

  /** Bytes at an address, as a view; undefined where no one piece holds them all. */
  readonly read: ReadAddress = (address, length) => {
    const piece = this.#holding(address, length)
    if (piece === undefined) return undefined
    const start = address - piece.start
    return this.#pagesOf(piece).part(start, start + length)
  }

  /** What follows an address, to the end of its piece, but no more than `limit` bytes; nothing of it is read yet. */
  from(address: number, limit = Number.POSITIVE_INFINITY): Uint8Array | ByteSource | undefined {
    const piece = this.#holding(address, limit) ?? this.#holding(address, 0)
    if (piece === undefined) return undefined
    const pages = this.#pagesOf(piece)
    const start = Math.min(address - piece.start, pages.size)
    return pages.slice(start, Math.min(start + limit, pages.size))
  }

  /** As `from`, read. */
  head(address: number, limit: number): Uint8Array | undefined {
    const rest = this.from(address, limit)
    return rest === undefined || rest instanceof Uint8Array ? rest : rest.read(0, rest.size)
  }

  #holding(address: number, length: number): Piece | undefined {
    if (!(address >= 0 && length >= 0)) return undefined
    const pieces = this.#pieces
    let low = 0
    let high = pieces.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (pieces[middle]!.start <= address) low = middle + 1
      else high = middle
    }
    // Pieces may overlap: the nearest beginning need not be the one that reaches far enough.
    for (let index = low - 1, tries = 0; index >= 0 && tries < MAX_OVERLAP; index--, tries++) {
      if (address + length <= pieces[index]!.end) return pieces[index]
    }
    return undefined
  }

  #pagesOf(piece: Piece): PagedBytes {
    if (piece.pages === undefined) {
      const pages = new PagedBytes(piece.region.bytes, piece.name ?? SECTION)
      piece.pages = this.#relocated(piece.start, pages)
    }
    return piece.pages
  }

  #relocated(start: number, pages: PagedBytes): PagedBytes {
    const relocations = this.#relocations
    const format = this.#format
    if (format === undefined) return pages
    let index = firstAt(relocations, start)
    const end = start + pages.size - format.pointerSize
    if (index === relocations.length || relocations[index]!.address > end) return pages
    const copy = pages.all().slice()
    const view = new DataView(copy.buffer)
    for (; index < relocations.length; index++) {
      const { address, value } = relocations[index]!
      if (address > end) break
      writePointer(view, address - start, value, format)
    }
    return new PagedBytes(copy, SECTION)
  }
}

function sizeOf(bytes: Uint8Array | ByteSource): number {
  return bytes instanceof Uint8Array ? bytes.length : bytes.size
}

/** Index of the first of sorted relocations at or behind an address. */
function firstAt(relocations: readonly { address: number }[], address: number): number {
  let low = 0
  let high = relocations.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (relocations[middle]!.address < address) low = middle + 1
    else high = middle
  }
  return low
}

/** How many pieces before the nearest one are looked at: a section within a segment within another, and to spare. */
const MAX_OVERLAP = 64

function writePointer(view: DataView, at: number, value: number, { pointerSize, littleEndian }: PointerFormat): void {
  const low = value >>> 0
  if (pointerSize === 4) {
    view.setUint32(at, low, littleEndian)
    return
  }
  const high = Math.floor(value / 0x1_0000_0000) >>> 0
  view.setUint32(littleEndian ? at : at + 4, low, littleEndian)
  view.setUint32(littleEndian ? at + 4 : at, high, littleEndian)
}

function toNumber(address: number | bigint): number {
  const number = Number(address)
  if (!(Number.isSafeInteger(number) && number >= 0)) {
    throw new FormatError(`0x${address.toString(16)} is no address below 2^53`, { section: SECTION })
  }
  return number
}
