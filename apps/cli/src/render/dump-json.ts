/**
 * `gospy dump --json`: schema gospy.dump/1. Written row by row into one buffer: of 100,000 goroutines most differ from each
 * other in little more than their id, so what rows have in common is made into bytes once and copied.
 */
import { Buffer } from 'node:buffer'
import type { CodeAddress, Goroutine, Snapshot, SnapshotData } from '@gospy/goruntime'
import type { Output } from '../output.js'
import { ByteWriter } from './byte-writer.js'
import type { ProcessJson } from './process-json.js'
import { RowGroups } from './row-groups.js'
import { members, StackBytes, stackJson } from './stack-json.js'

function locationJson(code: CodeAddress) {
  const { location } = code
  return { function: location?.function ?? null, file: location?.file ?? null, line: location?.line ?? null }
}

/** One goroutine as the schema has it. Key order is part of what people see. */
export function goroutineJson(goroutine: Goroutine, depth?: number) {
  return { ...fieldsJson(goroutine), ...stackJson(goroutine, depth) }
}

function fieldsJson(goroutine: Goroutine) {
  const { startFunction, createdBy } = goroutine
  return {
    id: goroutine.id,
    status: goroutine.status,
    waitReason: goroutine.waitReason,
    waitAtLeastNs: goroutine.waitAtLeastNs,
    system: goroutine.system,
    lockedToThread: goroutine.lockedToThread,
    thread: goroutine.thread,
    labels: goroutine.labels,
    torn: goroutine.torn,
    error: goroutine.error,
    startFunction: startFunction && locationJson(startFunction),
    createdBy: createdBy && { ...locationJson(createdBy), goroutine: goroutine.createdByGoroutine },
  }
}

export function snapshotJson(snapshot: Snapshot) {
  const { mode, takenAt, readMs, pausedMs, unreadable, warnings } = snapshot.data
  return {
    mode,
    takenAt: new Date(takenAt).toISOString(),
    readMs: toMicroseconds(readMs),
    pausedMs: pausedMs && toMicroseconds(pausedMs),
    goroutines: snapshot.count,
    stable: snapshot.stable,
    torn: snapshot.torn,
    unreadable,
    warnings,
  }
}

/** Finer than that is noise. */
function toMicroseconds(ms: number): number {
  return Math.round(ms * 1000) / 1000
}

/** Groups whose bytes are kept. Where rows are all different, there is nothing to share. */
const MAX_GROUPS = 1 << 14

/** @param rows of the goroutines to list */
export function writeDumpJson(
  output: Output,
  process: ProcessJson,
  snapshot: Snapshot,
  rows: ArrayLike<number>,
  { depth }: { depth?: number } = {},
): void {
  const head = { schema: 'gospy.dump/1', process, snapshot: snapshotJson(snapshot) }
  const out = new ByteWriter(output)
  out.text(`{${members(head)},"goroutines":[`)
  const writer = new RowWriter(out, snapshot, depth)
  for (let index = 0; index < rows.length; index++) writer.write(rows[index]!)
  out.text(']}\n')
  out.flush()
}

class RowWriter {
  readonly #snapshot: Snapshot
  readonly #data: SnapshotData
  readonly #groups: RowGroups
  readonly #depth: number | undefined
  readonly #stacks: StackBytes
  /** For each group of like rows, the bytes before, between and behind the numbers in which they differ. */
  readonly #pieces: (readonly [Uint8Array, Uint8Array, Uint8Array] | undefined)[] = []
  readonly #out: ByteWriter
  #first = true

  constructor(out: ByteWriter, snapshot: Snapshot, depth: number | undefined) {
    this.#out = out
    this.#snapshot = snapshot
    this.#data = snapshot.data
    this.#groups = new RowGroups(snapshot.data)
    this.#depth = depth
    this.#stacks = new StackBytes(snapshot, depth)
  }

  write(row: number): void {
    if (!this.#first) this.#out.bytes(COMMA)
    this.#first = false
    if (this.#data.variables.has(row)) {
      this.#out.text(`{${members(goroutineJson(this.#snapshot.at(row), this.#depth))}}`)
      return
    }
    const group = this.#data.errors.has(row) ? MAX_GROUPS : this.#groups.of(row)
    // One with a text of its own, or of too many that are all different, is made the plain way.
    if (group >= MAX_GROUPS) this.#out.text(`{${members(fieldsJson(this.#snapshot.at(row)))}`)
    else this.#fromPieces(row, group)
    this.#out.bytes(COMMA)
    this.#out.bytes(this.#stacks.of(row))
    this.#out.bytes(END)
  }

  #fromPieces(row: number, group: number): void {
    const { id, waitAtLeastNs, parent } = this.#data.columns
    this.#pieces[group] ??= this.#cut(row)
    const [head, middle, tail] = this.#pieces[group]
    this.#out.bytes(START)
    this.#number(id[row]!)
    this.#out.bytes(head)
    this.#number(waitAtLeastNs[row]!)
    this.#out.bytes(middle)
    if (tail.length === 0) return
    // 0 where it is not recorded.
    this.#number(parent[row]! || Number.NaN)
    this.#out.bytes(tail)
  }

  /** The row's fields with its own numbers cut out: the shape of every row of its group. */
  #cut(row: number): readonly [Uint8Array, Uint8Array, Uint8Array] {
    const { id, waitAtLeastNs, createdBy, ...rest } = fieldsJson(this.#snapshot.at(row))
    const { status, waitReason, ...middle } = rest
    const head = `,${members({ status, waitReason })},"waitAtLeastNs":`
    const behindWait = `,${members(middle)},"createdBy":`
    if (createdBy === null) return [Buffer.from(head), Buffer.from(`${behindWait}null`), Buffer.alloc(0)]
    const { goroutine, ...place } = createdBy
    return [Buffer.from(head), Buffer.from(`${behindWait}{${members(place)},"goroutine":`), Buffer.from('}')]
  }

  /** NaN is null, as JSON has it. */
  #number(value: number): void {
    if (Number.isSafeInteger(value) && value >= 0) this.#out.number(value)
    else this.#out.text(JSON.stringify(value))
  }
}

const START = Buffer.from('{"id":')
const COMMA = Buffer.from(',')
const END = Buffer.from('}')
