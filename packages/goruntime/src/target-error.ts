/** The target is not one that can be shown: what it is instead, and what can be done about it. */
export type TargetErrorCode =
  /** Not built by Go. */
  | 'NOT_GO'
  /** An architecture that is not known here. */
  | 'UNSUPPORTED_ARCHITECTURE'
  /** A Go older than the oldest that is known here. */
  | 'UNSUPPORTED_GO_VERSION'
  /** Neither the process's program nor a twin says where the runtime's data lie. */
  | 'NO_DEBUG_DATA'
  /** The file given as the unstripped twin is another program or another build. */
  | 'BINARY_MISMATCH'
  /** The program's file contradicts its own format. */
  | 'MALFORMED'
  /** Copying took longer than the process may be stopped. */
  | 'PAUSE_TOO_SHORT'
  /** The runtime's data are not what they must be. */
  | 'BAD_RUNTIME_DATA'

export class TargetError extends Error {
  override readonly name = 'TargetError'
  readonly code: TargetErrorCode
  /** What to do about it, or undefined when nothing can be done. */
  readonly advice: string | undefined

  constructor(code: TargetErrorCode, message: string, advice?: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.advice = advice
  }
}

/** @param what the program, as the subject of a sentence */
export function packedError(what: string): TargetError {
  return new TargetError(
    'NOT_GO',
    `${what} is packed by UPX: whether it is a Go program cannot be told`,
    'run it unpacked: upx -d FILE',
  )
}
