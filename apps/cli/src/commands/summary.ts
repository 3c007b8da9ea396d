/** `gospy summary PID`: how many goroutines there are, and what they do. */
import type { Io } from '../output.js'
import { snapshotJson } from '../render/dump-json.js'
import { writeJson } from '../render/json.js'
import { processJson } from '../render/process-json.js'
import { summarize } from '../render/summary.js'
import { writeSummaryText } from '../render/summary-text.js'
import { warn } from '../render/warnings.js'
import { type TargetOptions, withSnapshot } from '../target.js'

export interface SummaryOptions extends TargetOptions {
  json?: boolean
}

export function summary(io: Io, pid: string | undefined, options: SummaryOptions): void {
  withSnapshot(pid, { ...options, stacks: false }, (go, snapshot) => {
    warn(io.stderr, snapshot)
    if (options.json) {
      writeJson(io.stdout, {
        schema: 'gospy.summary/1',
        process: processJson(go),
        snapshot: snapshotJson(snapshot),
        ...summarize(snapshot),
      })
    } else {
      writeSummaryText(io.stdout, go, snapshot)
    }
  })
}
