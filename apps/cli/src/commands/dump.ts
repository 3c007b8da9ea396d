/** `gospy dump PID`: every goroutine. */
import type { Io } from '../output.js'
import { writeDumpJson } from '../render/dump-json.js'
import type { Place } from '../render/dump-text.js'
import { processJson } from '../render/process-json.js'
import { warn } from '../render/warnings.js'
import { type TargetOptions, withSnapshot } from '../target.js'

export interface DumpOptions extends TargetOptions {
  json?: boolean
  pc: Place
}

export async function dump(io: Io, pid: string | undefined, options: DumpOptions): Promise<void> {
  const writeText = options.json ? undefined : (await import('../render/dump-text.js')).writeDumpText
  withSnapshot(pid, options, (go, snapshot) => {
    warn(io.stderr, snapshot)
    if (writeText === undefined) writeDumpJson(io.stdout, processJson(go), snapshot)
    else writeText(io.stdout, go, snapshot, options.pc)
  })
}
