// A process with many parked goroutines: the committed fixture `many`, which needs no Go.
import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { NODE_ARCH, prebuiltBytes, prebuiltOf } from '../fixtures/builder/read-prebuilt.mjs'

const cache = new URL('.cache/', import.meta.url)

/** Starts it and resolves when all goroutines are parked. It ends with this process. */
export function manyGoroutines(count) {
  const child = spawn(program(), ['-n', String(count)], { stdio: ['pipe', 'pipe', 'inherit'] })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => reject(new Error(`the target ended (${signal ?? code})`)))
    createInterface({ input: child.stdout }).once('line', () => {
      child.removeAllListeners('exit')
      resolve({ pid: child.pid, stop: () => child.kill('SIGKILL') })
    })
  })
}

function program() {
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
