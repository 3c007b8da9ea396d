/** Which versions of Go are held against their own runtime's words. */
import { spawnSync } from 'node:child_process'
import { fullVersion, minorOf, minors } from '../../../../fixtures/builder/toolchains.mjs'

/** The Go that is installed: `1.24.9`; undefined where there is none. */
function installed(): string | undefined {
  const { stdout, status } = spawnSync('go', ['env', 'GOVERSION'], {
    encoding: 'utf8',
    env: { ...process.env, GOTOOLCHAIN: 'local' },
  })
  return status === 0 ? /^go(1\.\d+(?:\.\d+)?)/.exec(stdout)?.[1] : undefined
}

/** The one that is installed; with GOSPY_HEAP_TRUTH set all since 1.5, or those of them that GOSPY_GO_VERSIONS names. */
export function truthVersions(): string[] {
  if (process.env['GOSPY_HEAP_TRUTH'] === undefined) return [installed()].filter((version) => version !== undefined)
  const named = process.env['GOSPY_GO_VERSIONS']?.split(',') ?? minors
  return named.filter((version) => minorOf(version) >= 5).map(fullVersion)
}
