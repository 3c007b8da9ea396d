/** What waitid(2) reports of a traced thread (siginfo_t of SIGCHLD; ptrace(2), "Stopped states"). */

/** Options of waitid (include/uapi/linux/wait.h). */
export const WNOHANG = 1
export const WSTOPPED = 2
export const WEXITED = 4
/** Leaves the report where it is: it can be asked for again. */
export const WNOWAIT = 0x0100_0000
/** Threads too, not only the leaders of processes. */
export const __WALL = 0x4000_0000

/** Size of a siginfo_t, in bytes. */
export const SIGINFO_SIZE = 128
const SI_SIGNO = 0
const SI_CODE = 8
const SI_PID = 16
const SI_STATUS = 24

/** `si_code` (include/uapi/asm-generic/siginfo.h). */
const CLD_EXITED = 1
const CLD_KILLED = 2
const CLD_DUMPED = 3
const CLD_TRAPPED = 4
const CLD_STOPPED = 5

const SIGTRAP = 5
/** The stop that PTRACE_INTERRUPT causes, and the one that reports a group-stop (include/uapi/linux/ptrace.h). */
const PTRACE_EVENT_STOP = 128

/** What happened to a thread. */
export type WaitReport =
  /** Nothing yet. */
  | { readonly kind: 'none' }
  /** It has ended. */
  | { readonly kind: 'ended' }
  /**
   * It is stopped. `signal` is one that was taken from its queue to be delivered and that it must be given on being let
   * go, or 0. `groupStop`: SIGSTOP or its like had stopped the whole process; let go, it stays stopped by that.
   */
  | { readonly kind: 'stopped'; readonly signal: number; readonly groupStop: boolean }

const NONE: WaitReport = { kind: 'none' }
const ENDED: WaitReport = { kind: 'ended' }

/**
 * The same from PTRACE_GETSIGINFO of a stopped thread, whose report another has taken: the signal it was about to receive
 * or, for an event stop, SIGTRAP or the signal that stopped the group, with the event in the code's second byte.
 */
export function decodeStopInfo(info: DataView): Extract<WaitReport, { kind: 'stopped' }> {
  const signal = info.getInt32(SI_SIGNO, true)
  const code = info.getInt32(SI_CODE, true)
  const event = code >>> 8
  if (code <= 0 || event === 0) return { kind: 'stopped', signal, groupStop: false }
  return { kind: 'stopped', signal: 0, groupStop: event === PTRACE_EVENT_STOP && signal !== SIGTRAP }
}

/** Decodes what a successful waitid left in its siginfo_t. */
export function decodeWaitInfo(info: DataView): WaitReport {
  // With WNOHANG and nothing to report the call succeeds and leaves zeros.
  if (info.getInt32(SI_PID, true) === 0) return NONE
  const code = info.getInt32(SI_CODE, true)
  const status = info.getInt32(SI_STATUS, true)
  switch (code) {
    case CLD_EXITED:
    case CLD_KILLED:
    case CLD_DUMPED:
      return ENDED
    case CLD_TRAPPED:
    case CLD_STOPPED: {
      const signal = status & 0xff
      const event = (status >>> 8) & 0xff
      // No event: a signal-delivery-stop. The signal has left the queue and is lost unless given back.
      if (event === 0) return { kind: 'stopped', signal, groupStop: false }
      // Of an event stop the signal is SIGTRAP, or the one that stopped the group. Neither is owed.
      return { kind: 'stopped', signal: 0, groupStop: event === PTRACE_EVENT_STOP && signal !== SIGTRAP }
    }
    default:
      return NONE
  }
}
