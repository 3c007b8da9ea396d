/**
 * Committed tables of every format, both pointer sizes and byte orders, all quanta, against what Go's debug/gosym,
 * readelf and Go's runtime said about the binaries they come from (make-golden.mjs). Needs no Go.
 */
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { displayName, findPclntab, PclnTable, parseGoVersion } from '../src/index.js'
import { expectLineRangesLikeFileLine } from './support/compare.js'
import { GOLDEN_NAMES, golden, goldenBytes, goldenTable } from './support/golden.js'

const HEADERS: Record<(typeof GOLDEN_NAMES)[number], object> = {
  'go1.2.2-amd64': { version: '1.2', pointerSize: 8, quantum: 1, littleEndian: true },
  'go1.11.13-386': { version: '1.2', pointerSize: 4, quantum: 1, littleEndian: true },
  'go1.15.15-mips64': { version: '1.2', pointerSize: 8, quantum: 4, littleEndian: false },
  'go1.17.13-arm64': { version: '1.16', pointerSize: 8, quantum: 4, littleEndian: true },
  'go1.19.13-s390x': { version: '1.18', pointerSize: 8, quantum: 2, littleEndian: false },
  'go1.27.4-amd64': { version: '1.20', pointerSize: 8, quantum: 1, littleEndian: true },
}

const sha256 = (rows: string[]) => createHash('sha256').update(rows.join('\n')).digest('hex')

describe.each(GOLDEN_NAMES)('%s', (name) => {
  const expected = golden(name)
  const table = goldenTable(name)

  it('has the header that its Go version writes', () => {
    const { version, pointerSize, quantum, littleEndian, functionCount, textStart } = table
    expect({ version, pointerSize, quantum, littleEndian }).toEqual(HEADERS[name])
    expect(functionCount).toBe(expected.functionCount)
    expect(textStart).toBe(['1.18', '1.20'].includes(version) ? expected.textStart : 0)
  })

  it('gives the functions of debug/gosym', () => {
    const rows = [...table.functions()].map(
      (func) => `${func.entry.toString(16)}\t${func.end.toString(16)}\t${func.name}`,
    )
    expect(sha256(rows)).toBe(expected.functionsSha256)
  })

  it('takes addresses as bigint too', () => {
    for (const { pc } of expected.samples.slice(0, 50)) {
      const exact = BigInt(pc)
      expect(table.lookup(exact)).toEqual(table.lookup(pc))
      expect(table.frames(exact)).toEqual(table.frames(pc))
      expect(table.fileLine(exact)).toEqual(table.fileLine(pc))
      expect(table.spDelta(exact)).toBe(table.spDelta(pc))
      expect(table.functionAt(exact)?.entry).toBe(table.functionAt(pc)!.entry)
    }
    for (const outside of [-1n, 0n, 2n ** 64n - 1n]) expect(table.functionAt(outside)).toBeUndefined()
  })

  it('gives the lines of debug/gosym', () => {
    for (const { pc, function: func, line, file } of expected.samples) {
      const found = table.lookup(pc)
      expect({ function: found?.function, line: found?.line ?? 0, file: found?.file ?? '' }).toEqual({
        function: func,
        line,
        file,
      })
    }
    const rows: string[] = []
    for (const func of table.functions()) {
      if (/^go[.:]/.test(func.name)) continue
      let last: string | undefined
      for (let pc = func.entry; pc < func.end; pc += table.quantum) {
        const { file, line } = func.location(pc)
        const row = `${line ?? 0}\t${file ?? ''}`
        if (row !== last || pc + table.quantum >= func.end) rows.push(`${pc.toString(16)}\t${row}`)
        last = row
      }
    }
    expect(sha256(rows)).toBe(expected.linesSha256)
  })

  it('walks lines as it looks them up', () => expectLineRangesLikeFileLine(table))

  // What Go 1.2 wrote into .debug_frame is not about the right addresses.
  it.skipIf(expected.spDeltas.length === 0)('gives the SP deltas of .debug_frame (from Go 1.4 on)', () => {
    expect(expected.spDeltas.map(([pc]) => [pc, table.spDelta(pc)])).toEqual(expected.spDeltas)
  })

  it('is found by scanning', () => {
    const bytes = goldenBytes(name)
    const around = new Uint8Array(bytes.length + 64)
    around.set(bytes, 33)
    expect(findPclntab(around)).toBe(33)
    expect(findPclntab(around, 34)).toBeUndefined()
    expect(findPclntab(around.subarray(0, 40))).toBeUndefined()
  })

  it('says nothing about addresses that no function holds', () => {
    for (const pc of [0, 1, table.minPc - 1, table.maxPc, table.maxPc + 1, 2 ** 52, -1, Number.NaN]) {
      expect(table.functionAt(pc)).toBeUndefined()
      expect(table.lookup(pc)).toBeUndefined()
      expect(table.fileLine(pc)).toBeUndefined()
      expect(table.spDelta(pc)).toBeUndefined()
      expect(table.frames(pc)).toEqual([])
    }
    expect(table.functionAt(table.maxPc - 1)).toBeDefined()
    expect(table.functionAt(table.minPc)?.entry).toBe(table.minPc)
  })
})

