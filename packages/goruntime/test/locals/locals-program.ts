/** The fixture `locals`: built by any version of Go, running, and what it tells of its functions' variables. */
import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { buildBinary } from '../../../../fixtures/builder/build-binary.mjs'
import { fullVersion } from '../../../../fixtures/builder/toolchains.mjs'
import type { ToldNode } from '../variables/values-program.js'

/** What one call of a function says of its variables, the outer ones first. */
export interface ToldCall {
  readonly function: string
  readonly variables: readonly {
    readonly name: string
    /** Null for one that has not been set, or not declared, where the function waits. */
    readonly is: ToldNode | null
  }[]
}

export interface LocalsProgram {
  readonly pid: number
  readonly path: string
  /** Calls of one function in their order. */
  readonly calls: readonly ToldCall[]
  stop(): void
}

export type LocalsMode = 'exe' | 'pie' | 'noopt' | 'stripped'

export type Arch = 'amd64' | 'arm64'

/** This machine's. */
export const ARCH: Arch = process.arch === 'arm64' ? 'arm64' : 'amd64'

/** Builds the program, unless that has been done before. @returns its path */
export function buildLocals(version: string, mode: LocalsMode, arch: Arch = ARCH): string {
  const what = { program: 'locals', version: fullVersion(version), mode, arch, rawDwarf: false }
  return buildBinary(what, join(tmpdir(), 'gospy-locals')).path
}

/** Waits until all goroutines stand where they should. */
export async function startLocals(path: string, emulator: readonly string[] = []): Promise<LocalsProgram> {
  const [command, ...args] = [...emulator, path]
  const child = spawn(command!, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const { value, done } = await lines.next()
  if (done) throw new Error('the program ended')
  const calls = JSON.parse(value as string) as ToldCall[]
  return { pid: child.pid!, path, calls, stop: () => void child.kill('SIGKILL') }
}
