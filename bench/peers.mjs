// The peers that gospy is measured against, as programs: installed with Go into bench/.cache, or given by the environment.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const bin = fileURLToPath(new URL('.cache/bin/', import.meta.url))

const PEERS = {
  'first-gospy': { module: 'github.com/monsterxx03/gospy@v0.8.1', program: 'gospy', variable: 'GOSPY_BENCH_FIRST' },
  delve: { module: 'github.com/go-delve/delve/cmd/dlv@v1.27.2', program: 'dlv', variable: 'GOSPY_BENCH_DELVE' },
}

/** Path of the peer's program, or undefined, with a word on stderr, where it cannot be had. */
export function peer(name) {
  const { module, program, variable } = PEERS[name]
  const given = process.env[variable]
  if (given) return given
  const path = join(bin, program)
  if (existsSync(path)) return path
  mkdirSync(bin, { recursive: true })
  process.stderr.write(`Installing ${module} …\n`)
  const { status, stderr, error } = spawnSync('go', ['install', module], {
    env: { ...process.env, GOBIN: bin },
    encoding: 'utf8',
  })
  if (status === 0) return path
  const reason = error?.message ?? stderr.trim().split('\n').at(-1)
  process.stderr.write(`${module} cannot be had (${reason}); to measure against it, set ${variable} to its program\n`)
  return undefined
}
