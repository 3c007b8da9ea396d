/**
 * `gospy dump --format pprof`: the goroutine profile as `go tool pprof` and other tools read it, gzipped protocol buffers
 * (https://github.com/google/pprof/blob/main/proto/profile.proto), built as runtime/pprof does. Labels are told of every Go
 * that has them. A goroutine whose stack is not known is counted below the function it was started with, in a function named
 * for what is known of it, `(running: stack unknown)`; the outer end of a stack that could not be unwound is in
 * `(stack incomplete)`. Neither has an address.
 * Source: src/runtime/pprof/proto.go (appendLocsForStack, emitLocation, build).
 */
import { gzipSync } from 'node:zlib'
import { PF, PT } from '@gospy/elf'
import type { Frame, GoProcess, Snapshot, Location as SourceLocation } from '@gospy/goruntime'
import { type LineInput, Profile, type ProfileInput, StringTable } from 'pprof-format'
import type { Output } from '../output.js'
import { dumpStyle } from './dump-versions.js'
import { compareBytes } from './go-order.js'
import { goroutineProfile, type ProfileOptions, type ProfileRecord } from './goroutine-profile.js'

/** What is asked of the process, besides its snapshot. */
export type ProfiledProcess = Pick<GoProcess, 'program' | 'binary' | 'bias' | 'executable'>

export function writePprofProto(
  output: Output,
  go: ProfiledProcess,
  snapshot: Snapshot,
  rows: ArrayLike<number>,
  options: ProfileOptions = {},
): void {
  const builder = new ProfileBuilder(go)
  for (const record of goroutineProfile(snapshot, rows, dumpStyle(undefined), options).records) builder.add(record)
  output.write(gzipSync(builder.profile(snapshot.data.takenAt).encode()))
}

/** Pages are not smaller than this, in bytes, and mappings begin and end with pages. */
const PAGE = 4096

type Items<K extends keyof ProfileInput> = NonNullable<ProfileInput[K]>

class ProfileBuilder {
  readonly #go: ProfiledProcess
  readonly #strings = new StringTable()
  readonly #samples: Items<'sample'> = []
  readonly #locations: Items<'location'> = []
  readonly #functions: Items<'function'> = []
  readonly #mappings: Items<'mapping'>
  readonly #locationIds = new Map<string, number>()
  readonly #functionIds = new Map<string, number>()

  constructor(go: ProfiledProcess) {
    this.#go = go
    this.#mappings = this.#codeMappings()
  }

  add({ count, calls, unknown, start, labels }: ProfileRecord): void {
    const locationId: number[] = []
    // Go leaves out what all goroutines have in common.
    const frames = calls.map(({ frame }) => frame).filter((frame) => frame.function !== 'runtime.goexit')
    for (const group of byInstruction(frames)) locationId.push(this.#location(group))
    if (unknown !== null) locationId.push(this.#note(unknown.brief))
    if (start?.location !== undefined) locationId.push(this.#startLocation(start.pc, start.location))
    this.#samples.push({
      locationId,
      value: [count],
      label: Object.entries(labels)
        .sort(([a], [b]) => compareBytes(a, b))
        .map(([key, value]) => ({ key: this.#string(key), str: this.#string(value) })),
    })
  }

  /** @param takenAt in ms since 1970 */
  profile(takenAt: number): Profile {
    const goroutines = { type: this.#string('goroutine'), unit: this.#string('count') }
    return new Profile({
      sampleType: [goroutines],
      sample: this.#samples,
      mapping: this.#mappings,
      location: this.#locations,
      function: this.#functions,
      stringTable: this.#strings,
      timeNanos: BigInt(Math.round(takenAt)) * 1_000_000n,
      periodType: goroutines,
      period: 1,
    })
  }

  #string(text: string): number {
    return this.#strings.dedup(text)
  }

  /** The program's code, as the kernel has mapped it. */
  #codeMappings(): Items<'mapping'> {
    const { program, bias, executable } = this.#go
    const code = program.elf.segments.filter(({ type, flags }) => type === PT.LOAD && (flags & PF.X) !== 0)
    return code.map(({ address, memorySize, offset }, index) => {
      const start = Number(address) + bias
      return {
        id: index + 1,
        memoryStart: start - (start % PAGE),
        memoryLimit: Math.ceil((start + memorySize) / PAGE) * PAGE,
        fileOffset: offset - (offset % PAGE),
        filename: this.#string(executable),
        buildId: this.#string(program.gnuBuildId ?? ''),
        hasFunctions: true,
        hasFilenames: true,
        hasLineNumbers: true,
        hasInlineFrames: true,
      }
    })
  }

  #mappingOf(address: number): number {
    const found = this.#mappings.find(
      ({ memoryStart, memoryLimit }) => Number(memoryStart) <= address && address < Number(memoryLimit),
    )
    return Number(found?.id ?? 0)
  }

  /** Calls at one instruction: the function whose code it is, and before it what was inlined there. */
  #location(calls: readonly Frame[]): number {
    const address = calls[0]!.instruction
    return this.#remembered(this.#locationIds, calls.map(({ instruction }) => instruction).join(), (id) => {
      const line = calls.map((frame) => this.#line(frame.symbol, frame, frame.startLine))
      this.#locations.push({ id, mappingId: this.#mappingOf(address), address, line })
    })
  }

  /** The function a stack begins with: at which instruction of it the goroutine is, is not known. */
  #startLocation(pc: number, location: SourceLocation): number {
    return this.#remembered(this.#locationIds, `start ${pc}`, (id) => {
      const source = this.#go.binary.pclntab.functionAt(pc - this.#go.bias)
      const line = [this.#line(source?.name ?? location.function, location, source?.startLine ?? null)]
      this.#locations.push({ id, mappingId: this.#mappingOf(pc), address: pc, line })
    })
  }

  #note(text: string): number {
    return this.#remembered(this.#locationIds, text, (id) => {
      const line = [this.#line(text, { file: null, line: null }, null)]
      this.#locations.push({ id, line })
    })
  }

  /** @param name in profiles functions have the compiler's own names, with type arguments */
  #line(name: string, { file, line }: Pick<SourceLocation, 'file' | 'line'>, startLine: number | null): LineInput {
    const functionId = this.#remembered(this.#functionIds, `${name}\0${file}`, (id) => {
      const text = this.#string(name)
      this.#functions.push({
        id,
        name: text,
        systemName: text,
        filename: this.#string(file ?? ''),
        startLine: startLine ?? 0,
      })
    })
    return { functionId, line: line ?? 0 }
  }

  /** The id of what `key` names; `add` puts it into its list when it is new. */
  #remembered(ids: Map<string, number>, key: string, add: (id: number) => void): number {
    let id = ids.get(key)
    if (id === undefined) {
      id = ids.size + 1
      ids.set(key, id)
      add(id)
    }
    return id
  }
}

/** Neighbours of which each was inlined into the next. As in Go, recursion keeps them apart (pcDeck.tryAdd). */
function byInstruction(frames: readonly Frame[]): Frame[][] {
  const groups: Frame[][] = []
  let previous: Frame | undefined
  for (const frame of frames) {
    if (previous !== undefined && isInlinedInto(previous, frame)) groups.at(-1)!.push(frame)
    else groups.push([frame])
    previous = frame
  }
  return groups
}

function isInlinedInto(callee: Frame, caller: Frame): boolean {
  const sameCode = callee.pc === caller.pc && callee.entry === caller.entry
  return callee.inlined && sameCode && callee.function !== caller.function
}
