/** The relocation tables of a file with section headers, and the debug sections that they fill in. */
import { SHF, SHT } from './constants.js'
import type { ElfFile } from './elf-file.js'
import { type Encoding, RecordTable } from './fields.js'
import { relocate } from './relocate.js'
import { RelocationTable, relocationSize } from './relocation.js'
import { RelrTable } from './relr.js'
import type { Section } from './section.js'

/** @throws FormatError when a table does not lie within the file or has entries of a wrong size */
export function readRelocationTables(elf: ElfFile, encoding: Encoding): RelocationTable[] {
  const { machine } = elf.header
  return elf.sections.flatMap((section) => {
    const hasAddends = section.type === SHT.RELA
    const bytes = hasAddends || section.type === SHT.REL ? section.data() : undefined
    if (bytes === undefined) return []
    const { index: sectionIndex, label } = section
    const minimum = relocationSize(encoding.is64, hasAddends)
    const relocations = new RecordTable(bytes, section.entrySize || minimum, minimum, encoding, label)
    // Those of the dynamic linker go by address; what sh_info says there (`.got`, say) is for tools alone.
    const isDynamic = (section.flags & SHF.ALLOC) !== 0 || section.info === 0
    const targetIndex = isDynamic ? undefined : section.info
    const symbols = () => (section.link === 0 ? undefined : elf.symbolTable(section.link))
    return [new RelocationTable({ label, relocations, machine, hasAddends, sectionIndex, targetIndex, symbols })]
  })
}

/** @throws FormatError when a table does not lie within the file */
export function readRelrTables(elf: ElfFile, encoding: Encoding): RelrTable[] {
  const wordSize = encoding.is64 ? 8 : 4
  return elf.sectionsOfType(SHT.RELR).flatMap((section) => {
    const { label } = section
    const bytes = section.data()
    return bytes === undefined
      ? []
      : [new RelrTable(new RecordTable(bytes, wordSize, wordSize, encoding, label), label)]
  })
}

/**
 * The contents of a section of a relocatable file with its relocations applied; the contents as they are where it has none.
 * @throws FormatError as `relocate`, and when contents or tables cannot be read
 */
export function relocatedData(elf: ElfFile, section: Section, encoding: Encoding): Uint8Array | undefined {
  const data = section.data()
  const tables = elf.relocations().filter(({ targetIndex }) => targetIndex === section.index)
  if (data === undefined || tables.length === 0) return data
  const { machine } = elf.header
  return relocate(data, tables, { encoding, machine, label: section.label })
}
