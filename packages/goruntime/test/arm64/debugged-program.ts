/**
 * The program `states` under qemu's debugger interface: stopped at an instruction that a test wants, seen from outside, and asked
 * from inside what its runtime makes of that very moment.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FileSource } from '@gospy/bytes/node'
import type { Process } from '@gospy/procmem'
import { type DumpFrame, type DumpGoroutine, parseStackDump, type RunningFixture, startFixture } from 'gospy-fixtures'
import { GoBinary, GoProcess, type Snapshot } from '../../src/index.js'
import { openEmulated, QEMU, type StoppedThread } from './emulated-process.js'
import { GdbStub } from './gdb-stub.js'

/** Stands in for 0, the number that the runtime prints for the stack of a thread, which is no goroutine. */
const THREAD = 4_294_967_295

export class DebuggedProgram implements AsyncDisposable {
  /** Where its thread stands. */
  stopped: StoppedThread
  readonly #gdb: GdbStub
  readonly #running: RunningFixture
  readonly #binary: GoBinary
  readonly #process: Process
  readonly #go: GoProcess
  readonly #folder: string

  private constructor(gdb: GdbStub, stopped: StoppedThread, running: RunningFixture, binary: GoBinary, folder: string) {
    this.#gdb = gdb
    this.stopped = stopped
    this.#running = running
    this.#binary = binary
    this.#folder = folder
    this.#process = openEmulated(running.pid, running.path, () => [this.stopped])
    this.#go = GoProcess.attach(this.#process)
  }

  /**
   * Starts it on one processor: while one goroutine is stopped, none runs. It executes the command "spawn", and stands at the
   * first instruction of `main.spawnExtra`.
   * @param path of a program at fixed addresses
   */
  static async start(path: string, args: string[], env: Record<string, string> = {}): Promise<DebuggedProgram> {
    const folder = mkdtempSync(join(tmpdir(), 'gospy-qemu-'))
    const socket = join(folder, 'gdb')
    const binary = new GoBinary(new FileSource(path), path)
    const emulator = [...QEMU, '-g', socket]
    const start = async () => {
      const gdb = await GdbStub.connect(socket)
      const arrival = gdb.runTo(addressOf(binary, 'main.spawnExtra'))
      // If it fails, the program does not become ready either.
      arrival.catch(() => undefined)
      return { gdb, arrival }
    }
    const [running, { gdb, arrival }] = await Promise.all([
      startFixture(path, { emulator, args, env: { ...env, GOMAXPROCS: '1', GOTRACEBACK: '2' } }),
      start(),
    ])
    // It may end before it answers.
    running.command('spawn 1').catch(() => undefined)
    return new DebuggedProgram(gdb, await arrival, running, binary, folder)
  }

  /** Lets it run until it is at the first instruction of one of the functions, or at `name+OFFSET`. @returns the one it is at */
  async runTo(...places: string[]): Promise<string> {
    const addresses = places.map((place) => {
      const [name, offset] = place.split('+')
      return addressOf(this.#binary, name!) + Number(offset ?? 0)
    })
    this.stopped = await this.#gdb.runTo(...addresses)
    return places[addresses.indexOf(this.stopped.pc)]!
  }

  /** Executes one instruction. */
  async step(): Promise<void> {
    this.stopped = await this.#gdb.step()
  }

  /** The function that its thread is in, and how far; undefined outside of all Go functions. */
  get place(): { function: string; offset: number } | undefined {
    const { pc } = this.stopped
    const found = this.#binary.pclntab.functionAt(pc)
    return found && { function: found.name, offset: pc - found.entry }
  }

  /** From outside, paused. */
  look(): Snapshot {
    return this.#go.snapshot({ pause: { budgetMs: 5000 } })
  }

  /**
   * Ends it by a SIGQUIT to the thread that stands still.
   * @returns the runtime's dump: the stack of the thread, where that is not the one of a goroutine, and the goroutines
   */
  async dump(): Promise<{ thread: DumpFrame[]; goroutines: DumpGoroutine[] }> {
    const { text } = await this.#running.crash(() => this.#gdb.quit())
    const goroutines = parseStackDump(text.replace(/^goroutine 0 /m, `goroutine ${THREAD} `))
    const thread = goroutines.find(({ id }) => id === THREAD)?.frames ?? []
    return { thread, goroutines: goroutines.filter(({ id }) => id !== THREAD) }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#go.close()
    this.#process.close()
    this.#gdb.close()
    await this.#running.stop()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** Link-time address of a function. */
function addressOf({ elf }: GoBinary, name: string): number {
  const symbol = elf.symbols().find(name) ?? elf.symbols().find(`${name}.abi0`)
  if (symbol === undefined) throw new Error(`there is no function ${name}`)
  return Number(symbol.address)
}
