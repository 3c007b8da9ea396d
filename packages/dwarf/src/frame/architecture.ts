/** What unwinding needs to know of a processor: DWARF's numbers of its registers, and which of them calls preserve. */

/** A processor, as its psABI describes it. */
export interface Architecture {
  /** As Go names it: `amd64`, `arm64`, `386`, `arm`. */
  readonly name: string
  /** Bytes of an address. */
  readonly addressSize: number
  /** Number of the stack pointer. */
  readonly stackPointer: number
  /** Number under which the address of the instruction is kept; AArch64 has the one of its ABI, 32. */
  readonly programCounter: number
  /** Registers that a function leaves as they were, where its frame does not say more; the stack pointer is the CFA. */
  readonly calleeSaved: readonly number[]
  /** Pseudo register that says whether return addresses are signed; undefined where they never are. */
  readonly signState: number | undefined
  /** Name of a register by its DWARF number, or undefined where there is none. */
  registerName(register: number): string | undefined
}

/** Pseudo register of AArch64 that says whether the return address is signed (AADWARF64, section 4.1). */
export const RA_SIGN_STATE = 34

type Names = readonly (readonly [first: number, names: readonly string[]])[]

function numbered(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index}`)
}

function architecture(fields: Omit<Architecture, 'registerName'>, names: Names): Architecture {
  const registerName = (register: number) => {
    for (const [first, list] of names)
      if (register >= first && register < first + list.length) return list[register - first]
    return undefined
  }
  return { ...fields, registerName }
}

/** x86-64 (System V ABI, AMD64 supplement 1.0, figure 3.36). */
export const AMD64: Architecture = architecture(
  {
    name: 'amd64',
    addressSize: 8,
    stackPointer: 7,
    programCounter: 16,
    calleeSaved: [3, 6, 12, 13, 14, 15],
    signState: undefined,
  },
  [
    [0, ['rax', 'rdx', 'rcx', 'rbx', 'rsi', 'rdi', 'rbp', 'rsp']],
    [8, ['r8', 'r9', 'r10', 'r11', 'r12', 'r13', 'r14', 'r15', 'rip']],
    [17, numbered('xmm', 16)],
    [33, numbered('st', 8)],
    [41, numbered('mm', 8)],
    [49, ['rflags', 'es', 'cs', 'ss', 'ds', 'fs', 'gs']],
    [58, ['fs.base', 'gs.base']],
    [62, ['tr', 'ldtr', 'mxcsr', 'fcw', 'fsw']],
    [67, Array.from({ length: 16 }, (_, index) => `xmm${index + 16}`)],
    [118, numbered('k', 8)],
  ],
)

/** AArch64 (DWARF for the Arm 64-bit Architecture, AADWARF64, section 4.1). */
export const ARM64: Architecture = architecture(
  {
    name: 'arm64',
    addressSize: 8,
    stackPointer: 31,
    programCounter: 32,
    calleeSaved: [19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30],
    signState: RA_SIGN_STATE,
  },
  [
    [0, numbered('x', 31)],
    [31, ['sp', 'pc', 'elr_mode', 'ra_sign_state', 'tpidrro_el0', 'tpidr_el0', 'tpidr_el1', 'tpidr_el2', 'tpidr_el3']],
    [46, ['vg', 'ffr']],
    [48, numbered('p', 16)],
    [64, numbered('v', 32)],
    [96, numbered('z', 32)],
  ],
)

/** x86, 32 bits (System V ABI, Intel386 supplement 1.1, table 2.14). */
export const I386: Architecture = architecture(
  { name: '386', addressSize: 4, stackPointer: 4, programCounter: 8, calleeSaved: [3, 5, 6, 7], signState: undefined },
  [
    [0, ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi', 'eip', 'eflags']],
    [11, numbered('st', 8)],
    [21, numbered('xmm', 8)],
    [29, numbered('mm', 8)],
    [37, ['fcw', 'fsw', 'mxcsr', 'es', 'cs', 'ss', 'ds', 'fs', 'gs']],
    [48, ['tr', 'ldtr']],
  ],
)

/** Arm, 32 bits (DWARF for the Arm Architecture, AADWARF32, section 4.1). */
export const ARM: Architecture = architecture(
  {
    name: 'arm',
    addressSize: 4,
    stackPointer: 13,
    programCounter: 15,
    calleeSaved: [4, 5, 6, 7, 8, 9, 10, 11, 14],
    signState: undefined,
  },
  [
    [0, numbered('r', 13)],
    [13, ['sp', 'lr', 'pc']],
    [64, numbered('s', 32)],
    [256, numbered('d', 32)],
  ],
)

/** By the `e_machine` of an ELF file. */
const MACHINES: ReadonlyMap<number, Architecture> = new Map([
  [3, I386],
  [40, ARM],
  [62, AMD64],
  [183, ARM64],
])

/** The architecture of an ELF file's `e_machine` (as `header.machine` of @gospy/elf has it), or undefined for one not known here. */
export function architectureOf(machine: number): Architecture | undefined {
  return MACHINES.get(machine)
}
