/**
 * The numbers of ELF: System V ABI (gABI) chapters 4 and 5, the GNU and Linux extensions of elf.h, and the processor
 * supplements where a name is in common use. Names are those of elf.h without the prefix: `SHT.NOBITS` is SHT_NOBITS.
 */

/** e_type: what kind of file this is. */
export const ET = { NONE: 0, REL: 1, EXEC: 2, DYN: 3, CORE: 4, LOOS: 0xfe00, HIOS: 0xfeff, LOPROC: 0xff00 } as const

/** e_machine: the processors one meets. `descriptions.ts` names all those that readelf knows. */
export const EM = {
  NONE: 0,
  SPARC: 2,
  386: 3,
  '68K': 4,
  MIPS: 8,
  PARISC: 15,
  PPC: 20,
  PPC64: 21,
  S390: 22,
  ARM: 40,
  SH: 42,
  SPARCV9: 43,
  IA_64: 50,
  X86_64: 62,
  AVR: 83,
  MSP430: 105,
  TI_C6000: 140,
  AARCH64: 183,
  CUDA: 190,
  AMDGPU: 224,
  RISCV: 243,
  BPF: 247,
  NFP: 250,
  CSKY: 252,
  LOONGARCH: 258,
  ALPHA: 0x9026,
} as const

/** e_ident[EI_OSABI]. */
export const ELFOSABI = {
  NONE: 0,
  HPUX: 1,
  NETBSD: 2,
  GNU: 3,
  SOLARIS: 6,
  AIX: 7,
  IRIX: 8,
  FREEBSD: 9,
  TRU64: 10,
  MODESTO: 11,
  OPENBSD: 12,
  OPENVMS: 13,
  STANDALONE: 255,
} as const

/** Section indices with a meaning of their own. */
export const SHN = {
  UNDEF: 0,
  LORESERVE: 0xff00,
  LOPROC: 0xff00,
  HIPROC: 0xff1f,
  LOOS: 0xff20,
  HIOS: 0xff3f,
  ABS: 0xfff1,
  COMMON: 0xfff2,
  XINDEX: 0xffff,
} as const

/** sh_type: what a section holds. */
export const SHT = {
  NULL: 0,
  PROGBITS: 1,
  SYMTAB: 2,
  STRTAB: 3,
  RELA: 4,
  HASH: 5,
  DYNAMIC: 6,
  NOTE: 7,
  NOBITS: 8,
  REL: 9,
  SHLIB: 10,
  DYNSYM: 11,
  INIT_ARRAY: 14,
  FINI_ARRAY: 15,
  PREINIT_ARRAY: 16,
  GROUP: 17,
  SYMTAB_SHNDX: 18,
  RELR: 19,
  GNU_ATTRIBUTES: 0x6ffffff5,
  GNU_HASH: 0x6ffffff6,
  GNU_LIBLIST: 0x6ffffff7,
  GNU_VERDEF: 0x6ffffffd,
  GNU_VERNEED: 0x6ffffffe,
  GNU_VERSYM: 0x6fffffff,
  LOOS: 0x60000000,
  LOPROC: 0x70000000,
  HIPROC: 0x7fffffff,
  LOUSER: 0x80000000,
  X86_64_UNWIND: 0x70000001,
  ARM_EXIDX: 0x70000001,
  ARM_ATTRIBUTES: 0x70000003,
} as const

/** sh_flags: bits of the low word; those of the high word are in no specification. */
export const SHF = {
  WRITE: 0x1,
  ALLOC: 0x2,
  EXECINSTR: 0x4,
  MERGE: 0x10,
  STRINGS: 0x20,
  INFO_LINK: 0x40,
  LINK_ORDER: 0x80,
  OS_NONCONFORMING: 0x100,
  GROUP: 0x200,
  TLS: 0x400,
  COMPRESSED: 0x800,
  GNU_RETAIN: 0x200000,
  GNU_MBIND: 0x1000000,
  X86_64_LARGE: 0x10000000,
  EXCLUDE: 0x80000000,
} as const

