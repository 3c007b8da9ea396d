/** The examples of README.md run, on a fixture, and print what they say they print. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import ts from 'typescript'
import { afterAll, beforeAll, expect, it } from 'vitest'
import * as elf from '../src/index.js'
import * as node from '../src/node.js'
import { fixture } from './support/fixtures.js'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const examples = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code!)
const modules: Readonly<Record<string, unknown>> = { '@gospy/elf': elf, '@gospy/elf/node': node }

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'elf-readme-'))
  writeFileSync(join(folder, 'program'), fixture('x86_64.exec'))
  writeFileSync(join(folder, 'linked'), fixture('x86_64.pie'))
  writeFileSync(join(folder, 'core'), fixture('x86_64.threads.core'))
})
afterAll(() => rmSync(folder, { recursive: true }))

it('has five examples', () => expect(examples.length).toBe(5))

it.each(examples)('example %#', async (code) => {
  const { outputText } = ts.transpileModule(code.replaceAll('/usr/local/bin/', `${folder}/`), {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS },
  })
  const printed: string[] = []
  const show = (value: unknown) => (typeof value === 'string' ? value : inspect(value))
  const log = (...values: unknown[]) => printed.push(values.map(show).join(' '))
  const fetch = async () => ({ arrayBuffer: async () => fixture('x86_64.zstd.o').buffer })
  const AsyncFunction = (async () => {}).constructor as FunctionConstructor
  const run = new AsyncFunction('require', 'exports', 'console', 'fetch', outputText)
  await run((name: string) => modules[name], {}, { log }, fetch)
  const expected = [...code.matchAll(/console\.log\(.*\) \/\/ (.*)$/gm)].map(([, text]) => text)
  expect(printed).toEqual(expected)
  expect(printed.length).toBeGreaterThan(0)
})
