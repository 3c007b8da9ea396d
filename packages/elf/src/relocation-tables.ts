/** The relocation tables of a file with section headers, and the debug sections that they fill in. */
import { FormatError } from '@gospy/bytes'
import { SHF, SHT } from './constants.js'
import type { ElfFile } from './elf-file.js'
import { type Encoding, RecordTable } from './fields.js'
import { relocate } from './relocate.js'
import { RelocationTable, relocationSize } from './relocation.js'
import { RelrTable } from './relr.js'
import type { Section } from './section.js'

/** How many times over the tables for one section may cover the file: they do not overlap, unless to take endless time. */
const MAX_TABLE_OVERLAP = 4
const NOTHING = new Uint8Array(0)

/** The tables, none of which is read yet. @throws FormatError when the section headers cannot be read */
export function relocationTables(elf: ElfFile, encoding: Encoding): RelocationTable[] {
  const { machine } = elf.header
  const { is64 } = encoding
  return elf.sections.flatMap((section) => {
    const hasAddends = section.type === SHT.RELA
    if (!hasAddends && section.type !== SHT.REL) return []
    const { index: sectionIndex, label } = section
    const relocations = () => {
      const minimum = relocationSize(is64, hasAddends)
      return new RecordTable(section.data() ?? NOTHING, section.entrySize || minimum, minimum, encoding, label)
    }
    // Those of the dynamic linker go by address; what sh_info says there (`.got`, say) is for tools alone.
    const isDynamic = (section.flags & SHF.ALLOC) !== 0 || section.info === 0
    const targetIndex = isDynamic ? undefined : section.info
    const symbols = () => (section.link === 0 ? undefined : elf.symbolTable(section.link))
    return [new RelocationTable({ label, relocations, is64, machine, hasAddends, sectionIndex, targetIndex, symbols })]
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
  const total = tables.reduce(
    (sum, { length, hasAddends }) => sum + length * relocationSize(encoding.is64, hasAddends),
    0,
  )
  if (total > elf.source.size * MAX_TABLE_OVERLAP) {
    throw new FormatError(`too many of its ${tables.length} relocation tables overlap`, { section: section.label })
  }
  const { machine } = elf.header
  return relocate(data, tables, { encoding, machine, label: section.label })
}
