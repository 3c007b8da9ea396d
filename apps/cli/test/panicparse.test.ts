/** `dump --format go`, read by panicparse (github.com/maruel/panicparse), which many people pipe dumps of goroutines into. */
import { type FixtureTruth, startFixture } from 'gospy-fixtures'
import { describe, expect, it } from 'vitest'
import { type Oracle, oracle } from '../../../fixtures/oracles/index.js'
import { writeDumpGo } from '../src/render/dump-go.js'
import { call, GOEXIT, GOPARK } from './calls.js'
import { fixtures, unless, withLook } from './look.js'
import { collector, type MadeUp, snapshotOf, stack } from './made-up.js'
import { goDump } from './own-texts.js'

interface Read {
  goroutines: {
    id: number
    state: string
    minutes: number
    locked: boolean
    elided: boolean
    /** `main.f file.go:7`, innermost first. */
    calls: string[]
    createdBy: string
  }[]
  /** What it did not understand. */
  rest: string
}

const panicparse = oracle('panicparse')
const { missing } = panicparse
const read = (text: string): Read => JSON.parse((panicparse as Oracle).ask(text))

/** By id, those that were where they are now when the process printed its dump, and of which it prints all frames. */
function comparable({ goroutines }: Read, { controlGoroutine, named }: FixtureTruth) {
  const others = goroutines.filter(({ id }) => id !== controlGoroutine && id !== named['deepRecursion'])
  return others.sort((a, b) => a.id - b.id)
}

describe.skipIf(missing)(`panicparse${unless(missing)}`, () => {
  it.each(fixtures('states'))('reads what the process of $name prints, and the same from us', async (fixture) => {
    // It does not know labels in headers, which Go 1.27 prints.
    await using states = await startFixture(fixture, { env: { GODEBUG: 'tracebacklabels=0' } })
    const truth = await states.truth()
    const ours = read(withLook(states.pid, goDump))
    const own = read(truth.stackAll)
    expect(comparable(ours, truth)).toEqual(comparable(own, truth))
    expect(ours).toMatchObject({ rest: '', goroutines: { length: truth.goroutines.length } })
  })

  it.each(fixtures('states').slice(-2))('reads goroutines of $name that run', async (fixture) => {
    await using states = await startFixture(fixture, { args: ['-busy', '2'], env: { GODEBUG: 'tracebacklabels=0' } })
    const { named } = await states.truth()
    const busy = [named['busy0']!, named['busy1']!]
    const ofBusy = (pause: boolean) => {
      const { rest, goroutines } = read(withLook(states.pid, goDump, { pause }))
      expect(rest).toBe('')
      return goroutines.filter(({ id }) => busy.includes(id))
    }
    for (const { state, calls } of ofBusy(false)) {
      if (state === 'running') expect(calls).toEqual([' <unavailable>:0'])
    }
    for (const { calls } of ofBusy(true)) expect(calls.at(-1)).toMatch(/^main\.busyLoop /)
  })

  it('reads what is not whole', () => {
    const creator = { pc: 0x6096, entry: 0x6000, location: { function: 'main.main', file: '/src/main.go', line: 49 } }
    const goroutines: MadeUp[] = [
      {
        waitReason: 'select',
        waitAtLeastNs: 600e9,
        locked: true,
        stack: stack([GOPARK, call('main.f', 0x5000, 1)], 'no function at 0xdead'),
      },
      { status: 'running', stack: stack([], 'it runs'), creator, parent: 1 },
      { waitReason: 'select', stack: stack([], 'cannot read 0xc000') },
      {
        waitReason: 'select',
        stack: stack([GOPARK, call('main.f', 0x5000, 1), call('main.g', 0x6000, 1), GOEXIT]),
        creator,
      },
    ]
    const output = collector()
    writeDumpGo(output, snapshotOf(goroutines), [...goroutines.keys()], { depth: 1 })
    const f = 'main.f /src/main.go:1'
    const unknown = ' <unavailable>:0'
    expect(read(output.text())).toMatchObject({
      rest: '',
      goroutines: [
        { state: 'select', minutes: 10, locked: true, elided: true, calls: [f], createdBy: '' },
        { state: 'running', elided: false, calls: [unknown], createdBy: 'main.main in goroutine 1 /src/main.go:49' },
        { state: 'select', elided: false, calls: [unknown], createdBy: '' },
        { state: 'select', elided: true, calls: [f], createdBy: 'main.main /src/main.go:49' },
      ],
    })
  })
})
