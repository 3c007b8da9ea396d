// `npm test`: sets up the checkout and runs everything that CI runs. The last line is the total of all tests and checks.
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { root, run, setUp } from './setup.mjs'

setUp()

const total = { passed: 0, failed: 0, skipped: 0 }
const failures = []

/** A check is a command that passes or fails as one. */
function check(title, command, args, options = {}) {
  process.stderr.write(`\n== ${title}\n`)
  const code = run(command, args, { quiet: true, ...options })
  if (code === 0) total.passed++
  else {
    total.failed++
    failures.push(title)
  }
}

const published = [...readdirSync(join(root, 'packages')).map((name) => `packages/${name}`), 'apps/cli']

check('types', 'pnpm', ['exec', 'turbo', 'run', 'typecheck', '--output-logs=errors-only'])
check('lint and format', 'pnpm', ['exec', 'biome', 'check', '--error-on-warnings', '.'])
check('nothing unused', 'pnpm', ['exec', 'knip'])
check('changesets', 'node', ['scripts/changesets.mjs'])
check('documentation of everything public', 'typedoc', ['--emit', 'none'])
for (const folder of published) {
  check(`publint ${folder}`, 'publint', ['--strict', '--pack', 'pnpm'], { cwd: join(root, folder) })
  if (folder !== 'apps/cli') {
    check(`types as published ${folder}`, 'attw', ['--pack', '.', '--profile', 'esm-only'], { cwd: join(root, folder) })
  }
}

process.stderr.write('\n== tests\n')
const report = join(root, '.tools', 'vitest.json')
mkdirSync(join(root, '.tools'), { recursive: true })
rmSync(report, { force: true })
const code = run('vitest', ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`])
try {
  const result = JSON.parse(readFileSync(report, 'utf8'))
  total.passed += result.numPassedTests
  total.failed += result.numFailedTests
  total.skipped += result.numPendingTests + result.numTodoTests
  // A file that fails to load, or an error outside any test, fails the run without a failed test.
  if (code !== 0 && result.numFailedTests === 0) total.failed++
  if (code !== 0) failures.push('tests')
} catch (error) {
  total.failed++
  failures.push(`tests (no report: ${error.message})`)
}

if (failures.length > 0) process.stdout.write(`\nfailed: ${failures.join(', ')}\n`)
process.stdout.write(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`)
process.exit(total.failed === 0 ? 0 : 1)
