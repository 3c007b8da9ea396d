/** Numbers to the words that GNU readelf prints for them (binutils 2.40, wide output). */
import { ELFOSABI, EM, NT, PT, SHN, SHT } from './constants.js'
import { MACHINE_NAMES, PROCESSOR_SECTION_TYPES } from './machine-names.js'

const hex = (value: number) => value.toString(16)

const FILE_TYPES = [
  'NONE (None)',
  'REL (Relocatable file)',
  'EXEC (Executable file)',
  'DYN (Shared object file)',
  'CORE (Core file)',
]

/** e_type. Of DYN readelf also says whether it is an executable, which is in the dynamic section (DF_1_PIE). */
export function describeFileType(type: number): string {
  if (type >= 0xff00) return `Processor Specific: (${hex(type)})`
  if (type >= 0xfe00) return `OS Specific: (${hex(type)})`
  return FILE_TYPES[type] ?? `<unknown>: ${hex(type)}`
}

/** e_machine. */
export function describeMachine(machine: number): string {
  return MACHINE_NAMES.get(machine) ?? `<unknown>: 0x${hex(machine)}`
}

const OS_ABIS: Readonly<Record<number, string>> = {
  0: 'UNIX - System V',
  1: 'UNIX - HP-UX',
  2: 'UNIX - NetBSD',
  3: 'UNIX - GNU',
  6: 'UNIX - Solaris',
  7: 'UNIX - AIX',
  8: 'UNIX - IRIX',
  9: 'UNIX - FreeBSD',
  10: 'UNIX - TRU64',
  11: 'Novell - Modesto',
  12: 'UNIX - OpenBSD',
  13: 'VMS - OpenVMS',
  14: 'HP - Non-Stop Kernel',
  15: 'AROS',
  16: 'FenixOS',
  17: 'Nuxi CloudABI',
  18: 'Stratus Technologies OpenVOS',
}

/** EI_OSABI, of the values that mean the same on every machine. */
export function describeOsAbi(osAbi: number): string {
  return OS_ABIS[osAbi] ?? `<unknown: ${hex(osAbi)}>`
}

const SECTION_TYPES: Readonly<Record<number, string>> = {
  [SHT.NULL]: 'NULL',
  [SHT.PROGBITS]: 'PROGBITS',
  [SHT.SYMTAB]: 'SYMTAB',
  [SHT.STRTAB]: 'STRTAB',
  [SHT.RELA]: 'RELA',
  [SHT.HASH]: 'HASH',
  [SHT.DYNAMIC]: 'DYNAMIC',
  [SHT.NOTE]: 'NOTE',
  [SHT.NOBITS]: 'NOBITS',
  [SHT.REL]: 'REL',
  [SHT.SHLIB]: 'SHLIB',
  [SHT.DYNSYM]: 'DYNSYM',
  [SHT.INIT_ARRAY]: 'INIT_ARRAY',
  [SHT.FINI_ARRAY]: 'FINI_ARRAY',
  [SHT.PREINIT_ARRAY]: 'PREINIT_ARRAY',
  [SHT.GROUP]: 'GROUP',
  [SHT.SYMTAB_SHNDX]: 'SYMTAB SECTION INDICES',
  [SHT.RELR]: 'RELR',
  1879000832: 'GNU_INCREMENTAL_INPUTS',
  [SHT.GNU_ATTRIBUTES]: 'GNU_ATTRIBUTES',
  [SHT.GNU_HASH]: 'GNU_HASH',
  [SHT.GNU_LIBLIST]: 'GNU_LIBLIST',
  1879048188: 'VERDEF',
  [SHT.GNU_VERDEF]: 'VERDEF',
  [SHT.GNU_VERNEED]: 'VERNEED',
  1879048176: 'VERSYM',
  [SHT.GNU_VERSYM]: 'VERSYM',
  2147483645: 'AUXILIARY',
  [SHT.HIPROC]: 'FILTER',
}

/** sh_type; those of the processor range depend on the machine. */
export function describeSectionType(type: number, machine: number): string {
  const processor = type >= SHT.LOPROC && PROCESSOR_SECTION_TYPES.get(machine)?.[type - SHT.LOPROC]
  if (processor) return processor
  const name = SECTION_TYPES[type]
  if (name !== undefined) return name
  if (type >= SHT.LOUSER) return `LOUSER+0x${hex(type - SHT.LOUSER)}`
  if (type >= SHT.LOPROC) return `LOPROC+0x${hex(type - SHT.LOPROC)}`
  if (type >= SHT.LOOS) return `LOOS+0x${hex(type - SHT.LOOS)}`
  return `${hex(type).padStart(8, '0')}: <unknown>`
}

