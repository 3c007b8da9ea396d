/** The program fixtures/go/memstats, running: it says what runtime.ReadMemStats returned. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** Fields of runtime.MemStats in camel case; as text what may be above 2^53, or is a fraction. */
export interface MemStats {
  [field: string]: unknown
  readonly nextGC: string
  readonly lastGC: string
  readonly numGC: number
  readonly gcCPUFraction: string
  readonly heapObjects: number
  readonly heapAlloc: number
  readonly heapInuse: number
  /** Of each collection, the latest first: its pauses in ns, and when they ended. */
  readonly pauses: readonly (readonly [ns: string, endedAt: string])[]
  readonly bySize: readonly (readonly [size: number, mallocs: number, frees: number])[]
}

/** Of package runtime/metrics: integers as texts, floating-point numbers by their bits, histograms as the counts of their buckets. */
export interface Metrics {
  readonly [name: string]: string | { readonly bits: string } | readonly number[] | null
}

export class MemStatsProgram implements AsyncDisposable {
  readonly #child
  readonly #lines

  readonly path: string
  readonly isEmulated: boolean

  /** @param emulator what runs it, and its arguments; nothing for this machine */
  constructor(path: string, env: Record<string, string> = {}, emulator: readonly string[] = []) {
    this.path = path
    this.isEmulated = emulator.length > 0
    const [command, ...args] = [...emulator, path]
    this.#child = spawn(command!, args, { stdio: ['pipe', 'ignore', 'pipe'], env: { ...process.env, ...env } })
    this.#lines = createInterface({ input: this.#child.stderr! })[Symbol.asyncIterator]()
  }

  get pid(): number {
    return this.#child.pid!
  }

  /** Reads the figures: at once, or after it allocated (w) or collected (g). */
  async figures(first: 'r' | 'w' | 'g' = 'r'): Promise<MemStats> {
    return JSON.parse(await this.#ask(first)) as MemStats
  }

  /** Reads what runtime/metrics has once the figures were read (Go 1.16 and newer). */
  async metrics(): Promise<Metrics> {
    return JSON.parse(await this.#ask('m')) as Metrics
  }

  /** Makes happen what only runtime/metrics counts: once. */
  async events(): Promise<void> {
    await this.#ask('e')
  }

  async numGoroutine(): Promise<number> {
    return Number(await this.#ask('n'))
  }

  /** Allocates after the figures were read. */
  async allocate(): Promise<void> {
    await this.#ask('x')
  }

  async #ask(command: string): Promise<string> {
    this.#child.stdin!.write(command)
    return (await this.#lines.next()).value as string
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.stdin!.end()
    if (this.#child.exitCode === null) await once(this.#child, 'exit')
  }
}
