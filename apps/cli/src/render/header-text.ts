/** The lines that stand above every answer about a process. */
import type { GoBinary, GoProcess, Snapshot } from '@gospy/goruntime'
import { count, milliseconds, type painter, printable } from './text.js'

/** What is told of a process; GoProcess is one. */
export interface ShownProcess extends Pick<GoProcess, 'pid' | 'executable'> {
  readonly binary: Pick<GoBinary, 'arch' | 'isPie'> & {
    readonly goVersion: { readonly text: string }
    readonly buildInfo: { readonly main: Module | undefined } | undefined
  }
}

interface Module {
  readonly path: string
  readonly version: string
}

export function headerLines(go: ShownProcess, snapshot: Snapshot, paint: ReturnType<typeof painter>): string[] {
  return [...processLines(go, paint), snapshotText(snapshot)]
}

/** Which process it is, and what program it runs. */
export function processLines(go: ShownProcess, paint: ReturnType<typeof painter>): string[] {
  const { binary } = go
  const main = binary.buildInfo?.main
  const facts = [binary.goVersion.text, binary.arch, binary.isPie ? 'PIE' : undefined, main && moduleText(main)]
  return [
    `${paint('bold', `Process ${go.pid}`)}  ${printable(go.executable)}`,
    printable(facts.filter((fact) => fact !== undefined).join('  ')),
  ]
}

export function moduleText({ path, version }: Module): string {
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
