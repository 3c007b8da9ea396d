/** Discovery of a layout that no table knows: the goroutines of a live process, with their fields moved about. */
import { openProcess } from '@gospy/procmem'
import { canRun, prebuilt, startFixture } from 'gospy-fixtures'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readAllgs } from '../src/allgs.js'
import { GoProcess } from '../src/index.js'
import { layoutEvidence } from '../src/layout-evidence.js'
import { tableLayout } from '../src/layout-from-table.js'
import { NEWEST_MINOR } from '../src/layout-table.js'
import type { LayoutEvidence, Sample } from '../src/layout-tests.js'
import { matchLayout } from '../src/match-layout.js'

const fixture = prebuilt().find(({ name }) => name.startsWith('states-go1.27') && name.includes('amd64-exe'))!

/** A struct with so many bytes more (or less) from an offset on. */
function moved({ address, view }: Sample, from: number, by: number): Sample {
  const bytes = new Uint8Array(view.buffer, 0, view.byteLength)
  const head = bytes.slice(0, by < 0 ? from + by : from)
  const other = new Uint8Array(Math.max(0, by)).fill(0xa5)
  return { address, view: new DataView(Uint8Array.from([...head, ...other, ...bytes.slice(from)]).buffer) }
}

describe.skipIf(!canRun(fixture))('fields that moved (skipped where this machine cannot run the fixture)', () => {
  let running: Awaited<ReturnType<typeof startFixture>>
  let process: ReturnType<typeof openProcess>
  let go: GoProcess
  let evidence: LayoutEvidence

  beforeAll(async () => {
    running = await startFixture(fixture)
    process = openProcess(running.pid)
    go = GoProcess.attach(process)
    const { table, bias } = go.source().functions
    const target = go.strippedProcess()
    evidence = layoutEvidence({
      ...target,
      allgs: readAllgs(process.memory, go.source().layout.variables.allgs!.address, undefined).addresses,
      allp: [],
      isCode: (pc) => table.functionAt(pc - bias) !== undefined,
      isEntry: (pc) => table.functionAt(pc - bias)?.entry === pc - bias,
      waitReasons: 64,
    })
  })

  afterAll(async () => {
    go?.close()
    process?.[Symbol.dispose]()
    await running?.stop()
  })

  const truth = tableLayout('amd64', NEWEST_MINOR)!.structs.g.fields

  it('are none when the table is right', () => {
    const match = matchLayout('amd64', NEWEST_MINOR, evidence)!
    expect(match.g).toMatchObject({ minor: NEWEST_MINOR, moved: [], lost: [], layout: { fields: truth } })
  })

  // No version has any of these.
  it.each([
    ['a word more before the status', truth.atomicstatus!.offset, 8],
    ['three words more before the wait reason', truth.waitsince!.offset, 24],
    ['a word less before lockedm', truth.lockedm!.offset, -8],
    ['five words more before startpc', truth.startpc!.offset, 40],
  ])('%s', (_, from, by) => {
    const goroutines = evidence.goroutines.map((sample) => moved(sample, from, by))
    const match = matchLayout('amd64', NEWEST_MINOR + 1, { ...evidence, goroutines })!
    const place = (field: { offset: number }) => field.offset + (field.offset >= from ? by : 0)
    for (const [name, field] of Object.entries(match.g.layout.fields)) {
      expect(field!.offset, name).toBe(place((truth as Record<string, { offset: number }>)[name]!))
    }
    const found = [...match.g.confirmed, ...match.g.open]
    for (const name of ['goid', 'atomicstatus', 'schedPc', 'gopc', 'startpc', 'waitreason', 'parentGoid']) {
      expect(found).toContain(name)
    }
    expect(match.g.moved.length).toBeGreaterThan(0)
  })

  it('cannot be told where nothing is as it must be', () => {
    const noise = evidence.goroutines.map(({ address, view }, index) => ({
      address,
      view: new DataView(Uint8Array.from({ length: view.byteLength }, (_, at) => (at * 31 + index * 17) & 0xff).buffer),
    }))
    expect(matchLayout('amd64', NEWEST_MINOR, { ...evidence, goroutines: noise })).toBeUndefined()
    expect(matchLayout('amd64', undefined, { ...evidence, goroutines: [] })).toBeUndefined()
  })
})