/** ch_type of a compressed section (gABI, "Section compression"). */
export const ELFCOMPRESS = { ZLIB: 1, ZSTD: 2 } as const

/** p_type: what a segment is for. */
export const PT = {
  NULL: 0,
  LOAD: 1,
  DYNAMIC: 2,
  INTERP: 3,
  NOTE: 4,
  SHLIB: 5,
  PHDR: 6,
  TLS: 7,
  LOOS: 0x60000000,
  GNU_EH_FRAME: 0x6474e550,
  GNU_STACK: 0x6474e551,
  GNU_RELRO: 0x6474e552,
  GNU_PROPERTY: 0x6474e553,
  GNU_SFRAME: 0x6474e554,
  LOPROC: 0x70000000,
  HIPROC: 0x7fffffff,
} as const

/** p_flags: permissions of a segment. */
export const PF = { X: 1, W: 2, R: 4 } as const

/** e_phnum that says "see sh_info of section 0". */
export const PN_XNUM = 0xffff

/** Symbol type: the low four bits of st_info. */
export const STT = {
  NOTYPE: 0,
  OBJECT: 1,
  FUNC: 2,
  SECTION: 3,
  FILE: 4,
  COMMON: 5,
  TLS: 6,
  GNU_IFUNC: 10,
} as const

/** Symbol binding: the high four bits of st_info. */
export const STB = { LOCAL: 0, GLOBAL: 1, WEAK: 2, GNU_UNIQUE: 10 } as const

/** Symbol visibility: the low two bits of st_other. */
export const STV = { DEFAULT: 0, INTERNAL: 1, HIDDEN: 2, PROTECTED: 3 } as const

/**
 * Note types. A type means something only together with the note's name: those that begin with GNU_ belong to "GNU",
 * GO_BUILD_ID to "Go", STAPSDT to "stapsdt", FDO_PACKAGING_METADATA to "FDO", GDB_TDESC to "GDB", the rest to "CORE" and
 * "LINUX".
 */
export const NT = {
  GNU_ABI_TAG: 1,
  GNU_HWCAP: 2,
  GNU_BUILD_ID: 3,
  GNU_GOLD_VERSION: 4,
  GNU_PROPERTY_TYPE_0: 5,
  GNU_BUILD_ATTRIBUTE_OPEN: 0x100,
  GNU_BUILD_ATTRIBUTE_FUNC: 0x101,
  GO_BUILD_ID: 4,
  STAPSDT: 3,
  FDO_PACKAGING_METADATA: 0xcafe1a7e,
  PRSTATUS: 1,
  FPREGSET: 2,
  PRPSINFO: 3,
  TASKSTRUCT: 4,
  AUXV: 6,
  PRXFPREG: 0x46e62b7f,
  '386_TLS': 0x200,
  X86_XSTATE: 0x202,
  ARM_VFP: 0x400,
  ARM_TLS: 0x401,
  ARM_HW_BREAK: 0x402,
  ARM_HW_WATCH: 0x403,
  ARM_SYSTEM_CALL: 0x404,
  ARM_SVE: 0x405,
  ARM_PAC_MASK: 0x406,
  ARM_TAGGED_ADDR_CTRL: 0x409,
  RISCV_CSR: 0x900,
  FILE: 0x46494c45,
  SIGINFO: 0x53494749,
  GDB_TDESC: 0xff000000,
} as const

/** Types of the auxiliary vector (Linux, include/uapi/linux/auxvec.h). */
export const AT = {
  NULL: 0,
  EXECFD: 2,
  PHDR: 3,
  PHENT: 4,
  PHNUM: 5,
  PAGESZ: 6,
  BASE: 7,
  FLAGS: 8,
  ENTRY: 9,
  UID: 11,
  EUID: 12,
  GID: 13,
  EGID: 14,
  PLATFORM: 15,
  HWCAP: 16,
  CLKTCK: 17,
  SECURE: 23,
  BASE_PLATFORM: 24,
  RANDOM: 25,
  HWCAP2: 26,
  EXECFN: 31,
  SYSINFO: 32,
  SYSINFO_EHDR: 33,
  MINSIGSTKSZ: 51,
} as const
