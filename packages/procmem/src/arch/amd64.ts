/** System calls and registers of amd64. */
import type { Architecture } from './architecture.js'

const REGISTERS =
  'r15 r14 r13 r12 rbp rbx r11 r10 r9 r8 rax rcx rdx rsi rdi orig_rax rip cs eflags rsp ss fs_base gs_base ds es fs gs'

/** `struct user_regs_struct` of arch/x86/include/uapi/asm/ptrace.h and asm/user_64.h. */
export const AMD64: Architecture = {
  name: 'amd64',
  syscalls: { ptrace: 101, waitid: 247, process_vm_readv: 310 },
  registers: REGISTERS.split(' '),
  // `xmm_space` of arch/x86/include/asm/user_64.h: what FXSAVE stores.
  vectors: { names: Array.from({ length: 16 }, (_, number) => `xmm${number}`), offset: 160, size: 512 },
  pc: 'rip',
  sp: 'rsp',
  fp: 'rbp',
}
