/** What people see of a dump. */
import type { Snapshot } from '@gospy/goruntime'
import fc from 'fast-check'
import stringWidth from 'string-width'
import { describe, expect, it } from 'vitest'
import { type DumpTextOptions, writeDumpText } from '../src/render/dump-text.js'
import type { ShownProcess } from '../src/render/header-text.js'
import { code, collector, frame, type MadeUp, snapshotOf, stack } from './made-up.js'

const go: ShownProcess = {
  pid: 42,
  executable: '/bin/server',
  binary: {
    goVersion: { text: 'go1.27.4' },
    arch: 'amd64',
    isPie: false,
    buildInfo: { main: { path: 'shop/server', version: '' } },
  },
}

interface Shown extends Partial<DumpTextOptions> {
  columns?: number
  colour?: boolean
  rows?: readonly number[]
}

/** The whole text. */
function text(snapshot: Snapshot, { columns, colour = false, rows, ...options }: Shown = {}): string {
  const output = collector(columns, colour)
  const all = Array.from({ length: snapshot.count }, (_, row) => row)
  writeDumpText(output, go, snapshot, rows ?? all, {
    view: { as: 'stacks' },
    depth: undefined,
    system: false,
    systemGoroutines: false,
    ...options,
  })
  return output.text()
}

/** What follows the header. */
function body(snapshot: Snapshot, shown?: Shown): string {
  return text(snapshot, shown).replace(/^(.+\n)+\n/, '')
}

const MINUTE = 60e9
const pool = stack([
  'runtime.gopark proc.go:424',
  'internal/sync.(*Mutex).lockSlow mutex.go:149',
  '!sync.(*Mutex).Lock mutex.go:46',
  'main.(*Pool).worker pool.go:88',
  'main.main.func1 main.go:12',
  'goexit@runtime.goexit asm.s:1',
])
const creator = code('main.main main.go:11')
const worker: MadeUp = { waitReason: 'sync.Mutex.Lock', stack: pool, creator, parent: 1 }
const parked = stack([
  'runtime.gopark proc.go:424',
  'runtime.bgsweep mgcsweep.go:300',
  'wrapper@runtime.gcenable.gowrap1 mgc.go:214',
  'goexit@runtime.goexit asm.s:1',
])
const sweeper: MadeUp = { waitReason: 'GC sweep wait', stack: parked, system: true }

