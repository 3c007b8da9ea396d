import type { UnwindRules } from './unwind-rules.js'

/**
 * `struct rt_sigframe` of arch/x86/include/asm/sigframe.h begins with the handler's return address, then comes
 * `struct ucontext`: flags, link, stack (40 bytes), then r8 to r15, rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip.
 */
const UCONTEXT = 8
const REGISTERS = UCONTEXT + 40

export const AMD64: UnwindRules = {
  pushesReturnAddress: true,
  injectedCallFrame: 0,
  signalFrame: { sp: REGISTERS + 15 * 8, pc: REGISTERS + 16 * 8, lr: undefined },
}
