/**
 * Which goroutines are the runtime's own: the rule of the runtime itself (src/runtime/traceback.go, isSystemGoroutine with
 * fixed = false, Go 1.5 to 1.27), so that the count of the others equals runtime.NumGoroutine.
 */
import type { VersionFacts } from './version-facts.js'

/** What the rule asks about the process and the goroutine, besides the start function's name. */
export interface SystemGoroutineFacts {
  /** Whether the finalizer goroutine is running a finalizer right now. */
  finalizerRuns: boolean
  /** Whether this goroutine is running a cleanup (Go 1.25). */
  cleanupRuns: boolean
  /** Which functions the rule of this Go version names. */
  systemFunctions: VersionFacts['systemFunctions']
}

/** The bit of `runtime.fingStatus` that says that user code runs: fingRunningFinalizer (mfinal.go, Go 1.20 to 1.27). */
export const FING_RUNNING_FINALIZER = 1 << 1

/** @param startFunction name of the function at `g.startpc`, undefined when there is none */
export function isSystemGoroutine(startFunction: string | undefined, facts: SystemGoroutineFacts): boolean {
  switch (startFunction) {
    case undefined:
    case 'runtime.main':
    case 'runtime.handleAsyncEvent':
    case 'runtime.corostart':
      return false
    // The same goroutine under its name until 1.24 and since.
    case 'runtime.runfinq':
    case 'runtime.runFinalizers':
      return !facts.finalizerRuns
    case 'runtime.runCleanups':
      return !facts.cleanupRuns
    default:
      return facts.systemFunctions === 'package runtime'
        ? startFunction.startsWith('runtime.')
        : facts.systemFunctions.has(startFunction)
  }
}
