// A large program that all benches of the format libraries measure on: minio, of Go, with its debugging information not compressed, 200 MB.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const MODULE = 'github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c'

/** Its path; Go builds it once, which takes minutes. @throws Error when it cannot be had */
export function largeProgram() {
  const bin = fileURLToPath(new URL('.cache/bin/', import.meta.url))
  const path = `${bin}minio`
  if (existsSync(path)) return path
  mkdirSync(bin, { recursive: true })
  process.stderr.write(`Installing ${MODULE} …\n`)
  const { status, stderr, error } = spawnSync('go', ['install', '-ldflags=-compressdwarf=false', MODULE], {
    env: { ...process.env, GOBIN: bin },
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`${MODULE} cannot be had: ${error?.message ?? stderr.trim().split('\n').at(-1)}`)
  return path
}
