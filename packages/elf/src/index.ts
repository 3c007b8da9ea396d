export type { CompressionHeader, Decompress, Decompressors } from './compression.js'
export { AT, ELFCOMPRESS, ELFOSABI, EM, ET, NT, PF, PN_XNUM, PT, SHF, SHN, SHT, STB, STT, STV } from './constants.js'
export { CoreFile, type CoreThread } from './core-file.js'
export type { CoreMemory } from './core-memory.js'
export type { AuxvEntry, FileMapping, ProcessInfo, SignalInfo, ThreadStatus } from './core-notes.js'
export { crc32 } from './crc32.js'
export type { DebugAltLink, DebugLink } from './debug-link.js'
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
export type { DynamicEntry, DynamicTable } from './dynamic.js'
export { DF, DF_1, DT } from './dynamic-constants.js'
export { describeDynamicFlags, describeDynamicFlags1, describeDynamicTag } from './dynamic-descriptions.js'
export { ElfFile } from './elf-file.js'
export { describeGnuProperty, GNU_PROPERTY, type GnuProperty } from './gnu-property.js'
export type { ElfHeader } from './header.js'
export { describeHeaderFlags } from './header-flags.js'
export type { AbiTag, StapsdtProbe } from './note-contents.js'
export type { Note } from './notes.js'
export type { Relocation, RelocationTable } from './relocation.js'
export { describeRelocationType } from './relocation-names.js'
export type { RelrTable } from './relr.js'
export type { Section } from './section.js'
export type { Segment } from './segment.js'
export type { ElfSymbol } from './symbol.js'
export type { SymbolTable } from './symbol-table.js'
export {
  type NeededVersion,
  type SymbolVersion,
  type SymbolVersions,
  VER_FLG,
  type VersionDefinition,
  type VersionRequirement,
} from './symbol-version.js'