describe('goroutines with the same stack', () => {
  it('are one group: what they do, who they are, where they come from, how they got there', () => {
    const snapshot = snapshotOf([
      { id: 1, waitReason: 'sleep', stack: stack(['time.Sleep time.go:300', 'main.main main.go:20']) },
      { ...worker, id: 17, waitAtLeastNs: 2.5 * MINUTE, labels: { tenant: 'acme', shard: '1' } },
      { ...sweeper, id: 18 },
      { ...worker, id: 19, waitAtLeastNs: 14 * MINUTE, labels: { tenant: 'bolt', shard: '1' } },
      { ...worker, id: 20, locked: true, torn: true, labels: { tenant: 'acme', shard: '1' } },
    ])
    expect(text(snapshot)).toBe(`Process 42  /bin/server
go1.27.4  amd64  shop/server
Read in 1.0 ms while it ran: 5 goroutines, 4 stable, 1 torn

3 goroutines, sync.Mutex.Lock, 2 of them >= 2m..14m, 1 of them locked to thread, 1 of them torn: main.(*Pool).worker  pool.go:88
  goroutines 17, 19, 20
  labels: shard=1, tenant=acme (2), tenant=bolt (1)
  created by main.main in goroutine 1  main.go:11
    internal/sync.(*Mutex).lockSlow  mutex.go:149
    sync.(*Mutex).Lock               mutex.go:46
  > main.(*Pool).worker              pool.go:88
    main.main.func1                  main.go:12

goroutine 1, sleep: main.main  main.go:20
    time.Sleep  time.go:300
  > main.main   main.go:20

1 goroutine of the runtime: --system shows it
`)
  })

  it('fit on a terminal', () => {
    const snapshot = snapshotOf(
      Array.from({ length: 40 }, (_, index) => ({ ...worker, id: 1000 + index, waitAtLeastNs: MINUTE, locked: true })),
    )
    expect(body(snapshot, { columns: 60 })).toBe(`40 goroutines, sync.Mutex.Lock, >= 1m, locked to thread:
    main.(*Pool).worker  pool.go:88
  goroutines 1000, 1001, 1002, 1003, 1004, 1005 and 34 more
  created by main.main in goroutine 1  main.go:11
    internal/sync.(*Mutex).lockSlow  mutex.go:149
    sync.(*Mutex).Lock               mutex.go:46
  > main.(*Pool).worker              pool.go:88
    main.main.func1                  main.go:12
`)
  })

  it('are told apart by their state, and not by what is not shown', () => {
    // Other instructions of the same lines, and another way to park.
    const same = stack([
      'runtime.park_m proc.go:1',
      ...pool.frames.slice(1, 5).map((each) => ({ ...each, pc: each.pc + 1 })),
    ])
    const snapshot = snapshotOf([worker, { ...worker, stack: same }, { ...worker, waitReason: 'semacquire' }])
    expect(body(snapshot).match(/^.*goroutines?,? \d*.*Lock|^goroutine \d+, .*semacquire/gm)).toHaveLength(2)
    expect(body(snapshot)).toContain('2 goroutines, sync.Mutex.Lock')
    expect(body(snapshot, { system: true })).toContain('goroutine 2, sync.Mutex.Lock')
  })

  it('are one where nothing tells them apart: as deep a recursion, files of the same name, wrappers that start the same', () => {
    const deep = (...lines: number[]) =>
      stack([...lines.map((line) => frame(`main.recurse deep.go:${line}`)), frame('main.main main.go:5')])
    const recursion = snapshotOf([
      { stack: deep(1, 2, 1, 1) },
      { stack: deep(1, 2, 2, 1) },
      { stack: deep(1, 1, 2, 1) },
      { stack: stack(['main.f /a/f.go:1']) },
      { stack: stack(['main.f /b/f.go:1']) },
      { status: 'running', stack: stack([], 'gone'), start: code('main.f f.go:1') },
      { status: 'running', stack: stack([], 'gone'), start: { ...code('main.f f.go:1'), pc: 1 } },
    ])
    expect(body(recursion).match(/^ {2}goroutines .*/gm)).toEqual([
      '  goroutines 1, 2',
      '  goroutines 4, 5',
      '  goroutines 6, 7',
    ])
  })

  it('tell why a stack is not known of a process that was stopped as it is', () => {
    const gone = stack([], 'the thread that runs it has no registers to read')
    const paused = snapshotOf([{ status: 'running', stack: gone }], { mode: 'paused' })
    expect(body(paused)).toContain('  stack not known: the thread that runs it has no registers to read\n')
  })

  it('have labels of which it is plain where they end', () => {
    const labels = { path: '/a, b', 'a=b': '', plain: 'x-y', said: '"no"' }
    expect(body(snapshotOf([{ ...worker, labels }]))).toContain(
      `  labels: path="/a, b", "a=b"=, plain=x-y, said="\\"no\\""\n`,
    )
  })

  it('name what they were started as without the line where it is now', () => {
    const wrapped = (line: number) =>
      stack([
        'main.inner inner.go:1',
        `main.work work.go:${line}`,
        'wrapper@main.main.gowrap1 main.go:11',
        'goexit@runtime.goexit asm.s:1',
      ])
    const snapshot = snapshotOf(
      [7, 9].map((line) => ({ stack: wrapped(line), start: code('main.main.gowrap1 main.go:11') })),
    )
    expect(body(snapshot, { depth: 1 })).toContain('  goroutines 1, 2\n  started as main.work\n')
    const direct = stack(['main.inner inner.go:1', 'main.work work.go:5'])
    const both = [
      { stack: wrapped(7), start: code('main.main.gowrap1 main.go:11') },
      { stack: direct, start: code('main.work work.go:3') },
    ]
    expect(body(snapshotOf(both), { depth: 1 })).toContain('  goroutines 1, 2\n  started as main.work  work.go:3\n')
  })

  it('show the frames asked for, and are the same if those are', () => {
    const other = stack([...pool.frames.slice(0, 4), 'main.other main.go:99'])
    const snapshot = snapshotOf([worker, { ...worker, stack: other }])
    expect(body(snapshot)).toMatch(/^goroutine 1,/)
    expect(body(snapshot, { depth: 1 })).toBe(`2 goroutines, sync.Mutex.Lock: main.(*Pool).worker  pool.go:88
  goroutines 1, 2
  created by main.main in goroutine 1  main.go:11
    internal/sync.(*Mutex).lockSlow  mutex.go:149
    ... and what called these
`)
    expect(body(snapshot, { depth: 0 })).not.toContain('lockSlow')
  })

  it('tell the different places that created them', () => {
    const other = code('main.restart main.go:30')
    const snapshot = snapshotOf([worker, { ...worker, parent: 5 }, { ...worker, creator: other, parent: 7 }])
    expect(body(snapshot)).toContain(`  created by main.main in 2 goroutines  main.go:11 (2)
  created by main.restart in goroutine 7  main.go:30 (1)
`)
  })

  it('come with the largest group first, then the dead, then the runtime', () => {
    const snapshot = snapshotOf([
      sweeper,
      { status: 'dead' },
      { status: 'dead', start: creator },
      { ...worker, waitReason: 'select' },
      worker,
      worker,
      { ...sweeper, waitReason: 'force gc (idle)' },
    ])
    const heads = body(snapshot, { systemGoroutines: true }).match(/^\S.*/gm)
    expect(heads).toEqual([
      '2 goroutines, sync.Mutex.Lock: main.(*Pool).worker  pool.go:88',
      'goroutine 4, select: main.(*Pool).worker  pool.go:88',
      '2 goroutines, dead',
      'goroutine 1, GC sweep wait: runtime.bgsweep  mgcsweep.go:300',
      'goroutine 7, force gc (idle): runtime.bgsweep  mgcsweep.go:300',
    ])
  })

  it('say where a stack ends, and what is known where there is none', () => {
    const start = code('main.spin spin.go:3')
    const broken = stack(['main.a a.go:1'], 'the return address 0x1 is in no function')
    const running = stack([], 'it was running: its calls can be seen only while the process is stopped')
    const snapshot = snapshotOf([
      { stack: broken, start },
      { status: 'running', stack: running, start },
      { status: 'running', stack: running, start: creator },
      { status: 'runnable', error: 'labels: gone\u001b[1m' },
    ])
    expect(body(snapshot)).toBe(`goroutine 1, waiting: main.a  a.go:1
  started as main.spin  spin.go:3
  > main.a  a.go:1
  stack not whole: the return address 0x1 is in no function

goroutine 2, running
  started as main.spin  spin.go:3
  stack not known: it was running (--pause shows it)

goroutine 3, running
  started as main.main  main.go:11
  stack not known: it was running (--pause shows it)

goroutine 4, runnable
  error: labels: gone\\x1b[1m
`)
  })

  it('of deep recursion are short', () => {
    const deep = stack([
      'runtime.gopark proc.go:424',
      'main.recurse deep.go:14',
      ...Array.from({ length: 901 }, () => frame('main.recurse deep.go:12')),
      'main.main main.go:5',
    ])
    expect(body(snapshotOf([{ stack: deep }]))).toBe(`goroutine 1, waiting: main.recurse  deep.go:14
  > main.recurse  deep.go:14
    main.recurse  deep.go:12  x 901
    main.main     main.go:5
`)
  })

  it('show the frames of the runtime when asked to', () => {
    expect(body(snapshotOf([sweeper]), { system: true, systemGoroutines: true })).toBe(
      `goroutine 1, GC sweep wait: runtime.bgsweep  mgcsweep.go:300
    runtime.gopark            proc.go:424
  > runtime.bgsweep           mgcsweep.go:300
    runtime.gcenable.gowrap1  mgc.go:214
    runtime.goexit            asm.s:1
`,
    )
  })
})

