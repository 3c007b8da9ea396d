/**
 * What relocations do that compilers and assemblers put into sections that are not loaded, debug data above all. In
 * the words of the processor supplements: S is the value of the symbol, A the addend, P the place, V what stands there.
 */
import { EM } from './constants.js'

/** `set`: S + A. `relative`: S + A - P. `add`, `subtract`: V plus or minus (S + A). `none`: nothing. */
export type RelocationOperation = 'none' | 'set' | 'relative' | 'add' | 'subtract'

/** What one type of relocation does. */
export interface RelocationRule {
  readonly operation: RelocationOperation
  /** Bytes of the place; 0 for a ULEB128 number, which keeps its length. */
  readonly width: 0 | 1 | 2 | 4 | 8
  /** Added to the result. */
  readonly bias?: number
  /** Bits that are changed, where they are less than the bytes: the low six of SET6 and its like. */
  readonly bits?: 6
}

const none: RelocationRule = { operation: 'none', width: 1 }
const rule = (operation: RelocationOperation, width: RelocationRule['width']): RelocationRule => ({ operation, width })
const [set8, set16, set32, set64] = [rule('set', 1), rule('set', 2), rule('set', 4), rule('set', 8)]
const [relative16, relative32, relative64] = [rule('relative', 2), rule('relative', 4), rule('relative', 8)]

/** Offsets in thread-local storage (DTPOFF, LDO): debug data describes such variables by the symbol's value alone. */
const [threadLocal32, threadLocal64] = [set32, set64]

/** Processors whose thread pointers lie 0x8000 into the block; compilers add as much to the addend. */
const biased32: RelocationRule = { ...threadLocal32, bias: -0x8000 }
const biased64: RelocationRule = { ...threadLocal64, bias: -0x8000 }

type Rules = Readonly<Record<number, RelocationRule>>

/** System V ABI, AMD64 supplement 1.0, table 4.10. */
const X86_64: Rules = {
  0: none,
  1: set64,
  2: relative32,
  10: set32, // 32
  11: set32, // 32S
  12: set16,
  13: relative16,
  14: set8,
  17: threadLocal64, // DTPOFF64
  21: threadLocal32, // DTPOFF32
  24: relative64,
}

/** System V ABI, Intel386 supplement 1.1, table 4.9. */
const I386: Rules = { 0: none, 1: set32, 2: relative32, 20: set16, 21: relative16, 22: set8, 32: threadLocal32 }

/** ELF for the ARM Architecture (IHI 0044), table "Relocation codes". */
const ARM: Rules = {
  0: none,
  2: set32, // ABS32
  3: relative32, // REL32
  5: set16,
  8: set8,
  18: threadLocal32, // TLS_DTPOFF32
  106: threadLocal32, // TLS_LDO32
}

/** ELF for the Arm 64-bit Architecture (IHI 0056), section 5.7; the low numbers are those of ILP32. */
const AARCH64: Rules = {
  0: none,
  1: set32,
  2: set16,
  3: relative32,
  4: relative16,
  256: none,
  257: set64, // ABS64
  258: set32,
  259: set16,
  260: relative64, // PREL64
  261: relative32,
  262: relative16,
  1029: threadLocal64, // TLS_DTPREL64
}

/** RISC-V ELF psABI 1.0, table "Relocation types". Differences of addresses are an `add` and a `subtract`. */
const RISCV: Rules = {
  0: none,
  1: set32,
  2: set64,
  8: threadLocal32, // TLS_DTPREL32
  9: threadLocal64,
  33: rule('add', 1),
  34: rule('add', 2),
  35: rule('add', 4),
  36: rule('add', 8),
  37: rule('subtract', 1),
  38: rule('subtract', 2),
  39: rule('subtract', 4),
  40: rule('subtract', 8),
  51: none, // RELAX
  52: { operation: 'subtract', width: 1, bits: 6 },
  53: { operation: 'set', width: 1, bits: 6 },
  54: set8,
  55: set16,
  56: set32,
  57: relative32,
  60: rule('set', 0),
  61: rule('subtract', 0),
}

/** LoongArch ELF psABI 2.01, "Relocations". */
const LOONGARCH: Rules = {
  0: none,
  1: set32,
  2: set64,
  8: threadLocal32, // TLS_DTPREL32
  9: threadLocal64,
  47: rule('add', 1),
  48: rule('add', 2),
  50: rule('add', 4),
  51: rule('add', 8),
  52: rule('subtract', 1),
  53: rule('subtract', 2),
  55: rule('subtract', 4),
  56: rule('subtract', 8),
  99: relative32,
  100: none, // RELAX
  105: { operation: 'add', width: 1, bits: 6 },
  106: { operation: 'subtract', width: 1, bits: 6 },
  107: rule('add', 0),
  108: rule('subtract', 0),
  109: relative64,
}

/** MIPS processor supplement, table 4-4, and its 64-bit successor. */
const MIPS: Rules = {
  0: none,
  1: set16,
  2: set32,
  18: set64,
  39: biased32, // TLS_DTPREL32
  41: biased64,
  248: relative32, // PC32
}

/** Power Architecture 32-bit ABI supplement, table 4-8. */
const PPC: Rules = { 0: none, 1: set32, 24: set32, 26: relative32, 78: biased32 }
/** 64-bit PowerPC ELF ABI supplement, table 3-3. */
const PPC64: Rules = {
  0: none,
  1: set32,
  24: set32,
  26: relative32,
  38: set64,
  43: set64,
  44: relative64,
  78: biased64,
}
/** S/390 ELF ABI supplements. */
const S390: Rules = {
  0: none,
  1: set8,
  3: set16,
  4: set32,
  5: relative32,
  22: set64,
  23: relative64,
  52: threadLocal32, // TLS_LDO32
  53: threadLocal64,
}
/** SPARC supplement, table 4-5. */
const SPARC: Rules = {
  0: none,
  1: set8,
  2: set16,
  3: set32,
  6: relative32, // DISP32
  23: set32, // UA32
  32: set64,
  46: relative64,
  54: set64, // UA64
  55: set16, // UA16
  76: threadLocal32, // TLS_DTPOFF32
  77: threadLocal64,
}

const RULES: ReadonlyMap<number, Rules> = new Map([
  [EM.X86_64, X86_64],
  [EM[386], I386],
  [EM.ARM, ARM],
  [EM.AARCH64, AARCH64],
  [EM.RISCV, RISCV],
  [EM.LOONGARCH, LOONGARCH],
  [EM.MIPS, MIPS],
  [EM.PPC, PPC],
  [EM.PPC64, PPC64],
  [EM.S390, S390],
  [EM.SPARC, SPARC],
  [EM.SPARCV9, SPARC],
])

/** The rule of a type; undefined for one that has no business in debug data, or whose processor is not known. */
export function relocationRule(machine: number, type: number): RelocationRule | undefined {
  return RULES.get(machine)?.[machine === EM.MIPS ? type & 0xff : type]
}
