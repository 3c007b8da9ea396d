/** The lines that stand above every answer about a process. */
import type { GoProcess, Snapshot } from '@gospy/goruntime'
import { count, milliseconds, type painter, printable } from './text.js'

export function headerLines(go: GoProcess, snapshot: Snapshot, paint: ReturnType<typeof painter>): string[] {
  const { binary } = go
  const main = binary.buildInfo?.main
  const facts = [binary.goVersion.text, binary.arch, binary.isPie ? 'PIE' : undefined, main && moduleText(main)]
  return [
    `${paint('bold', `Process ${go.pid}`)}  ${printable(go.executable)}`,
    printable(facts.filter((fact) => fact !== undefined).join('  ')),
    snapshotText(snapshot),
  ]
}

export function moduleText({ path, version }: { path: string; version: string }): string {
  return printable(version === '' ? path : `${path} ${version}`)
}

/** How the snapshot was taken, and how far to trust it. */
function snapshotText(snapshot: Snapshot): string {
  const { pausedMs, readMs, unreadable } = snapshot.data
  const how =
    pausedMs === null
      ? `Read in ${milliseconds(readMs)} while it ran`
      : `Read while it was stopped for ${milliseconds(pausedMs)}`
  const trust = snapshot.torn === 0 ? ['all stable'] : [`${snapshot.stable} stable`, `${snapshot.torn} torn`]
  if (unreadable > 0) trust.push(`${unreadable} more unreadable`)
  return `${how}: ${count(snapshot.count, 'goroutine')}, ${trust.join(', ')}`
}