it('marks the current frame, and names it also where it is not among those shown', () => {
  // Which one that is, goruntime says.
  const frames = ['runtime.gopark proc.go:424', 'os.Read o.go:1', 'example.com/x.(*T).Get x.go:2', 'main.main m.go:3']
  const of = (current: number) => body(snapshotOf([{ stack: { ...stack(frames), current } }]))
  expect(of(2)).toMatch(/^goroutine 1, waiting: example\.com\/x\.\(\*T\)\.Get {2}x\.go:2\n.*\n {2}> example\.com/)
  expect(of(0)).toMatch(/^goroutine 1, waiting: runtime\.gopark {2}proc\.go:424\n {4}os\.Read .*\n[^>]*$/)
})

describe('all about one goroutine', () => {
  const wrapped = stack([
    'main.handle /app/cmd/server/main.go:88',
    '!main.serve /app/cmd/server/main.go:60',
    'wrapper@main.main.gowrap1 /app/cmd/server/main.go:11',
    'goexit@runtime.goexit /go/src/runtime/asm.s:1',
  ])
  const snapshot = snapshotOf([
    {
      id: 17,
      waitReason: 'select',
      waitAtLeastNs: 4 * MINUTE,
      thread: 4711,
      locked: true,
      stack: wrapped,
      labels: { tenant: 'acme', note: 'a\nb' },
      creator: code('main.main /app/cmd/server/main.go:11'),
      parent: 1,
      start: code('main.main.gowrap1 /app/cmd/server/main.go:11'),
    },
  ])

  it('has whole paths, offsets and addresses', () => {
    const [handle, serve] = wrapped.frames
    const hex = (value: number) => `0x${value.toString(16)}`
    expect(
      body(snapshot, { view: { as: 'details' } }),
    ).toBe(`goroutine 17, select, locked to thread, >= 4m: main.handle  main.go:88
  runtime.g at 0xc0002200, thread 4711
  label tenant=acme
  label note="a\\nb"
  created by main.main in goroutine 1  /app/cmd/server/main.go:11
  started as main.serve, through main.main.gowrap1
  > main.handle
        /app/cmd/server/main.go:88 +0x58  pc ${hex(handle!.pc)}
    main.serve (inlined)
        /app/cmd/server/main.go:60 +0x3c  pc ${hex(serve!.pc)}
`)
  })

  it('shows deep recursion once', () => {
    const round = [frame('main.even /app/e.go:1'), frame('main.odd /app/o.go:2')]
    const deep = stack([
      ...Array.from({ length: 900 }, (_, at) => frame(`main.recurse /app/deep.go:${at === 0 ? 3 : 4 + (at % 2)}`)),
      ...Array.from({ length: 1500 }, () => round).flat(),
      frame('main.main /app/main.go:9'),
    ])
    const shown = body(snapshotOf([{ stack: deep }]), { view: { as: 'details' } })
    expect(shown.replace(/ \+0x.*/g, '')).toBe(`goroutine 1, waiting: main.recurse  deep.go:3
  runtime.g at 0xc0000200
  > main.recurse
        /app/deep.go:3
    main.recurse  x 899
        /app/deep.go:5
        /app/deep.go:4
    main.even
        /app/e.go:1
    main.odd
        /app/o.go:2
    ... the 2 calls above, 1500 times in all
    main.main
        /app/main.go:9
`)
    expect(body(snapshotOf([{ stack: deep }]))).toContain('    ... the 2 calls above, 1500 times in all\n')
  })

  it('has as many frames as asked for', () => {
    expect(body(snapshot, { view: { as: 'details' }, depth: 1 })).toMatch(
      / {2}> main\.handle\n.*\n {4}\.\.\. and 1 more\n$/,
    )
  })
})

