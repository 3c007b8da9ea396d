/**
 * Functions, inlined calls and lines of split units: the program compiled with -gsplit-dwarf says of every address what the same
 * program says without, which `compiled.test.ts` holds against LLVM's and GNU's tools. The code of both is the same.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Dwarf, type SectionLoader, type SourceFrame } from '@gospy/dwarf'
import { ElfFile } from '@gospy/elf'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const sources = ['calls.c', 'elsewhere.c'].map((name) =>
  fileURLToPath(new URL(`fixtures/source/${name}`, import.meta.url)),
)
const ways = ['gcc', 'clang'].flatMap((compiler) => [4, 5].map((version) => [compiler, version] as const))

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dwarf-split-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const elfAt = (path: string) => new ElfFile(new Uint8Array(readFileSync(path)))
const loaderOf =
  (elf: ElfFile): SectionLoader =>
  (name) =>
    elf.debugSection(name)

function compile(compiler: string, version: number, ...flags: string[]): string {
  const path = join(folder, `${compiler}${version}${flags.join('')}`)
  execFileSync(compiler, [`-gdwarf-${version}`, ...flags, '-O2', '-o', path, ...sources], { cwd: folder })
  return path
}

/** What is said of each address: all but the entries themselves, which lie in other files. */
function said(frames: readonly SourceFrame[]) {
  return frames.map(({ subprogram, ...frame }) => ({
    ...frame,
    declaration: subprogram?.declaration,
    address: subprogram?.address,
    ranges: subprogram?.ranges,
  }))
}

describe.each(ways)('%s, DWARF %i', (compiler, version) => {
  const lacks = spawnSync(compiler, ['--version']).status !== 0
  it.skipIf(lacks)(`every address${lacks ? ' (no such compiler here)' : ''}`, () => compare(compiler, version))
})

function compare(compiler: string, version: number): void {
  const whole = elfAt(compile(compiler, version))
  const parted = elfAt(compile(compiler, version, '-gsplit-dwarf'))
  const text = whole.section('.text')!
  expect(parted.section('.text')!.data()).toEqual(text.data())
  const plain = Dwarf.from(loaderOf(whole))
  const asked: string[] = []
  const split = Dwarf.from(loaderOf(parted), {
    splitFile: (name, directory) => {
      asked.push(name)
      return loaderOf(elfAt(resolve(directory ?? folder, name)))
    },
  })
  let inlined = 0
  for (let address = text.address; address < text.address + BigInt(text.size); address++) {
    const expected = said(plain.frames(address))
    expect(said(split.frames(address)), address.toString(16)).toEqual(expected)
    inlined += expected.filter((frame) => frame.inlined).length
  }
  expect(inlined).toBeGreaterThan(0)
  expect(asked).toHaveLength(sources.length)
  const functions = (dwarf: Dwarf) => [...dwarf.functions()].map(({ name, address }) => `${name} ${address}`)
  expect(functions(split)).toEqual(functions(plain))
  expect(split.findFunction('mixed')?.ranges).toEqual(plain.findFunction('mixed')!.ranges)
  // Without the files, lines are known and functions are not.
  const alone = Dwarf.from(loaderOf(parted))
  const at = plain.findFunction('mixed')!.address!
  expect(alone.fileLine(at)).toEqual(plain.fileLine(at))
  expect(alone.functionAt(at)).toBeUndefined()
}
