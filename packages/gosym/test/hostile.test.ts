/**
 * Broken bytes: whatever is done to a table or to build info, the answer is a value or a FormatError, soon.
 * Seeded, so that a failure can be repeated; GOSPY_HOSTILE_ROUNDS makes the run longer.
 */
import { readFileSync } from 'node:fs'
import { BytesSource, type FormatError, PagedBytes } from '@gospy/bytes'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  displayName,
  findBuildInfo,
  findPclntab,
  PclnTable,
  parseBuildInfo,
  parseGoVersion,
  parseModuleInfo,
  parseSymbolName,
} from '../src/index.js'
import { decodeHeader, HeaderFault } from '../src/pclntab-header.js'
import { attempt, outcomes } from './support/attempt.js'
import { GOLDEN_NAMES, golden, goldenBytes, goldenOptions, goldenPath } from './support/golden.js'
import { retainedBytes } from './support/heap.js'
import { mutate, random } from './support/mutations.js'

const ROUNDS = Number(process.env['GOSPY_HOSTILE_ROUNDS'] ?? 600)
/**
 * Longest time that one broken table may take, all its questions together. A tenth of a second does on a quiet machine;
 * this is to catch what would take minutes.
 */
const BUDGET_MS = 5000

describe.each(GOLDEN_NAMES)('broken tables (%s)', (name) => {
  it('give a value or a FormatError', { timeout: ROUNDS <= 600 ? 60_000 : 3_600_000 }, () => {
    const bytes = goldenBytes(name)
    const known = golden(name)
    const next = random(name.length * 7919 + known.functionCount)
    const before = { ...outcomes }
    let slowest = 0
    for (let round = 0; round < ROUNDS; round++) {
      const broken = mutate(bytes, next)
      const started = performance.now()
      attempt(() => {
        const options = goldenOptions(broken, known)
        // Half of the time what is not told must be guessed from the bytes.
        const told = next() < 0.5 ? options : { ...options, goVersion: undefined }
        const table = PclnTable.parse(next() < 0.5 ? broken : new BytesSource(broken), told)
        for (let i = 0; i < 10; i++) {
          const pc = Math.floor(table.minPc + next() * (table.maxPc - table.minPc))
          attempt(() => table.lookup(pc))
          attempt(() => table.frames(pc))
          attempt(() => table.spDelta(pc))
          attempt(() => {
            const func = table.functionAt(pc)
            if (func === undefined) return
            for (const index of [0, 1, 2, 3, 4]) {
              attempt(() => func.pcdata(index, pc))
              attempt(() => func.funcdataAddress(index))
            }
            let ranges = 0
            for (const _ of func.lineRanges()) if (++ranges === 1000) break
            const { name, funcdataCount, flags, funcID } = func
            const types = [typeof name, typeof funcdataCount, typeof flags].join()
            // The matchers take longer than all that is tested here.
            if (types !== 'string,number,number' || (funcID !== undefined && !(funcID >= 0))) {
              expect({ types, funcID }).toBe('a name and numbers')
            }
          })
        }
        attempt(() => table.findFunction('main.main'))
        attempt(() => {
          let files = 0
          for (const file of table.files()) {
            if (files++ % 50 === 0) for (const _ of table.codeOfLine(file, 1 + Math.floor(next() * 500)));
            if (files === 500) break
          }
        })
        let seen = 0
        for (const func of table.functions()) if (func.end < func.entry || ++seen === 2000) break
      })
      attempt(() => findPclntab(broken))
      slowest = Math.max(slowest, performance.now() - started)
    }
    // Both happen: the mutations are neither harmless nor all fatal.
    expect(outcomes.value - before.value).toBeGreaterThan(ROUNDS)
    expect(outcomes.refused - before.refused).toBeGreaterThan(ROUNDS / 10)
    expect(slowest).toBeLessThan(BUDGET_MS)
  })
})

