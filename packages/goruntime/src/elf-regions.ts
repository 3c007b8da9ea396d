/** An ELF program as the pieces of its address space in which `findGoTables` looks. */
import { type ByteSource, FormatError } from '@gospy/bytes'
import { type ElfFile, EM, PT, SHT } from '@gospy/elf'
import type { MemoryRegion, PointerRelocation } from '@gospy/gosym'

/** Its sections that are loaded; of a file without section headers its segments. */
export function elfRegions(elf: ElfFile): MemoryRegion[] {
  const sections = elf.sections.filter(({ address, type }) => address > 0n && type !== SHT.NOBITS)
  if (sections.length > 0) {
    return sections.flatMap((section) => {
      const { name, address } = section
      const bytes = section.dataSource()
      return bytes === undefined ? [] : [{ name, address, bytes }]
    })
  }
  return elf.segmentsOfType(PT.LOAD).map(({ address, fileSize }) => ({
    address,
    bytes: new LoadedBytes(elf, Number(address), fileSize),
  }))
}

/** Bytes at a link-time address, read when they are asked for. */
export class LoadedBytes implements ByteSource {
  readonly size: number
  readonly #elf: ElfFile
  readonly #address: number

  constructor(elf: ElfFile, address: number, size: number) {
    this.#elf = elf
    this.#address = address
    this.size = size
  }

  /** @throws FormatError where the file has no bytes for these addresses */
  read(offset: number, length: number): Uint8Array {
    const bytes = this.#elf.readAt(this.#address + offset, length)
    if (bytes !== undefined) return bytes
    throw new FormatError(`${length} bytes that the file does not have`, {
      section: 'loaded',
      offset: this.#address + offset,
    })
  }
}

/** Relocations that store an address of the program itself: R_X86_64_RELATIVE and R_AARCH64_RELATIVE. */
const RELATIVE: Readonly<Record<number, number>> = { [EM.X86_64]: 8, [EM.AARCH64]: 1027 }
/** Those that store a symbol's address, as Go up to 1.14 writes them: R_X86_64_64 and R_AARCH64_ABS64. */
const ABSOLUTE: Readonly<Record<number, number>> = { [EM.X86_64]: 1, [EM.AARCH64]: 257 }

/** What the dynamic linker stores into the pointers of a position-independent program. */
export function* pointerRelocations(elf: ElfFile): Generator<PointerRelocation, void, undefined> {
  const { machine } = elf.header
  for (const table of elf.relocations()) {
    for (const { type, offset, addend, symbol } of table) {
      if (type === RELATIVE[machine]) yield { address: offset, value: addend ?? 0n }
      else if (type === ABSOLUTE[machine] && symbol !== undefined) {
        yield { address: offset, value: symbol.address + (addend ?? 0n) }
      }
    }
  }
}
