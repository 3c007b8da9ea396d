/**
 * Line tables, ranges, functions and call frames of programs that the compilers at hand make, compared with what llvm-dwarfdump,
 * llvm-symbolizer, addr2line and readelf say. What a compiler is not there for is skipped.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { architectureOf, Dwarf } from '@gospy/dwarf'
import { type OpenElfFile, openElf } from '@gospy/elf/node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  dumpedRanges,
  dumpedSection,
  ourFrames,
  ourRanges,
  printAranges,
  rowAddresses,
  symbolizedFrames,
} from './support/code-oracles.js'
import { dumpLineTables } from './support/dump-lines.js'
import { callFramesOf, dumpFrames, framesText, interpretedRows, ourRows } from './support/readelf-frames.js'
import { ourStatements, readelfStatements } from './support/readelf-lines.js'

const has = (tool: string) => spawnSync(tool, ['--version']).status === 0
const source = fileURLToPath(new URL('fixtures/source/', import.meta.url))
const C = 'calls.c elsewhere.c'

const commands: string[] = [
  ...[2, 3, 4, 5].map((version) => `gcc -gdwarf-${version} -O2 ${C}`),
  `gcc -gdwarf-2 -gstrict-dwarf -O2 ${C}`,
  `gcc -gdwarf-5 -gdwarf64 -O2 ${C}`,
  `gcc -g -O2 -flto ${C}`,
  `gcc -g -O2 -gno-as-loc-support ${C}`,
  `gcc -g -O2 -fno-asynchronous-unwind-tables -fno-unwind-tables ${C}`,
  'g++ -gdwarf-5 -O2 figures.cpp',
  `clang -gdwarf-4 -O2 -fuse-ld=lld -ffunction-sections -Wl,--gc-sections ${C}`,
  `clang -gdwarf-5 -O2 -gembed-source ${C}`,
  'clang++ -gdwarf-5 -O2 figures.cpp',
  'rustc -g -O inlined.rs',
]
// GOSPY_ALL_COMPILERS=1: two minutes more.
if (process.env['GOSPY_ALL_COMPILERS']) {
  for (const version of [2, 3, 4, 5]) {
    for (const level of [0, 1, 3]) commands.push(`gcc -gdwarf-${version} -O${level} ${C}`)
    for (const level of [0, 1, 2, 3]) commands.push(`clang -gdwarf-${version} -O${level} ${C}`)
    for (const level of [0, 1, 2, 3]) commands.push(`g++ -gdwarf-${version} -O${level} figures.cpp`)
  }
  commands.push(
    ...[3, 4].map((version) => `gcc -gdwarf-${version} -gdwarf64 -O2 ${C}`),
    `gcc -g -O2 -gno-variable-location-views ${C}`,
    'g++ -gdwarf-5 -O3 -flto figures.cpp',
    `clang -gdwarf-5 -gdwarf64 -O2 ${C}`,
    `clang -g -O2 -flto -fuse-ld=lld ${C}`,
    `clang -gdwarf-4 -fdebug-types-section -O1 ${C}`,
    'clang++ -gdwarf-4 -O1 figures.cpp',
    'rustc -g inlined.rs',
  )
}

/** Rows of programs with a library inside are too many to ask another tool about each. */
const MAX_LOOKUPS = 1500

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dwarf-compiled-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const run = (tool: string, args: string[], input?: string) =>
  execFileSync(tool, args, {
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
    stdio: ['pipe', 'pipe', 'ignore'],
    ...(input === undefined ? {} : { input }),
  })

function compile(command: string, index: number): { path: string; elf: OpenElfFile; dwarf: Dwarf } {
  const [compiler, ...args] = command.split(' ')
  const path = join(folder, `program-${index}`)
  execFileSync(compiler!, [...args, '-o', path], { cwd: source, stdio: 'pipe' })
  const elf = openElf(path)
  return { path, elf, dwarf: Dwarf.from((name) => elf.debugSection(name)) }
}

const llvm = has('llvm-dwarfdump') && has('llvm-symbolizer')
const lacksLlvm = llvm ? '' : ' (no LLVM tools here)'
const binutils = has('readelf') && has('objcopy') && has('addr2line')
const lacksBinutils = binutils ? '' : ' (no binutils here)'

