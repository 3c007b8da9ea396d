/** What differs from CPU to CPU: numbers of system calls, and where registers lie in what ptrace returns. */
import { AMD64 } from './amd64.js'
import { ARM64 } from './arm64.js'

export interface Architecture {
  /** Go's name for it. */
  readonly name: 'amd64' | 'arm64'
  /** Numbers of the system calls made here (arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/asm-generic/unistd.h). */
  readonly syscalls: { readonly ptrace: number; readonly waitid: number; readonly process_vm_readv: number }
  /** The general registers in the order of the kernel's `struct user_regs_struct` / `user_pt_regs`, 8 bytes each. */
  readonly registers: readonly string[]
  /**
   * The vector registers, which hold floating-point numbers as well: 16 bytes each, from this offset on in the kernel's
   * `struct user_i387_struct` / `user_fpsimd_state`, which has so many bytes.
   */
  readonly vectors: { readonly names: readonly string[]; readonly offset: number; readonly size: number }
  /** Which of the general ones are the program counter, stack pointer and frame pointer. */
  readonly pc: string
  readonly sp: string
  readonly fp: string
}

/** The architecture of this very process, or undefined where there is no support for it. */
export function hostArchitecture(arch: string = process.arch): Architecture | undefined {
  if (arch === 'x64') return AMD64
  if (arch === 'arm64') return ARM64
  return undefined
}
