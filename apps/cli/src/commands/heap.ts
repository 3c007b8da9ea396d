/** `gospy heap PID`: the heap, and what the garbage collector does. */
import type { Io } from '../output.js'
import { heapJson } from '../render/heap-json.js'
import { writeHeapText } from '../render/heap-text.js'
import { writeJson } from '../render/json.js'
import { processJson } from '../render/process-json.js'
import { warnOf } from '../render/warnings.js'
import { pauseOptions, type TargetOptions, withProcess } from '../target.js'

export interface HeapCommandOptions extends TargetOptions {
  json?: boolean
}

export function heap(io: Io, pid: string | undefined, options: HeapCommandOptions): void {
  withProcess(pid, options, (go) => {
    const snapshot = go.heap(pauseOptions(options))
    warnOf(io.stderr, snapshot.warnings)
    if (options.json) {
      writeJson(io.stdout, { schema: 'gospy.heap/1', process: processJson(go), ...heapJson(snapshot) })
    } else {
      writeHeapText(io.stdout, go, snapshot)
    }
  })
}
