/** `gospy ps`: the Go processes on this machine. */

import { GoBinary, TargetError } from '@gospy/goruntime'
import { listProcesses, openProcess, ProcessError } from '@gospy/procmem'
import type { Io } from '../output.js'
import { moduleText } from '../render/header-text.js'
import { writeJson } from '../render/json.js'
import { type Column, table } from '../render/table.js'
import { count, painter, printable } from '../render/text.js'

interface GoProcessRow {
  pid: number
  user: string
  goVersion: string
  module: { path: string; version: string } | null
  executable: string
}

export function ps(io: Io, options: { json?: boolean }): void {
  const { rows, hidden } = findGoProcesses()
  if (options.json) {
    writeJson(io.stdout, { schema: 'gospy.ps/1', processes: rows, hidden })
    return
  }
  if (rows.length > 0) {
    const columns: Column[] = [
      { title: 'PID', align: 'right' },
      { title: 'USER', cut: 'end', least: 8 },
      { title: 'GO' },
      { title: 'MODULE', cut: 'middle', least: 16 },
      { title: 'PROGRAM', cut: 'middle', least: 16 },
    ]
    const cells = rows.map((row) => [
      String(row.pid),
      printable(row.user),
      printable(row.goVersion),
      row.module === null ? '-' : moduleText(row.module),
      printable(row.executable),
    ])
    const [title, ...lines] = table(columns, cells, io.stdout.columns)
    io.stdout.write(`${[painter(io.stdout.colour)('bold', title!), ...lines].join('\n')}\n`)
  } else {
    io.stderr.write('gospy: no Go process found\n')
  }
  if (hidden > 0) {
    io.stderr.write(`gospy: ${count(hidden, 'process', 'processes')} could not be looked at (no permission)\n`)
  }
}

function findGoProcesses(): { rows: GoProcessRow[]; hidden: number } {
  const rows: GoProcessRow[] = []
  let hidden = 0
  for (const pid of listProcesses()) {
    if (pid === process.pid) continue
    try {
      const row = goProcess(pid)
      if (row !== undefined) rows.push(row)
    } catch (error) {
      // That it ended meanwhile, or has a damaged program, hides nothing from us.
      if (error instanceof ProcessError) {
        if (error.code === 'EPERM' || error.code === 'EACCES') hidden++
      } else if (!(error instanceof TargetError)) throw error
    }
  }
  return { rows, hidden }
}

function goProcess(pid: number): GoProcessRow | undefined {
  using process = openProcess(pid)
  if (process.isKernelThread) return undefined
  using executable = process.openExecutable()
  const binary = new GoBinary(executable, process.executable)
  if (!binary.isGo) return undefined
  const main = binary.buildInfo?.main
  return {
    pid,
    user: process.userName,
    goVersion: binary.goVersion.text,
    module: main ? { path: main.path, version: main.version } : null,
    executable: process.executable,
  }
}