describe('tables that lie', () => {
  const header = (functions: number, words: number[] = []) => {
    const bytes = new Uint8Array(8 + 8 * 8)
    const view = new DataView(bytes.buffer)
    bytes.set([0xf1, 0xff, 0xff, 0xff, 0, 0, 1, 8])
    view.setFloat64(8, 0)
    for (const [index, word] of [functions, ...words].entries()) view.setBigUint64(8 + index * 8, BigInt(word), true)
    return bytes
  }

  it('claim more functions than there are bytes', () => {
    expect(() => PclnTable.parse(header(0xffff_ffff))).toThrow('4294967295 functions do not fit into 72 bytes')
    expect(() => PclnTable.parse(header(2 ** 52))).toThrow('functions do not fit')
  })

  it('have tables behind their end', () => {
    expect(() => PclnTable.parse(header(0, [0, 0, 73]))).toThrow('.gopclntab at offset 0x20: a table begins at 0x49')
  })

  it('have no functions', () => {
    const table = PclnTable.parse(header(0))
    expect([table.minPc, table.maxPc, [...table.functions()], table.lookup(0)]).toEqual([0, 0, [], undefined])
  })

  /** A table of functions whose names begin one byte after another in a text of `a`. */
  const sharedNames = (count: number, nameLength: number) => {
    const namesAt = 72
    const functab = namesAt + nameLength + (4 - (nameLength % 4))
    // Each _func begins within the one before: the word behind the entry is the name's offset, whatever the rest says.
    const funcs = (count * 2 + 1) * 4
    const bytes = new Uint8Array(functab + funcs + count * 4 + 48)
    bytes.set(header(count, [0, 0, namesAt, namesAt, namesAt, namesAt, functab]))
    bytes.fill(0x61, namesAt, namesAt + nameLength)
    const view = new DataView(bytes.buffer)
    for (let index = 0; index <= count; index++) {
      view.setUint32(functab + index * 8, 0x1000 + index * 16, true)
      if (index < count) view.setUint32(functab + index * 8 + 4, funcs + index * 4, true)
      view.setUint32(functab + funcs + index * 4 + 4, index, true)
    }
    return bytes
  }

  it('let hundreds of functions share one long name', () => {
    const [count, nameLength] = [500, 60_000]
    const table = PclnTable.parse(sharedNames(count, nameLength), { textStart: 0 })
    const before = retainedBytes()
    const started = performance.now()
    let total = 0
    for (const func of table.functions()) total += func.name.length
    expect(performance.now() - started).toBeLessThan(BUDGET_MS)
    // 30 MB of names: none of them stays.
    expect(total).toBe((nameLength - count / 2) * count + count / 2)
    expect(retainedBytes() - before).toBeLessThan(10_000_000)
  })

  it('have names longer than any', () => {
    const table = PclnTable.parse(sharedNames(300, 100_000), { textStart: 0 })
    const started = performance.now()
    for (const func of table.functions()) {
      expect(() => func.name).toThrow(/^\.gopclntab at offset 0x[0-9a-f]+: a name of more than 65536 bytes$/)
    }
    expect(performance.now() - started).toBeLessThan(BUDGET_MS)
  })

  it('begin thousands of times over', () => {
    // A quarter of a megabyte of nothing but beginnings of tables; of such with a plausible header; of such with functions in disorder.
    const beginning = header(0).subarray(0, 8)
    const disordered = header(3, [0, 0, 0, 0, 0, 0, 8])
    disordered.set([0xff, 0, 0, 0], 8 + 8)
    for (const unit of [beginning.subarray(0, 6), beginning, header(0), header(2 ** 40), disordered]) {
      const bytes = new Uint8Array(1 << 18)
      for (let at = 0; at + unit.length <= bytes.length; at += unit.length) bytes.set(unit, at)
      const started = performance.now()
      expect(findPclntab(bytes)).toBeUndefined()
      expect(performance.now() - started).toBeLessThan(BUDGET_MS)
    }
  })

  it('are refused without an error for each place that is looked at', () => {
    const check = (bytes: Uint8Array) => decodeHeader(new PagedBytes(bytes, '.gopclntab'))
    for (const words of [[2 ** 40], [0, 0, 0, 2 ** 40]]) {
      expect(check(header(words[0]!, words.slice(1)))).toBeInstanceOf(HeaderFault)
    }
    expect(check(new Uint8Array())).toBeInstanceOf(HeaderFault)
    for (let length = 8; length < 72; length++) {
      const cut = header(0).slice(0, length)
      expect(check(cut)).toBeInstanceOf(HeaderFault)
      expect(() => PclnTable.parse(cut)).toThrow(
        `.gopclntab at offset 0x${(length & ~7).toString(16)}: the header is cut`,
      )
    }
  })

  it('are no tables at all', () => {
    expect(() => PclnTable.parse(new Uint8Array())).toThrow('.gopclntab at offset 0x0: 0 bytes are too few')
    expect(() => PclnTable.parse(new Uint8Array(64))).toThrow('0x0 is not the magic number of a pclntab')
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const withMagic = new Uint8Array([0xf1, 0xff, 0xff, 0xff, 0, 0, 1, 8, ...bytes])
        for (const input of [bytes, withMagic]) attempt(() => void PclnTable.parse(input).lookup(0x401000))
        attempt(() => findPclntab(withMagic))
      }),
      { numRuns: 2000, seed: 1 },
    )
  })

  it('call themselves in a circle', () => {
    // Inline trees in which each call comes from the very instruction that is asked about.
    const bytes = goldenBytes('go1.27.4-amd64')
    const known = golden('go1.27.4-amd64')
    const call = new DataView(new ArrayBuffer(16))
    const readAddress = () => new Uint8Array(call.buffer)
    const table = PclnTable.parse(bytes, { ...goldenOptions(bytes, known), readAddress })
    const outcome = { circles: 0, plain: 0 }
    for (const func of table.functions()) {
      for (const { start } of func.lineRanges()) {
        call.setInt32(8, start - func.entry, true)
        try {
          expect(func.frames(start).length).toBe(1)
          outcome.plain++
        } catch (error) {
          expect((error as FormatError).reason).toBe('more than 256 inlined calls at one instruction')
          outcome.circles++
        }
        if (outcome.circles >= 100) break
      }
      if (outcome.circles >= 100) break
    }
    expect(outcome.circles).toBe(100)
    expect(outcome.plain).toBeGreaterThan(0)
  })
})

