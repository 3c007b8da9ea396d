/** The ELF header: the first 52 (32-bit) or 64 (64-bit) bytes of a file (gABI chapter 4, "ELF Header"). */
import { type ByteSource, Cursor, FormatError } from '@gospy/bytes'

/** Counts and indices are as stored; with extended numbering the real ones are in section header 0 (see ElfFile). */
export interface ElfHeader {
  /** Size of addresses, in bits. */
  readonly class: 32 | 64
  /** EI_DATA: the order of bytes in all numbers. */
  readonly littleEndian: boolean
  /** EI_OSABI: see ELFOSABI. */
  readonly osAbi: number
  /** EI_ABIVERSION: what it means depends on `osAbi`. */
  readonly abiVersion: number
  /** e_type: see ET. */
  readonly type: number
  /** e_machine: see EM. */
  readonly machine: number
  /** e_version; 1 in every file there is. */
  readonly version: number
  /** Address at which execution starts; 0 if nowhere. */
  readonly entry: bigint
  /** e_phoff: file offset of the program headers, in bytes; 0 if there are none. */
  readonly programHeaderOffset: number
  /** e_shoff: file offset of the section headers, in bytes; 0 if there are none. */
  readonly sectionHeaderOffset: number
  /** e_flags: processor-specific. */
  readonly flags: number
  /** e_ehsize, in bytes. */
  readonly headerSize: number
  /** e_phentsize, in bytes. */
  readonly programHeaderEntrySize: number
  /** e_phnum as stored: PN_XNUM (0xffff) where `segments.length` is above what fits. */
  readonly programHeaderCount: number
  /** e_shentsize, in bytes. */
  readonly sectionHeaderEntrySize: number
  /** e_shnum as stored: 0 where `sections.length` is above what fits. */
  readonly sectionHeaderCount: number
  /** e_shstrndx as stored: SHN.XINDEX where the index of the section with the names is above what fits. */
  readonly sectionNameTableIndex: number
}

const SECTION = 'ELF header'
const IDENT_SIZE = 16

/** @throws FormatError when the source is no ELF file, ends within the header, or has an offset above 2^53 */
export function readHeader(source: ByteSource): ElfHeader {
  const bytes = source.read(0, Math.min(source.size, 64))
  const [e, l, f] = [0x45, 0x4c, 0x46]
  if (bytes[0] !== 0x7f || bytes[1] !== e || bytes[2] !== l || bytes[3] !== f) {
    throw new FormatError('not an ELF file', { section: SECTION, offset: 0 })
  }
  if (bytes.length < IDENT_SIZE) {
    throw new FormatError('the file ends within e_ident', { section: SECTION, offset: bytes.length })
  }
  const [elfClass, data, identVersion] = [bytes[4], bytes[5], bytes[6]]
  if (elfClass !== 1 && elfClass !== 2) {
    throw new FormatError(`unknown class ${elfClass}, neither 32 nor 64 bit`, { section: SECTION, offset: 4 })
  }
  if (data !== 1 && data !== 2) {
    throw new FormatError(`unknown byte order ${data}`, { section: SECTION, offset: 5 })
  }
  if (identVersion !== 1) throw new FormatError(`unknown version ${identVersion}`, { section: SECTION, offset: 6 })

  const wordSize = elfClass === 2 ? 8 : 4
  const cursor = new Cursor(bytes, { littleEndian: data === 1, section: SECTION, offset: IDENT_SIZE })
  return {
    class: elfClass === 2 ? 64 : 32,
    littleEndian: data === 1,
    osAbi: bytes[7]!,
    abiVersion: bytes[8]!,
    type: cursor.u16(),
    machine: cursor.u16(),
    version: cursor.u32(),
    entry: cursor.uintBig(wordSize),
    programHeaderOffset: cursor.uint(wordSize),
    sectionHeaderOffset: cursor.uint(wordSize),
    flags: cursor.u32(),
    headerSize: cursor.u16(),
    programHeaderEntrySize: cursor.u16(),
    programHeaderCount: cursor.u16(),
    sectionHeaderEntrySize: cursor.u16(),
    sectionHeaderCount: cursor.u16(),
    sectionNameTableIndex: cursor.u16(),
  }
}
