/** The examples of README.md run, on fixtures, and print what they say they print. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as dwarf from '@gospy/dwarf'
import * as elf from '@gospy/elf/node'
import ts from 'typescript'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { codeSectionsOf, loadCodeFixture } from './support/code-fixture.js'
import { writeElf } from './support/elf-writer.js'
import { loadFixture, sectionsOf } from './support/fixture.js'
import { loadLocationFixture } from './support/location-fixture.js'
import { openValueFixture } from './support/value-fixture.js'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const examples = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code!)
const stopped = openValueFixture('gcc-c')
const modules: Readonly<Record<string, unknown>> = {
  '@gospy/dwarf': dwarf,
  '@gospy/elf/node': elf,
  // The process whose memory was recorded stands for one that runs.
  '@gospy/procmem': { openProcess: () => ({ memory: stopped.memory }) },
}

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dwarf-readme-'))
  writeFileSync(join(folder, 'program'), writeElf(sectionsOf(loadFixture('gcc-5'))))
  writeFileSync(join(folder, 'optimized'), writeElf(wholeSections('clang-5')))
  writeFileSync(join(folder, 'values'), writeElf(stopped.sections))
  const calls = loadCodeFixture('gcc-5')
  writeFileSync(join(folder, 'calls'), writeElf(codeSectionsOf(calls), calls.addresses))
  writeFileSync(join(folder, 'go-program'), writeElf(sectionsOf(loadFixture('go-1.27'))))
})
afterAll(() => rmSync(folder, { recursive: true }))

function wholeSections(name: string): Map<string, Uint8Array> {
  const { sections } = loadLocationFixture(name).files.get('prog')!
  return new Map([...sections].map(([section, [bytes]]) => [section, bytes!]))
}

it('has eight examples', () => expect(examples.length).toBe(8))

it.each(examples)('example %#', async (code) => {
  const { outputText } = ts.transpileModule(code.replaceAll('/usr/local/bin/', `${folder}/`), {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS },
  })
  const printed: string[] = []
  const log = (...values: unknown[]) => printed.push(values.map(String).join(' '))
  const AsyncFunction = (async () => {}).constructor as FunctionConstructor
  await new AsyncFunction('require', 'exports', 'console', outputText)((name: string) => modules[name], {}, { log })
  // What it prints stands behind the call, or in lines of comment below the loop.
  const expected = [...code.matchAll(/(?:console\.log\(.*\) |^)\/\/ (.*)$/gm)].map(([, text]) => text)
  expect(printed).toEqual(expected)
  expect(printed.length).toBeGreaterThan(3)
})
