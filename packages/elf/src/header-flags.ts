/** e_flags in the words of GNU readelf (binutils 2.40), for the processors that have some which one meets. */
import { EM } from './constants.js'

/** Bits and their words, in the order in which readelf prints them. */
type Bits = readonly (readonly [bit: number, word: string])[]

const words = (flags: number, bits: Bits) => bits.filter(([bit]) => flags & bit).map(([, word]) => word)

/** ELF for the ARM Architecture (IHI 0044), "ARM-specific e_flags"; LE8 and BE8 are of version 4 on. */
const ARM_START: Bits = [
  [0x1, 'relocatable executable'],
  [0x20, 'position independent'],
]
const ARM_FLOAT: Bits = [
  [0x200, 'soft-float ABI'],
  [0x400, 'hard-float ABI'],
]
const ARM_ORDER: Bits = [
  [0x400000, 'LE8'],
  [0x800000, 'BE8'],
]

function describeArm(flags: number): string[] {
  const version = flags >>> 24
  const start = words(flags, ARM_START)
  // What the bits of the versions before 4 mean nobody asks any more.
  if (version === 0) return [...start, 'GNU EABI']
  const bits = version === 5 ? [...ARM_FLOAT, ...ARM_ORDER] : version === 4 ? ARM_ORDER : []
  const known = bits.reduce((mask, [bit]) => mask | bit, 0x21)
  const rest = version >= 4 && (flags & 0xffffff & ~known) !== 0 ? ['<unknown>'] : []
  const name = version > 5 ? '<unrecognized EABI>' : `Version${version} EABI`
  return [...start, name, ...words(flags, bits), ...rest]
}

/** RISC-V ELF psABI 1.0, "File header". */
function describeRiscv(flags: number): string[] {
  const float = ['soft', 'single', 'double', 'quad'][(flags >> 1) & 3]
  return [
    ...words(flags, [
      [0x1, 'RVC'],
      [0x8, 'RVE'],
      [0x10, 'TSO'],
    ]),
    `${float}-float ABI`,
  ]
}

/** LoongArch ELF psABI 2.01, "e_flags". */
function describeLoongArch(flags: number): string[] {
  const float = ['SOFT-FLOAT', 'SINGLE-FLOAT', 'DOUBLE-FLOAT'][(flags & 7) - 1]
  const version = (flags >> 6) & 3
  return [...(float === undefined ? [] : [float]), ...(version < 2 ? [`OBJ-v${version}`] : [])]
}

const MIPS_START: Bits = [
  [0x1, 'noreorder'],
  [0x2, 'pic'],
  [0x4, 'cpic'],
  [0x10, 'ugen_reserved'],
  [0x20, 'abi2'],
  [0x80, 'odk first'],
  [0x100, '32bitmode'],
  [0x400, 'nan2008'],
  [0x200, 'fp64'],
]
const MIPS_MACHINES: ReadonlyMap<number, string> = new Map([
  [0x81, '3900'],
  [0x82, '4010'],
  [0x83, '4100'],
  [0x85, '4650'],
  [0x87, '4120'],
  [0x88, '4111'],
  [0x8a, 'sb1'],
  [0x8b, 'octeon'],
  [0x8c, 'xlr'],
  [0x8d, 'octeon2'],
  [0x8e, 'octeon3'],
  [0x91, '5400'],
  [0x92, '5900'],
  [0x93, 'interaptiv-mr2'],
  [0x98, '5500'],
  [0x99, '9000'],
  [0xa0, 'loongson-2e'],
  [0xa1, 'loongson-2f'],
  [0xa2, 'gs464'],
  [0xa3, 'gs464e'],
  [0xa4, 'gs264e'],
])
const MIPS_ABIS = [undefined, 'o32', 'o64', 'eabi32', 'eabi64']
const MIPS_EXTENSIONS: Bits = [
  [0x8000000, 'mdmx'],
  [0x4000000, 'mips16'],
  [0x2000000, 'micromips'],
]
const MIPS_ISAS = [
  ...['mips1', 'mips2', 'mips3', 'mips4', 'mips5', 'mips32', 'mips64', 'mips32r2', 'mips64r2', 'mips32r6', 'mips64r6'],
]

/** MIPS supplement, "File class", and binutils include/elf/mips.h. */
function describeMips(flags: number): string[] {
  const machine = (flags >>> 16) & 0xff
  const abi = (flags >>> 12) & 0xf
  return [
    ...words(flags, MIPS_START),
    ...(machine === 0 ? [] : [MIPS_MACHINES.get(machine) ?? 'unknown CPU']),
    ...(abi === 0 ? [] : [MIPS_ABIS[abi] ?? 'unknown ABI']),
    ...words(flags, MIPS_EXTENSIONS),
    MIPS_ISAS[flags >>> 28] ?? 'unknown ISA',
  ]
}

const PPC_BITS: Bits = [
  [0x80000000, 'emb'],
  [0x10000, 'relocatable'],
  [0x8000, 'relocatable-lib'],
]

const SPARC_BITS: Bits = [
  [0x100, 'v8+'],
  [0x200, 'ultrasparcI'],
  [0x800, 'ultrasparcIII'],
  [0x400, 'halr1'],
]

/** SPARC supplement for 64 bits, "ELF Header": extensions, then the memory model. */
function describeSparc(flags: number): string[] {
  const model = ['tso', 'pso', 'rmo'][flags & 3]
  return [...words(flags, SPARC_BITS), ...(model === undefined ? [] : [model])]
}

/** e_flags, words joined by commas: `Version5 EABI, soft-float ABI`. Empty where no bit is set or none has a name. */
export function describeHeaderFlags(flags: number, machine: number): string {
  if (flags === 0) return ''
  switch (machine) {
    case EM.ARM:
      return describeArm(flags).join(', ')
    case EM.RISCV:
      return describeRiscv(flags).join(', ')
    case EM.LOONGARCH:
      return describeLoongArch(flags).join(', ')
    case EM.MIPS:
      return describeMips(flags).join(', ')
    case EM.PPC:
      return words(flags, PPC_BITS).join(', ')
    case EM.PPC64:
      return (flags & 3) === 0 ? '' : `abiv${flags & 3}`
    case EM.SPARCV9:
      return describeSparc(flags).join(', ')
    case EM.S390:
      return flags & 1 ? 'highgprs' : ''
    default:
      return ''
  }
}
