/** What differs from CPU to CPU when a Go stack is unwound. */
import { AMD64 } from './amd64.js'
import { ARM64 } from './arm64.js'

export interface UnwindRules {
  /** Whether a call pushes its return address (x86); elsewhere it is in a link register until the callee saves it. */
  readonly pushesReturnAddress: boolean
  /**
   * Bytes that the signal handler makes room for before it fakes a call of `sigpanic` or `asyncPreempt`, to save the link
   * register there (runtime/signal_arm64.go, preparePanic and pushCall); 0 where the faked call is like any other.
   */
  readonly injectedCallFrame: number
  /** Where the kernel's signal frame, at the stack pointer with which the handler was entered, has registers; bytes. */
  readonly signalFrame: { readonly pc: number; readonly sp: number; readonly lr: number | undefined }
}

/** By Go's name of the architecture. @throws RangeError for one whose stacks cannot be unwound */
export function unwindRules(arch: string): UnwindRules {
  if (arch === 'amd64') return AMD64
  if (arch === 'arm64') return ARM64
  throw new RangeError(`stacks of ${arch} programs cannot be unwound`)
}
