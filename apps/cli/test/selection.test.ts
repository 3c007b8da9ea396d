/** Which goroutines `--goid` and `--filter` are about. */
import type { Snapshot } from '@gospy/goruntime'
import { describe, expect, it } from 'vitest'
import { parseFilter } from '../src/selection/filter.js'
import type { LookedThrough } from '../src/selection/row-test.js'
import { selectRows } from '../src/selection/select-rows.js'
import { SelectionError } from '../src/selection/selection-error.js'
import { UsageError } from '../src/usage-error.js'
import { code, snapshotOf, stack } from './made-up.js'

describe('a filter', () => {
  it.each([
    ['userloc=main.worker', { negated: false, word: 'userloc', text: 'main.worker' }],
    ['userloc main.worker', { negated: false, word: 'userloc', text: 'main.worker' }],
    ['curloc = proc.go:4', { negated: false, word: 'curloc', text: 'proc.go:4' }],
    ['!goloc=a=b', { negated: true, word: 'goloc', text: 'a=b' }],
    [' ! startloc  main ', { negated: true, word: 'startloc', text: 'main' }],
    ['label=tenant', { negated: false, word: 'label', key: 'tenant', value: undefined }],
    ['label tenant=acme', { negated: false, word: 'label', key: 'tenant', value: 'acme' }],
    ['label:tenant=a=b', { negated: false, word: 'label', key: 'tenant', value: 'a=b' }],
    ['label=tenant=', { negated: false, word: 'label', key: 'tenant', value: '' }],
    ['running', { negated: false, word: 'running' }],
    ['!user', { negated: true, word: 'user' }],
    ['user requests', { negated: false, word: 'text', text: 'user requests' }],
    ['userlocation', { negated: false, word: 'text', text: 'userlocation' }],
    ['labels', { negated: false, word: 'text', text: 'labels' }],
    ['!(*conn).serve', { negated: true, word: 'text', text: '(*conn).serve' }],
  ])('%s', (expression, filter) => {
    expect(parseFilter(expression)).toEqual(filter)
  })

  it.each(['', '!', '  ', 'userloc', 'goloc=', '!curloc ', 'label', 'label=', 'label==x'])(
    '%j is none',
    (expression) => {
      expect(() => parseFilter(expression)).toThrow(UsageError)
    },
  )
})

const worker = stack([
  'runtime.gopark proc.go:424',
  'runtime.chanrecv1 chan.go:489',
  'main.work pool.go:88',
  'main.main.func1 main.go:12',
  'wrapper@main.main.gowrap1 main.go:11',
  'goexit@runtime.goexit asm.s:1',
])
const reader = stack(['syscall.Syscall syscall.go:7', 'os.(*File).Read /go/src/os/file.go:118', 'main.read io.go:9'])

const snapshot = snapshotOf([
  { id: 1, status: 'syscall', stack: reader, thread: 7 },
  { id: 2, system: true, waitReason: 'force gc (idle)', stack: stack(['runtime.gopark proc.go:424']) },
  {
    id: 17,
    waitReason: 'chan receive',
    stack: worker,
    labels: { tenant: 'acme', path: '/a b' },
    creator: code('main.main main.go:11'),
    start: code('main.main.gowrap1 main.go:11'),
  },
  {
    id: 18,
    waitReason: 'chan receive',
    stack: worker,
    labels: { tenant: 'bolt' },
    start: code('main.worker pool.go:80'),
  },
  { id: 19, status: 'running', thread: 8, start: code('main.spin spin.go:3') },
  { id: 20, status: 'runnable', locked: true, creator: { pc: 0xabc, entry: undefined, location: undefined } },
])

function selected(
  filters: readonly string[],
  goids: readonly number[] = [],
  of: Snapshot = snapshot,
  frames: LookedThrough = 'traceback',
): { rows: number[]; remarks: string[] } {
  const remarks: string[] = []
  const rows = selectRows(of, { goids, filters: filters.map(parseFilter), frames }, (text) => remarks.push(text))
  return { rows: Array.from(rows), remarks }
}

function ids(filters: readonly string[], goids: readonly number[] = [], of: Snapshot = snapshot): number[] {
  const { rows } = selected(filters, goids, of)
  return rows.map((row) => of.at(row).id)
}

