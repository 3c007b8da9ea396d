/**
 * Real binaries, built here: the local Go, or the versions named in GOSPY_GO_VERSIONS (comma-separated).
 * Oracles: Go's debug/gosym and debug/buildinfo (oracle/main.go), readelf's view of .debug_frame for SP deltas, and the
 * runtime of the binary itself for inlined calls (programs/inside.go).
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type GoVersion, PclnTable, parseGoVersion, parseSymbolName } from '../src/index.js'
import { expectLineRangesLikeFileLine, expectSameAsGosym } from './support/compare.js'
import { readFrameRows } from './support/debug-frame.js'
import { compareFrames } from './support/inside.js'
import { type OracleAnswers, readAnswers } from './support/oracle-answers.js'
import {
  GO_VERSIONS,
  HAS_GCC,
  HAS_READELF,
  LOCAL_GO,
  MATRIX,
  minorOf,
  PROGRAMS,
  Workshop,
} from './support/toolchains.js'

const REPORT = process.env['GOSPY_REPORT'] !== undefined

const FORMATS: [minor: number, version: string][] = [
  [20, '1.20'],
  [18, '1.18'],
  [16, '1.16'],
  [2, '1.2'],
]
const formatOf = (version: string) => FORMATS.find(([minor]) => minorOf(version) >= minor)![1]

describe.skipIf(LOCAL_GO === undefined)('tables of real binaries (skipped without Go)', { timeout: 300_000 }, () => {
  const workshop = new Workshop()
  afterAll(() => workshop.remove())

  const open = (binary: string, quantum = 1): OracleAnswers => readAnswers(workshop.oracle(binary, quantum), binary)

  describe.each([...GO_VERSIONS])('Go %s', (version) => {
    let binary: string
    let answers: OracleAnswers
    let table: PclnTable

    beforeAll(() => {
      binary = workshop.build(version, ['hello.go'])
      answers = open(binary)
      table = PclnTable.parse(answers.pclntab, { textStart: answers.textStart, goVersion: `go${version}` })
    })

    it('gives the functions, files and lines of debug/gosym at every address', () => {
      expect(table.version).toBe(formatOf(version))
      const compared = expectSameAsGosym(table, answers)
      if (REPORT) console.log(version, table.version, compared)
    })

    it('walks lines as it looks them up', () => expectLineRangesLikeFileLine(table))

    it('finds every function by name', () => {
      const entries = new Map<string, number[]>()
      for (const { name, entry } of answers.functions) entries.set(name, [...(entries.get(name) ?? []), entry])
      for (const [name, expected] of entries) {
        expect([...table.findFunctions(name)].map((func) => func.entry)).toEqual(expected)
      }
      expect(table.findFunction('main.mai')).toBeUndefined()
      expect(table.findFunction('ain.main')).toBeUndefined()
    })

    it('splits names as debug/gosym, closures aside', () => {
      for (const { name, package: pkg, receiver, base } of answers.functions) {
        const ours = parseSymbolName(name)
        expect(ours.package, name).toBe(pkg)
        // Up to Go 1.10, `main.(*T).(main.m)-fm`: debug/gosym splits within the parentheses.
        if (name.includes(').(')) continue
        if (ours.nested === '' && pkg !== '') expect([ours.receiver ?? '', ours.base], name).toEqual([receiver, base])
      }
    })

    // Up to Go 1.3 the linker wrote rows of .debug_frame for the address behind the one they are about.
    it.skipIf(!HAS_READELF || minorOf(version) < 4)(
      'gives the SP deltas of .debug_frame (skipped without readelf)',
      () => {
        const rows = readFrameRows(binary, 8)
        expect(rows.length).toBeGreaterThan(500)
        const differences = []
        for (const { pc, end, spDelta } of rows) {
          for (const at of [pc, end - 1]) {
            if (table.spDelta(at) !== spDelta)
              differences.push({
                at: at.toString(16),
                spDelta,
                ours: table.spDelta(at),
                name: table.lookup(at)?.function,
              })
          }
        }
        expect(differences.slice(0, 10)).toEqual([])
      },
    )

    it('marks the functions that the runtime treats specially', () => {
      if (minorOf(version) < 10) {
        expect(table.findFunction('runtime.goexit')?.funcID).toBeUndefined()
        return
      }
      const ids = Object.fromEntries(
        ['runtime.goexit', 'runtime.mcall', 'runtime.morestack', 'runtime.sigpanic', 'main.main'].map((name) => [
          name,
          table.findFunction(name)?.funcIDName,
        ]),
      )
      expect(ids).toEqual({
        'runtime.goexit': 'goexit',
        'runtime.mcall': 'mcall',
        'runtime.morestack': 'morestack',
        'runtime.sigpanic': 'sigpanic',
        'main.main': 'normal',
      })
      const unversioned = PclnTable.parse(answers.pclntab, { textStart: answers.textStart })
      const goexit = unversioned.findFunction('runtime.goexit')!
      if (minorOf(version) >= 12) expect(goexit.funcID).toBe(table.findFunction('runtime.goexit')!.funcID)
      expect(goexit.funcdataCount).toBe(table.findFunction('runtime.goexit')!.funcdataCount)
      expect(goexit.flags).toBe(minorOf(version) >= 18 ? 5 : minorOf(version) === 17 ? 1 : 0)
    })

    it('knows where functions begin in the source', () => {
      const source = readFileSync(join(PROGRAMS, 'hello.go'), 'utf8').split('\n')
      for (const [name, text] of [
        ['main.main', 'func main()'],
        ['main.recurse', 'func recurse('],
        ['main.(*counter).add', 'func (c *counter) add('],
      ] as const) {
        const line = source.findIndex((row) => row.startsWith(text)) + 1
        const func = table.findFunction(name)
        // Newer compilers inline the smallest one everywhere and drop it.
        if (func === undefined) continue
        expect(func.startLine, name).toBe(minorOf(version) >= 20 ? line : undefined)
        expect(table.lookup(func.entry), name).toMatchObject({ function: name, line })
      }
      expect(table.findFunction('main.main')).toBeDefined()
    })

    it.skipIf(minorOf(version) < 7)(
      'expands inlined calls as its own runtime does (skipped before Go 1.7: no CallersFrames)',
      () => {
        const sources = ['inside.go', 'inside_main.go']
        if (minorOf(version) >= 18) sources.push('generics.go')
        if (minorOf(version) >= 27) sources.push('generics_1.27.go')
        const compared = expectFramesFromInside(workshop.build(version, sources), version)
        if (REPORT) console.log(version, 'inlined', compared)
      },
    )

    it.skipIf(!HAS_GCC || minorOf(version) < 13)(
      'reads what the C linker made, PIE or not (skipped without gcc, and before Go 1.13: does not link)',
      () => {
        for (const mode of ['exe', 'pie']) {
          const flags = [`-buildmode=${mode}`, '-ldflags=-linkmode=external']
          const linked = open(workshop.build(version, ['hello.go'], { flags, cgo: true }))
          expectSameAsGosym(PclnTable.parse(linked.pclntab, { textStart: linked.textStart }), linked)
          // In PIE up to Go 1.25 the table is folded into a section of other things.
          expect(['.gopclntab', '.data.rel.ro.gopclntab', '.data.rel.ro']).toContain(linked.section)
          if (REPORT) console.log(version, mode, linked.section)
        }
      },
    )

    /** Compares the innermost frame at every address (of one in four functions, in the quick run), and the chain of one known to be three calls deep. */
    function expectFramesFromInside(program: string, version: string) {
      const expected = open(program)
      const goVersion = parseGoVersion(`go${version}`) as GoVersion
      const { textStart, goFunc, readAddress } = expected
      const inside = PclnTable.parse(expected.pclntab, { textStart, goFunc, readAddress, goVersion })
      expect(inside.expandsInlining).toBe(minorOf(version) >= 9)
      const { differences, ...compared } = compareFrames(
        inside,
        goVersion,
        (input) => {
          const run = spawnSync(program, [], { input, encoding: 'utf8', maxBuffer: 1 << 30 })
          expect(run.status, run.stderr.slice(-2000)).toBe(0)
          return run.stderr
        },
        MATRIX ? 1 : 4,
      )
      expect(differences.slice(0, 5)).toEqual([])
      if (minorOf(version) >= 9) expect(compared.inlined).toBeGreaterThan(0)
      if ([9, 10, 11].includes(minorOf(version))) expect(compared.wholeChains).toBeGreaterThan(0)
      const main = inside.findFunction('main.inside')!
      const chains = new Set<string>()
      for (let pc = main.entry; pc < main.end; pc++) {
        const chain = main.frames(pc).map((frame) => frame.function)
        chains.add(chain.join(' '))
      }
      if (minorOf(version) >= 12) expect([...chains]).toContain('main.leaf main.inner main.outer main.inside')
      return compared
    }
  })
})
