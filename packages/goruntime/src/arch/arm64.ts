import type { UnwindRules } from './unwind-rules.js'

/**
 * `struct rt_sigframe` of arch/arm64/kernel/signal.c: siginfo (128 bytes), then `struct ucontext`: flags, link, stack
 * (40 bytes), signal mask and room for it to grow (128), then at a multiple of 16 the fault address, x0 to x30, sp, pc.
 */
const UCONTEXT = 128
const REGISTERS = UCONTEXT + 176 + 8

export const ARM64: UnwindRules = {
  pushesReturnAddress: false,
  injectedCallFrame: 16,
  signalFrame: { lr: REGISTERS + 30 * 8, sp: REGISTERS + 31 * 8, pc: REGISTERS + 32 * 8 },
}
