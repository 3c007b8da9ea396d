/** The examples of README.md run and print what they say they print. */
import { readFileSync } from 'node:fs'
import { inspect } from 'node:util'
import ts from 'typescript'
import { expect, it } from 'vitest'
import * as bytes from '../src/index.js'
import * as node from '../src/node.js'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const examples = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code!)
const modules: Readonly<Record<string, unknown>> = { '@gospy/bytes': bytes, '@gospy/bytes/node': node }

it('has three examples', () => expect(examples.length).toBe(3))

it.each(examples)('example %#', (code) => {
  const { outputText } = ts.transpileModule(code, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS },
  })
  const printed: string[] = []
  const log = (value: unknown) => printed.push(typeof value === 'string' ? value : inspect(value))
  new Function('require', 'exports', 'console', outputText)((name: string) => modules[name], {}, { log })
  const expected = [...code.matchAll(/console\.log\(.*\) \/\/ (.*)$/gm)].map(([, text]) =>
    text!.replace(' on Linux', ''),
  )
  expect(printed).toEqual(expected)
  expect(printed.length).toBeGreaterThan(0)
})
