/**
 * `gospy dump --format go`: what the process itself would print, as `runtime.Stack`, pprof with debug=2 and SIGQUIT do, so
 * that whatever reads such dumps reads this one. It differs from the process's own in this:
 *  - Arguments are `(...)` for every call: Go prints words that it finds on the stack, many of them no longer valid.
 *  - Goroutines come in the order asked for. Go begins with the one that dumps and goes on in the order of `runtime.allgs`.
 *  - All frames are there, or the innermost so many that are asked for. Go prints at most a hundred.
 *  - A stack that could not be unwound to its end is followed by a line that says why, in the form of Go's own line for
 *    frames left out. Where nothing of it is known there is Go's line for a stack that it cannot see, and behind it the
 *    reason, unless it is the usual one, that the goroutine runs.
 *  - No labels in the headers, which Go 1.27 prints there: readers made for the dumps of older versions, such as panicparse 2.5,
 *    take such a header for no part of a dump. The other formats have the labels.
 *  - No `(scan)` while the garbage collector scans the stack, and no number of a synctest bubble.
 * Source: src/runtime/traceback.go (goroutineheader, traceback1, traceback2, printcreatedby, tracebackothers).
 */
import { Buffer } from 'node:buffer'
import {
  type CodeAddress,
  type Frame,
  GOROUTINE_STATUSES,
  type Goroutine,
  isShownByName,
  type Snapshot,
  type Stack,
  tracebackFrames,
} from '@gospy/goruntime'
import type { Output } from '../output.js'
import { ByteWriter } from './byte-writer.js'
import { type DumpingProgram, type DumpStyle, dumpStyle } from './dump-versions.js'
import { printable } from './text.js'

export interface DumpGoOptions {
  /** The program as the process runs it: which Go's dumps to follow. */
  program?: DumpingProgram | undefined
  /** The innermost so many frames; all without it. */
  depth?: number | undefined
  /** The runtime's own goroutines and frames too, as GOTRACEBACK=system does, but without the addresses that this adds. */
  system?: boolean | undefined
  /** The runtime's own goroutines too, with all their frames, but not those frames of other goroutines. */
  systemGoroutines?: boolean | undefined
}

/** Writes the goroutines of these rows, but for dead ones and, unless asked for, the runtime's own. */
export function writeDumpGo(
  output: Output,
  snapshot: Snapshot,
  rows: ArrayLike<number>,
  options: DumpGoOptions = {},
): void {
  const writer = new GoDumpWriter(output, snapshot, rows, options)
  for (let index = 0; index < rows.length; index++) writer.write(snapshot.at(rows[index]!))
  writer.flush()
}

const MINUTE = 60e9
const UNAVAILABLE = '\tgoroutine running on other thread; stack unavailable'

class GoDumpWriter {
  readonly #out: ByteWriter
  readonly #snapshot: Snapshot
  readonly #style: DumpStyle
  readonly #depth: number
  readonly #system: boolean
  readonly #systemGoroutines: boolean
  #first = true
  // What rows have in common, made once each. Goroutines differ in little more than their id.
  readonly #headers = new Map<number, Header>()
  /** Of stacks as Go shows them, and of whole ones. */
  readonly #stacks: readonly [(Uint8Array | undefined)[], (Uint8Array | undefined)[]] = [[], []]
  readonly #isShared: Uint8Array
  readonly #creators: readonly [(Creator | null | undefined)[], (Creator | null | undefined)[]] = [[], []]
  readonly #frames = new Map<Frame, string>()

  constructor(output: Output, snapshot: Snapshot, rows: ArrayLike<number>, options: DumpGoOptions) {
    const { program, depth, system, systemGoroutines } = options
    this.#out = new ByteWriter(output)
    this.#snapshot = snapshot
    this.#isShared = sharedStacks(snapshot, rows)
    this.#style = dumpStyle(program)
    this.#depth = depth ?? Number.POSITIVE_INFINITY
    this.#system = system === true
    this.#systemGoroutines = this.#system || systemGoroutines === true
  }

