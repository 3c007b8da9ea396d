/** `gospy dump PID`: the goroutines and their stacks. */
import type { GoProcess, Snapshot } from '@gospy/goruntime'
import { type DumpFlags, type DumpRequest, readDumpFlags } from '../dump-options.js'
import type { Io, Output } from '../output.js'
import { printable } from '../render/text.js'
import { warn } from '../render/warnings.js'
import { selectRows } from '../selection/select-rows.js'
import { type TargetOptions, withSnapshot } from '../target.js'
import { UsageError } from '../usage-error.js'

export interface DumpOptions extends TargetOptions, DumpFlags {}

export async function dump(io: Io, pid: string | undefined, options: DumpOptions): Promise<void> {
  const request = readDumpFlags(options)
  if (request.format === 'pprof' && io.stdout.isTerminal) {
    throw new UsageError(
      `--format pprof is not for a terminal: gospy dump ${pid ?? options.pid ?? 'PID'} --format pprof > dump.pb.gz`,
    )
  }
  const write = await writerOf(request)
  const { variables } = request
  withSnapshot(pid, { ...options, ...(variables && { variables }) }, (go, snapshot) => {
    warn(io.stderr, snapshot)
    const remark = (text: string) => io.stderr.write(`gospy: ${printable(text)}\n`)
    write(io.stdout, go, snapshot, selectRows(snapshot, request.selection, remark))
  })
}

type Writer = (output: Output, go: GoProcess, snapshot: Snapshot, rows: ArrayLike<number>) => void

/** The writer for a format, whose code is loaded when it is asked for. */
async function writerOf(request: DumpRequest): Promise<Writer> {
  const { depth, system, systemGoroutines } = request
  const frames = depth === undefined ? {} : { depth }
  switch (request.format) {
    case 'text': {
      const { writeDumpText } = await import('../render/dump-text.js')
      return (output, go, snapshot, rows) => writeDumpText(output, go, snapshot, rows, request)
    }
    case 'json': {
      const [{ writeDumpJson }, { processJson }] = await Promise.all([
        import('../render/dump-json.js'),
        import('../render/process-json.js'),
      ])
      return (output, go, snapshot, rows) => writeDumpJson(output, processJson(go), snapshot, rows, frames)
    }
    case 'go': {
      const { writeDumpGo } = await import('../render/dump-go.js')
      return (output, go, snapshot, rows) =>
        writeDumpGo(output, snapshot, rows, {
          program: go.binary,
          ...frames,
          system,
          systemGoroutines,
        })
    }
    case 'pprof-text': {
      const { writePprofText } = await import('../render/dump-pprof.js')
      return (output, go, snapshot, rows) =>
        writePprofText(output, snapshot, rows, { program: go.binary, ...frames, systemGoroutines })
    }
    case 'pprof': {
      const { writePprofProto } = await import('../render/dump-pprof.js')
      return (output, go, snapshot, rows) =>
        writePprofProto(output, go, snapshot, rows, { ...frames, systemGoroutines })
    }
  }
}
