/** The README's main example is run as it stands there; the others are compiled. */
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { bundle } from './helpers/bundle.js'
import { killTargets, startNode, Target } from './helpers/targets.js'

const folder = mkdtempSync(join(tmpdir(), 'procmem-readme-'))
afterAll(async () => {
  await killTargets()
  rmSync(folder, { recursive: true })
})

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const blocks = [...readme.matchAll(/^```ts( main)?\n([\s\S]*?)^```$/gm)].map(([, main, code]) => ({
  main: Boolean(main),
  code: code!,
}))

async function run(name: string, code: string, pid: number): Promise<Target> {
  const file = join(folder, `${name}.ts`)
  writeFileSync(file, code)
  return new Target(process.execPath, [await bundle(`readme-${name}`, file), String(pid)])
}

it('runs the main example', async () => {
  const target = startNode('memory-target.mjs')
  await target.line()
  const example = await run('main', blocks.find(({ main }) => main)!.code, target.pid)
  expect(await example.line()).toBe(`${target.pid} ${realpathSync(process.execPath)} ${userInfo().username}`)
  expect(await example.line()).toBe('64 ELF')
  expect(await example.line()).toBe('[ 16, 16, 0 ]')
})

it('runs the example of a pause', async () => {
  const target = startNode('memory-target.mjs')
  await target.line()
  const code = blocks.find(({ code }) => code.includes('.pause('))!.code.replace('budgetMs: 50', 'budgetMs: 5000')
  const head = `import { openProcess } from '@gospy/procmem'\nconst target = openProcess(Number(process.argv[2]))\n`
  const example = await run('pause', `${head}${code}`, target.pid)
  expect(await example.line()).toMatch(new RegExp(`^${target.pid} [0-9a-f]+ [0-9a-f]+ ([0-9a-f]+|NaN)$`))
  expect(await target.ask('ping')).toBe('pong')
})

it('runs the example of an error', async () => {
  const code = blocks
    .find(({ code }) => code.includes('ProcessError'))!
    .code.replace('openProcess(1)', 'openProcess(4194304)')
  const head = `import { openProcess, ProcessError } from '@gospy/procmem'\nconsole.error = console.log\n`
  const example = await run('error', `${head}${code}`, 0)
  expect(await example.line()).toBe('there is no process 4194304, or it has ended')
  expect(blocks).toHaveLength(3)
})
