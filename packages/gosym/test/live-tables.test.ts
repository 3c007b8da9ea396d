/**
 * Whole binaries, through findGoTables alone: no symbol, no DWARF. Built here by the local Go, or the versions named in
 * GOSPY_GO_VERSIONS. Oracles: the linker's symbols and debug/dwarf for module data, debug/gosym for functions and lines (as read by
 * oracle/main.go, `go tool nm` and `go tool addr2line`), the programs' own runtimes for inlined calls.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { findGoTables, type GoTables, PclnTable, parseGoVersion, wasmMemory } from '../src/index.js'
import { MODULE_DATA_LAYOUTS, placeFields } from '../src/moduledata-versions.js'
import { ARCHES, quantumOf } from './support/architectures.js'
import { expectSameAsGosym } from './support/compare.js'
import { elfRegions, elfSegments } from './support/elf-regions.js'
import { compareWithAddr2line } from './support/go-tools.js'
import { compareFrames } from './support/inside.js'
import { type OracleAnswers, readAnswers } from './support/oracle-answers.js'
import { GO_VERSIONS, HAS_GCC, has, LOCAL_GO, MATRIX, minorOf, Workshop } from './support/toolchains.js'

/** Runs over all that there is may be on a busy machine. */
const TIMEOUT = MATRIX ? 900_000 : 120_000

const REPORT = process.env['GOSPY_REPORT'] !== undefined

/** C compilers of machines whose text is split into sections, and what runs the programs. */
const SPLIT = [
  { arch: 'ppc64le', cc: 'powerpc64le-linux-gnu-gcc', qemu: 'qemu-ppc64le', libraries: '/usr/powerpc64le-linux-gnu' },
  { arch: 'arm', cc: 'arm-linux-gnueabi-gcc', qemu: 'qemu-arm', libraries: '/usr/arm-linux-gnueabi' },
]
const ARM64_CC = 'aarch64-linux-gnu-gcc'

