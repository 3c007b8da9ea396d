/** Names and order of the general registers in core notes: `struct user_regs_struct` and its like (Linux, sys/user.h). */
import { EM } from './constants.js'

const names = (text: string) => text.split(' ')
const numbered = (prefix: string, from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `${prefix}${from + index}`)

/** arch/x86/include/asm/user_64.h. */
const AMD64 = names(
  'r15 r14 r13 r12 rbp rbx r11 r10 r9 r8 rax rcx rdx rsi rdi orig_rax rip cs eflags rsp ss fs_base gs_base ds es fs gs',
)
/** arch/x86/include/asm/user_32.h. */
const I386 = names('ebx ecx edx esi edi ebp eax ds es fs gs orig_eax eip cs eflags esp ss')
/** arch/arm64/include/uapi/asm/ptrace.h, struct user_pt_regs. */
const ARM64 = [...numbered('x', 0, 30), ...names('sp pc pstate')]
/** arch/arm/include/uapi/asm/ptrace.h, struct pt_regs. */
const ARM = [...numbered('r', 0, 10), ...names('fp ip sp lr pc cpsr orig_r0')]
/** arch/riscv/include/uapi/asm/ptrace.h, struct user_regs_struct. */
const RISCV = names('pc ra sp gp tp t0 t1 t2 s0 s1 a0 a1 a2 a3 a4 a5 a6 a7 s2 s3 s4 s5 s6 s7 s8 s9 s10 s11 t3 t4 t5 t6')

const REGISTERS: ReadonlyMap<number, readonly string[]> = new Map<number, readonly string[]>([
  [EM.X86_64, AMD64],
  [EM[386], I386],
  [EM.AARCH64, ARM64],
  [EM.ARM, ARM],
  [EM.RISCV, RISCV],
])

/** Names by position; of other processors none are known. x32 keeps 64-bit registers in 32-bit files: not known either. */
export function registerNames(machine: number, is64: boolean): readonly string[] {
  if (machine === EM.X86_64 && !is64) return []
  return REGISTERS.get(machine) ?? []
}

/** Names of the registers that every debugger asks for, by processor. */
const SPECIAL: ReadonlyMap<number, readonly [pc: string, sp: string]> = new Map([
  [EM.X86_64, ['rip', 'rsp']],
  [EM[386], ['eip', 'esp']],
  [EM.AARCH64, ['pc', 'sp']],
  [EM.ARM, ['pc', 'sp']],
  [EM.RISCV, ['pc', 'sp']],
])

/** Names of the program counter and the stack pointer. */
export function specialRegisters(machine: number): readonly [pc: string, sp: string] | undefined {
  return SPECIAL.get(machine)
}
