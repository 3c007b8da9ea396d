/** A fixture that tells all the time what its scheduler does. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { parseSchedTraces, type SchedTrace } from './schedtrace.js'

/** Between two traces, ms. */
export const PERIOD = 25

export class TracedProgram implements AsyncDisposable {
  readonly #child: ChildProcess
  #traced = ''

  private constructor(child: ChildProcess) {
    this.#child = child
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.#traced += text
    })
  }

  /**
   * Starts it; resolves when it is ready and has traced.
   * @param emulator what runs it, and its arguments; nothing for this machine
   */
  static async start(
    path: string,
    args: readonly string[],
    env: NodeJS.ProcessEnv,
    emulator: readonly string[] = [],
  ): Promise<TracedProgram> {
    const [command, ...rest] = [...emulator, path, ...args]
    const child = spawn(command!, rest, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...env, GODEBUG: `schedtrace=${PERIOD},scheddetail=1` },
    })
    const program = new TracedProgram(child)
    await once(child.stdout!, 'data')
    return program
  }

  get pid(): number {
    return this.#child.pid!
  }

  /** How many whole traces there are by now. */
  get count(): number {
    return parseSchedTraces(this.#traced).length
  }

  /** The trace that follows so many. */
  async trace(index: number): Promise<SchedTrace> {
    for (let wait = 0; wait < 2000; wait++) {
      const trace = parseSchedTraces(this.#traced)[index]
      if (trace !== undefined) return trace
      await setTimeout(PERIOD / 2)
    }
    throw new Error('the program traces no more')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#child, 'close')
    this.#child.stdin!.end()
    await ended
  }
}