describe('broken build info', () => {
  const sections = (JSON.parse(readFileSync(goldenPath('buildinfo.json'), 'utf8')) as { section: string }[]).map(
    ({ section }) => new Uint8Array(Buffer.from(section, 'base64')),
  )

  it('gives a value or a FormatError', () => {
    const next = random(42)
    const noise = (_: number, length: number) =>
      next() < 0.3 ? undefined : Uint8Array.from({ length: Math.min(length, 64) }, () => next() * 4)
    const before = { ...outcomes }
    for (let round = 0; round < 4000; round++) {
      const broken = mutate(sections[round % sections.length]!, next)
      attempt(() => parseBuildInfo(broken, { readAddress: noise }))
      attempt(() => findBuildInfo(broken, { readAddress: noise }))
      broken.set(sections[0]!.subarray(0, Math.min(14, broken.length)))
      attempt(() => parseBuildInfo(broken, { readAddress: noise }))
    }
    expect(outcomes.value).toBeGreaterThan(before.value)
    expect(outcomes.refused).toBeGreaterThan(before.refused)
  })

  it('is not looked for at thousands of places', () => {
    const beginning = sections[0]!.slice(0, 16)
    // Pointers of 8 bytes.
    beginning.set([8, 0], 14)
    const bytes = new Uint8Array(1 << 20)
    for (let at = 0; at < bytes.length; at += 16) bytes.set(beginning, at)
    let reads = 0
    const readAddress = () => {
      reads++
      return undefined
    }
    expect(() => findBuildInfo(bytes, { readAddress })).toThrow('is above 2^53')
    for (let at = 16; at < bytes.length; at += 32) bytes.fill(1, at, at + 6).fill(0, at + 6, at + 16)
    expect(() => findBuildInfo(bytes, { readAddress })).toThrow('the pointer to the Go version leads nowhere')
    expect(reads).toBe(64)
  })

  it('does not allocate what a length claims', () => {
    const bytes = sections.at(-1)!.slice(0, 64)
    bytes.set([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f], 32)
    expect(() => parseBuildInfo(bytes)).toThrow('.go.buildinfo at offset 0x28: 9007199254740991 bytes wanted, 24 left')
  })

  it('refuses lines, never with another error', () => {
    const line = fc
      .tuple(fc.constantFrom('path', 'mod', 'dep', '=>', 'build', ''), fc.string())
      .map((parts) => parts.join('\t'))
    fc.assert(
      fc.property(fc.array(line), (lines) => attempt(() => parseModuleInfo(`${lines.join('\n')}\n`))),
      { numRuns: 2000, seed: 1 },
    )
  })
})

it('names of any shape are split and shown', () => {
  const name = fc.array(
    fc.constantFrom('a', '.', '/', '[', ']', '(', ')', '*', '%', '2e', 'func1', '·', 'é', 'type.', 'go:'),
  )
  fc.assert(
    fc.property(name, (parts) => {
      const text = parts.join('')
      const split = parseSymbolName(text)
      expect(text.startsWith(split.package)).toBe(true)
      expect(text).toContain(split.base)
      // What is shown is shown the same again.
      expect(displayName(displayName(text)).length).toBeLessThanOrEqual(displayName(text).length + 3)
      parseGoVersion(text)
    }),
    { numRuns: 3000, seed: 1 },
  )
})
