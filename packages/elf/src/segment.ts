/** Program headers: what the kernel and the dynamic linker map into memory (gABI chapter 5, "Program Header"). */
import type { ByteSource } from '@gospy/bytes'
import { PT } from './constants.js'
import type { RecordTable } from './fields.js'
import { readPart } from './read-part.js'

/** Byte offsets of the fields of Elf32_Phdr and Elf64_Phdr. */
const PHDR32 = { size: 32, type: 0, offset: 4, vaddr: 8, paddr: 12, filesz: 16, memsz: 20, flags: 24, align: 28 }
const PHDR64 = { size: 56, type: 0, flags: 4, offset: 8, vaddr: 16, paddr: 24, filesz: 32, memsz: 40, align: 48 }

/** Bytes of one program header. */
export function programHeaderSize(is64: boolean): number {
  return is64 ? PHDR64.size : PHDR32.size
}

/**
 * One program header. Fields are decoded when asked for; those that are numbers throw a FormatError where the file
 * holds a value above 2^53.
 */
export class Segment {
  /** Position in `ElfFile.segments`. */
  readonly index: number
  readonly #table: RecordTable
  readonly #source: ByteSource
  readonly #at: typeof PHDR32

  constructor(table: RecordTable, index: number, source: ByteSource) {
    this.#table = table
    this.index = index
    this.#source = source
    this.#at = table.encoding.is64 ? PHDR64 : PHDR32
  }

  /** p_type: see PT. */
  get type(): number {
    return this.#table.u32(this.index, this.#at.type)
  }

  /** p_flags: see PF. */
  get flags(): number {
    return this.#table.u32(this.index, this.#at.flags)
  }

  /** File offset, in bytes. */
  get offset(): number {
    return this.#table.number(this.index, this.#at.offset)
  }

  /** p_vaddr: address in memory; of a position-independent file, relative to where it gets loaded. */
  get address(): bigint {
    return this.#table.big(this.index, this.#at.vaddr)
  }

  /** p_paddr: meaningful for kernels and firmware. */
  get physicalAddress(): bigint {
    return this.#table.big(this.index, this.#at.paddr)
  }

  /** Bytes in the file. */
  get fileSize(): number {
    return this.#table.number(this.index, this.#at.filesz)
  }

  /** Bytes in memory; those beyond `fileSize` are zero at the start. */
  get memorySize(): number {
    return this.#table.number(this.index, this.#at.memsz)
  }

  /** p_align, in bytes; 0 and 1 mean none. */
  get alignment(): number {
    return this.#table.number(this.index, this.#at.align)
  }

  /** The name for error messages: `segment 3`, `note segment 4`. */
  get label(): string {
    return `${this.type === PT.NOTE ? 'note segment' : 'segment'} ${this.index}`
  }

  /**
   * The bytes in the file (none for memory that is all zero). Read anew at each call.
   * @throws FormatError when the file ends before the segment does
   */
  data(): Uint8Array {
    return readPart(this.#source, this.offset, this.fileSize, this.label)
  }

  /**
   * Where in the file the `length` bytes at an address lie, or undefined where they are not wholly among the bytes
   * that this segment has in the file, and for a length that is no whole number from 0.
   */
  fileOffset(address: bigint, length: number): number | undefined {
    if (!(Number.isSafeInteger(length) && length >= 0)) return undefined
    const distance = address - this.address
    const room = BigInt(this.fileSize) - distance
    if (distance < 0n || room < BigInt(length) || room === 0n) return undefined
    return this.offset + Number(distance)
  }
}
