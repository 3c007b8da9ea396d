/**
 * SP deltas as `.debug_frame` has them: Go's linker writes it from pcsp, and readelf interprets it. The canonical frame
 * address is the stack pointer, plus the SP delta, plus the return address where calls push one.
 */
import { execFileSync } from 'node:child_process'

export interface FrameRow {
  pc: number
  /** Address behind the last instruction for which this row holds. */
  end: number
  spDelta: number
}

export function readFrameRows(binary: string, pushedByCall: number): FrameRow[] {
  const text = execFileSync('readelf', ['-W', '--debug-dump=frames-interp', binary], {
    encoding: 'utf8',
    maxBuffer: 1 << 30,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const rows: FrameRow[] = []
  let end = 0
  let first = true
  for (const line of text.split('\n')) {
    const header = /FDE .*pc=([0-9a-f]+)\.\.([0-9a-f]+)/.exec(line)
    if (header !== null) {
      end = Number.parseInt(header[2]!, 16)
      first = true
      continue
    }
    const row = /^([0-9a-f]{8,16})\s+\S+\+(\d+)\b|^([0-9a-f]{8,16})\s+\S+-(\d+)\b/.exec(line)
    if (row === null || end === 0) continue
    const pc = Number.parseInt(row[1] ?? row[3]!, 16)
    const cfa = row[2] === undefined ? -Number(row[4]) : Number(row[2])
    if (!first) rows.at(-1)!.end = pc
    // The linker stops one byte before the end of the function (cmd/link/internal/ld/dwarf.go, writeframes); what
    // stands for that byte is not of pcsp.
    if (pc === end - 1) continue
    rows.push({ pc, end: end - 1, spDelta: cfa - pushedByCall })
    first = false
  }
  return rows
}
