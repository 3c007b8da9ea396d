/** Processes to look into. Every one that is started here is killed by `killTargets`. */
import { type ChildProcessWithoutNullStreams, type SpawnOptions, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const started = new Set<Target>()

/** A running child that is talked to by lines. */
export class Target {
  readonly child: ChildProcessWithoutNullStreams
  readonly pid: number
  readonly exited: Promise<void>
  readonly #lines: string[] = []
  readonly #waiting: ((line: string) => void)[] = []
  #stderr = ''

  constructor(file: string, args: readonly string[], options: SpawnOptions = {}) {
    this.child = spawn(file, args, { ...options, stdio: 'pipe' }) as ChildProcessWithoutNullStreams
    if (this.child.pid === undefined) throw new Error(`${file} did not start`)
    this.pid = this.child.pid
    started.add(this)
    createInterface(this.child.stdout).on('line', (line) => {
      const take = this.#waiting.shift()
      if (take === undefined) this.#lines.push(line)
      else take(line)
    })
    this.child.stderr.on('data', (data: Buffer) => {
      this.#stderr += data.toString()
    })
    // Writing to one that has just been killed is no fault of a test.
    this.child.stdin.on('error', () => {})
    this.exited = new Promise((resolve) => {
      this.child.on('exit', () => {
        started.delete(this)
        resolve()
      })
    })
  }

  /** The next line that it prints. */
  async line(timeoutMs = 20_000): Promise<string> {
    const line = this.#lines.shift()
    if (line !== undefined) return line
    // Made here, so that it shows who waited.
    const late = new Error(`no line from process ${this.pid} within ${timeoutMs} ms`)
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        late.message += `; on stderr: ${this.#stderr}`
        reject(late)
      }, timeoutMs)
      this.#waiting.push((text) => {
        clearTimeout(timer)
        resolve(text)
      })
    })
  }

  async json<Value>(): Promise<Value> {
    return JSON.parse(await this.line()) as Value
  }

  async ask(question: string): Promise<string> {
    this.child.stdin.write(`${question}\n`)
    return this.line()
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL')
    await this.exited
  }
}

export async function killTargets(): Promise<void> {
  await Promise.all([...started].map((target) => target.kill()))
}

const scriptPath = (script: string): string => fileURLToPath(new URL(`../targets/${script}`, import.meta.url))

export function startNode(script: string, ...args: string[]): Target {
  return new Target(process.execPath, [scriptPath(script), ...args])
}

/** Not a child of ours: Node takes note of every stop of its own children. The script prints its number; ends with us. */
export function startPythonBelowShell(script: string): Target {
  return new Target('/bin/sh', ['-c', `python3 '${scriptPath(script)}'; :`])
}

/** What memory-target.mjs says of itself. */
export interface KnownMemory {
  base: number
  pageSize: number
  pages: number
  /** Pages that are not mapped. */
  holes: number[]
  /** A page without any permission. */
  protectedPage: number
  textAddress: number
  text: string
}

/** The byte that memory-target.mjs put at an offset from `base`. */
function knownByte(offset: number): number {
  return (offset * 31 + (offset >>> 8) * 7) & 0xff
}

export function knownBytes(offset: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => knownByte(offset + index))
}

export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds))