/** Letters of the bits 0 to 11 of sh_flags; bit 3 has none. */
const FLAG_LETTERS = 'WAX?MSILOGTC'
const GNU_LIKE: readonly number[] = [ELFOSABI.GNU, ELFOSABI.FREEBSD]
const X86_64_LIKE: readonly number[] = [EM.X86_64, 180, 181] // the others: L1OM, K1OM

/** sh_flags as letters, `AX`; their key is at the end of what `readelf -S` prints. */
export function describeSectionFlags(flags: number, machine: number, osAbi: number): string {
  let letters = ''
  let [hasOther, hasOs, hasProcessor] = [false, false, false]
  for (let bit = 0, rest = flags; rest > 0; bit++, rest = Math.floor(rest / 2)) {
    if (rest % 2 === 0) continue
    if (bit < FLAG_LETTERS.length && bit !== 3) letters += FLAG_LETTERS[bit]
    else if (bit === 31) letters += 'E'
    else if (bit === 24) letters += 'D'
    else if (bit === 21 && GNU_LIKE.includes(osAbi)) letters += 'R'
    else if (bit === 28 && X86_64_LIKE.includes(machine)) letters += 'l'
    else if (bit === 29 && machine === EM.ARM) letters += 'y'
    else if (bit === 28 && machine === EM.PPC) letters += 'v'
    else if (bit >= 20 && bit < 28) {
      if (!hasOs) letters += 'o'
      hasOs = true
    } else if (bit >= 28 && bit < 31) {
      if (!hasProcessor) letters += 'p'
      hasProcessor = true
    } else {
      if (!hasOther) letters += 'x'
      hasOther = true
    }
  }
  return letters
}

const SEGMENT_TYPES: Readonly<Record<number, string>> = {
  [PT.NULL]: 'NULL',
  [PT.LOAD]: 'LOAD',
  [PT.DYNAMIC]: 'DYNAMIC',
  [PT.INTERP]: 'INTERP',
  [PT.NOTE]: 'NOTE',
  [PT.SHLIB]: 'SHLIB',
  [PT.PHDR]: 'PHDR',
  [PT.TLS]: 'TLS',
  [PT.GNU_EH_FRAME]: 'GNU_EH_FRAME',
  [PT.GNU_STACK]: 'GNU_STACK',
  [PT.GNU_RELRO]: 'GNU_RELRO',
  [PT.GNU_PROPERTY]: 'GNU_PROPERTY',
  [PT.GNU_SFRAME]: 'GNU_SFRAME',
  1705237478: 'OPENBSD_RANDOMIZE',
  1705237479: 'OPENBSD_WXNEEDED',
  1705253862: 'OPENBSD_BOOTDATA',
}

/** For each machine: p_type - PT.LOPROC. */
const PROCESSOR_SEGMENT_TYPES: Readonly<Record<number, readonly (string | undefined)[]>> = {
  [EM.MIPS]: ['REGINFO', 'RTPROC', 'OPTIONS', 'ABIFLAGS'],
  [EM.PARISC]: ['PARISC_ARCHEXT', 'PARISC_UNWIND', 'PARISC_WEAKORDER'],
  [EM.S390]: ['S390_PGSTE'],
  [EM.ARM]: [undefined, 'EXIDX'],
  [EM.IA_64]: ['IA_64_ARCHEXT', 'IA_64_UNWIND'],
  [EM.AARCH64]: ['AARCH64_ARCHEXT', undefined, 'AARCH64_MEMTAG_MTE'],
  [EM.RISCV]: [undefined, undefined, undefined, 'RISCV_ATTRIBUTES'],
}

/** p_type; those of the processor range depend on the machine. readelf cuts names above 14 letters. */
export function describeSegmentType(type: number, machine: number): string {
  const name = SEGMENT_TYPES[type] ?? PROCESSOR_SEGMENT_TYPES[machine]?.[type - PT.LOPROC]
  if (name !== undefined) return name
  if (type >= PT.LOPROC && type <= PT.HIPROC) return `LOPROC+${alternateHex(type - PT.LOPROC)}`
  if (type >= PT.LOOS && type < PT.LOPROC) return `LOOS+${alternateHex(type - PT.LOOS)}`
  return `<unknown>: ${hex(type)}`
}

/** C's `%#x`, which has no prefix for zero. */
function alternateHex(value: number): string {
  return value === 0 ? '0' : `0x${hex(value)}`
}

/** p_flags: `R E`, with a space for what is not allowed. */
export function describeSegmentFlags(flags: number): string {
  return `${flags & 4 ? 'R' : ' '}${flags & 2 ? 'W' : ' '}${flags & 1 ? 'E' : ' '}`
}

const SYMBOL_TYPES = [
  'NOTYPE',
  'OBJECT',
  'FUNC',
  'SECTION',
  'FILE',
  'COMMON',
  'TLS',
  undefined,
  'RELC',
  'SRELC',
] as const

