/**
 * The system calls of this package that Node has no function for. All are synchronous and come from the calling thread:
 * ptrace answers only the thread that attached. No call here writes to another process: the requests of ptrace are a
 * closed list (see `../ptrace/requests.ts`), and there is no call that writes memory.
 */
import type { PtraceRequest } from '../ptrace/requests.js'

/** Names of the adapters, in the order they are tried. */
export const NATIVE_ADAPTERS = ['koffi', 'ffi-napi'] as const

export type NativeAdapterName = (typeof NATIVE_ADAPTERS)[number]

/** Every result is the kernel's own: 0 or more for success, else minus the error number (see `../errno.ts`). */
export interface NativeCalls {
  readonly adapter: NativeAdapterName
  /** Address, in this process, of the first byte of `bytes`. Stable for as long as their buffer is in use. */
  addressOf(bytes: Uint8Array): number
  /**
   * ptrace(2) as the kernel has it: a word that is read is stored at `data`, an address in this process.
   * @param data an address or a plain number, depending on the request
   */
  ptrace(request: PtraceRequest, tid: number, address: number, data: number): number
  /**
   * process_vm_readv(2).
   * @param local address in this process of `localCount` iovecs
   * @param remote address in this process of `remoteCount` iovecs
   * @returns how many bytes were read
   */
  processVmReadv(pid: number, local: number, localCount: number, remote: number, remoteCount: number): number
  /**
   * waitid(2) for one thread (idtype P_PID). Unlike waitpid it can leave alone an exit that is another's to collect.
   * @param info address in this process of 128 bytes that receive a siginfo_t; see `../ptrace/wait-info.ts`
   */
  wait(tid: number, info: number, options: number): number
}

/** What an adapter has to bring: libc's syscall(2), its errno, and addresses of buffers. */
export interface NativeBinding {
  /** libc's `long syscall(long number, ...)`. */
  syscall(number: number, a: number, b: number, c: number, d: number, e: number, f: number): number
  /** errno after a call that returned -1. */
  errno(): number
  addressOf(bytes: Uint8Array): number
}
