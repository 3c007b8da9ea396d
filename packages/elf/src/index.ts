export type { CompressionHeader, Decompress, Decompressors } from './compression.js'
export { ELFCOMPRESS, ELFOSABI, EM, ET, NT, PF, PN_XNUM, PT, SHF, SHN, SHT, STB, STT, STV } from './constants.js'
export {
  describeFileType,
  describeMachine,
  describeNoteType,
  describeOsAbi,
  describeSectionFlags,
  describeSectionIndex,
  describeSectionType,
  describeSegmentFlags,
  describeSegmentType,
  describeSymbolBinding,
  describeSymbolType,
  describeSymbolVisibility,
} from './descriptions.js'
export { ElfFile } from './elf-file.js'
export type { ElfHeader } from './header.js'
export type { Note } from './notes.js'
export type { Section } from './section.js'
export type { Segment } from './segment.js'
export type { ElfSymbol } from './symbol.js'
export type { SymbolTable } from './symbol-table.js'