/** Symbol type; the ranges for systems and processors depend on where the file is for. */
export function describeSymbolType(type: number, machine: number, osAbi: number): string {
  const name = SYMBOL_TYPES[type]
  if (name !== undefined) return name
  if (machine === EM.PARISC && type >= 11 && type <= 13) return ['HP_OPAQUE', 'HP_STUB', 'PARISC_MILLI'][type - 11]!
  if (type === 13 && machine === EM.ARM) return 'THUMB_FUNC'
  if (type === 13 && machine === EM.SPARCV9) return 'REGISTER'
  if (type === 10 && GNU_LIKE.includes(osAbi)) return 'IFUNC'
  return unnamed(type)
}

/** Symbol binding. */
export function describeSymbolBinding(binding: number, osAbi: number): string {
  if (binding === 10 && osAbi === ELFOSABI.GNU) return 'UNIQUE'
  return ['LOCAL', 'GLOBAL', 'WEAK'][binding] ?? unnamed(binding)
}

function unnamed(value: number): string {
  if (value >= 13) return `<processor specific>: ${value}`
  return value >= 10 ? `<OS specific>: ${value}` : `<unknown>: ${value}`
}

/** Symbol visibility: the low two bits of st_other. */
export function describeSymbolVisibility(visibility: number): string {
  return ['DEFAULT', 'INTERNAL', 'HIDDEN', 'PROTECTED'][visibility & 3]!
}

/** st_shndx as stored: `UND`, `ABS`, `COM`, a number, …. */
export function describeSectionIndex(index: number, machine: number): string {
  if (index === SHN.UNDEF) return 'UND'
  if (index === SHN.ABS) return 'ABS'
  if (index === SHN.COMMON) return 'COM'
  if (index < SHN.LORESERVE) return String(index)
  if (index === 0xff02 && X86_64_LIKE.includes(machine)) return 'LARGE_COM'
  if (index === 0xff03 && machine === EM.MIPS) return 'SCOM'
  if (index === 0xff04 && machine === EM.MIPS) return 'SUND'
  const tag = index <= SHN.HIPROC ? 'PRC' : index >= SHN.LOOS && index <= SHN.HIOS ? 'OS ' : 'RSV'
  return `${tag}[0x${hex(index)}]`
}

const GNU_NOTES: Readonly<Record<number, string>> = {
  [NT.GNU_ABI_TAG]: 'NT_GNU_ABI_TAG (ABI version tag)',
  [NT.GNU_HWCAP]: 'NT_GNU_HWCAP (DSO-supplied software HWCAP info)',
  [NT.GNU_BUILD_ID]: 'NT_GNU_BUILD_ID (unique build ID bitstring)',
  [NT.GNU_GOLD_VERSION]: 'NT_GNU_GOLD_VERSION (gold version)',
  [NT.GNU_PROPERTY_TYPE_0]: 'NT_GNU_PROPERTY_TYPE_0',
}

const CORE_NOTES: Readonly<Record<number, string>> = {
  [NT.PRSTATUS]: 'NT_PRSTATUS (prstatus structure)',
  [NT.FPREGSET]: 'NT_FPREGSET (floating point registers)',
  [NT.PRPSINFO]: 'NT_PRPSINFO (prpsinfo structure)',
  [NT.TASKSTRUCT]: 'NT_TASKSTRUCT (task structure)',
  [NT.AUXV]: 'NT_AUXV (auxiliary vector)',
  [NT.X86_XSTATE]: 'NT_X86_XSTATE (x86 XSAVE extended state)',
  [NT.ARM_TLS]: 'NT_ARM_TLS (AArch TLS registers)',
  [NT.FILE]: 'NT_FILE (mapped files)',
  [NT.SIGINFO]: 'NT_SIGINFO (siginfo_t data)',
  [NT.GDB_TDESC]: 'NT_GDB_TDESC (GDB XML target description)',
}

/** Whose notes are found in core files. */
const CORE_OWNERS = ['CORE', 'LINUX', 'GDB']

/** What a note is, by its name and type. */
export function describeNoteType(name: string, type: number): string {
  if (name === 'Go' && type === NT.GO_BUILD_ID) return 'GO BUILDID'
  if (name === 'stapsdt' && type === NT.STAPSDT) return 'NT_STAPSDT (SystemTap probe descriptors)'
  if (name === 'FDO' && type === NT.FDO_PACKAGING_METADATA) return 'FDO_PACKAGING_METADATA'
  const names = name === 'GNU' ? GNU_NOTES : CORE_OWNERS.includes(name) ? CORE_NOTES : undefined
  const known = names?.[type]
  if (known !== undefined) return known
  // What a vendor that readelf does not know calls type 1 is, by convention, a version.
  if (names === undefined && type === 1) return 'NT_VERSION (version)'
  return `Unknown note type: (0x${hex(type).padStart(8, '0')})`
}
