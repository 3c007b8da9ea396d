/** The parts of `gospy top` that neither read nor draw, on made-up goroutines. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { withoutFolders } from '../src/render/cut.js'
import { rowLine } from '../src/render/table.js'
import { type ListColumn, listWidths } from '../src/top/columns.js'
import { AT_TOP, type Listed, moved, settled } from '../src/top/cursor.js'
import { Grouping, type GroupingChoice } from '../src/top/grouping.js'
import { BINDINGS } from '../src/top/keys.js'
import { orderGroups, orderRows } from '../src/top/order.js'
import { sparkline } from '../src/top/sparkline.js'
import { wrap } from '../src/top/styled.js'
import { code, snapshotOf, stack } from './made-up.js'

const worker = stack(['runtime.gopark proc.go:1', 'main.worker pool.go:88'])
const other = stack(['runtime.gopark proc.go:1', 'main.worker pool.go:90'])
const server = stack(['runtime.gopark proc.go:1', 'net.accept net.go:7', 'main.serve main.go:9'])
const S = 1e9

const snapshot = snapshotOf([
  { id: 1, stack: server, waitReason: 'IO wait' },
  { id: 2, stack: worker, waitReason: 'select', waitAtLeastNs: 5 * S, labels: { tenant: 'a' } },
  { id: 3, stack: other, waitReason: 'chan receive', waitAtLeastNs: 9 * S, creator: code('main.main main.go:3') },
  { id: 4, stack: other, waitReason: 'chan receive', labels: { tenant: 'b' }, creator: code('main.main main.go:3') },
  { id: 5, status: 'running', start: code('main.spin spin.go:1') },
  { id: 6, status: 'waiting', waitReason: 'GC worker (idle)', system: true },
])

const all: GroupingChoice = { key: { by: 'function' }, filter: undefined, system: false }

describe('groups', () => {
  it('have a count, a growth, the longest wait, and what most of them do', () => {
    const { groups, count } = new Grouping(snapshot, all, new Map([['main.worker', 5]]))
    expect(count).toBe(5)
    expect(groups).toEqual([
      { name: 'main.serve', count: 1, growth: 1, waitAtLeastNs: null, state: state('waiting', 'IO wait') },
      {
        name: 'main.worker',
        count: 3,
        growth: -2,
        waitAtLeastNs: 9 * S,
        state: { status: 'waiting', text: 'chan receive', others: 1 },
      },
      {
        name: '(started as main.spin)',
        count: 1,
        growth: 1,
        waitAtLeastNs: null,
        state: state('running', 'running'),
      },
    ])
  })

  function state(status: string, text: string) {
    return { status, text, others: 0 }
  }

  it('know their goroutines, and where most of them stand', () => {
    const grouping = new Grouping(snapshot, all)
    expect([...grouping.rowsOf(1)]).toEqual([1, 2, 3])
    expect(grouping.placesOf([1, 0]).map(({ line }) => line)).toEqual(['pool.go:90', 'main.go:9'])
  })

  it.each([
    [{ by: 'created-by' }, ['(no go statement)', 'main.main']],
    [{ by: 'wait' }, ['IO wait', 'select', 'chan receive', 'running']],
    [{ by: 'label', label: 'tenant' }, ['(no label tenant)', 'tenant=a', 'tenant=b']],
  ] as const)('are made by %j', (key, names) => {
    expect(new Grouping(snapshot, { ...all, key }).groups.map(({ name }) => name)).toEqual(names)
  })

  it("leave out what a filter does not pass and, unless they are wanted, the runtime's own", () => {
    const odd: GroupingChoice['filter'] = () => (row) => row % 2 === 1
    expect(new Grouping(snapshot, { ...all, filter: odd }).count).toBe(2)
    expect(new Grouping(snapshot, { ...all, filter: odd, system: true }).count).toBe(3)
  })

  it('stand in the order that is wanted', () => {
    const { groups } = new Grouping(snapshot, all, new Map([['main.worker', 5]]))
    expect(orderGroups(groups, 'count', false)).toEqual([1, 2, 0])
    expect(orderGroups(groups, 'count', true)).toEqual([0, 2, 1])
    expect(orderGroups(groups, 'growth', false)).toEqual([2, 0, 1])
    expect(orderGroups(groups, 'wait', false)).toEqual([1, 2, 0])
    expect(orderGroups(groups, 'state', false)).toEqual([2, 0, 1])
  })
})

it('orders goroutines by id, wait and state', () => {
  const rows = Int32Array.of(0, 1, 2, 3, 4)
  const ids = (order: 'id' | 'wait' | 'state', reversed = false) =>
    Array.from(orderRows(snapshot, rows, order, reversed), (row) => snapshot.at(row).id)
  expect(ids('id')).toEqual([1, 2, 3, 4, 5])
  expect(ids('id', true)).toEqual([5, 4, 3, 2, 1])
  expect(ids('wait')).toEqual([3, 2, 1, 4, 5])
  expect(ids('state')[0]).toBe(5)
})

it('draws numbers as bars between the least and the greatest', () => {
  expect(sparkline([], 10)).toBe('')
  expect(sparkline([5, 5], 10)).toBe('▁▁')
  expect(sparkline([0, 7, 3.5], 10)).toBe('▁█▅')
  expect(sparkline([9, 0, 1], 2)).toBe('▁█')
  expect(sparkline([1, 2], 0)).toBe('')
})

describe('a cursor', () => {
  const list = (...keys: string[]): Listed => ({
    size: keys.length,
    keyAt: (index) => keys[index]!,
    indexOf: (key) => keys.indexOf(key),
  })

  it('stays first until someone moves it, then on what it is on', () => {
    expect(settled(AT_TOP, list('a', 'b'), 5)).toMatchObject({ index: 0, key: null })
    const chosen = moved(AT_TOP, 1, list('a', 'b', 'c'))
    expect(chosen).toMatchObject({ index: 1, key: 'b' })
    expect(settled(chosen, list('c', 'a', 'b'), 5)).toMatchObject({ index: 2, key: 'b' })
    // It has gone: what took its place is chosen.
    expect(settled(chosen, list('a', 'c'), 5)).toMatchObject({ index: 1, key: 'c' })
    expect(settled(chosen, list(), 5)).toMatchObject({ index: 0, first: 0 })
  })

  it('is always in sight, in a list without a gap at its end', () => {
    fc.assert(
      fc.property(fc.nat(40), fc.nat(60), fc.nat(60), fc.integer({ min: 1, max: 30 }), (size, index, first, room) => {
        const keys = Array.from({ length: size }, (_, each) => String(each))
        const cursor = settled({ index, key: null, first }, list(...keys), room)
        if (size === 0) return cursor.first === 0
        const seen = cursor.index >= cursor.first && cursor.index < cursor.first + room
        return seen && cursor.first >= 0 && cursor.first <= Math.max(0, size - room) && cursor.index < size
      }),
    )
  })
})

describe('columns', () => {
  const columns: ListColumn[] = [
    { title: 'COUNT', rank: 1, align: 'right', least: 6 },
    { title: 'STATE', rank: 2, cut: 'end', least: 10, share: 1, most: 14 },
    { title: 'NAME', rank: 0, cut: 'middle', least: 12, share: 2 },
  ]

  it('take the room that there is, and give way by rank', () => {
    expect(listWidths(columns, 80)).toEqual([6, 14, 56])
    expect(listWidths(columns, 32)).toEqual([6, 10, 12])
    expect(listWidths(columns, 31)).toEqual([6, 0, 23])
    expect(listWidths(columns, 19)).toEqual([0, 0, 19])
    expect(rowLine(columns, [6, 0, 10], ['3', 'select', 'main.function'])).toBe('     3  mai…nction')
  })

  it("cut the folders of a function's import path first", () => {
    const [, , name] = columns
    const cut = (text: string, width: number) => rowLine([{ ...name!, cut: 'function' }], [width], [text])
    const full = 'github.com/soheilhy/cmux.(*MuxListener).Accept'
    expect(cut(full, 60)).toBe(full)
    expect(cut(full, 30)).toBe('cmux.(*MuxListener).Accept')
    expect(cut(full, 16)).toBe('cmux.…er).Accept')
    expect(withoutFolders('main.f')).toBe('main.f')
    expect(withoutFolders('example.com/a/b.F[...]')).toBe('b.F[...]')
    expect(withoutFolders('(started as a/b.f)')).toBe('(started as a/b.f)')
  })

  it('are never wider than the screen', () => {
    fc.assert(
      fc.property(fc.integer({ min: 12, max: 300 }), (width) => {
        const widths = listWidths(columns, width).filter((each) => each > 0)
        return widths.reduce((sum, each) => sum + each + 2, -2) <= width
      }),
    )
  })
})

it('breaks long lines behind blanks, or where it must, and loses nothing', () => {
  expect(wrap('short', 20)).toEqual(['short'])
  expect(wrap('  created by main.start  server/main.go:12', 30)).toEqual([
    '  created by main.start',
    '    server/main.go:12',
  ])
  fc.assert(
    fc.property(
      fc.array(fc.stringMatching(/^[a-z./]{1,40}$/), { maxLength: 8 }),
      fc.integer({ min: 24, max: 90 }),
      (words, width) => {
        const lines = wrap(`    ${words.join(' ')}`, width)
        const joined = lines.map((each) => each.trim()).join('')
        return joined === words.join('') || joined.replaceAll(' ', '') === words.join('')
      },
    ),
  )
})

it('has one action for each key', () => {
  const keys = BINDINGS.flatMap(({ keys }) => keys)
  expect(new Set(keys).size).toBe(keys.length)
  for (const { keys, actions } of BINDINGS) expect([1, keys.length]).toContain(actions.length)
})
