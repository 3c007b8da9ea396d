/** Remarks on an answer go to stderr, where they do not get between it and its reader. */
import type { Snapshot } from '@gospy/goruntime'
import type { Output } from '../output.js'
import { printable } from './text.js'

export function warn(stderr: Output, snapshot: Snapshot): void {
  warnOf(stderr, snapshot.data.warnings)
}

export function warnOf(stderr: Output, warnings: readonly string[]): void {
  for (const warning of warnings) stderr.write(`gospy: warning: ${printable(warning)}\n`)
}
