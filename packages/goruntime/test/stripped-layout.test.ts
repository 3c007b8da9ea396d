/**
 * What is found of the runtime's data without debug data and symbols, held against what the debug data of the very same
 * program say: with the table of its Go version, and with that table withheld.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { openProcess } from '@gospy/procmem'
import { canRun, prebuilt, startFixture } from 'gospy-fixtures'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { GoProcess } from '../src/index.js'
import type { RuntimeLayout } from '../src/runtime-layout.js'
import { strippedLayout } from '../src/stripped-layout.js'

const programs = ['states', 'cgo', 'demo', 'many']
const committed = prebuilt().filter(({ program, arch, dwarf }) => {
  return programs.includes(program) && arch === 'amd64' && dwarf !== 'none'
})
const folder = process.env['GOSPY_MATRIX']
const built =
  folder === undefined
    ? []
    : readdirSync(folder).filter((name) =>
        /^(states|cgo|demo)-go1\.(1[1-9]|2\d)\.\d+-amd64-(exe|pie|external|noopt)$/.test(name),
      )
const fixtures = [
  ...committed.map((fixture) => ({ name: fixture.name, fixture, runs: canRun(fixture) })),
  ...built.map((name) => ({ name, fixture: join(folder!, name), runs: true })),
]

/** Fields that are rather unknown than guessed from another version's table. */
const NOT_GUESSED = ['trackingSeq', 'vdsoSP', 'vdsoPC']

/** Of the second layout, what the first says otherwise. */
function differences(truth: RuntimeLayout, found: RuntimeLayout): string[] {
  return (['g', 'm', 'p'] as const).flatMap((name) =>
    Object.entries(found[name].fields).flatMap(([field, { offset }]) => {
      const other = (truth[name].fields as Record<string, { offset: number }>)[field]
      return other?.offset === offset ? [] : [`${name}.${field} at ${offset} instead of ${other?.offset}`]
    }),
  )
}

describe.each(fixtures)('$name', ({ fixture, runs }) => {
  describe.skipIf(!runs)('(skipped where this machine cannot run it)', () => {
    let running: Awaited<ReturnType<typeof startFixture>>
    let process: ReturnType<typeof openProcess>
    let go: GoProcess
    let truth: RuntimeLayout

    beforeAll(async () => {
      running = await startFixture(fixture)
      process = openProcess(running.pid)
      go = GoProcess.attach(process)
      truth = go.source().layout
    })

    afterAll(async () => {
      go?.close()
      process?.[Symbol.dispose]()
      await running?.stop()
    })

    it('is laid out as its table says, and its variables are found', () => {
      const { layout, warnings, data } = strippedLayout(go.strippedProcess(), { symbols: false })
      expect(warnings).toEqual([])
      expect(layout).toEqual({ ...truth, source: 'table' })
      const ways = Object.fromEntries(data.variables.map(({ name, foundBy }) => [name, foundBy.join('; ')]))
      expect(ways['runtime.allgs']).toMatch(/^code of .*allgadd.*; search of the data$/)
      expect(ways['runtime.waitReasonStrings']).toMatch(/^code of waitReason\.String.*; search of the data$/)
    })

    it('is found by its symbols', () => {
      const { layout, data } = strippedLayout(go.strippedProcess())
      expect(layout).toEqual({ ...truth, source: 'table' })
      for (const { foundBy } of data.variables) expect(foundBy[0]).toBe('symbol')
    })

    it('is laid out the same with the table of its version withheld', () => {
      const withheld = { symbols: false, without: [go.binary.minor!] }
      const { layout, warnings, data } = strippedLayout(go.strippedProcess(), withheld)
      expect(layout.source).toBe('discovery')
      expect(warnings[0]).toMatch(/: read by the layouts of g of Go 1\.\d+, m of Go 1\.\d+, p of Go 1\.\d+/)
      // Which P an M has is seen only in one that has any; of Go 1.25 it lies elsewhere than in its neighbours.
      const told = differences(truth, layout).filter((text) => !text.startsWith('m.p at '))
      expect(told).toEqual([])
      const lost = data.structs.flatMap(({ unknown }) => unknown).filter((field) => !NOT_GUESSED.includes(field))
      // In Go 1.25 the last fields lie elsewhere than before and after, and no cleanup runs that would show it.
      expect(lost).toEqual(go.binary.minor === 25 ? ['runningCleanups'] : [])
      const { allgs, allglen, allp, allm, fingStatus, fingRunning } = truth.variables
      expect(layout.variables).toMatchObject({
        allgs,
        allglen,
        allp,
        allm,
        ...(fingStatus ? { fingStatus } : { fingRunning }),
      })
    })
  })
})
