/** One look of `gospy top` at a process: what the screen is made from, plain data. */
import type { GoProcess, HeapSnapshot, Scheduler, Snapshot } from '@gospy/goruntime'
import { explain, isAboutTarget } from '../explain.js'

export interface TopSample {
  readonly snapshot: Snapshot
  /** null where it could not be read: `failures` say why. */
  readonly scheduler: Scheduler | null
  readonly heap: HeapSnapshot | null
  /** Processor time used since the look before, in processors' worth; null at the first look. */
  readonly cpu: number | null
  readonly residentBytes: number | null
  readonly threads: number
  /** Whether a signal or a tracer keeps it from running. */
  readonly stopped: boolean
  /** On how many processors it may run. */
  readonly allowedCpus: number | null
  /** When it was started and when it was looked at, ms since 1970. */
  readonly startedAt: number
  readonly takenAt: number
  readonly failures: readonly string[]
}

/** Where goroutines are looked at again and again. */
export interface Snapshots {
  next(): Snapshot
}

/** States of a process's leading thread (proc_pid_stat(5)). */
const STOPPED = ['T', 't']

type Pause = { readonly pause?: { budgetMs?: number } }

/** Takes looks at one process. */
export class Sampler {
  readonly #go: GoProcess
  readonly #snapshots: Snapshots
  readonly #how: Pause
  #before: { cpuTimeNs: number; at: number } | undefined

  constructor(go: GoProcess, snapshots: Snapshots, how: Pause) {
    this.#go = go
    this.#snapshots = snapshots
    this.#how = how
  }

  /** Begins to count processor time, where one look is all that there will be. */
  startClock(): void {
    this.#cpu()
  }

  /** @throws TargetError, ProcessError, AllgsError, UnreadableMemoryError when the goroutines cannot be read */
  take(): TopSample {
    const { process } = this.#go
    const takenAt = Date.now()
    const cpu = this.#cpu()
    const { threads, residentBytes, allowedCpus, state } = process.status()
    const snapshot = this.#snapshots.next()
    const failures: string[] = []
    const attempt = <T>(what: string, read: () => T): T | null => {
      try {
        return read()
      } catch (error) {
        if (!isAboutTarget(error)) throw error
        failures.push(`${what}: ${explain(error)}`)
        return null
      }
    }
    return {
      snapshot,
      scheduler: attempt('scheduler', () => this.#go.scheduler(this.#how)),
      heap: attempt('heap', () => this.#go.heap({ ...this.#how, spans: false })),
      cpu,
      residentBytes: residentBytes ?? null,
      threads,
      stopped: STOPPED.includes(state),
      allowedCpus: allowedCpus ?? null,
      startedAt: process.startTime,
      takenAt,
      failures,
    }
  }

  #cpu(): number | null {
    const now = { cpuTimeNs: this.#go.process.cpuTimeNs, at: performance.now() }
    const before = this.#before
    this.#before = now
    return before === undefined ? null : (now.cpuTimeNs - before.cpuTimeNs) / ((now.at - before.at) * 1e6)
  }
}
