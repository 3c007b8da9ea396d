/**
 * `gospy dump --json`: schema gospy.dump/1. Written row by row into one buffer: of 100,000 goroutines most differ from each
 * other in little more than their id, so what rows have in common is made into bytes once and copied.
 */
import { Buffer } from 'node:buffer'
import type { CodeAddress, Goroutine, Snapshot, SnapshotData } from '@gospy/goruntime'
import type { Output } from '../output.js'
import type { ProcessJson } from './process-json.js'
import { RowGroups } from './row-groups.js'
import { safeJson } from './text.js'

function locationJson(code: CodeAddress) {
  const { location } = code
  return { function: location?.function ?? null, file: location?.file ?? null, line: location?.line ?? null }
}

/** One goroutine as the schema has it. Key order is part of what people see. */
export function goroutineJson(goroutine: Goroutine) {
  const { startFunction, createdBy, current } = goroutine
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
    current: current && { ...locationJson(current), pc: `0x${current.pc.toString(16)}` },
  }
}

export function snapshotJson(snapshot: Snapshot) {
  const { mode, takenAt, readMs, pausedMs, unreadable, warnings } = snapshot.data
  return {
    mode,
    takenAt: new Date(takenAt).toISOString(),
    readMs,
    pausedMs,
    goroutines: snapshot.count,
    stable: snapshot.stable,
    torn: snapshot.torn,
    unreadable,
    warnings,
  }
}

/** Bytes collected before they are written. */
const CHUNK = 1 << 20
/** The most that the numbers of one row, and the texts around them, can take. */
const NUMBERS = 128
/** Groups whose bytes are kept. Where rows are all different, there is nothing to share. */
const MAX_GROUPS = 1 << 14

export function writeDumpJson(output: Output, process: ProcessJson, snapshot: Snapshot): void {
  const head = { schema: 'gospy.dump/1', process, snapshot: snapshotJson(snapshot) }
  output.write(`${safeJson(JSON.stringify(head)).slice(0, -1)},"goroutines":[`)
  const rows = new RowWriter(output, snapshot)
  for (let row = 0; row < snapshot.count; row++) rows.write(row)
  rows.flush()
  output.write(']}\n')
}

class RowWriter {
  readonly #output: Output
  readonly #snapshot: Snapshot
  readonly #data: SnapshotData
  readonly #groups: RowGroups
  /** For each group of like rows, the bytes before, between and behind the numbers in which they differ. */
  readonly #pieces: (readonly [Uint8Array, Uint8Array, Uint8Array] | undefined)[] = []
  #buffer = Buffer.allocUnsafe(CHUNK)
  #length = 0

  constructor(output: Output, snapshot: Snapshot) {
    this.#output = output
    this.#snapshot = snapshot
    this.#data = snapshot.data
    this.#groups = new RowGroups(snapshot.data)
  }

  write(row: number): void {
    const { columns, errors } = this.#data
    const group = errors.has(row) ? MAX_GROUPS : this.#groups.of(row)
    if (group >= MAX_GROUPS) {
      // Its own text, or one of too many that are all different: made the plain way.
      const text = safeJson(JSON.stringify(goroutineJson(this.#snapshot.at(row))))
      this.#append(Buffer.from(row === 0 ? text : `,${text}`))
      return
    }
    this.#pieces[group] ??= this.#cut(row)
    const [head, middle, tail] = this.#pieces[group]
    const length = head.length + middle.length + tail.length + NUMBERS
    this.#makeRoom(length)
    if (row > 0) this.#buffer[this.#length++] = 0x2c
    this.#copy(JSON_ID)
    this.#number(columns.id[row]!)
    this.#copy(head)
    const wait = columns.waitAtLeastNs[row]!
    if (Number.isNaN(wait)) this.#copy(JSON_NULL)
    else this.#number(wait)
    this.#copy(middle)
    if (tail.length > 0) {
      const parent = columns.parent[row]!
      if (parent === 0) this.#copy(JSON_NULL)
      else this.#number(parent)
      this.#copy(tail)
    }
  }

  flush(): void {
    if (this.#length > 0) this.#output.write(this.#buffer.subarray(0, this.#length))
    this.#length = 0
  }

  #append(bytes: Uint8Array): void {
    this.#makeRoom(bytes.length)
    this.#copy(bytes)
  }

  #makeRoom(length: number): void {
    if (this.#length + length > this.#buffer.length) this.flush()
    if (length > this.#buffer.length) this.#buffer = Buffer.allocUnsafe(length)
  }

  /** The row's JSON with its own numbers cut out: the shape of every row of its group. */
  #cut(row: number): readonly [Uint8Array, Uint8Array, Uint8Array] {
    const { id, waitAtLeastNs, createdBy, ...rest } = goroutineJson(this.#snapshot.at(row))
    const { status, waitReason, startFunction, current, ...middle } = rest
    const head = `,${members({ status, waitReason })},"waitAtLeastNs":`
    const behindWait = `,${members({ ...middle, startFunction })},"createdBy":`
    const last = `,${members({ current })}}`
    if (createdBy === null) return [Buffer.from(head), Buffer.from(`${behindWait}null${last}`), Buffer.alloc(0)]
    const { goroutine, ...place } = createdBy
    return [Buffer.from(head), Buffer.from(`${behindWait}{${members(place)},"goroutine":`), Buffer.from(`}${last}`)]
  }

  #copy(bytes: Uint8Array): void {
    this.#buffer.set(bytes, this.#length)
    this.#length += bytes.length
  }

  /** An integer's digits; written by hand, for there are 100,000 of them and more. */
  #number(value: number): void {
    if (!(Number.isSafeInteger(value) && value >= 0)) {
      this.#length += this.#buffer.write(String(value), this.#length, 'latin1')
      return
    }
    let end = this.#length + 1
    for (let limit = 10; value >= limit; limit *= 10) end++
    let rest = value
    for (let at = end - 1; at >= this.#length; at--) {
      const shorter = Math.floor(rest / 10)
      this.#buffer[at] = 0x30 + (rest - shorter * 10)
      rest = shorter
    }
    this.#length = end
  }
}

const JSON_ID = Buffer.from('{"id":')
const JSON_NULL = Buffer.from('null')

/** The members of an object as JSON, without its braces. */
function members(object: object): string {
  return safeJson(JSON.stringify(object)).slice(1, -1)
}
