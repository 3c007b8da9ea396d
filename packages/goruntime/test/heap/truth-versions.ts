/** Which programs are held against their own runtime's words: by version of Go, architecture and way of linking. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { openProcess, type Process } from '@gospy/procmem'
import { buildBinary } from '../../../../fixtures/builder/build-binary.mjs'
import { fullVersion, minorOf, minors } from '../../../../fixtures/builder/toolchains.mjs'
import { hasQemu, openEmulated, QEMU } from '../arm64/emulated-process.js'
import { MemStatsProgram } from './memstats-program.js'

const build = fileURLToPath(new URL('../../../../fixtures/build/', import.meta.url))
const own = process.arch === 'arm64' ? 'arm64' : 'amd64'

export interface TruthCase {
  readonly version: string
  readonly mode: 'exe' | 'stripped' | 'external' | 'stripped-external'
  readonly arch: 'amd64' | 'arm64'
}

/** The Go that is installed: `1.24.9`; undefined where there is none. */
function installed(): string | undefined {
  const { stdout, status } = spawnSync('go', ['env', 'GOVERSION'], {
    encoding: 'utf8',
    env: { ...process.env, GOTOOLCHAIN: 'local' },
  })
  return status === 0 ? /^go(1\.\d+(?:\.\d+)?)/.exec(stdout)?.[1] : undefined
}

/** The one that is installed; with GOSPY_HEAP_TRUTH set all since 1.5, or those of them that GOSPY_GO_VERSIONS names. */
function truthVersions(): string[] {
  if (process.env['GOSPY_HEAP_TRUTH'] === undefined) return [installed()].filter((version) => version !== undefined)
  const named = process.env['GOSPY_GO_VERSIONS']?.split(',') ?? minors
  return named.filter((version) => minorOf(version) >= 5).map(fullVersion)
}

/** For this machine, and since Go 1.11 for arm64 where qemu runs it. */
export function truthCases(): TruthCase[] {
  const versions = truthVersions()
  const cases = (arch: TruthCase['arch'], oldest: number) =>
    versions
      .filter((version) => minorOf(version) >= oldest)
      .flatMap((version) => (['exe', 'stripped'] as const).map((mode) => ({ version, mode, arch })))
  return [...cases(own, 5), ...(hasQemu && own !== 'arm64' ? cases('arm64', 11) : [])]
}

/** Builds the program memstats, unless that has been done before, and starts it. */
export function startMemStats(what: TruthCase, env: Record<string, string> = {}): MemStatsProgram {
  const { path } = buildBinary({ program: 'memstats', rawDwarf: false, ...what }, build)
  return new MemStatsProgram(path, env, what.arch === own ? [] : QEMU)
}

export function openMemStats({ pid, path, isEmulated }: MemStatsProgram): Process {
  return isEmulated ? openEmulated(pid, path) : openProcess(pid)
}