describe.skipIf(LOCAL_GO === undefined)(
  'tables found in real binaries (skipped without Go)',
  { timeout: TIMEOUT },
  () => {
    const workshop = new Workshop()
    afterAll(() => workshop.remove())

    const open = (options: Parameters<typeof findGoTables>[0]): GoTables => {
      const tables = findGoTables(options)
      expect(tables).toBeDefined()
      return tables!
    }

    describe.each([...GO_VERSIONS])('Go %s', (version) => {
      const minor = minorOf(version)
      const answersOf = (binary: string, quantum = 1) => readAnswers(workshop.oracle(binary, quantum), binary)

      it.each(ARCHES.filter(({ since, quick }) => minor >= since && (quick || MATRIX)))(
        'gives what debug/gosym and the symbols give: $arch',
        (machine) => {
          const { arch, quick, pointerSize, big } = machine
          const quantum = quantumOf(machine, minor)
          const binary = workshop.build(version, ['hello.go'], { arch })
          const answers = answersOf(binary, quantum)
          const tables = open(elfRegions(binary))
          const { table } = tables
          expect([table.quantum, table.pointerSize, table.littleEndian]).toEqual([quantum, pointerSize, !big])
          const compared = expectSameAsGosym(table, answers)
          if (REPORT) console.log(version, arch, compared, tables.moduleData?.layout)
          if (minor < 5) expect(tables.moduleData).toBeUndefined()
          else expectModuleOfSymbols(tables, answers, minor)
          if (!quick) return
          // Without a word of what is where, and with all symbols gone.
          const stripped = workshop.build(version, ['hello.go'], { arch, flags: ['-ldflags=-s -w'] })
          const found = open({ regions: elfSegments(stripped) })
          expect(found.foundBy).toBe('search')
          expectSameAsGosym(found.table, answersOf(stripped, quantum))
          if (minor >= 5) expect(found.moduleData?.hasMain).toBe(minor < 10 ? undefined : true)
          // Before Go 1.5 there is neither build info nor module data.
          if (minor >= 5) expect(found.goVersion).toBe(`go${version}`)
          if (minor >= 9) expect(found.table.expandsInlining).toBe(true)
        },
      )

      it('knows the shape of module data that DWARF describes', () => {
        if (minor < 5) return
        const { moduleFields } = answersOf(workshop.build(version, ['hello.go']))
        const layout = MODULE_DATA_LAYOUTS.find((one) => minor >= one.minor)!
        const { offsets, size } = placeFields(layout, 8)
        const { NotInHeap: _, '(size)': stated, ...fields } = Object.fromEntries(moduleFields)
        expect(Object.fromEntries(offsets)).toEqual(fields)
        expect(size).toBe(stated)
      })

      it('is found in a file whose format nobody reads', () => {
        const binary = workshop.build(version, ['hello.go'])
        const file = new Uint8Array(readFileSync(binary))
        // Neither headers nor sections are left.
        file.fill(0, 0, 64)
        const found = open({ file })
        expectSameAsGosym(found.table, answersOf(binary))
        if (minor < 5) return
        const { address: _, ...module } = open(elfRegions(binary)).moduleData!
        // In between nothing but the place of a byte that is 0 changed.
        expect(found.moduleData).toMatchObject({ ...module, layout: expect.any(String), name: expect.anything() })
        if (minor >= 18) expect(found.table.expandsInlining).toBe(true)
      })

      it.skipIf(minor < 8)('reads PIE, relocated where it must be (skipped before Go 1.8: cannot link it)', () => {
        const pie = workshop.build(version, ['hello.go'], {
          flags: ['-buildmode=pie', '-ldflags=-linkmode=internal'],
        })
        const tables = open(elfRegions(pie))
        const plain = PclnTable.parse(answersOf(pie).pclntab)
        // Up to Go 1.14 the linker left the addresses to the loader; debug/gosym has nothing to say about such a file.
        if (plain.version !== '1.2') expectSameAsGosym(tables.table, answersOf(pie))
        expect(tables.moduleData).toMatchObject({ hasMain: minor < 10 ? undefined : true })
        for (const name of ['main.main', 'runtime.goexit', 'main.recurse']) {
          expect(tables.table.findFunction(name)?.entry, name).toBe(entryBySymbol(pie, name))
        }
      })

      it.skipIf(!HAS_GCC || !has(ARM64_CC) || minor < 16)(
        `reads PIE of the C linker on arm64, where pointers are zero in the file (skipped without ${ARM64_CC}, before Go 1.16)`,
        () => {
          const pie = workshop.build(version, ['hello.go'], {
            arch: 'arm64',
            cgo: true,
            cc: ARM64_CC,
            flags: ['-buildmode=pie', '-ldflags=-linkmode=external'],
          })
          const { regions, relocations } = elfRegions(pie)
          expect(relocations.length).toBeGreaterThan(1000)
          const tables = open({ regions, relocations })
          expect(tables.moduleData?.hasMain).toBe(true)
          expect(tables.goVersion).toBe(`go${version}`)
          for (const name of ['main.main', 'runtime.goexit', 'main.recurse']) {
            expect(tables.table.findFunction(name)?.entry, name).toBe(entryBySymbol(pie, name))
          }
          expect(findGoTables({ regions })!.moduleData).toBeUndefined()
        },
      )

      it.each(SPLIT.filter(({ cc, qemu }) => has(cc) && has(qemu)))(
        'follows code into several text sections: $arch (skipped without its C compiler and qemu, before Go 1.17, where 1.22 panics: ppc64le)',
        ({ arch, cc, qemu, libraries }) => {
          // Go 1.22's linker: "bad carrier sym for symbol runtime.sigprofNonGoWrapper.args_stackmap".
          const panics = arch === 'ppc64le' && minor === 22
          if (minor < 17 || panics || (arch === 'arm' && !MATRIX)) return
          const sources = ['inside.go', 'inside_main.go', ...(minor >= 18 ? ['generics.go'] : [])]
          const flags = ['-ldflags=-linkmode=external -debugtextsize=100000']
          const program = workshop.build(version, sources, { arch, cgo: true, cc, flags })
          const tables = open(elfRegions(program))
          const { textSections } = tables.moduleData!
          expect(textSections.length).toBeGreaterThan(2)
          const compared = compareFrames(
            tables.table,
            parseGoVersion(`go${version}`)!,
            (input) => {
              const run = spawnSync(qemu, ['-L', libraries, program], { input, encoding: 'utf8', maxBuffer: 1 << 30 })
              expect(run.status, run.stderr.slice(-2000)).toBe(0)
              return run.stderr
            },
            MATRIX ? 1 : 8,
          )
          expect(compared.differences.slice(0, 5)).toEqual([])
          expect(compared.inlined).toBeGreaterThan(1000)
          if (REPORT) console.log(version, arch, textSections.length, 'text sections', { ...compared, differences: 0 })
        },
      )

      it.skipIf(minor < 24)(
        'reads WebAssembly as its own runtime does (skipped before Go 1.24: no runner in its module)',
        () => {
          const sources = ['inside.go', 'inside_main.go', 'generics.go']
          const program = workshop.build(version, sources, { os: 'js', arch: 'wasm' })
          const tables = open({ regions: wasmMemory(new Uint8Array(readFileSync(program))) })
          expect(tables.moduleData?.wasm).toBe(minor >= 25)
          expect(tables.goVersion).toBe(`go${version}`)
          const root = workshop.goroot(version)
          const runner = ['lib/wasm', 'misc/wasm']
            .map((folder) => join(root, folder, 'wasm_exec_node.js'))
            .find(existsSync)!
          const compared = compareFrames(
            tables.table,
            parseGoVersion(`go${version}`)!,
            (input) => {
              const run = spawnSync(process.execPath, ['--stack-size=8192', runner, program], {
                input,
                encoding: 'utf8',
                maxBuffer: 1 << 30,
              })
              expect(run.status, run.stderr.slice(-2000)).toBe(0)
              return run.stderr
            },
            MATRIX ? 1 : 4,
          )
          expect(compared.differences.slice(0, 5)).toEqual([])
          expect(compared.inlined).toBeGreaterThan(1000)
          if (REPORT) console.log(version, 'wasm', { ...compared, differences: 0 })
        },
      )

      it.each([
        // Up to Go 1.7 debug/gosym misses the last file: see oracle/main.go, countLastFile.
        { os: 'windows', arch: 'amd64', since: 8 },
        { os: 'darwin', arch: 'arm64', since: 16 },
      ])('reads what go tool nm and addr2line read: $os', ({ os, arch, since }) => {
        if (minor < since) return
        const binary = workshop.build(version, ['hello.go'], { os, arch })
        const { table, goVersion, moduleData } = open({ file: new Uint8Array(readFileSync(binary)) })
        if (minor >= 18) expect(goVersion).toBe(`go${version}`)
        expect(moduleData).toBeDefined()
        const functions = [...table.functions()]
        const symbols = new Map<string, number[]>()
        for (const row of workshop.tool('nm', ['-n', binary]).split('\n')) {
          const [, address, name] = /^\s*([0-9a-f]+) [Tt] (.*?)(?:\.abi0)?$/.exec(row) ?? []
          if (name !== undefined) symbols.set(name, [...(symbols.get(name) ?? []), Number.parseInt(address!, 16)])
        }
        // Mach-O puts an underscore before names that could be C's.
        const isSymbol = (name: string, entry: number) => symbols.get(name)?.includes(entry)
        const missing = functions.filter(({ name, entry }) => !isSymbol(name, entry) && !isSymbol(`_${name}`, entry))
        // Generic functions have another name among the symbols, and the linker's own have several.
        expect(
          missing.map(({ name }) => name).filter((name) => !/[[\]]|·\d|^go[.:]|^type[.:]|^runtime\.e?text$/.test(name)),
        ).toEqual([])
        const { addresses, differences } = compareWithAddr2line(table, (input) =>
          workshop.tool('addr2line', [binary], input),
        )
        expect(addresses).toBeGreaterThan(10_000)
        expect(differences.slice(0, 5)).toEqual([])
      })
    })

    function entryBySymbol(binary: string, name: string): number | undefined {
      const row = workshop
        .tool('nm', ['-n', binary])
        .split('\n')
        .find((line) => / [Tt] (.*?)(?:\.abi0)?$/.exec(line)?.[1] === name)
      return row === undefined ? undefined : Number.parseInt(row, 16)
    }
  },
)

