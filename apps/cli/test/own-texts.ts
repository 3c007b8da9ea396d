/** Dumps and profiles as gospy writes them, held against those that the fixture `states` makes of itself. */
import { type DumpFrame, type DumpGoroutine, type FixtureTruth, parseStackDump } from 'gospy-fixtures'
import { expect } from 'vitest'
import { type DumpGoOptions, writeDumpGo } from '../src/render/dump-go.js'
import type { Look } from './look.js'
import { collector } from './made-up.js'

export function goDump({ go, snapshot, rows }: Look, options: DumpGoOptions = {}): string {
  const output = collector()
  writeDumpGo(output, snapshot, rows, { program: go.program, ...options })
  return output.text()
}

/** Goroutines that were where they are now when the process printed its dump, and of which it prints all frames. */
export function comparable({ named, goroutines, controlGoroutine }: FixtureTruth): number[] {
  return goroutines.map(({ id }) => id).filter((id) => id !== controlGoroutine && id !== named['deepRecursion'])
}

/**
 * That a dump in Go's format is the process's own, byte by byte but for arguments, the labels in headers of Go 1.27, the order, and
 * what Go leaves out.
 */
export function expectOwnDump(truth: FixtureTruth, dump: string): void {
  const [ours, theirs] = [blocks(dump), blocks(truth.stackAll)]
  expect([...ours.keys()].sort()).toEqual([...theirs.keys()].sort())
  for (const id of comparable(truth)) expect(ours.get(id)).toBe(theirs.get(id))
  const deep = truth.goroutines.find(({ id }) => id === truth.named['deepRecursion'])!
  const { frames, createdBy } = parseStackDump(dump).find(({ id }) => id === deep.id)!
  expect(frames.length).toBeGreaterThan(1000)
  expect(asMany(frames, deep)).toEqual(deep.frames)
  expect(createdBy).toEqual(deep.createdBy)
}

/** That the text of a goroutine profile is the process's own, byte by byte. */
export function expectOwnProfile(truth: FixtureTruth, profile: string): void {
  expect(records(profile)).toEqual(records(truth.pprof1))
}

const LABELS = /^(goroutine \d+ \[[^\]]*\]) \{.*\}:$/m

/** The text of each goroutine, with (...) for the arguments of all calls. */
function blocks(text: string): Map<number, string> {
  const withoutArguments = (line: string) => (/^(\t|goroutine |created by |\.\.\.)/.test(line) ? line : bare(line))
  return new Map(
    text
      .trimEnd()
      .split('\n\n')
      .map((block) => [
        Number(/^goroutine (\d+) /.exec(block)?.[1]),
        block.replace(LABELS, '$1:').split('\n').map(withoutArguments).join('\n'),
      ]),
  )
}

/** `main.(*T).f(0x1, {0x2})` to `main.(*T).f(...)`. */
function bare(line: string): string {
  let depth = 0
  for (let at = line.length - 1; at >= 0; at--) {
    if (line[at] === ')') depth++
    else if (line[at] === '(' && --depth === 0) return `${line.slice(0, at)}(...)`
  }
  return line
}

/** The frames of ours that the runtime, which prints a hundred at most, prints too: so many innermost, so many outermost. */
function asMany(ours: readonly DumpFrame[], { frames, elided }: DumpGoroutine): readonly DumpFrame[] {
  if (ours.length <= frames.length) return ours
  const innermost = elided ? frames.length / 2 : frames.length
  return [...ours.slice(0, innermost), ...ours.slice(ours.length - (frames.length - innermost))]
}

/** The records of a profile's text, but for those of the goroutine that serves it: where it is has changed. */
function records(text: string): string[] {
  const [total, ...rest] = text.split('\n')
  const all = rest.join('\n').split(/(?<=\n)\n(?=\d)/)
  return [total!, ...all.map((each) => each.trimEnd()).filter((each) => !/control\.Serve/.test(each))]
}
