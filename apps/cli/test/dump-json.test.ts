/** The fast writer of `dump --json` against the plain one. */
import type { GoroutineStatus, Snapshot } from '@gospy/goruntime'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { goroutineJson, writeDumpJson } from '../src/render/dump-json.js'
import { code, collector, frame, snapshotOf, stack } from './made-up.js'

const process = {
  pid: 1,
  executable: '/x',
  goVersion: 'go1.26.1',
  module: null,
  arch: 'amd64',
  pie: false,
  symbols: 'dwarf' as const,
}

const codes = [code('main.main main.go:3'), { pc: 0x2000, entry: undefined, location: undefined }]
const unplaced = { ...frame('main.Ω[...] x:1'), file: null, line: null }
const stacks = [
  stack(['runtime.gopark proc.go:424', '!main.recv a.go:7', unplaced, 'goexit@runtime.goexit asm.s:1']),
  stack([unplaced], 'the bytes at 0xc000 "changed"\n'),
  stack([], 'it runs'),
]
const labelSets = [{ a: 'b' }, { ключ: '\u0000\n"' }]

/** Undefined more often than not, so that rows are often alike. */
const maybe = <T>(...values: T[]) => fc.constantFrom(undefined, undefined, ...values)

const goroutine = fc.record({
  id: fc.oneof(fc.integer({ min: 1, max: 1000 }), fc.constant(Number.MAX_SAFE_INTEGER)),
  status: fc.constantFrom<GoroutineStatus[]>('idle', 'runnable', 'running', 'syscall', 'waiting', 'dead'),
  waitReason: maybe('select', 'say "what"'),
  waitAtLeastNs: fc.oneof(fc.constant(undefined), fc.nat(), fc.constant(9e15), fc.constant(1e21)),
  system: fc.boolean(),
  locked: fc.boolean(),
  torn: fc.boolean(),
  thread: maybe(4711),
  labels: maybe(...labelSets),
  start: maybe(...codes),
  creator: maybe(...codes),
  parent: maybe(1, 77),
  stack: maybe(...stacks),
  error: fc.constantFrom(undefined, undefined, undefined, 'labels: "gone"'),
})

function written(snapshot: Snapshot, rows: ArrayLike<number> = all(snapshot), depth?: number) {
  const output = collector()
  writeDumpJson(output, process, snapshot, rows, depth === undefined ? {} : { depth })
  return JSON.parse(output.text())
}

function all({ count }: Snapshot): number[] {
  return Array.from({ length: count }, (_, row) => row)
}

it('writes what the plain way would, of any rows and to any depth', () => {
  fc.assert(
    fc.property(
      fc.array(goroutine, { maxLength: 60 }),
      fc.array(fc.nat({ max: 59 })),
      fc.option(fc.nat({ max: 5 }), { nil: undefined }),
      (goroutines, picked, depth) => {
        const snapshot = snapshotOf(goroutines)
        const rows = picked.length === 0 ? all(snapshot) : picked.filter((row) => row < snapshot.count)
        const plain = rows.map((row) => goroutineJson(snapshot.at(row), depth))
        expect(written(snapshot, rows, depth).goroutines).toEqual(JSON.parse(JSON.stringify(plain)))
      },
    ),
  )
})

describe('a stack', () => {
  const snapshot = snapshotOf([{ stack: stacks[0]! }, { stack: stacks[1]! }, { stack: stacks[2]! }, {}])

  it('has all its frames, innermost first', () => {
    const [whole] = written(snapshot).goroutines
    expect(whole.current).toEqual({ function: 'main.recv', file: '/app/a.go', line: 7, pc: expect.any(String) })
    expect(whole.stack).toEqual([
      expect.objectContaining({ function: 'runtime.gopark', line: 424, inlined: false }),
      { ...whole.current, inlined: true },
      { function: 'main.Ω[...]', file: null, line: null, pc: expect.stringMatching(/^0x[0-9a-f]+$/), inlined: false },
      expect.objectContaining({ function: 'runtime.goexit' }),
    ])
    expect(whole.stackError).toBe(null)
  })

  it('says why it is not whole, or not known', () => {
    const [, partial, running, unknown] = written(snapshot).goroutines
    expect(partial).toMatchObject({ stack: [{ function: 'main.Ω[...]' }], stackError: stacks[1]!.incomplete })
    expect(running).toMatchObject({ current: null, stack: null, stackError: 'it runs' })
    expect(unknown).toMatchObject({ current: null, stack: null, stackError: null })
  })

  it('is cut to the depth asked for; what is unknown stays null', () => {
    const [whole, , running] = written(snapshot, [0, 1, 2], 0).goroutines
    expect(whole).toMatchObject({ current: { function: 'main.recv' }, stack: [], stackError: null })
    expect(running.stack).toBe(null)
    expect(written(snapshot, [0], 2).goroutines[0].stack).toHaveLength(2)
  })
})

it('counts all goroutines of the process, also where few are listed', () => {
  const { snapshot, goroutines } = written(snapshotOf([{}, {}, {}]), [1])
  expect(snapshot.goroutines).toBe(3)
  expect(goroutines.map(({ id }: { id: number }) => id)).toEqual([2])
})

it('copes with rows that are all different, and with rows larger than its buffer', () => {
  const many = Array.from({ length: 40_000 }, (_, index) => ({ thread: index + 1, stack: stacks[index % 2]! }))
  const large = Array.from({ length: 3 }, () => ({ labels: { text: 'x'.repeat(3 << 20) } }))
  for (const each of [snapshotOf(many), snapshotOf(large)]) {
    const { goroutines } = written(each)
    expect(goroutines.map(({ id }: { id: number }) => id)).toEqual([...each.data.columns.id])
    expect(goroutines[2].labels).toEqual(each.at(2).labels)
  }
})

it('tells times to the microsecond', () => {
  expect(written(snapshotOf([], { readMs: 1.23456789, pausedMs: 0.00044 })).snapshot).toMatchObject({
    readMs: 1.235,
    pausedMs: 0,
  })
})
