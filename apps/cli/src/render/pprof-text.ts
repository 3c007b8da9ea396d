/**
 * `gospy dump --format pprof-text`: the goroutine profile as text, as `pprof.Lookup("goroutine").WriteTo(w, 1)` and
 * `/debug/pprof/goroutine?debug=1` give it. It differs from the process's own in this:
 *  - Stacks are whole. Go cuts them to 32 addresses until Go 1.22, to 128 (GODEBUG=profstackdepth) since; `depth` does too.
 *  - A goroutine whose stack is not known has the one address of the function it was started with, and a line that says so
 *    (`# (running: stack unknown)`); so has the end of a stack that could not be unwound. Readers skip both as comments.
 *  - Where an instruction faulted, Go 1.12 and 1.13 tell the line of the one before it.
 *  - Go 1.6 and older have another order, and the addresses behind the calls in the lines too.
 * Source: src/runtime/pprof/pprof.go (printCountProfile, printStackRecord).
 */
import type { Frame, Snapshot } from '@gospy/goruntime'
import type { Output } from '../output.js'
import { ByteWriter } from './byte-writer.js'
import { type DumpingProgram, type DumpStyle, dumpStyle } from './dump-versions.js'
import { goroutineProfile, type ProfiledCall, type ProfileOptions, type ProfileRecord } from './goroutine-profile.js'
import { tabColumns } from './tab-columns.js'
import { printable } from './text.js'

export interface PprofTextOptions extends ProfileOptions {
  /** The program as the process runs it: which Go's profiles to follow. */
  program?: DumpingProgram | undefined
}

export function writePprofText(
  output: Output,
  snapshot: Snapshot,
  rows: ArrayLike<number>,
  options: PprofTextOptions = {},
): void {
  const style = dumpStyle(options.program)
  const { total, records } = goroutineProfile(snapshot, rows, style, options)
  const out = new ByteWriter(output)
  out.text(`goroutine profile: total ${total}\n`)
  for (const record of records) {
    const lines = tabColumns(recordLines(record, style))
    out.text(`${record.count} ${record.key}\n${lines.map((line) => `${line}\n`).join('')}\n`)
  }
  out.flush()
}

/** The lines below a record's first, in cells. */
function recordLines({ calls, unknown, start }: ProfileRecord, style: DumpStyle): string[][] {
  const lines = callLines(calls, style)
  // The reason is at the end that is missing.
  if (unknown !== null) lines.push(['#', printable(noteText(unknown))])
  if (start !== null) lines.push(startLine(start))
  return lines
}

function noteText({ brief, reason }: NonNullable<ProfileRecord['unknown']>): string {
  return reason === null ? brief : `${brief.slice(0, -1)}: ${reason})`
}

/** Without `runtime.goexit` and the runtime's functions at the inner end, unless there are no others. */
function callLines(all: readonly ProfiledCall[], { hiddenInProfile }: DumpStyle): string[][] {
  const calls = all.filter(({ frame }) => frame.function !== 'runtime.goexit')
  const first = calls.findIndex(({ frame }) => !hiddenInProfile.some((prefix) => frame.function.startsWith(prefix)))
  return calls
    .slice(Math.max(first, 0))
    .map(({ frame, instruction }) => [
      '#',
      hex(instruction),
      `${printable(frame.function)}+${hex(instruction - frame.entry)}`,
      placeText(frame),
    ])
}

function startLine({ pc, location }: NonNullable<ProfileRecord['start']>): string[] {
  if (location === undefined) return ['#', hex(pc)]
  return ['#', hex(pc), `${printable(location.function)}+0x0`, placeText(location)]
}

function placeText({ file, line }: Pick<Frame, 'file' | 'line'>): string {
  return `${file === null ? '?' : printable(file)}:${line ?? 0}`
}

function hex(value: number): string {
  return `0x${value.toString(16)}`
}
