/** A look at a process from outside, for tests of what is written about it. */
import { GoProcess, type Snapshot } from '@gospy/goruntime'
import { openProcess } from '@gospy/procmem'
import { canRun, type Fixture, prebuilt } from 'gospy-fixtures'

export interface Look {
  readonly go: GoProcess
  readonly snapshot: Snapshot
  /** Of all goroutines. */
  readonly rows: readonly number[]
}

/** @param options.pause stops the process meanwhile */
export function withLook<T>(pid: number, use: (look: Look) => T, options: { pause?: boolean } = {}): T {
  using process = openProcess(pid)
  using go = GoProcess.attach(process)
  const snapshot = go.snapshot(options.pause ? { pause: { budgetMs: 2000 } } : {})
  return use({ go, snapshot, rows: Array.from({ length: snapshot.count }, (_, row) => row) })
}

/** The committed binaries of a program that this machine can run and that have debug data. */
export function fixtures(program: Fixture['program']): Fixture[] {
  return prebuilt().filter((fixture) => fixture.program === program && fixture.mode !== 'stripped' && canRun(fixture))
}

/** Behind the title of a test that is skipped. */
export function unless(missing: string | undefined): string {
  return missing === undefined ? '' : ` (${missing})`
}
