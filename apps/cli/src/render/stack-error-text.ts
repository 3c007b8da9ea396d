/** Why a stack is not shown to its end, in a few words. */
import type { Goroutine, SnapshotData } from '@gospy/goruntime'
import { printable } from './text.js'

/** `stack not known: it was running (--pause shows it)`; null where there is nothing to say. */
export function stackErrorText({ status, stack, stackError }: Goroutine, mode: SnapshotData['mode']): string | null {
  if (stackError === null) return null
  if (stack === null && status === 'running' && mode === 'live')
    return 'stack not known: it was running (--pause shows it)'
  return `stack not ${stack === null ? 'known' : 'whole'}: ${printable(stackError)}`
}