  write(goroutine: Goroutine): void {
    if (goroutine.dead || (goroutine.system && !this.#systemGoroutines)) return
    const out = this.#out
    const header = this.#header(goroutine)
    out.bytes(this.#first ? GOROUTINE : NEXT_GOROUTINE)
    this.#first = false
    out.number(goroutine.id)
    out.bytes(header.state)
    if (header.waits) this.#minutes(goroutine)
    out.bytes(header.rest)
    this.#stack(goroutine)
    this.#creator(goroutine)
  }

  flush(): void {
    this.#out.flush()
  }

  #header(goroutine: Goroutine): Header {
    const { status, waitReason } = this.#snapshot.data.columns
    const { row, lockedToThread } = goroutine
    const key = (Number(lockedToThread) * 0x1_0000 + waitReason[row]!) * GOROUTINE_STATUSES.length + status[row]!
    let header = this.#headers.get(key)
    if (header === undefined) {
      header = headerOf(goroutine)
      this.#headers.set(key, header)
    }
    return header
  }

  #minutes({ waitAtLeastNs }: Goroutine): void {
    if (waitAtLeastNs === null || waitAtLeastNs < MINUTE) return
    this.#out.bytes(COMMA)
    this.#out.number(Math.floor(waitAtLeastNs / MINUTE))
    this.#out.bytes(MINUTES)
  }

  #stack(goroutine: Goroutine): void {
    const { stack, status, stackError } = goroutine
    if (stack === null) {
      const reason = status === 'running' || stackError === null ? '' : ` (${printable(stackError)})`
      this.#out.text(`${UNAVAILABLE}${reason}\n`)
      return
    }
    const index = this.#snapshot.data.columns.stack[goroutine.row]!
    const whole = this.#system || goroutine.system
    const stacks = this.#stacks[Number(whole)]!
    const bytes = stacks[index] ?? Buffer.from(this.#stackText(stack, whole))
    if (this.#isShared[index]) stacks[index] = bytes
    this.#out.bytes(bytes)
  }

  /** @param whole with the runtime's own frames */
  #stackText(stack: Stack, whole: boolean): string {
    const all = whole ? stack.frames : shownFrames(stack, this.#style)
    let text = ''
    for (const frame of all.slice(0, this.#depth)) text += this.#frameText(frame)
    const more = all.length - this.#depth
    if (stack.incomplete !== null) return `${text}...${printable(stack.incomplete)}; additional frames elided...\n`
    if (more <= 0) return text
    return `${text}...${this.#style.countsElided ? more : 'additional'} frames elided...\n`
  }

  #frameText(frame: Frame): string {
    let text = this.#frames.get(frame)
    if (text === undefined) {
      const name = frame.function === 'runtime.gopanic' ? 'panic' : printable(frame.function)
      text = `${name}(...)\n${placeText(frame, frame.inlined ? 0 : frame.pc - frame.entry)}`
      this.#frames.set(frame, text)
    }
    return text
  }

  #creator({ row, system, createdBy, createdByGoroutine }: Goroutine): void {
    if (createdBy === null) return
    const index = this.#snapshot.data.columns.creator[row]!
    const whole = this.#system || system
    const creators = this.#creators[Number(whole)]!
    creators[index] ??= creatorOf(createdBy, whole)
    const creator = creators[index]
    if (creator === null) return
    this.#out.bytes(creator.name)
    if (createdByGoroutine !== null) {
      this.#out.bytes(IN_GOROUTINE)
      this.#out.number(createdByGoroutine)
    }
    this.#out.bytes(creator.place)
  }
}

/** 1 for each stack that more than one of the rows has: only their texts are worth keeping. */
function sharedStacks({ data }: Snapshot, rows: ArrayLike<number>): Uint8Array {
  const uses = new Uint8Array(data.stacks.length)
  for (let index = 0; index < rows.length; index++) {
    const stack = data.columns.stack[rows[index]!]!
    if (stack >= 0 && uses[stack]! < 2) uses[stack]!++
  }
  return uses.map((count) => (count > 1 ? 1 : 0))
}

const GOROUTINE = Buffer.from('goroutine ')
const NEXT_GOROUTINE = Buffer.from('\ngoroutine ')
const COMMA = Buffer.from(', ')
const MINUTES = Buffer.from(' minutes')
const IN_GOROUTINE = Buffer.from(' in goroutine ')

function shownFrames(stack: Stack, style: DumpStyle): readonly Frame[] {
  const frames = framesByName(stack, style)
  return style.showsPanics ? frames : frames.filter((frame) => frame.function !== 'runtime.gopanic')
}

function framesByName(stack: Stack, { inlinedShownAsHolder }: DumpStyle): readonly Frame[] {
  if (!inlinedShownAsHolder || !stack.frames.some(({ inlined }) => inlined)) return tracebackFrames(stack)
  const originals = new Map<Frame, Frame>()
  let holder: string | undefined
  for (const frame of stack.frames.toReversed()) {
    if (!frame.inlined) holder = frame.function
    originals.set({ ...frame, function: holder ?? frame.function }, frame)
  }
  const frames = [...originals.keys()].reverse()
  return tracebackFrames({ ...stack, frames }).map((frame) => originals.get(frame)!)
}

/** A header without its numbers: ` [chan receive` and `, locked to thread]:`. */
interface Header {
  readonly state: Uint8Array
  /** Whether it is a state in which Go tells for how long. */
  readonly waits: boolean
  readonly rest: Uint8Array
}

function headerOf({ status, waitReason, lockedToThread }: Goroutine): Header {
  const locked = lockedToThread ? ', locked to thread' : ''
  return {
    state: Buffer.from(` [${printable(waitReason ?? status)}${status === 'leaked' ? ' (leaked)' : ''}`),
    waits: status === 'waiting' || status === 'syscall',
    rest: Buffer.from(`${locked}]:\n`),
  }
}

/** A "created by" line, before and behind the creating goroutine's id. */
interface Creator {
  readonly name: Uint8Array
  readonly place: Uint8Array
}

/** Null where Go does not tell: it knows no function there, or one of the runtime's own. */
function creatorOf({ pc, entry, location }: CodeAddress, system: boolean): Creator | null {
  if (location === undefined || entry === undefined) return null
  if (!system && !isShownByName(location.function)) return null
  return {
    name: Buffer.from(`created by ${printable(location.function)}`),
    place: Buffer.from(`\n${placeText(location, pc - entry)}`),
  }
}

/** @param offset from the first instruction of the function; none is written for 0 */
function placeText({ file, line }: Pick<Frame, 'file' | 'line'>, offset: number): string {
  // What Go prints where it has recorded no file: runtime.funcline.
  const place = `\t${file === null ? '?' : printable(file)}:${line ?? 0}`
  return offset > 0 ? `${place} +0x${offset.toString(16)}\n` : `${place}\n`
}
