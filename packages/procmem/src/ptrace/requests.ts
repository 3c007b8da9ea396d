/**
 * Requests of ptrace(2) (include/uapi/linux/ptrace.h): those that attach, stop, look and let go. The requests that write
 * memory or registers, and the option that takes the target down with its tracer, are left out on purpose: code that
 * can't name them can't use them, and `NativeCalls.ptrace` takes no other number.
 */
export const PTRACE_PEEKDATA = 2
export const PTRACE_DETACH = 17
export const PTRACE_GETSIGINFO = 0x4202
export const PTRACE_GETREGSET = 0x4204
export const PTRACE_SEIZE = 0x4206
export const PTRACE_INTERRUPT = 0x4207

export type PtraceRequest =
  | typeof PTRACE_PEEKDATA
  | typeof PTRACE_DETACH
  | typeof PTRACE_GETSIGINFO
  | typeof PTRACE_GETREGSET
  | typeof PTRACE_SEIZE
  | typeof PTRACE_INTERRUPT

/** The register sets of PTRACE_GETREGSET (include/uapi/linux/elf.h): general registers; floating point and vectors. */
export const NT_PRSTATUS = 1
export const NT_PRFPREG = 2
