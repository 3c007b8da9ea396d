/** Made-up snapshots and outputs, for tests of what is shown of them. */
import { Buffer } from 'node:buffer'
import {
  type CodeAddress,
  type Frame,
  GOROUTINE_STATUSES,
  type GoroutineStatus,
  type Labels,
  Snapshot,
  type SnapshotData,
  type Stack,
} from '@gospy/goruntime'
import type { Output } from '../src/output.js'

/** A frame as `main.worker pool.go:88`; a `!` before it makes it inlined, `name@` a funcID: `wrapper@main.main.gowrap1 m.go:1`. */
export function frame(text: string): Frame {
  const [, inlined, funcID, name, file, line] = /^(!?)(?:(\w+)@)?(.+) (.+):(\d+)$/.exec(text)!
  let entry = 0
  for (const character of name!) entry = (entry * 31 + character.charCodeAt(0)) % 0x10_0000
  entry = 0x40_0000 + entry * 16
  const pc = entry + Number(line)
  const path = file!.includes('/') ? file! : `/app/${file}`
  return {
    function: name!,
    symbol: name!,
    startLine: null,
    file: path,
    line: Number(line),
    pc,
    instruction: pc - 1,
    entry,
    inlined: inlined === '!',
    funcID: funcID ?? null,
  }
}

/** A stack, innermost first; current is what goruntime makes it for packages main, runtime and others. */
export function stack(frames: readonly (string | Frame)[], incomplete: string | null = null): Stack {
  const all = frames.map((each) => (typeof each === 'string' ? frame(each) : each))
  const places = [
    all.findIndex((each) => each.function.startsWith('main.') && each.funcID !== 'wrapper'),
    all.findIndex((each) => !/^(runtime|sync|internal\/sync)\./.test(each.function)),
    all.findLastIndex((each) => each.funcID === null),
  ]
  return { frames: all, current: places.find((place) => place >= 0) ?? Math.min(0, all.length - 1), incomplete }
}

export function code(text: string): CodeAddress {
  const { function: name, file, line, pc, entry } = frame(text)
  return { pc, entry, location: { function: name, file, line } }
}

/** What may be told of a goroutine; it waits, and nothing else is known of it. */
interface Told {
  id: number
  status: GoroutineStatus
  waitReason: string
  waitAtLeastNs: number
  system: boolean
  locked: boolean
  torn: boolean
  thread: number
  labels: Labels
  start: CodeAddress
  creator: CodeAddress
  parent: number
  stack: Stack
  error: string
}

export type MadeUp = { [Name in keyof Told]?: Told[Name] | undefined }

/** @param data that the snapshot has instead of its own */
export function snapshotOf(goroutines: readonly MadeUp[], data: Partial<SnapshotData> = {}): Snapshot {
  const waitReasons = ['']
  const labelSets: Labels[] = [{}]
  const codeAddresses: CodeAddress[] = []
  const stacks: Stack[] = []
  const index = <T>(table: T[], entry: T | undefined, none: number) => {
    if (entry === undefined) return none
    const at = table.indexOf(entry)
    return at < 0 ? table.push(entry) - 1 : at
  }
  const ids = goroutines.map(({ id }, row) => id ?? row + 1)
  return new Snapshot({
    mode: 'live',
    takenAt: 0,
    readMs: 1,
    pausedMs: null,
    columns: {
      id: Float64Array.from(ids),
      address: Float64Array.from(ids, (id) => 0xc000_0000 + id * 0x200),
      status: Uint8Array.from(goroutines, ({ status }) => GOROUTINE_STATUSES.indexOf(status ?? 'waiting')),
      waitReason: Uint16Array.from(goroutines, ({ waitReason }) => index(waitReasons, waitReason, 0)),
      waitAtLeastNs: Float64Array.from(goroutines, ({ waitAtLeastNs }) => waitAtLeastNs ?? Number.NaN),
      flags: Uint8Array.from(
        goroutines,
        ({ system, locked, torn }) => (system ? 1 : 0) + (locked ? 2 : 0) + (torn ? 4 : 0),
      ),
      thread: Int32Array.from(goroutines, ({ thread }) => thread ?? 0),
      labels: Int32Array.from(goroutines, ({ labels }) => index(labelSets, labels, 0)),
      start: Int32Array.from(goroutines, ({ start }) => index(codeAddresses, start, -1)),
      creator: Int32Array.from(goroutines, ({ creator }) => index(codeAddresses, creator, -1)),
      stack: Int32Array.from(goroutines, (each) => index(stacks, each.stack, -1)),
      parent: Float64Array.from(goroutines, ({ parent }) => parent ?? 0),
    },
    waitReasons,
    labelSets,
    codeAddresses,
    stacks,
    errors: new Map(goroutines.flatMap(({ error }, row) => (error === undefined ? [] : [[row, error] as const]))),
    variables: new Map(),
    unreadable: 0,
    warnings: [],
    ...data,
  })
}

/** An output that keeps what is written. @param columns of the terminal; none for a pipe */
export function collector(columns?: number, colour = false): Output & { text(): string } {
  const chunks: Buffer[] = []
  return {
    // What is handed over may be written over afterwards.
    write: (text) => void chunks.push(Buffer.from(text)),
    text: () => Buffer.concat(chunks).toString(),
    isTerminal: columns !== undefined,
    columns,
    colour,
  }
}