describe('groups of places', () => {
  const snapshot = snapshotOf([
    ...Array.from({ length: 12 }, (_, index) => ({
      waitReason: 'select',
      stack: stack([`main.loop loop.go:${index + 1}`]),
      creator,
    })),
    { ...worker, labels: { tenant: 'acme' } },
    { ...worker, labels: { tenant: 'acme' } },
    { ...worker, labels: { tenant: 'bolt' } },
    sweeper,
    { status: 'running' },
  ])

  it('by what the goroutines wait for', () => {
    expect(body(snapshot, { view: { as: 'places', key: { by: 'wait' } } })).toBe(`12  select
    1  main.loop         loop.go:1
    1  main.loop         loop.go:2
    1  main.loop         loop.go:3
    1  main.loop         loop.go:4
    1  main.loop         loop.go:5
    1  main.loop         loop.go:6
    1  main.loop         loop.go:7
    1  main.loop         loop.go:8
    1  main.loop         loop.go:9
    1  main.loop         loop.go:10
    2  in 2 more places

 3  sync.Mutex.Lock
    3  main.(*Pool).worker  pool.go:88

 1  running
    1  (not known)

1 goroutine of the runtime: --system shows it
`)
  })

  it('by a label, by function, by creator', () => {
    const heads = (key: Extract<DumpTextOptions['view'], { as: 'places' }>['key']) =>
      body(snapshot, { view: { as: 'places', key } }).match(/^ ?\d+ {2}.*$/gm)
    expect(heads({ by: 'label', label: 'tenant' })).toEqual([
      '13  (no label tenant)',
      ' 2  tenant=acme',
      ' 1  tenant=bolt',
    ])
    expect(heads({ by: 'function' })).toEqual([
      '12  main.loop',
      ' 3  main.(*Pool).worker',
      ' 1  (running, stack not known)',
    ])
    expect(heads({ by: 'created-by' })).toEqual(['15  main.main', ' 1  (no go statement)'])
  })
})

