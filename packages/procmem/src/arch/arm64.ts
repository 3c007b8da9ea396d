/** System calls and registers of arm64. */
import type { Architecture } from './architecture.js'

/** `struct user_pt_regs` of arch/arm64/include/uapi/asm/ptrace.h. x29 is the frame pointer, x30 the link register. */
export const ARM64: Architecture = {
  name: 'arm64',
  syscalls: { ptrace: 117, waitid: 95, process_vm_readv: 270 },
  registers: [...Array.from({ length: 31 }, (_, number) => `x${number}`), 'sp', 'pc', 'pstate'],
  vectors: { names: Array.from({ length: 32 }, (_, number) => `v${number}`), offset: 0, size: 528 },
  pc: 'pc',
  sp: 'sp',
  fp: 'x29',
}
