/** The debug data of an ELF file, by the sections that it has. */
import { Dwarf } from '@gospy/dwarf'
import type { ElfFile } from '@gospy/elf'

/** To be used as long as the file is open. */
export function elfDwarf(elf: ElfFile): Dwarf {
  return Dwarf.from((name) => elf.debugSection(name), { littleEndian: elf.header.littleEndian })
}
