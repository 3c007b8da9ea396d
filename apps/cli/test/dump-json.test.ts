/** The fast writer of `dump --json` against the plain one. */
import { Snapshot, type SnapshotData } from '@gospy/goruntime'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Output } from '../src/output.js'
import { goroutineJson, writeDumpJson } from '../src/render/dump-json.js'

const process = {
  pid: 1,
  executable: '/x',
  goVersion: 'go1.26.1',
  module: null,
  arch: 'amd64',
  pie: false,
  symbols: 'dwarf' as const,
}

function collector(): Output & { text(): string } {
  const chunks: Buffer[] = []
  return {
    write: (text) => void chunks.push(Buffer.from(text)),
    text: () => Buffer.concat(chunks).toString(),
    isTerminal: false,
    columns: undefined,
    colour: false,
  }
}

const row = fc.record({
  id: fc.oneof(fc.nat({ max: 1000 }), fc.constant(Number.MAX_SAFE_INTEGER)),
  status: fc.constantFrom(0, 1, 2, 3, 4, 6),
  waitReason: fc.constantFrom(0, 1, 2),
  waitAtLeastNs: fc.oneof(fc.constant(Number.NaN), fc.nat(), fc.constant(9e15)),
  flags: fc.nat({ max: 7 }),
  thread: fc.constantFrom(0, 0, 4711),
  labels: fc.constantFrom(0, 1, 2),
  start: fc.constantFrom(-1, 0, 1),
  creator: fc.constantFrom(-1, 0, 1),
  current: fc.constantFrom(-1, 1, 2),
  parent: fc.constantFrom(0, 1, 77),
  error: fc.constantFrom(undefined, undefined, undefined, 'labels: "gone"'),
})

function snapshotOf(rows: readonly { [key: string]: number | string | undefined }[]): Snapshot {
  const column = (name: string) => rows.map((each) => Number(each[name] ?? 0))
  const data: SnapshotData = {
    mode: 'live',
    takenAt: 0,
    readMs: 1,
    pausedMs: null,
    columns: {
      id: Float64Array.from(column('id')),
      address: Float64Array.from(column('id')),
      status: Uint8Array.from(column('status')),
      waitReason: Uint16Array.from(column('waitReason')),
      waitAtLeastNs: Float64Array.from(column('waitAtLeastNs')),
      flags: Uint8Array.from(column('flags')),
      thread: Int32Array.from(column('thread')),
      labels: Int32Array.from(column('labels')),
      start: Int32Array.from(column('start')),
      creator: Int32Array.from(column('creator')),
      current: Int32Array.from(column('current')),
      parent: Float64Array.from(column('parent')),
    },
    waitReasons: ['', 'select', 'say "what"'],
    labelSets: [{}, { a: 'b' }, { ключ: '\u0000\n"' }],
    codeAddresses: [
      { pc: 0x1000, location: { function: 'main.main', file: 'main.go', line: 3 } },
      { pc: 0x2000, location: undefined },
      { pc: 0xffff_ffff_f000, location: { function: 'main.Ω[...]', file: null, line: null } },
    ],
    errors: new Map(
      rows.flatMap((each, index) => (each['error'] === undefined ? [] : [[index, String(each['error'])]])),
    ),
    unreadable: 0,
    warnings: [],
  }
  return new Snapshot(data)
}

it('writes what the plain way would', () => {
  fc.assert(
    fc.property(fc.array(row, { maxLength: 60 }), (rows) => {
      const snapshot = snapshotOf(rows)
      const output = collector()
      writeDumpJson(output, process, snapshot)
      const plain = [...snapshot.goroutines()].map(goroutineJson)
      expect(JSON.parse(output.text()).goroutines).toEqual(JSON.parse(JSON.stringify(plain)))
    }),
  )
})

it('copes with rows that are all different, and with rows larger than its buffer', () => {
  const rows = Array.from({ length: 40_000 }, (_, index) => ({
    id: index + 1,
    thread: index + 1,
    waitAtLeastNs: Number.NaN,
  }))
  const snapshot = snapshotOf(rows)
  const large = { ...snapshot.data, labelSets: [{ text: 'x'.repeat(3 << 20) }] }
  for (const each of [snapshot, new Snapshot({ ...large, columns: snapshotOf(rows.slice(0, 3)).data.columns })]) {
    const output = collector()
    writeDumpJson(output, process, each)
    const { goroutines } = JSON.parse(output.text())
    expect(goroutines.map(({ id }: { id: number }) => id)).toEqual([...each.data.columns.id])
    expect(goroutines[2].labels).toEqual(each.at(2).labels)
  }
})