describe('one line a goroutine', () => {
  const snapshot = snapshotOf([
    { ...worker, id: 9, waitAtLeastNs: MINUTE, start: code('main.main.gowrap1 main.go:11'), labels: { a: 'b' } },
    { id: 10, status: 'running', torn: true, error: 'gone' },
  ])

  it.each([
    ['current', 'CURRENT              AT', 'main.(*Pool).worker  pool.go:88'],
    ['caller', 'CREATED BY  AT', 'main.main   main.go:11'],
    ['start', 'STARTED AS         AT', 'main.main.gowrap1  main.go:11'],
  ] as const)('shows the place %s', (place, title, shown) => {
    expect(body(snapshot, { view: { as: 'table', place } })).toBe(`ID  STATE            WAITING  ${title}
 9  sync.Mutex.Lock    >= 1m  ${shown}
        labels: a=b
10  running, torn             -
        error: gone
`)
  })
})

it('says how many of all goroutines were selected', () => {
  expect(text(snapshotOf([worker, worker, worker]), { rows: [1] })).toContain(
    ': 3 goroutines, all stable\n1 goroutine selected\n',
  )
  expect(text(snapshotOf([worker]), { rows: [] })).toMatch(/all stable\n0 goroutines selected\n$/)
  // Those of the runtime are selected, but not shown.
  expect(text(snapshotOf([worker, worker, sweeper]), { rows: [1, 2] })).toMatch(
    /\n1 goroutine selected\n(.*\n)*\n1 selected goroutine of the runtime: --system shows it\n$/,
  )
})

it('never writes wider than the terminal, nor what a terminal would obey', () => {
  const name = fc.constantFrom('main.a', `main.${'long'.repeat(40)}`, 'main.日本語', 'runtime.gopark', 'm\u001b[1m.x')
  const frames = fc
    .array(fc.tuple(name, fc.constantFrom('f.go', `${'file'.repeat(30)}.go`), fc.nat({ max: 3 })), { maxLength: 8 })
    .map((all) => stack(all.map(([name, file, line]) => `${name} ${file}:${line}`)))
  const goroutine = fc.record({
    stack: fc.option(frames, { nil: undefined }),
    waitReason: fc.constantFrom(undefined, 'select', 'chan receive (nil chan)', 'x'.repeat(100)),
    labels: fc.constantFrom(undefined, { key: 'value' }, { ['k'.repeat(50)]: 'v\u0007'.repeat(50) }),
    creator: fc.constantFrom(undefined, creator, code(`main.${'maker'.repeat(30)} m.go:1`)),
    locked: fc.boolean(),
    system: fc.boolean(),
    error: fc.constantFrom(undefined, 'gone'.repeat(50)),
  })
  const view = fc.constantFrom<DumpTextOptions['view'][]>(
    { as: 'stacks' },
    { as: 'table', place: 'current' },
    { as: 'places', key: { by: 'wait' } },
    { as: 'places', key: { by: 'label', label: 'key' } },
  )
  fc.assert(
    fc.property(fc.array(goroutine, { maxLength: 12 }), view, fc.boolean(), (goroutines, view, systemGoroutines) => {
      const shown = text(snapshotOf(goroutines), { columns: 80, view, systemGoroutines })
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there
      expect(shown).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/)
      for (const line of shown.split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(80)
    }),
  )
})