for (const [index, command] of commands.entries()) {
  const compiler = command.split(' ')[0]!
  const lacks = has(compiler) && (!command.includes('lld') || has('ld.lld')) ? '' : ` (no ${compiler} here)`
  describe.skipIf(lacks !== '')(command + lacks, () => {
    let program: ReturnType<typeof compile>
    beforeAll(() => {
      program = compile(command, index)
    })
    afterAll(() => program.elf.close())

    it.skipIf(!llvm)(`has the line tables that llvm-dwarfdump shows${lacksLlvm}`, () => {
      const theirs = dumpedSection(run('llvm-dwarfdump', ['--debug-line', program.path]), 'debug_line')
      expect(dumpLineTables(program.dwarf).trim()).toBe(theirs)
      expect(theirs.length).toBeGreaterThan(1000)
    })

    it.skipIf(!binutils)(`has the line number instructions that readelf shows${lacksBinutils}`, () => {
      const theirs = readelfStatements(run('readelf', ['--wide', '--debug-dump=rawline', program.path]))
      expect(ourStatements(program.dwarf).join('\n')).toBe(theirs.join('\n'))
      expect(theirs.length).toBeGreaterThan(50)
    })

    it.skipIf(!llvm)(`has the ranges that llvm-dwarfdump shows${lacksLlvm}`, () => {
      const aranges = dumpedSection(run('llvm-dwarfdump', ['--debug-aranges', program.path]), 'debug_aranges')
      expect(printAranges(program.dwarf, aranges)).toBe(aranges)
      const ranges = ourRanges(program.dwarf)
      expect(ranges).toEqual(dumpedRanges(run('llvm-dwarfdump', ['--debug-info', program.path])))
      expect(ranges.size).toBeGreaterThan(4)
    })

    it.skipIf(!llvm || !binutils)(
      `has the functions and inlined calls that llvm-symbolizer shows${lacksLlvm}${lacksBinutils}`,
      () => {
        // It prefers names of symbols to those of functions.
        const bare = `${program.path}-bare`
        run('objcopy', ['--wildcard', '--strip-symbol=*', program.path, bare])
        const text = program.elf.section('.text')!.address
        const all = rowAddresses(program.dwarf, text)
        const step = Math.ceil(all.length / MAX_LOOKUPS)
        const addresses = all.filter((_, position) => position % step === 0)
        const input = addresses.map((address) => `0x${address.toString(16)}\n`).join('')
        const args = ['--no-demangle', '--output-style=JSON', '--obj', bare]
        expect(addresses.map((address) => ourFrames(program.dwarf, address))).toEqual(
          symbolizedFrames(run('llvm-symbolizer', args, input)),
        )
        expect(addresses.length).toBeGreaterThan(30)
      },
    )

    // Of version 5, 64-bit DWARF, strict DWARF 2 and link-time optimization binutils 2.40 finds wrong files or none.
    const isPlain =
      /^(?:gcc|clang) -gdwarf-[234]/.test(command) &&
      !command.includes('dwarf64') &&
      !command.includes('lld') &&
      !command.includes('strict')
    const addr2line = () => {
      const addresses = rowAddresses(program.dwarf, 1n).filter(
        (address) => program.dwarf.functionAt(address) !== undefined,
      )
      const input = addresses.map((address) => `0x${address.toString(16)}\n`).join('')
      const theirs = run('addr2line', ['-a', '-f', '-i', '-e', program.path], input)
      const ours = addresses.map((address) => {
        const frames = program.dwarf.frames(address).map(({ function: name, file, line }) => {
          return `${name}\n${file ?? '??'}:${line ?? '?'}`
        })
        return [`0x${address.toString(16).padStart(16, '0')}`, ...frames].join('\n')
      })
      // It prints the discriminator of the innermost frame behind all others as well.
      expect(ours.join('\n')).toBe(theirs.replaceAll(/ \(discriminator \d+\)/g, '').trim())
    }
    if (isPlain) it.skipIf(!binutils)(`has the functions and lines that addr2line -i shows${lacksBinutils}`, addr2line)

    it.skipIf(!binutils)(`has the call frames that readelf shows${lacksBinutils}`, () => {
      let rows = 0
      for (const section of ['.eh_frame', '.debug_frame'] as const) {
        const frames = callFramesOf(program.elf, section)
        if (frames === undefined) continue
        const theirs = framesText(run('readelf', ['--debug-dump=frames', program.path]), section)
        expect(dumpFrames(frames)).toEqual(theirs)
        const tables = interpretedRows(
          framesText(run('readelf', ['--debug-dump=frames-interp', program.path]), section),
        )
        for (const description of frames.descriptions()) {
          const table = tables.get(description.offset)
          if (table === undefined) continue
          expect(ourRows(description, table, architectureOf(program.elf.header.machine)!)).toEqual(table)
          rows += table.length
        }
      }
      expect(rows).toBeGreaterThan(3)
    })

    it('finds by .eh_frame_hdr what it finds without', () => {
      const searched = callFramesOf(program.elf, '.eh_frame', true)!
      const indexed = callFramesOf(program.elf, '.eh_frame')!
      const addresses = [...indexed.descriptions()].flatMap(({ low, high }) => [
        low - 1n,
        low,
        (low + high) / 2n,
        high - 1n,
        high,
      ])
      const offset = (address: bigint, frames: typeof searched) => frames.find(address)?.offset
      expect(addresses.map((address) => offset(address, searched))).toEqual(
        addresses.map((address) => offset(address, indexed)),
      )
      expect(addresses.length).toBeGreaterThan(5)
    })
  })
}
