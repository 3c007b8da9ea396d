/**
 * pcdata, stack maps, stack objects, arguments, open-coded defers and wrappers, as the runtime of the very same program makes
 * them of its tables: programs/runtime_view.go calls the runtime's own functions. By the local Go, or the versions named in
 * GOSPY_GO_VERSIONS, from 1.12 on.
 */
import { spawnSync } from 'node:child_process'
import { afterAll, describe, expect, it } from 'vitest'
import { findGoTables, type InlinedCall } from '../src/index.js'
import { elfRegions } from './support/elf-regions.js'
import { runtimeView } from './support/runtime-view.js'
import { GO_VERSIONS, LOCAL_GO, minorOf, Workshop } from './support/toolchains.js'

const REPORT = process.env['GOSPY_REPORT'] !== undefined
const VERSIONS = GO_VERSIONS.filter((version) => minorOf(version) >= 12)

describe.skipIf(LOCAL_GO === undefined)('funcdata of real binaries (skipped without Go)', { timeout: 300_000 }, () => {
  const workshop = new Workshop()
  afterAll(() => workshop.remove())

  describe.each([...VERSIONS])('Go %s', (version) => {
    const minor = minorOf(version)
    const build = () =>
      workshop.build(version, ['runtime_view.go', minor >= 22 ? 'runtime_view_1.22.go' : 'runtime_view_1.11.go'], {
        flags: ['-gcflags=-complete=0', ...(minor >= 23 ? ['-ldflags=-checklinkname=0'] : [])],
      })

    it('is what the runtime makes of it', () => {
      const program = build()
      const { table } = findGoTables(elfRegions(program))!
      const { input, rows } = runtimeView(table, minor >= 22)
      const run = spawnSync(program, [], { input, encoding: 'utf8', maxBuffer: 1 << 30 })
      expect(run.status, run.stderr.slice(-2000)).toBe(0)
      const told = run.stderr.split('\n').filter(Boolean)
      const differences = told.flatMap((row, index) => (row === rows[index] ? [] : [[row, rows[index]]]))
      expect(differences.slice(0, 5)).toEqual([])
      expect(rows.length).toBe(told.length)
      if (REPORT) console.log(version, Object.fromEntries(count(told)))
      const wanted =
        minor >= 22 ? ['func', 'pcdata', 'map', 'object', 'args', 'defers', 'wraps'] : ['func', 'pcdata', 'map']
      expect([...count(told).keys()].sort()).toEqual(wanted.sort())
    })

    it('has the compiler’s facts about a function that has some of everything', () => {
      const { table } = findGoTables(elfRegions(build()))!
      const several = table.findFunction('main.several')!
      const objects = [...several.stackObjects()]
      // out, a copy of the parameter, and what is deferred.
      expect(objects.length).toBeGreaterThan(0)
      if (minor >= 17) {
        const local = objects.find(({ size }) => size === 48)!
        // mixed: a byte, a pointer, two pointers, a string.
        expect(`${local.pointers}`).toBe('01111')
        expect(local.offset).toBeLessThan(0)
      } else {
        expect(objects.every(({ type }) => type !== undefined && type > 0)).toBe(true)
      }
      expect(several.deferReturn).toBeGreaterThan(several.entry)
      const defers = several.openDefers()
      if (minor < 14) expect(defers).toBeUndefined()
      else {
        expect(defers!.deferBitsOffset).toBeGreaterThan(0)
        if (minor < 22) expect(defers!.defers!.length).toBe(2)
        else expect(defers!.slotsOffset).toBeGreaterThan(0)
      }
      const kinds = several.argumentInfo()?.map(({ kind }) => kind)
      if (minor < 17) expect(kinds).toBeUndefined()
      else expect(kinds!.slice(0, 4)).toEqual(['value', 'aggregate', 'aggregate', 'aggregate'])
      const points = new Set<unknown>()
      for (const func of table.functions()) {
        for (const { start } of func.pcdataRanges(0)) points.add(func.unsafePoint(start))
      }
      if (minor < 14) expect([...points]).toEqual([undefined])
      else expect([...points]).toEqual(expect.arrayContaining(['safe', 'unsafe']))
      expect(points.has(undefined)).toBe(minor < 14)
      expect(several.argumentPointers(several.entry)!.length).toBeGreaterThan(10)
      if (minor >= 18) {
        const wrappers = [...table.functions()].filter((func) => func.wrappedFunction() !== undefined)
        const own = wrappers.find(({ name }) => name.startsWith('main.several.'))
        // Since Go 1.22 they are told from closures by their names.
        if (minor >= 22) expect(table.functionAt(own!.wrappedFunction()!)!.name).toBe('main.keep')
      }
    })

    it('tells inline trees as it tells chains', () => {
      const { table } = findGoTables(elfRegions(build()))!
      let calls = 0
      let pcs = 0
      for (const func of table.functions()) {
        const visit = (call: InlinedCall, outer: string[]): void => {
          calls++
          const chain = [call.function, ...outer]
          for (const { start, end } of call.ranges) {
            for (const pc of [start, end - 1]) {
              pcs++
              const frames = func.frames(pc)
              expect(frames.map((frame) => frame.function)).toEqual(chain)
              expect(frames[1]).toMatchObject({ file: call.file, line: call.line })
            }
          }
          for (const inner of call.calls) visit(inner, chain)
        }
        for (const call of func.inlineTree()) visit(call, [func.name])
        expect(func.hasPlausibleInlineTree()).not.toBe(false)
      }
      if (REPORT) console.log(version, 'inlined calls', calls, 'checked at', pcs)
      expect(calls).toBeGreaterThan(500)
    })

    it('finds the code of every line', () => {
      const { table } = findGoTables(elfRegions(build()))!
      const byLine = new Map<string, number[]>()
      for (const func of table.functions()) {
        for (const { file, line, start } of func.lineRanges()) {
          if (file === undefined || line === undefined) continue
          const key = `${file}\t${line}`
          byLine.set(key, [...(byLine.get(key) ?? []), start])
        }
      }
      const files = [...table.files()]
      expect(new Set(files).size).toBe(files.length)
      const keys = [...byLine.keys()]
      expect(new Set(files)).toEqual(new Set([...files, ...keys.map((key) => key.split('\t')[0])]))
      for (const [index, key] of keys.entries()) {
        // All lines of the program's own, one of a hundred of the others.
        if (!key.includes('runtime_view') && index % 100 !== 0) continue
        const [file, line] = key.split('\t') as [string, string]
        const found = [...table.codeOfLine(file, Number(line))]
        expect(found.map(({ start }) => start)).toEqual(byLine.get(key))
        for (const code of found) expect(table.fileLine(code.start)).toEqual({ file, line: Number(line) })
      }
      expect([...table.codeOfLine(files[0]!, 1_000_000)]).toEqual([])
      expect([...table.codeOfLine('no such file', 1)]).toEqual([])
    })
  })
})

function count(rows: string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const row of rows) {
    const kind = row.slice(0, row.indexOf('\t'))
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
  }
  return counts
}
