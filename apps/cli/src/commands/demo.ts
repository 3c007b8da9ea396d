/** `gospy demo`: starts the Go program that comes with this package, looks at it, and ends it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { brotliDecompressSync } from 'node:zlib'
import { DemoError } from '../demo-error.js'
import type { Io } from '../output.js'
import { painter } from '../render/text.js'
import { dump } from './dump.js'
import { summary } from './summary.js'

/** How long the program may take to get ready, in ms. */
const READY_MS = 20_000

export async function demo(io: Io): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'gospy-demo-'))
  let program: ChildProcess | undefined
  // The program ends by itself when its stdin is closed, so that it never outlives a gospy that is killed.
  const end = () => {
    program?.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
  const interrupted = (signal: NodeJS.Signals) => {
    end()
    process.kill(process.pid, signal)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, interrupted)
  try {
    const path = join(folder, 'demo')
    writeFileSync(path, brotliDecompressSync(demoProgram()))
    chmodSync(path, 0o700)
    program = await start(path)
    await show(io, program.pid!)
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, interrupted)
    end()
  }
}

/** The program for this machine, compressed. @throws DemoError when none comes with this package */
function demoProgram(): Uint8Array {
  const name = `demo-linux-${process.arch}.br`
  try {
    return readFileSync(new URL(`../demo/${name}`, import.meta.url))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    throw new DemoError(`there is no demo program for ${process.platform} on ${process.arch}; gospy runs on Linux`)
  }
}

/** Starts the program and waits until all its goroutines are where they belong. */
function start(path: string): Promise<ChildProcess> {
  const program = spawn(path, { stdio: ['pipe', 'pipe', 'ignore'] })
  return new Promise((resolve, reject) => {
    const fail = (reason: string) => {
      clearTimeout(timer)
      program.kill('SIGKILL')
      reject(new DemoError(`the demo program ${path} ${reason}`))
    }
    const timer = setTimeout(fail, READY_MS, 'did not get ready')
    program.once('error', (error) =>
      fail(`could not be started (${error.message}); if its folder may not run programs, set TMPDIR to one that may`),
    )
    program.once('exit', (code, signal) => fail(`ended at once (${signal ?? code})`))
    createInterface({ input: program.stdout! }).once('line', () => {
      clearTimeout(timer)
      program.removeAllListeners('exit')
      resolve(program)
    })
  })
}

/** What it shows fits into the narrowest terminals, also where it goes into a file. */
const WIDTH = 80

async function show({ stdout, stderr }: Io, pid: number): Promise<void> {
  const paint = painter(stdout.colour)
  const { isTerminal, columns = WIDTH, colour } = stdout
  const io: Io = { stderr, stdout: { write: (text) => stdout.write(text), isTerminal, columns, colour } }
  const say = (text: string) => stdout.write(`${paint('cyan', text)}\n\n`)
  say(
    `A small Go server was started as process ${pid}. gospy reads its memory\nfrom outside: it is not stopped, and nothing is written to it.`,
  )
  say(`$ gospy summary ${pid}`)
  summary(io, String(pid), {})
  stdout.write('\n')
  say('Who waits for that lock, and who holds it? All that startRequests has started:')
  say(`$ gospy dump ${pid} --filter goloc=startRequests`)
  await dump(io, String(pid), { filter: ['goloc=startRequests'] })
  stdout.write('\n')
  say(
    'Three requests wait for a lock (sync.Mutex.Lock), which the audit holds while\nit waits for an answer that never comes; and price lookups stay behind, one\nmore every few seconds. The server has been ended.\nFor one of your own: gospy ps, then gospy PID and gospy dump PID.',
  )
}
