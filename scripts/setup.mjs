// What `npm start` and `npm test` share: from a bare checkout to built packages, with nothing but Node and npm at hand.
// Progress goes to stderr: stdout belongs to the command that follows.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))
const tools = join(root, '.tools')
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const pnpmVersion = manifest.packageManager.split('@')[1]

/** The environment in which everything runs: the pinned pnpm first on the PATH, no telemetry. */
const env = {
  ...process.env,
  PATH: [join(tools, 'bin'), join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
  TURBO_TELEMETRY_DISABLED: '1',
  DO_NOT_TRACK: '1',
}

/**
 * Runs a command to its end. With `quiet`, its output is shown only if it fails.
 * @returns its exit code
 */
export function run(command, args, { quiet = false, cwd = root } = {}) {
  const result = spawnSync(command, args, {
    cwd,
    env,
    stdio: quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', 2, 2],
    maxBuffer: 64 << 20,
  })
  if (result.error) throw result.error
  const code = result.status ?? 1
  if (quiet && code !== 0) process.stderr.write(Buffer.concat([result.stdout, result.stderr]))
  return code
}

function step(title, command, args) {
  process.stderr.write(`${title} …\n`)
  const code = run(command, args, { quiet: true })
  if (code !== 0) {
    process.stderr.write(`${title} failed: ${command} ${args.join(' ')} exited with ${code}\n`)
    process.exit(1)
  }
}

/** Installs pnpm (into .tools), the dependencies, and builds every package; what is up to date is left alone. */
export function setUp() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 19)) {
    process.stderr.write(`gospy needs Node 20.19 or newer; this is ${process.versions.node}\n`)
    process.exit(1)
  }
  const pnpmManifest = join(tools, 'lib', 'node_modules', 'pnpm', 'package.json')
  const present = existsSync(pnpmManifest) && JSON.parse(readFileSync(pnpmManifest, 'utf8')).version === pnpmVersion
  if (!present)
    step(`Installing pnpm ${pnpmVersion}`, 'npm', ['install', '--global', '--prefix', tools, `pnpm@${pnpmVersion}`])
  step('Installing dependencies', 'pnpm', ['install', '--frozen-lockfile'])
  step('Building packages', 'pnpm', ['exec', 'turbo', 'run', 'build', '--output-logs=errors-only'])
}
