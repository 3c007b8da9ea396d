/** The fixture `values`: built by any version of Go, running, and asked what its variables hold. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { openProcess, type Process } from '@gospy/procmem'
import { buildBinary } from '../../../../fixtures/builder/build-binary.mjs'
import { fullVersion, minorOf, newest } from '../../../../fixtures/builder/toolchains.mjs'
import { hasQemu, openEmulated, QEMU } from '../arm64/emulated-process.js'

/** What the program says of one value, by package reflect: a node as gospy has it, as far as reflect knows it. */
export interface ToldNode {
  readonly kind: string
  /** Where it is the same as in the debug data. */
  readonly type?: string
  readonly name?: string
  readonly key?: ToldNode
  readonly value?: unknown
  readonly length?: number
  readonly capacity?: number
  readonly bytes?: string
  readonly function?: string
  readonly closed?: boolean
  readonly text?: string
  readonly children?: readonly ToldNode[]
  readonly left?: unknown
  /** Of structs whose fields differ between versions. */
  readonly inside?: 'unknown'
  /** Of channels that cannot be looked into from inside. */
  readonly buffer?: 'unknown'
}

export interface ValuesProgram {
  readonly pid: number
  readonly path: string
  /** What all variables hold now. */
  truth(): Promise<Readonly<Record<string, ToldNode>>>
  /** Has the variables of churn.go change from now on. */
  churn(): Promise<unknown>
  stop(): void
}

export const hasGo = spawnSync('go', ['version']).status === 0

/** The versions to test: the newest, or those since 1.5 that GOSPY_GO_VERSIONS names (1.19,1.22 or 1.19.13). */
export const versions: readonly string[] = hasGo
  ? (process.env['GOSPY_GO_VERSIONS'] ?? newest).split(',').filter((version) => minorOf(version) >= 5)
  : []

const build = fileURLToPath(new URL('../../../../fixtures/build/', import.meta.url))

const own = process.arch === 'arm64' ? 'arm64' : 'amd64'

export type ValuesMode = 'exe' | 'pie' | 'external' | 'noopt' | 'arm64'

/** How programs of a version are made: as they mostly are; where versions are named, in every way that leaves debug data. */
export function modesOf(version: string): ValuesMode[] {
  const minor = minorOf(version)
  const modes: ValuesMode[] = process.env['GOSPY_GO_VERSIONS'] === undefined ? [] : ['external']
  // Until Go 1.9 the flags for that are others.
  if (modes.length > 0 && minor >= 10) modes.push('noopt')
  // Position-independent executables there are since Go 1.6.
  if (minor >= 6) modes.unshift('pie')
  if (hasQemu && own !== 'arm64' && minor >= 11) modes.push('arm64')
  return ['exe', ...modes]
}

/** Builds the program, unless that has been done before. @returns its path */
export function buildValues(version: string, mode: ValuesMode | 'stripped' = 'exe'): string {
  const how = mode === 'arm64' ? { mode: 'exe', arch: 'arm64' } : { mode, arch: own }
  return buildBinary({ program: 'values', version: fullVersion(version), ...how, rawDwarf: false }, build).path
}

export function openValues({ pid, path }: ValuesProgram, mode: ValuesMode): Process {
  return mode === 'arm64' ? openEmulated(pid, path) : openProcess(pid)
}

export function startValues(path: string, mode: ValuesMode = 'exe'): ValuesProgram {
  const [command, ...args] = mode === 'arm64' ? [...QEMU, path] : [path]
  const child = spawn(command!, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    pid: child.pid!,
    path,
    truth: () => ask(child, lines, ''),
    churn: () => ask(child, lines, 'churn'),
    stop: () => void child.kill('SIGKILL'),
  }
}

async function ask(
  child: ChildProcess,
  lines: AsyncIterator<string>,
  command: string,
): Promise<Record<string, ToldNode>> {
  child.stdin!.write(`${command}\n`)
  const { value, done } = await lines.next()
  if (done) throw new Error('the program ended')
  return JSON.parse(value as string) as Record<string, ToldNode>
}