describe('inlined calls (go1.27.4-amd64)', () => {
  const name = 'go1.27.4-amd64'
  const expected = golden(name)
  const table = goldenTable(name)
  const version = parseGoVersion(expected.go)!

  it('are what the runtime of the program said', () => {
    const rows: string[] = []
    let last: string | undefined
    // The runtime was asked for return addresses, whose function is that of the address itself.
    for (let pc = table.minPc; pc + 1 < table.maxPc; pc++) {
      const called = table.functionAt(pc + 1)!
      const frame = called.frames(pc + 1 === called.entry ? pc + 1 : pc)[0]!
      const row = `${displayName(frame.function, version)}\t${frame.file ?? '?'}\t${frame.line ?? 0}`
      if (row !== last) rows.push(`${pc}\t${row}`)
      last = row
    }
    const known = new Map(rows.map((row) => [row.slice(0, row.indexOf('\t')), row]))
    for (const row of expected.frames!) expect(known.get(row.slice(0, row.indexOf('\t')))).toBe(row)
    const nameless = table.functionAt(table.minPc)!.name
    expect(sha256(rows.filter((row) => row.split('\t')[1] !== nameless))).toBe(expected.framesSha256)
    expect(rows.map((row) => row.split('\t')[1])).toEqual(expect.arrayContaining(expected.genericFrames!))
    expect(expected.genericFrames).toContain('main.(*pair[...]).convert[...]')
  })

  it('come innermost first, each with the line of its call', () => {
    const main = table.findFunction('main.(*counter).add') ?? table.findFunction('main.main')!
    const deep = [...main.lineRanges()]
      .map(({ start }) => table.frames(start))
      .find((frames) => frames[0]?.function === 'main.plus')!
    expect(deep.map(({ function: func, inlined }) => [func, inlined]).slice(0, 3)).toEqual([
      ['main.plus', true],
      ['main.twice', true],
      ['main.(*counter).add', deep.length > 3],
    ])
    expect(deep.at(-1)).toMatchObject({ inlined: false, entry: main.entry, startLine: main.startLine })
    expect(new Set(deep.map((frame) => frame.entry)).size).toBe(1)
  })

  it('are not told where the inline trees are out of reach', () => {
    const bytes = goldenBytes(name)
    const { textStart, goFunc, go } = expected
    const inlinedPc = expected
      .frames!.map((row) => Number(row.split('\t')[0]))
      .find((pc) => table.frames(pc).length > 1)!
    for (const options of [{}, { goFunc }, { readAddress: () => undefined }]) {
      const blind = PclnTable.parse(bytes, { textStart, goVersion: go, ...options })
      expect(blind.expandsInlining).toBe(false)
      const found = blind.lookup(inlinedPc)!
      expect(blind.frames(inlinedPc)).toMatchObject([{ function: found.function, line: found.line, inlined: false }])
    }
    const broken = PclnTable.parse(bytes, { textStart, goFunc, readAddress: () => undefined })
    expect(broken.expandsInlining).toBe(true)
    expect(() => broken.frames(inlinedPc)).toThrow(/^\.gopclntab.*inline tree at address 0x[0-9a-f]+ cannot be read/)
  })
})

