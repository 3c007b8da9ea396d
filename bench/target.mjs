// Processes with many parked goroutines. The committed fixture `many` needs no Go; `stacks` and `loaded` are built with it.
import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { buildBinary } from '../fixtures/builder/build-binary.mjs'
import { NODE_ARCH, prebuiltBytes, prebuiltOf } from '../fixtures/builder/read-prebuilt.mjs'
import { fullVersion } from '../fixtures/builder/toolchains.mjs'

const cache = new URL('.cache/', import.meta.url)

/** Starts it and resolves when all goroutines are parked. It ends with this process. */
export async function manyGoroutines(count) {
  const { pid, stop } = await start(prebuiltMany(), ['-n', String(count)])
  return { pid, stop }
}

/**
 * A process that measures on request what it needs itself to show its stacks: fixtures/go/stacks.
 * @param goVersion minor or exact
 * @param paths distinct ways to a goroutine's place, each with three ways to wait
 * @returns also `ask`: a command of its protocol -> the answer
 */
export function selfMeasuring(goVersion, { goroutines, depth, paths }) {
  return built('stacks', goVersion, ['-n', String(goroutines), '-depth', String(depth), '-paths', String(paths)])
}

/** A program of fixtures/go that is not a committed fixture, running. */
export function built(program, goVersion, args) {
  const arch = Object.keys(NODE_ARCH).find((name) => NODE_ARCH[name] === process.arch)
  const what = { program, version: fullVersion(goVersion), mode: 'exe', arch, rawDwarf: false }
  return start(buildBinary(what, fileURLToPath(cache)).path, args)
}

/** Resolves with the first line that the program prints: it says so when it is ready. */
async function start(program, args) {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })
  const answer = () =>
    new Promise((resolve, reject) => {
      const ended = (code, signal) => reject(new Error(`the target ended (${signal ?? code})`))
      child.once('error', reject)
      child.once('exit', ended)
      lines.once('line', (line) => {
        child.removeListener('error', reject)
        child.removeListener('exit', ended)
        const parsed = JSON.parse(line)
        if (parsed.error === undefined) resolve(parsed)
        else reject(new Error(`the target: ${parsed.error}`))
      })
    })
  const ready = await answer()
  const ask = (command) => {
    const next = answer()
    child.stdin.write(`${command}\n`)
    return next
  }
  return { pid: child.pid, ready, ask, stop: () => child.kill('SIGKILL') }
}

function prebuiltMany() {
  const fixture = prebuiltOf('many').find(({ arch }) => NODE_ARCH[arch] === process.arch)
  if (fixture === undefined) throw new Error(`no fixture with many goroutines runs on ${process.arch}`)
  const path = fileURLToPath(new URL(fixture.name, cache))
  if (existsSync(path)) return path
  mkdirSync(cache, { recursive: true })
  // Whole or not at all: the next run takes it as it is.
  writeFileSync(`${path}.new`, prebuiltBytes(fixture))
  chmodSync(`${path}.new`, 0o755)
  renameSync(`${path}.new`, path)
  return path
}
