/**
 * Oracle: GNU readelf 2.40, on the committed fixtures of nine processors and on ELF files of this machine: some hundred; with
 * ELF_EVERY_FILE=1 every one under /usr, which takes a quarter of an hour.
 */
import { spawnSync } from 'node:child_process'
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ElfFile, PT, SHN, SHT } from '../src/index.js'
import { openElf } from '../src/node.js'
import { ElfBuilder } from './support/builder.js'
import { fixture, fixtureNames, golden } from './support/fixtures.js'
import { compareWithReadelf, hasReadelf, runReadelf } from './support/readelf.js'

/** Fails with the first line that differs; returns how many were compared. */
function expectSame(elf: ElfFile, text: string, path: string): number {
  const { lines, difference } = compareWithReadelf(elf, text)
  expect(difference, path).toBeUndefined()
  return lines
}

describe('committed fixtures', () => {
  it('are all there', () => expect(fixtureNames.length).toBe(53))

  it.each(fixtureNames)('%s reads as readelf prints it', (name) => {
    expect(expectSame(new ElfFile(fixture(name)), golden(name), name)).toBeGreaterThan(30)
  })
})

function isElf(path: string): boolean {
  const bytes = Buffer.alloc(4)
  const fd = openSync(path, 'r')
  try {
    return readSync(fd, bytes, 0, 4, 0) === 4 && bytes.toString('latin1') === '\x7fELF'
  } finally {
    closeSync(fd)
  }
}

/** ELF files of a folder, not above `maxSize` bytes, at most `count`, spread over the whole list. */
function elfFiles(folder: string, maxSize: number, count: number): string[] {
  if (!existsSync(folder)) return []
  const files = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(folder, entry.name))
    .filter((path) => statSync(path).size <= maxSize && isElf(path))
  const step = Math.max(1, files.length / count)
  return Array.from({ length: Math.min(count, files.length) }, (_, index) => files[Math.floor(index * step)]!)
}

/** Every ELF file in a folder and those below it; links are not followed. */
function* allElfFiles(folder: string): IterableIterator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* allElfFiles(path)
    else if (entry.isFile() && isElf(path)) yield path
  }
}

const goRoot = spawnSync('go', ['env', 'GOROOT'], { encoding: 'utf8' }).stdout?.trim()

describe('files that no linker writes', () => {
  const numbered = (bits: 32 | 64, littleEndian: boolean, sections: number, segments: number) => {
    const builder = new ElfBuilder({ class: bits, littleEndian })
    for (let index = 0; index < sections; index++) builder.addSection({ name: `.s${index}`, type: SHT.PROGBITS })
    for (let index = 0; index < segments; index++) builder.addSegment({ type: PT.LOAD, address: BigInt(index) * 4096n })
    builder.addSymbols('\0far\0', [{ name: 1, value: 4n, section: SHN.XINDEX }], [0, Math.max(1, sections - 1)])
    return builder.build()
  }

  it.skipIf(!hasReadelf)('with extended numbering read as readelf prints them (needs readelf 2.40)', () => {
    const folder = mkdtempSync(join(tmpdir(), 'elf-numbering-'))
    try {
      const cases = [
        [64, true, 65_300, 1],
        [32, true, 3, 65_535],
      ] as const
      for (const [bits, littleEndian, sections, segments] of cases) {
        const bytes = numbered(bits, littleEndian, sections, segments)
        const path = join(folder, 'file')
        writeFileSync(path, bytes)
        expect(expectSame(new ElfFile(bytes), runReadelf(path), path)).toBeGreaterThan(sections + segments)
      }
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

describe('files of this machine', () => {
  const system = () => [
    ...elfFiles('/usr/bin', 2e6, 70),
    ...elfFiles('/usr/lib/x86_64-linux-gnu', 2e6, 50),
    ...elfFiles('/usr/lib/aarch64-linux-gnu', 2e6, 50),
  ]

  const everyFile = process.env['ELF_EVERY_FILE'] === '1'
  it.skipIf(!hasReadelf || !everyFile)(
    'all of them, but for those above 300 MB, read as readelf prints them (needs readelf 2.40 and ELF_EVERY_FILE=1)',
    { timeout: 3_600_000 },
    () => {
      const differences: string[] = []
      for (const path of allElfFiles('/usr')) {
        // Longer text than a string of V8 holds.
        if (statSync(path).size > 300e6) continue
        using elf = openElf(path)
        const { difference } = compareWithReadelf(elf, runReadelf(path))
        if (difference !== undefined) differences.push(`${path}: ${difference}`)
      }
      expect(differences).toEqual([])
    },
  )

  it.skipIf(!hasReadelf)('programs and libraries read as readelf prints them (needs readelf 2.40)', () => {
    const files = system()
    expect(files.length).toBeGreaterThan(0)
    for (const path of files) {
      using elf = openElf(path)
      expect(expectSame(elf, runReadelf(path), path)).toBeGreaterThan(18)
    }
  })

  it.skipIf(!hasReadelf || !goRoot)("Go's own test files, of many processors (needs readelf 2.40 and go)", () => {
    const folder = join(goRoot!, 'src/debug/elf/testdata')
    const files = elfFiles(folder, 2e6, 1000)
    expect(files.length).toBeGreaterThan(20)
    for (const path of files) {
      using elf = openElf(path)
      expect(expectSame(elf, runReadelf(path), path)).toBeGreaterThan(18)
    }
  })
})