/** Module data are what the symbols say. */
function expectModuleOfSymbols(
  { moduleData, pclntabAddress }: GoTables,
  { symbols, goFunc, functions }: OracleAnswers,
  minor: number,
): void {
  // Older module data do not have these two, though the symbols are there.
  const [base, rodata] = minor >= 18 ? [goFunc, symbols.get('rodata')] : []
  const range = (start: string, end: string) => ({ start: symbols.get(start)!, end: symbols.get(end)! })
  expect(moduleData).toMatchObject({
    text: range('text', 'etext'),
    data: range('data', 'edata'),
    noPointerData: range('noptrdata', 'enoptrdata'),
    goFunc: base,
    rodata,
    pclntab: { start: pclntabAddress },
    minPc: functions[0]!.entry,
    bss: range('bss', 'ebss'),
    noPointerBss: range('noptrbss', 'enoptrbss'),
    end: symbols.get('end')!,
    next: 0,
  })
  if (symbols.has('types') && moduleData!.types !== undefined) {
    expect(moduleData!.types).toEqual(range('types', 'etypes'))
  }
  if (symbols.has('firstmoduledata')) expect(moduleData!.address).toBe(symbols.get('firstmoduledata'))
  if (symbols.has('epclntab')) expect(moduleData!.pclntab.end).toBeLessThanOrEqual(symbols.get('epclntab')!)
}
