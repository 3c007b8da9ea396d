/**
 * The one error of this package for everything that the system, rather than a file's bytes, refuses: what was tried, what
 * was found, what to do.
 */

/**
 * Stable, for `switch`. Where the kernel has a code of its own for it, that one:
 * - `ESRCH` no such process, or it has ended
 * - `EPERM`, `EACCES` not permitted; `advice` says how to get permission
 * - `ETRACED` another program (a debugger, strace) traces it already
 * - `EARCH` another kind of CPU or of process (32-bit) than this can read
 * - `ETIMEDOUT` the budget ran out before every thread had stopped
 * - `EEXEC` it replaced its program by another since it was opened
 * - `EKERNEL` a kernel thread: it has no memory, executable or stack of its own
 * - `ETHREAD` the number is a thread's, not a process's
 * - `ENATIVE` the native calls it takes can't be loaded
 * - `EWORKER` ptrace from a worker thread
 * - `EINVAL`, `ECLOSED`, `EBUSY` wrong use: not a process number, closed, paused already
 * - `ESYSTEM` any other error of the system; `cause` has it
 */
export type ProcessErrorCode =
  | 'ESRCH'
  | 'EPERM'
  | 'EACCES'
  | 'ETRACED'
  | 'EARCH'
  | 'ETIMEDOUT'
  | 'EEXEC'
  | 'EKERNEL'
  | 'ETHREAD'
  | 'ENATIVE'
  | 'EWORKER'
  | 'EINVAL'
  | 'ECLOSED'
  | 'EBUSY'
  | 'ESYSTEM'

/** What a ProcessError is made of, beside its code. */
export interface ProcessErrorDetails {
  /** The process it is about; undefined where it is about this machine (native calls that can't be loaded). */
  pid: number | undefined
  /** What to do, one thing a line. */
  advice?: readonly string[]
  cause?: unknown
}

export class ProcessError extends Error {
  override readonly name = 'ProcessError'
  readonly code: ProcessErrorCode
  readonly pid: number | undefined
  /** What was tried and what was found, in one line. `message` is this and the advice below it. */
  readonly summary: string
  /** What to do: one cause and its remedy a line, the command to type included. Empty where there is nothing to do. */
  readonly advice: readonly string[]

  constructor(code: ProcessErrorCode, summary: string, details: ProcessErrorDetails) {
    const { pid, advice = [], cause } = details
    super([summary, ...advice].join('\n'), cause === undefined ? undefined : { cause })
    this.code = code
    this.summary = summary
    this.advice = advice
    this.pid = pid
  }
}

/** The error code of an error of `node:fs`, or undefined for any other value. */
export function systemErrorCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code
  return error instanceof Error && typeof code === 'string' ? code : undefined
}
