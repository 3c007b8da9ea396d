/** The examples of README.md run, on a fixture, and print what they say they print. */
import { readFileSync } from 'node:fs'
import * as procmem from '@gospy/procmem'
import { prebuilt, type RunningFixture, startFixture } from 'gospy-fixtures'
import ts from 'typescript'
import { afterAll, beforeAll, expect, it } from 'vitest'
import * as goruntime from '../src/index.js'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const examples = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code!)
const modules: Readonly<Record<string, unknown>> = { '@gospy/goruntime': goruntime, '@gospy/procmem': procmem }

let running: RunningFixture
beforeAll(async () => {
  running = await startFixture(prebuilt().find(({ name }) => name.startsWith('states-go1.27.4-amd64-exe'))!)
})
afterAll(() => running.stop())

it('has six examples', () => expect(examples.length).toBe(6))

it.each(examples)('example %#', (code) => {
  const { outputText } = ts.transpileModule(code.replaceAll('4242', String(running.pid)), {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS },
  })
  const printed: string[] = []
  const log = (...values: unknown[]) => printed.push(values.map(String).join(' '))
  new Function('require', 'exports', 'console', outputText)((name: string) => modules[name], {}, { log })
  const expected = [...code.matchAll(/console\.log\(.*\) \/\/ (.*)$/gm)].map(([, text]) => text)
  expect(printed).toEqual(expected)
})
