/** Runs the examples of README.md: what they print must be what the comments beside them say. */
import * as fs from 'node:fs'
import { fileURLToPath } from 'node:url'
import { BytesSource } from '@gospy/bytes'
import { expect, it } from 'vitest'
import { fixturePath, prebuilt } from '../../../fixtures/src/prebuilt.js'
import { ElfFile } from '../../elf/src/index.js'
import * as gosym from '../src/index.js'
import { goldenBytes, goldenPath } from './support/golden.js'

const README = fs.readFileSync(fileURLToPath(new URL('../README.md', import.meta.url)), 'utf8')
const EXAMPLES = [...README.matchAll(/```ts run\n([\s\S]*?)```/g)].map((match) => match[1]!)

const PROGRAM = fixturePath(prebuilt().find(({ name }) => name === 'states-go1.27.4-amd64-stripped')!)

const FILES: Record<string, () => Uint8Array> = {
  'program.pclntab': () => goldenBytes('go1.27.4-amd64'),
  'program.info': () => {
    const infos = JSON.parse(fs.readFileSync(goldenPath('buildinfo.json'), 'utf8')) as { section: string }[]
    return Buffer.from(infos.at(-1)!.section, 'base64')
  },
}
const MODULES: Record<string, object> = {
  '@gospy/gosym': gosym,
  '@gospy/elf/node': { openElf: () => new ElfFile(new Uint8Array(fs.readFileSync(PROGRAM))) },
  '@gospy/bytes/node': {
    FileSource: class extends BytesSource {
      constructor(name: string) {
        super(FILES[name]!())
      }
    },
  },
  'node:fs': { readFileSync: (name: string) => FILES[name]!() },
}

it('has four examples', () => expect(EXAMPLES.length).toBe(4))

it.each(EXAMPLES)('example %#', (source) => {
  const printed: string[] = []
  const console = { log: (...values: unknown[]) => printed.push(values.map(String).join(' ')) }
  const body = source.replaceAll(/^import (\{.*\}) from '(.*)'$/gm, "const $1 = modules['$2']")
  new Function('modules', 'console', body)(MODULES, console)
  const promised = [...source.matchAll(/(?:console\.log\(.*\) \/\/ |^\/\/ (?=main))(.*)$/gm)].map((match) => match[1])
  expect(promised.length).toBeGreaterThan(0)
  expect(printed).toEqual(promised)
})
