// `pnpm matrix [VERSION...]`: with Go installed, builds the fixtures with every Go version (or the minor versions named),
// in every way of linking, and compares what gospy sees with what the programs say. Toolchains come as Go modules.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const known = JSON.parse(readFileSync(join(root, 'fixtures/versions.json'), 'utf8'))
const versions = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(known).filter((name) => name !== '//')
const unknown = versions.filter((version) => !(version in known))
if (unknown.length > 0) {
  process.stderr.write(`fixtures/versions.json does not know ${unknown.join(', ')}\n`)
  process.exit(64)
}

function run(command, args, env = {}) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } })
  if (error) throw error
  return status
}

// What cannot be built (PIE before Go 1.6) is said there; what was built is compared.
run('node', [
  'fixtures/build.mjs',
  '--versions',
  versions.join(),
  '--modes',
  'exe,pie,external,noopt,stripped,stripped-pie,stripped-external',
  '--programs',
  'states,cgo,demo',
])
run('node', [
  'fixtures/build.mjs',
  '--versions',
  versions.join(),
  '--modes',
  'exe',
  '--programs',
  'churn,alternate,many',
])
// Those that tell what they hold, allocate and count, from the oldest version on that gospy shows.
const shown = versions.filter((version) => Number(version.split('.')[1]) >= 5).join()
const truth = [
  ['exe,stripped', 'memstats'],
  ['exe,pie,external,noopt', 'values'],
]
for (const [modes, programs] of shown === '' ? [] : truth) {
  run('node', ['fixtures/build.mjs', '--versions', shown, '--modes', modes, '--programs', programs])
}
// For arm64, which qemu-user runs on other machines. Go runs on it since 1.5, but looked at here since 1.11.
const newer = versions.filter((version) => Number(version.split('.')[1]) >= 11).join()
if (newer !== '') {
  const modes = 'exe,pie,noopt'
  run('node', ['fixtures/build.mjs', '--arch', 'arm64', '--versions', newer, '--modes', modes, '--programs', 'states'])
}
// The committed layouts, against all toolchains.
const layouts = versions.length > 1 ? run('pnpm', ['--filter', '@gospy/goruntime', 'run', 'layouts', '--check']) : 0
process.exit(
  layouts ||
    run(
      'npx',
      [
        'vitest',
        'run',
        'fixtures/test/matrix.test.ts',
        'packages/goruntime/test/matrix.test.ts',
        'packages/goruntime/test/stripped-layout.test.ts',
        'packages/goruntime/test/churn.test.ts',
        'packages/goruntime/test/alternate.test.ts',
        'packages/goruntime/test/sched',
        'packages/goruntime/test/heap',
        'packages/goruntime/test/variables',
        'packages/goruntime/test/arm64',
        'packages/gosym/test/live.test.ts',
        'apps/cli/test/matrix.test.ts',
      ],
      {
        GOSPY_MATRIX: join(root, 'fixtures/build'),
        GOSPY_GO_VERSIONS: versions.map((version) => known[version]).join(),
        // The heap and the scheduler of all of them too, each against its own words.
        GOSPY_HEAP_TRUTH: 'all',
      },
    ),
)