describe('options', () => {
  const name = 'go1.19.13-s390x'
  const bytes = goldenBytes(name)
  const { textStart } = golden(name)

  it('take textStart from the header where it is not given, or as bigint', () => {
    expect(PclnTable.parse(bytes).textStart).toBe(textStart)
    expect(PclnTable.parse(bytes, { textStart: BigInt(textStart) }).textStart).toBe(textStart)
    expect(PclnTable.parse(goldenBytes('go1.27.4-amd64')).textStart).toBe(0)
    expect(PclnTable.parse(goldenBytes('go1.17.13-arm64'), { textStart: 4096 }).textStart).toBe(0)
    expect(() => PclnTable.parse(bytes, { textStart: 1n << 60n })).toThrow('textStart 0x1000000000000000 is no address')
  })

  it('move a table with its text', () => {
    const moved = PclnTable.parse(bytes, { textStart: textStart + 0x1000 })
    const main = PclnTable.parse(bytes).findFunction('main.main')!
    expect(moved.findFunction('main.main')?.entry).toBe(main.entry + 0x1000)
    expect(moved.lookup(main.entry + 0x1000)?.function).toBe('main.main')
  })

  it('read a table whose magic number was falsified', () => {
    const falsified = bytes.slice()
    falsified.set([0x12, 0x34, 0x56, 0x78])
    expect(() => PclnTable.parse(falsified)).toThrow('.gopclntab at offset 0x0: 0x78563412 is not the magic number')
    const table = PclnTable.parse(falsified, { format: { version: '1.18', littleEndian: false } })
    expect(table.findFunction('main.main')?.name).toBe('main.main')
  })

  it('take a Buffer as well as a Uint8Array', () => {
    expect(PclnTable.parse(Buffer.from(bytes)).findFunction('main.recurse')?.name).toBe('main.recurse')
  })
})

describe('holes between text sections', () => {
  // No linker at hand makes several text sections; so one entry is marked as the linker would (writePCToFunc in
  // cmd/link/internal/ld/pcln.go: an offset of all ones).
  it.each([
    ['go1.17.13-arm64', 8],
    ['go1.15.15-mips64', 8],
    ['go1.27.4-amd64', 4],
  ] as const)('%s', (name, word) => {
    const bytes = goldenBytes(name)
    const intact = goldenTable(name)
    const [before, marked, after] = [...intact.functions()].slice(99, 102)
    const functab = {
      'go1.17.13-arm64': pclnOffset(bytes, 6),
      'go1.15.15-mips64': 16,
      'go1.27.4-amd64': pclnOffset(bytes, 7),
    }
    bytes.fill(0xff, functab[name] + 100 * 2 * word + word, functab[name] + 101 * 2 * word)
    const table = PclnTable.parse(bytes, { textStart: intact.textStart })
    expect(table.lookup(marked!.entry)).toBeUndefined()
    expect(table.functionAt(marked!.end - 1)).toBeUndefined()
    expect(table.functionAt(marked!.entry - 1)).toMatchObject({ entry: before!.entry, end: before!.end })
    expect(table.functionAt(marked!.end)?.name).toBe(after!.name)
    expect([...table.functions()].length).toBe(table.functionCount - 1)
    expect(table.findFunction(marked!.name)).toBeUndefined()
  })

  const pclnOffset = (bytes: Uint8Array, word: number) => new DataView(bytes.buffer).getUint32(8 + word * 8, true)
})

describe('functions', () => {
  it('have the facts that their version records', () => {
    const old = goldenTable('go1.2.2-amd64').findFunction('main.main')!
    expect([old.startLine, old.funcID, old.funcIDName, old.flags]).toEqual([undefined, undefined, undefined, 0])
    const table = goldenTable('go1.27.4-amd64')
    const main = table.findFunction('main.main')!
    expect(main).toMatchObject({ startLine: 25, funcID: 0, funcIDName: 'normal', flags: 0, args: 0 })
    expect(`${main}`).toBe('main.main')
    expect(table.findFunction('runtime.goexit')).toMatchObject({ funcIDName: 'goexit', flags: 5 })
    expect(table.findFunction('runtime.morestack')?.funcIDName).toBe('morestack')
    expect(table.findFunction('runtime.memmove')?.args).toBe(24)
    // Its recursion takes more stack than its locals: the biggest delta is that of its frame.
    const recurse = table.findFunction('main.recurse')!
    expect(recurse.spDelta(recurse.entry)).toBe(0)
    expect(table.spDelta(recurse.entry + 40)).toBeGreaterThanOrEqual(40 * 8)
    expect(recurse.pcdata(99, recurse.entry)).toBeUndefined()
    expect(recurse.funcdataAddress(99)).toBeUndefined()
  })

  it('are not found by half a name', () => {
    for (const name of GOLDEN_NAMES) {
      const table = goldenTable(name)
      for (const wrong of ['', 'ain.main', 'main.mai', 'main.main\0', 'main.mainx', 'no.such']) {
        expect(table.findFunction(wrong)).toBeUndefined()
      }
      expect(table.findFunction('main.main')?.name).toBe('main.main')
    }
  })
})
