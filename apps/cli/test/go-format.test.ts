/** `dump --format go`, against what the runtime of the same process prints. */
import { parseStackDump, startFixture } from 'gospy-fixtures'
import { describe, expect, it } from 'vitest'
import { type DumpGoOptions, writeDumpGo } from '../src/render/dump-go.js'
import { call, GOEXIT, GOPARK } from './calls.js'
import { fixtures, withLook } from './look.js'
import { collector, type MadeUp, snapshotOf, stack } from './made-up.js'
import { comparable, expectOwnDump, goDump } from './own-texts.js'

function dump(goroutines: readonly MadeUp[], options: DumpGoOptions = {}): string {
  const output = collector()
  writeDumpGo(output, snapshotOf(goroutines), [...goroutines.keys()], options)
  return output.text()
}

const go = (minor: number, defaultGodebug?: string) =>
  ({
    minor,
    buildInfo: { settings: new Map(defaultGodebug === undefined ? [] : [['DefaultGODEBUG', defaultGodebug]]) },
  }) as DumpGoOptions['program']

const worker = stack([GOPARK, call('main.worker', 0x5000, 0x71), GOEXIT])
const spawner = { pc: 0x6096, entry: 0x6000, location: { function: 'main.main', file: '/src/main.go', line: 49 } }

