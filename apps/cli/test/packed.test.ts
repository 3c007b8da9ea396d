/**
 * The packages as they would be published: packed, installed into an empty folder by npm, and used there by every Node that
 * is supported. The npm package `node` brings the other versions.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fixturePath, prebuilt, startFixture } from 'gospy-fixtures'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fixture } from './run-gospy.js'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const packages = [...readdirSync(join(root, 'packages')).map((name) => `packages/${name}`), 'apps/cli']
const folder = mkdtempSync(join(tmpdir(), 'gospy-packed-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const npm = (args: string[], cwd: string) =>
  execFileSync('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd,
    stdio: ['ignore', 'ignore', 'pipe'],
  })

/** The PATH on which this Node comes first; installed once for the checkout. */
function pathWithNode(major: number): string {
  let bin = dirname(process.execPath)
  if (!process.version.startsWith(`v${major}.`)) {
    const prefix = join(root, '.tools', `node-${major}`)
    bin = join(prefix, 'node_modules', 'node', 'bin')
    if (!existsSync(join(bin, 'node'))) {
      mkdirSync(prefix, { recursive: true })
      writeFileSync(join(prefix, 'package.json'), '{ "private": true }')
      npm(['install', `node@${major}`], prefix)
    }
  }
  return [bin, process.env['PATH']].join(delimiter)
}

beforeAll(() => {
  const tarballs = packages.map((path) => {
    const output = execFileSync('pnpm', ['pack', '--json', '--pack-destination', folder], {
      cwd: join(root, path),
      encoding: 'utf8',
    })
    return JSON.parse(output).filename as string
  })
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }')
  npm(['install', ...tarballs], folder)
}, 300_000)

describe.each([20, 22, 24, 26])('on Node %i', (major) => {
  it('npx gospy shows a process', async () => {
    const env = { ...process.env, PATH: pathWithNode(major) }
    await using running = await startFixture(fixture('states'))
    const run = (command: string, args: string[]) => {
      const { status, stdout, stderr } = spawnSync(command, args, { cwd: folder, env, encoding: 'utf8' })
      return { status, stdout, stderr: stderr.replace(/^npm (warn|notice).*\n/gm, '') }
    }
    expect(run('node', ['--version']).stdout).toMatch(new RegExp(`^v${major}\\.`))
    const result = run('npx', ['gospy', 'dump', String(running.pid), '--json'])
    expect({ status: result.status, stderr: result.stderr }).toEqual({ status: 0, stderr: '' })
    const truth = await running.truth()
    const users = JSON.parse(result.stdout).goroutines.filter((goroutine: { system: boolean }) => !goroutine.system)
    expect(users.map(({ id }: { id: number }) => id)).toEqual(
      truth.goroutines.map(({ id }) => id).sort((a, b) => a - b),
    )
    expect(
      JSON.parse(run('npx', ['gospy', 'dump', String(running.pid), '--json', '--pause=10000']).stdout).snapshot.mode,
    ).toBe('paused')
    const demo = run('npx', ['gospy', 'demo'])
    expect({ status: demo.status, stderr: demo.stderr }).toEqual({ status: 0, stderr: '' })
    expect(demo.stdout).toContain('sync.Mutex.Lock')
  }, 300_000)
})

it('@gospy/elf and @gospy/dwarf alone print the layout of a struct of a C program', () => {
  const plain = prebuilt().find(({ program }) => program === 'plain')!
  const only = mkdtempSync(join(folder, 'only-'))
  writeFileSync(join(only, 'package.json'), '{ "private": true, "type": "module" }')
  const wanted = readdirSync(folder).filter((name) => /^gospy-(bytes|elf|dwarf)-.*\.tgz$/.test(name))
  npm(['install', ...wanted.map((name) => join(folder, name))], only)
  expect(readdirSync(join(only, 'node_modules', '@gospy')).sort()).toEqual(['bytes', 'dwarf', 'elf'])
  writeFileSync(
    join(only, 'layout.js'),
    `import { Dwarf } from '@gospy/dwarf'
import { openElf } from '@gospy/elf/node'

const elf = openElf(process.argv[2])
const node = Dwarf.from((name) => elf.debugSection(name)).struct('node')
console.log(\`struct \${node.name}: \${node.size} bytes\`)
for (const field of node.fields.slice(0, 5)) console.log(field.offset, field.name, field.size)
elf.close()
`,
  )
  const { status, stdout, stderr } = spawnSync(process.execPath, ['layout.js', fixturePath(plain)], {
    cwd: only,
    encoding: 'utf8',
  })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  // As the C compiler laid it out: sizeof and offsetof of fixtures/c/plain.c on a 64-bit machine.
  expect(stdout).toMatch(/^struct node: \d+ bytes\n0 next 8\n8 name 8\n16 colour 4\n20 corners 48\n72 value 16\n$/)
})