describe('the selection', () => {
  it('is everything when nothing is said', () => {
    expect(ids([])).toEqual([1, 2, 17, 18, 19, 20])
  })

  it.each([
    // The program's own code, not what parks it; Delve calls the innermost frame of all the current one.
    ['userloc=main.work', [17, 18]],
    ['userloc=gopark', [2]],
    ['userloc=pool.go:88', [17, 18]],
    ['userloc=main.work /app/pool.go:88', [17, 18]],
    // As Delve writes a location.
    ['userloc=pool.go:88 in main.work', [17, 18]],
    ['curloc=runtime.gopark', [2, 17, 18]],
    ['curloc=syscall', [1]],
    ['goloc=main.main', [17]],
    ['goloc=0xabc', [20]],
    ['startloc=main.worker', [18]],
    ['startloc=gowrap1', [17]],
    // What the wrapper calls.
    ['startloc=main.main.func1', [17, 18]],
    ['startloc=spin.go', [19]],
    ['label=tenant', [17, 18]],
    ['label=tenant=bolt', [18]],
    ['label:path=/a b', [17]],
    ['label=toString', []],
    ['running', [1, 19]],
    ['user', [1, 17, 18, 19, 20]],
    ['!user', [2]],
    ['!running', [2, 17, 18, 20]],
    ['!userloc=main.work', [1, 2, 19, 20]],
    // Any other text: in any frame, the wait reason, the status, a label.
    ['(*File)', [1]],
    ['/go/src/os/file.go:118', [1]],
    // A line, not the beginning of one.
    ['/go/src/os/file.go:11', []],
    ['userloc=pool.go:8', []],
    ['file.go:118 in os.', [1]],
    ['chan rec', [17, 18]],
    ['runn', [19, 20]],
    // What it was started and created by, also where nothing is known of its stack.
    ['main.spin', [19]],
    ['spin.go:3', [19]],
    ['main.go:11', [17]],
    ['0xabc', [20]],
    ['locked to thread', [20]],
    // What is not shown is not looked at: the runtime's own calls, and wrappers.
    ['chanrecv1', []],
    ['gowrap1', []],
    ['tenant=acme', [17]],
    ['nowhere', []],
    ['Main.work', []],
  ])('%s', (filter, expected) => {
    expect(ids([filter])).toEqual(expected)
  })

  it('is what all filters hold for', () => {
    expect(ids(['userloc=main.work', 'label=tenant=acme'])).toEqual([17])
    expect(ids(['userloc=main.work', 'running'])).toEqual([])
  })

  it('is the goroutines with these ids, each once, by rising id', () => {
    expect(ids([], [19, 17, 17])).toEqual([17, 19])
    expect(ids(['running'], [19, 17])).toEqual([19])
  })

  it('names the ids that are not there', () => {
    expect(selected([], [17, 4])).toEqual({
      rows: [2],
      remarks: ['there is no goroutine 4 among the 6 goroutines of the process'],
    })
    expect(selected([], [17, 4, 5]).remarks).toEqual([expect.stringContaining('there are no goroutines 4, 5 among')])
    expect(() => ids([], [4, 5])).toThrow(SelectionError)
  })
})

it('looks through all calls where all are shown', () => {
  const rows = (text: string) => selected([text], [], snapshot, 'all').rows
  expect(rows('chanrecv1')).toEqual([2, 3])
  expect(rows('gowrap1')).toEqual([2, 3])
})

it('says that a word is none when nothing was found', () => {
  expect(selected(['userlok=main.work']).remarks).toEqual([
    'nothing selected: "userlok=main.work" was looked for as a text; the words with = are userloc, curloc, goloc, startloc, label',
  ])
  for (const filter of ['tenant=acme', 'nowhere', 'userloc=nowhere', '!userlok=main.work']) {
    expect(selected([filter]).remarks).toEqual([])
  }
})

it('tests what goroutines have in common once, however many they are', () => {
  let looked = 0
  const frames = [
    {
      ...worker.frames[2]!,
      get file() {
        looked++
        return '/app/pool.go'
      },
    },
  ]
  const shared = { frames, current: 0, incomplete: null }
  const many = snapshotOf(Array.from({ length: 1000 }, () => ({ stack: shared })))
  expect(ids(['userloc=main.work', 'pool.go'], [], many)).toHaveLength(1000)
  expect(looked).toBeLessThan(10)
})