describe('the text (src/runtime/traceback.go)', () => {
  it('is that of runtime.Stack, with (...) for arguments', () => {
    const text = dump([
      { id: 1, waitReason: 'semacquire', stack: stack([GOPARK, call('main.main', 0x6000, 0x469), GOEXIT]) },
      { id: 22, waitReason: 'chan receive', stack: worker, creator: spawner, parent: 1 },
      { id: 23, waitReason: 'chan receive', stack: worker, creator: spawner, parent: 0 },
    ])
    expect(text).toBe(`goroutine 1 [semacquire]:
main.main(...)
	/src/main.go:1129 +0x469

goroutine 22 [chan receive]:
main.worker(...)
	/src/main.go:113 +0x71
created by main.main in goroutine 1
	/src/main.go:49 +0x96

goroutine 23 [chan receive]:
main.worker(...)
	/src/main.go:113 +0x71
created by main.main
	/src/main.go:49 +0x96
`)
  })

  it('shows calls that were inlined, panics, and a line without a file', () => {
    const frames = [
      GOPARK,
      call('main.deferred', 0x5000, 0x20),
      call('runtime.gopanic', 0x2000, 0x10, { funcID: 'gopanic' }),
      call('main.leaf', 0x5000, 0x30, { inlined: true }),
      call('main.caller', 0x5000, 0x30, { file: null, line: null }),
      // Never entered: no offset.
      call('main.fresh', 0x7000, 0),
    ]
    expect(dump([{ waitReason: 'select', stack: stack(frames) }])).toBe(`goroutine 1 [select]:
main.deferred(...)
	/src/main.go:32 +0x20
panic(...)
	/src/runtime.go:16 +0x10
main.leaf(...)
	/src/main.go:48
main.caller(...)
	?:0 +0x30
main.fresh(...)
	/src/main.go:0
`)
  })

  it('shows calls that were inlined as the function they are part of until Go 1.15', () => {
    const frames = [
      GOPARK,
      call('runtime.goparkunlock', 0x5000, 0x57, { inlined: true }),
      call('time.Sleep', 0x5000, 0x57),
      call('strings.part', 0x3000, 0x12, { inlined: true }),
      call('runtime.callback', 0x3000, 0x12),
      GOEXIT,
    ]
    const functions = (minor: number) =>
      parseStackDump(dump([{ stack: stack(frames) }], { program: go(minor) }))[0]!.frames.map((each) => each.function)
    expect(functions(15)).toEqual(['runtime.goparkunlock', 'time.Sleep'])
    expect(functions(16)).toEqual(['time.Sleep', 'strings.part'])
  })

  it.each([
    [{ status: 'runnable' }, 'runnable'],
    [{ status: 'waiting' }, 'waiting'],
    [{ waitReason: 'select', waitAtLeastNs: 59.9e9 }, 'select'],
    [{ waitReason: 'select', waitAtLeastNs: 60e9 }, 'select, 1 minutes'],
    [{ waitReason: 'select', waitAtLeastNs: 1_500e9, locked: true }, 'select, 25 minutes, locked to thread'],
    [{ status: 'syscall', waitAtLeastNs: 300e9 }, 'syscall, 5 minutes'],
    [
      { status: 'leaked', waitReason: 'chan receive (nil chan)', waitAtLeastNs: 3e12 },
      'chan receive (nil chan) (leaked)',
    ],
    [{ status: 'preempted', locked: true }, 'preempted, locked to thread'],
  ] as [MadeUp, string][])('%j: [%s]', (goroutine, state) => {
    expect(dump([{ ...goroutine, stack: worker }])).toContain(`goroutine 1 [${state}]:\nmain.worker(...)\n`)
  })

  it('leaves out the dead, and the goroutines and frames of the runtime unless asked for', () => {
    const sweeper = stack([GOPARK, call('runtime.bgsweep', 0x3000, 0x9f), GOEXIT])
    const gcenable = {
      pc: 0x4066,
      entry: 0x4000,
      location: { function: 'runtime.gcenable', file: '/go/mgc.go', line: 204 },
    }
    const goroutines: MadeUp[] = [
      { id: 1, status: 'dead' },
      { id: 3, waitReason: 'GC sweep wait', system: true, stack: sweeper, creator: gcenable, parent: 1 },
      // As a goroutine of finalizers is while it runs one of the program's.
      { id: 5, waitReason: 'chan receive', stack: worker, creator: gcenable, parent: 1 },
    ]
    expect(dump(goroutines)).toBe('goroutine 5 [chan receive]:\nmain.worker(...)\n\t/src/main.go:113 +0x71\n')
    expect(dump(goroutines, { system: true })).toBe(`goroutine 3 [GC sweep wait]:
runtime.gopark(...)
	/src/runtime.go:206 +0xce
runtime.bgsweep(...)
	/src/runtime.go:159 +0x9f
runtime.goexit(...)
	/src/runtime.go:1 +0x1
created by runtime.gcenable in goroutine 1
	/go/mgc.go:204 +0x66

goroutine 5 [chan receive]:
runtime.gopark(...)
	/src/runtime.go:206 +0xce
main.worker(...)
	/src/main.go:113 +0x71
runtime.goexit(...)
	/src/runtime.go:1 +0x1
created by runtime.gcenable in goroutine 1
	/go/mgc.go:204 +0x66
`)
  })

  it('shows the frames of the runtime of its own goroutines when only those are asked for', () => {
    const sweeper = stack([GOPARK, call('runtime.bgsweep', 0x3000, 0x9f), GOEXIT])
    const goroutines: MadeUp[] = [
      { id: 3, waitReason: 'GC sweep wait', system: true, stack: sweeper },
      { id: 5, waitReason: 'chan receive', stack: worker },
      // One stack, shown in two ways.
      { id: 6, waitReason: 'chan receive', stack: worker, system: true },
    ]
    const functions = parseStackDump(dump(goroutines, { systemGoroutines: true })).map(({ frames }) =>
      frames.map((each) => each.function),
    )
    expect(functions).toEqual([
      ['runtime.gopark', 'runtime.bgsweep', 'runtime.goexit'],
      ['main.worker'],
      ['runtime.gopark', 'main.worker', 'runtime.goexit'],
    ])
  })

  it('does not tell of a creator that it does not know', () => {
    const nowhere = { pc: 0xdead, entry: undefined, location: undefined }
    expect(dump([{ stack: worker, creator: nowhere }])).not.toContain('created by')
  })

  it('escapes what a terminal would obey', () => {
    const text = dump([{ waitReason: 'a\u001b[31m', stack: stack([call('main.\nevil', 0x5000, 1)]) }])
    expect(text).toBe('goroutine 1 [a\\x1b[31m]:\nmain.\\x0aevil(...)\n\t/src/main.go:1 +0x1\n')
  })
})

