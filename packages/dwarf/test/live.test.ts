/** The compilers and tools of this machine, where it has them: the same comparisons as with the committed fixtures. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Dwarf } from '@gospy/dwarf'
import { openElf } from '@gospy/elf/node'
import { afterAll, describe, expect, it } from 'vitest'
import { digestUnits, lines, listStructs } from './support/go-oracle.js'
import { dumpOurs, parseDump } from './support/llvm-dwarfdump.js'

const fixtures = fileURLToPath(new URL('fixtures/', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'dwarf-live-'))
afterAll(() => rmSync(folder, { recursive: true }))

const environment = { ...process.env, GOFLAGS: '', GO111MODULE: 'auto' }
const run = (command: string, args: string[], cwd = folder) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', maxBuffer: 1 << 30, stdio: 'pipe', env: environment })

function has(command: string, ...args: string[]): boolean {
  try {
    run(command, args, '/')
    return true
  } catch {
    return false
  }
}

function open(path: string): Dwarf {
  const elf = openElf(path)
  return Dwarf.from((name) => elf.debugSection(name), { littleEndian: elf.header.littleEndian })
}

const hasDump = has('llvm-dwarfdump', '--version')
const compilers = ['gcc', 'clang'].filter((compiler) => has(compiler, '--version'))
const builds = compilers.flatMap((compiler) => [2, 3, 4, 5].map((version) => [compiler, version] as const))

describe.skipIf(!hasDump || builds.length === 0)('C (skipped without llvm-dwarfdump and gcc or clang)', () => {
  it.each(builds)('%s -gdwarf-%i: the entries that llvm-dwarfdump prints', (compiler, version) => {
    const program = join(folder, `${compiler}-${version}`)
    run(compiler, [`-gdwarf-${version}`, '-O2', '-DPRINT', 'layouts.c', 'other.c', '-o', program], `${fixtures}source`)
    const theirs = parseDump(run('llvm-dwarfdump', ['-v', '--debug-info', '--debug-types', program]))
    const shape = ({ offset, depth, tag }: { offset: number; depth: number; tag: string }) =>
      `${offset} ${depth} ${tag}`
    expect(theirs.length).toBeGreaterThan(100)
    expect([...dumpOurs(open(program))].map(shape)).toEqual(theirs.map(shape))
    for (const line of lines(run(program, []))) {
      const [, type, path, offset, size] = /^(.+) (\S+) (\d+) (\d+)$/.exec(line)!
      const found = open(program).type(type!)
      if (path === '.') expect(`${type} ${found.size}`).toBe(`${type} ${size}`)
      else expect(`${path} ${found.field(path!).offset}`).toBe(`${path} ${offset}`)
    }
  })
})

describe.skipIf(!has('go', 'version'))('Go (skipped without Go)', () => {
  it('the entries and structs that debug/dwarf reads', () => {
    run('go', ['build', '-o', join(folder, 'oracle'), '.'], `${fixtures}oracle`)
    writeFileSync(join(folder, 'hello.go'), readFileSync(`${fixtures}source/hello.go`))
    run('go', ['build', '-o', 'hello', 'hello.go'])
    const dwarf = open(join(folder, 'hello'))
    expect(digestUnits(dwarf)).toEqual(lines(run('./oracle', ['hello', 'entries'])))
    expect(listStructs(dwarf)).toEqual(lines(run('./oracle', ['hello', 'structs'])))
  })
})
