/**
 * Programs of the compilers of this machine, at all levels of optimisation: every expression and location list as
 * llvm-dwarfdump prints it. Takes a minute: runs where DWARF_LIVE_MATRIX is set, and leaves out compilers that are not there.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Dwarf } from '@gospy/dwarf'
import { openElf } from '@gospy/elf/node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { llvmLocations, ourLocations } from './support/dumped-locations.js'

const isWanted = process.env['DWARF_LIVE_MATRIX'] !== undefined
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dwarf-locations-live-'))
  cpSync(fileURLToPath(new URL('fixtures/source/', import.meta.url)), folder, { recursive: true })
})
afterAll(() => rmSync(folder, { recursive: true }))

function has(command: string): boolean {
  return spawnSync(command, ['--version']).status === 0
}

const levels = [0, 1, 2, 3]
const versions = [2, 3, 4, 5]
const commands = [
  ...['gcc', 'clang'].flatMap((compiler) =>
    versions.flatMap((version) => levels.map((level) => `${compiler} -gdwarf-${version} -O${level} -w locations.c`)),
  ),
  ...['g++', 'clang++'].flatMap((compiler) =>
    [4, 5].map((version) => `${compiler} -gdwarf-${version} -O2 locations.cpp`),
  ),
  'gcc -gdwarf-5 -gdwarf64 -O3 -w locations.c',
  'clang -gdwarf-5 -gdwarf64 -O3 -w locations.c',
  'gcc -gdwarf-5 -O2 -flto -w locations.c',
  'rustc -g locations.rs',
  'rustc -g -O locations.rs',
].filter((command) => isWanted && has(command.split(' ', 1)[0]!))

describe.skipIf(!isWanted || !has('llvm-dwarfdump'))(
  'all levels of optimisation (skipped without DWARF_LIVE_MATRIX)',
  () => {
    it.each(commands)('%s', (command) => {
      const { status, stderr } = spawnSync('sh', ['-c', `${command} -o prog`], { cwd: folder, encoding: 'utf8' })
      if (status !== 0) throw new Error(stderr)
      const elf = openElf(join(folder, 'prog'))
      const dwarf = Dwarf.from((name) => elf.debugSection(name))
      const dump = spawnSync('llvm-dwarfdump', ['-v', '--debug-info', 'prog'], {
        cwd: folder,
        encoding: 'utf8',
        maxBuffer: 1 << 30,
      })
      const theirs = llvmLocations(dump.stdout)
      const places = new Set(theirs.map(placeOf))
      const ours = ourLocations(dwarf.units()).filter((line) => places.has(placeOf(line)))
      expect(ours.length).toBe(theirs.length)
      expect(theirs.length).toBeGreaterThan(20)
      // Version 14 does not decode all of GNU's operations.
      const isDecoded = (_: string, index: number) => !theirs[index]!.includes('<decoding error>')
      expect(ours.filter(isDecoded)).toEqual(theirs.filter(isDecoded))
    })
  },
)

const placeOf = (line: string) => line.split(' ', 2).join(' ')
