/** Value fixtures: a program's debug sections, its memory while it stood still, and what was said of its variables. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { brotliDecompressSync } from 'node:zlib'
import type { MemoryRange, MemoryReader } from '@gospy/bytes'
import { Dwarf } from '@gospy/dwarf'
import { type Fixture, sectionsOf } from './fixture.js'

interface ValueFixture extends Fixture {
  readonly memory: {
    /** Start and end of what is mapped; zeros where no page is given. */
    readonly mapped: readonly (readonly [start: number, end: number])[]
    /** Address and base64 of the bytes. */
    readonly pages: readonly (readonly [address: number, bytes: string])[]
  }
}

const folder = fileURLToPath(new URL('../fixtures/values/', import.meta.url))

export const valueFixtureNames: readonly string[] = readdirSync(folder)
  .map((file) => file.slice(0, -'.json.br'.length))
  .sort()

/** Memory as it was recorded. */
export class RecordedMemory implements MemoryReader {
  readonly #mapped: readonly (readonly [start: number, end: number])[]
  readonly #pages: readonly { readonly address: number; readonly bytes: Uint8Array }[]
  /** Calls of `read`, to see that views are lazy. */
  reads = 0

  constructor({ mapped, pages }: ValueFixture['memory']) {
    this.#mapped = mapped
    this.#pages = pages.map(([address, text]) => ({ address, bytes: new Uint8Array(Buffer.from(text, 'base64')) }))
  }

  read(address: number, into: Uint8Array): number {
    this.reads++
    let done = 0
    for (;;) {
      const at = address + done
      const range = this.#mapped.find(([start, end]) => at >= start && at < end)
      if (range === undefined || done === into.length) break
      const count = Math.min(into.length - done, range[1] - at)
      into.fill(0, done, done + count)
      for (const page of this.#pages) {
        const from = Math.max(page.address, at)
        const to = Math.min(page.address + page.bytes.length, at + count)
        if (from >= to) continue
        into.set(page.bytes.subarray(from - page.address, to - page.address), done + from - at)
      }
      done += count
    }
    return done
  }

  readRanges(ranges: readonly MemoryRange[]): void {
    for (const range of ranges) range.bytesRead = this.read(range.address, range.into)
  }
}

/** A program that stands still: its types, its memory, and a golden text. */
export interface StoppedProgram {
  readonly dwarf: Dwarf
  readonly memory: RecordedMemory
  /** What GDB, or the program itself, says. */
  readonly golden: string
  readonly recipe: string
  readonly sections: ReadonlyMap<string, Uint8Array>
  readonly littleEndian: boolean
  readonly goldens: Readonly<Record<string, string>>
}

export function openValueFixture(name: string): StoppedProgram {
  const text = brotliDecompressSync(readFileSync(`${folder}${name}.json.br`)).toString('utf8')
  const fixture = JSON.parse(text) as ValueFixture
  const sections = sectionsOf(fixture)
  const dwarf = Dwarf.from((section) => sections.get(section), { littleEndian: fixture.littleEndian })
  const golden = fixture.goldens['gdb'] ?? fixture.goldens['program'] ?? ''
  const { recipe, goldens, littleEndian } = fixture
  return { dwarf, memory: new RecordedMemory(fixture.memory), golden, recipe, goldens, sections, littleEndian }
}

/** What GDB says of one expression. */
export interface Printed {
  readonly expression: string
  /** `print`, without its `$1 = `. */
  readonly print: string
  /** `whatis`, without its `type = `. */
  readonly type: string
}

/** The answers in the text that make-values.mjs has GDB write. */
export function parsePrinted(text: string): readonly Printed[] {
  return text
    .split(/^@@ /m)
    .slice(1)
    .map((section) => {
      const [, expression = '', print = '', type = ''] =
        /^(.*)\n[\s\S]*?\n@print\n([\s\S]*?)\n@type\n(?:type = )?(.*)/.exec(section) ?? []
      return { expression, print, type }
    })
}
