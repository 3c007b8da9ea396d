/** A set of registers of a stopped thread, as the kernel lays it out (PTRACE_GETREGSET). */
import type { Architecture } from '../arch/architecture.js'
import { ESRCH } from '../errno.js'
import type { NativeCalls } from '../native/native-calls.js'
import { noSuchProcess } from '../proc/proc-file.js'
import { ProcessError } from '../process-error.js'
import { PTRACE_GETREGSET } from './requests.js'

const TWO_32 = 0x1_0000_0000

export interface RegisterSet {
  readonly pid: number
  readonly tid: number
  /** Which one: NT_PRSTATUS, NT_PRFPREG. */
  readonly type: number
  /** Bytes that it has for a 64-bit process. */
  readonly size: number
}

/**
 * Reads it of a thread that we have stopped.
 * @throws ProcessError `ESRCH` when it was killed meanwhile, `EARCH` for a 32-bit process
 */
export function readRegisterSet(calls: NativeCalls, { name }: Architecture, set: RegisterSet): Uint8Array {
  const { pid, tid, type, size } = set
  const bytes = new Uint8Array(size)
  // One object holds the iovec and stays alive through the call.
  const iovec = new DataView(new ArrayBuffer(16))
  const address = calls.addressOf(bytes)
  iovec.setUint32(0, address % TWO_32, true)
  iovec.setUint32(4, Math.floor(address / TWO_32), true)
  iovec.setUint32(8, size, true)
  const iovecBytes = new Uint8Array(iovec.buffer)
  const result = calls.ptrace(PTRACE_GETREGSET, tid, type, calls.addressOf(iovecBytes))
  if (result === -ESRCH) throw noSuchProcess(pid)
  if (result < 0) throw new ProcessError('ESYSTEM', `registers of thread ${tid}: error ${-result}`, { pid })
  // The kernel puts there how many bytes it wrote: fewer for a 32-bit process.
  if (iovec.getUint32(8, true) !== size) {
    throw new ProcessError('EARCH', `process ${pid} is not a 64-bit ${name} process`, {
      pid,
      advice: ['Its memory can be read; its registers are not decoded here.'],
    })
  }
  return bytes
}