describe('what is not whole', () => {
  const deep = stack([GOPARK, ...Array.from({ length: 5 }, (_, at) => call(`main.f${at}`, 0x5000, at + 1)), GOEXIT])

  it('counts the frames that --depth leaves out as Go does', () => {
    const last = (depth: number, program: DumpGoOptions['program']) =>
      dump([{ stack: deep }], { depth, program })
        .trimEnd()
        .split('\n')
        .at(-1)
    expect(last(2, go(26))).toBe('...3 frames elided...')
    expect(last(2, go(20))).toBe('...additional frames elided...')
    expect(last(5, go(26))).toBe('\t/src/main.go:5 +0x5')
    const [goroutine] = parseStackDump(dump([{ stack: deep }], { depth: 2 }))
    expect(goroutine!.frames.map((each) => each.function)).toEqual(['main.f0', 'main.f1'])
    expect(goroutine!.elided).toBe(true)
  })

  it('says where a stack could not be followed any further', () => {
    const broken = stack([GOPARK, call('main.f', 0x5000, 1)], 'no function at 0xdead, the return address of main.f')
    expect(dump([{ stack: broken, creator: spawner }])).toBe(`goroutine 1 [waiting]:
main.f(...)
	/src/main.go:1 +0x1
...no function at 0xdead, the return address of main.f; additional frames elided...
created by main.main
	/src/main.go:49 +0x96
`)
  })

  it('says that nothing is known of a stack as Go does', () => {
    const unknown = stack([], 'it runs')
    const unreadable = stack([], 'cannot read 0xc000')
    const text = dump([
      { status: 'running', stack: unknown, creator: spawner, parent: 1 },
      { status: 'waiting', waitReason: 'select', stack: unreadable },
      { status: 'running' },
    ])
    expect(text).toBe(`goroutine 1 [running]:
	goroutine running on other thread; stack unavailable
created by main.main in goroutine 1
	/src/main.go:49 +0x96

goroutine 2 [select]:
	goroutine running on other thread; stack unavailable (cannot read 0xc000)

goroutine 3 [running]:
	goroutine running on other thread; stack unavailable
`)
    expect(parseStackDump(text).map(({ stackUnavailable }) => stackUnavailable)).toEqual([true, true, true])
  })
})

it('writes 100,000 goroutines with equal stacks, and as many with stacks of their own', () => {
  const many = (own: boolean) =>
    Array.from(
      { length: 100_000 },
      (_, at): MadeUp => ({
        id: at + 1,
        waitReason: 'select',
        stack: own ? stack([GOPARK, call('main.f', 0x5000, at + 1), GOEXIT]) : worker,
      }),
    )
  // snapshotOf looks each stack up in a list: enough of them to fill the buffer more than once.
  for (const goroutines of [many(false), many(true).slice(0, 20_000)]) {
    const parsed = parseStackDump(dump(goroutines))
    expect(parsed.map(({ id }) => id)).toEqual(goroutines.map(({ id }) => id))
    expect(parsed.map(({ frames }) => frames[0]!.line)).toEqual(
      goroutines.map((goroutine) => goroutine.stack!.frames[1]!.line),
    )
  }
})

describe.each(fixtures('states'))('$name', (fixture) => {
  it.each([false, true])('is what the runtime prints, byte by byte (paused: %s)', async (pause) => {
    await using states = await startFixture(fixture)
    expectOwnDump(
      await states.truth(),
      withLook(states.pid, (look) => goDump(look), { pause }),
    )
  })

  it('is read like that of the runtime', async () => {
    await using states = await startFixture(fixture)
    await states.gc()
    const truth = await states.truth()
    const ours = new Map(parseStackDump(withLook(states.pid, goDump)).map((each) => [each.id, each]))
    const theirs = new Map(truth.goroutines.map((each) => [each.id, each]))
    // Labels are not in our headers.
    for (const id of comparable(truth)) expect(ours.get(id)).toEqual({ ...theirs.get(id), labels: {} })
  })
})
