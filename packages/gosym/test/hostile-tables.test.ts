/**
 * Broken binaries: whatever is done to the sections in which the tables lie, or to what they point to, the answer is a value or
 * a FormatError, soon. Seeded; GOSPY_HOSTILE_ROUNDS makes the run longer.
 */
import { readFileSync } from 'node:fs'
import { BytesSource } from '@gospy/bytes'
import { describe, expect, it } from 'vitest'
import { fixturePath, prebuilt } from '../../../fixtures/src/prebuilt.js'
import {
  findGoTables,
  type GoFunction,
  type GoTables,
  type MemoryRegion,
  PclnTable,
  type PclnTableOptions,
  wasmMemory,
} from '../src/index.js'
import { attempt, outcomes } from './support/attempt.js'
import { elfRegions } from './support/elf-regions.js'
import { GOLDEN_NAMES, golden, goldenBytes, goldenOptions } from './support/golden.js'
import { mutate, random } from './support/mutations.js'

const ROUNDS = Number(process.env['GOSPY_HOSTILE_ROUNDS'] ?? 200)
/** As in hostile.test.ts: to catch what would take minutes. */
const BUDGET_MS = 5000
const TIMEOUT = ROUNDS <= 200 ? 60_000 : 3_600_000

/** Asks a function everything about itself. */
function askAll(func: GoFunction, pc: number): void {
  const questions: (() => unknown)[] = [
    () => func.name,
    () => func.frames(pc),
    () => func.inlineTree(),
    () => func.hasPlausibleInlineTree(),
    () => func.unsafePoint(pc),
    () => func.deferReturn,
    () => func.cuOffset,
    () => func.argumentPointers(pc)?.count,
    () => func.localPointers(pc)?.count,
    () => drain(func.pointerMaps('ArgsPointerMaps')),
    () => drain(func.pointerMaps('LocalsPointerMaps')),
    () => drain(func.stackObjects()),
    () => func.argumentInfo(),
    () => func.argumentInfo(pc),
    () => func.openDefers(),
    () => func.wrappedFunction(),
    () => drain(func.spDeltaRanges()),
    () => drain(func.pcdataRanges(1)),
  ]
  for (const question of questions) attempt(() => void question())
}

function drain(values: Iterable<unknown>): void {
  let count = 0
  for (const _ of values) if (++count === 5000) return
}

function askTables(tables: GoTables | undefined, next: () => number): void {
  if (tables === undefined) return
  attempt(() => void tables.moduleData)
  attempt(() => void tables.goVersion)
  attempt(() => void tables.buildInfo)
  attempt(() => void tables.modules)
  attempt(() => {
    const { table } = tables
    for (let count = 0; count < 10; count++) {
      const pc = Math.floor(table.minPc + next() * (table.maxPc - table.minPc))
      attempt(() => {
        const func = table.functionAt(pc)
        if (func !== undefined) askAll(func, pc)
      })
    }
  })
}

describe.each([
  'states-go1.27.4-amd64-stripped',
  'states-go1.17.13-amd64-exe-rawdwarf',
  'states-go1.27.4-amd64-pie-rawdwarf',
])('broken sections of %s', (name) => {
  const { regions } = elfRegions(fixturePath(prebuilt().find((one) => one.name === name)!))
  const intact = regions
    .filter((region) => /^\.(?:go|data|noptrdata|rodata|gopclntab|itablink)/.test(region.name!))
    .map(({ name, address, bytes }) => ({ name, address, bytes }))

  it('give a value or a FormatError', { timeout: TIMEOUT }, () => {
    const next = random(name.length * 7919)
    const before = { ...outcomes }
    let slowest = 0
    const rounds = Math.ceil(ROUNDS / 10)
    for (let round = 0; round < rounds; round++) {
      const named = next() < 0.7
      const broken = intact.map(({ name, address, bytes }): MemoryRegion => {
        const shown = named ? { name } : {}
        const changed = next() < 0.4 ? mutate(bytes, next) : bytes
        return { ...shown, address, bytes: next() < 0.5 ? changed : new BytesSource(changed) }
      })
      const started = performance.now()
      attempt(() => askTables(findGoTables({ regions: broken }), next))
      slowest = Math.max(slowest, performance.now() - started)
    }
    expect(outcomes.value - before.value).toBeGreaterThan(rounds)
    expect(slowest).toBeLessThan(BUDGET_MS)
  })

  it('give it also with every pointer of the module data changed', { timeout: TIMEOUT }, () => {
    const tables = findGoTables({ regions: intact })!
    const { address } = tables.moduleData!
    const home = intact.find((one) => {
      const start = Number(one.address)
      return start <= address! && address! < start + one.bytes.length
    })!
    const offset = address! - Number(home.address)
    const next = random(31)
    let found = 0
    const words = Math.min(75, Math.floor((home.bytes.length - offset) / 8))
    for (let word = 0; word < words; word++) {
      for (const value of [0n, 1n, 0xffff_ffff_ffff_ffffn, BigInt(Math.floor(next() * 2 ** 40))]) {
        const bytes = home.bytes.slice()
        new DataView(bytes.buffer).setBigUint64(offset + word * 8, value, true)
        const changed = intact.map((one) => (one === home ? { ...one, bytes } : one))
        attempt(() => {
          const broken = findGoTables({ regions: changed, moduleData: address })!
          if (broken.moduleData !== undefined) found++
          if (word % 5 === 0) askTables(broken, next)
        })
      }
    }
    // Not every field is held against something.
    expect(found).toBeGreaterThan(10)
    expect(found).toBeLessThan(290)
  })
})

describe('files of no known format', () => {
  it('give a value or a FormatError', { timeout: TIMEOUT }, () => {
    const file = new Uint8Array(
      readFileSync(fixturePath(prebuilt().find((one) => one.name === 'states-go1.27.4-amd64-stripped')!)),
    )
    const next = random(99)
    let slowest = 0
    for (let round = 0; round < Math.ceil(ROUNDS / 20); round++) {
      const broken = mutate(file, next)
      const started = performance.now()
      attempt(() => askTables(findGoTables({ file: broken }), next))
      slowest = Math.max(slowest, performance.now() - started)
    }
    expect(slowest).toBeLessThan(BUDGET_MS)
  })
})

describe.each(GOLDEN_NAMES)('funcdata that is noise (%s)', (name) => {
  it('gives a value or a FormatError', { timeout: TIMEOUT }, () => {
    const bytes = goldenBytes(name)
    const known = golden(name)
    const next = random(name.length)
    const noise = (_: number, length: number) => {
      if (next() < 0.1) return undefined
      const small = next() < 0.7
      return Uint8Array.from({ length: Math.min(length, 4096) }, () => Math.floor(next() * (small ? 4 : 256)))
    }
    const options: PclnTableOptions = {
      ...goldenOptions(bytes, known),
      goFunc: 0x1000,
      rodata: 0x2000,
      readAddress: noise,
    }
    const before = { ...outcomes }
    let slowest = 0
    for (let round = 0; round < ROUNDS; round++) {
      const broken = next() < 0.5 ? bytes : mutate(bytes, next)
      const started = performance.now()
      attempt(() => {
        const table = PclnTable.parse(broken, options)
        const pc = Math.floor(table.minPc + next() * (table.maxPc - table.minPc))
        const func = table.functionAt(pc)
        if (func !== undefined) askAll(func, pc)
      })
      slowest = Math.max(slowest, performance.now() - started)
    }
    expect(outcomes.value - before.value).toBeGreaterThan(ROUNDS)
    expect(slowest).toBeLessThan(BUDGET_MS)
  })
})

it('broken WebAssembly gives regions or a FormatError', () => {
  const segments = [0, 0x41, 8, 0x0b, 4, 1, 2, 3, 4]
  const body = [3, ...segments, ...segments, ...segments]
  const file = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 2, 0, 0, 11, body.length, ...body])
  const next = random(5)
  const before = { ...outcomes }
  for (let round = 0; round < 5000; round++) {
    const broken = file.slice()
    for (let count = 0; count < 1 + next() * 3; count++)
      broken[8 + Math.floor(next() * (file.length - 8))] = next() * 256
    attempt(() => {
      let total = 0
      for (const { bytes } of wasmMemory(broken)) total += bytes.length
      expect(total).toBeLessThanOrEqual(64 << 16)
    })
  }
  expect(outcomes.value).toBeGreaterThan(before.value)
  expect(outcomes.refused).toBeGreaterThan(before.refused)
})

it('tables that share their lines do not take time without end', () => {
  // 20,000 functions with one table of 60,000 lines: 1.2 billion stretches.
  const count = 20_000
  const runs = 60_000
  const namesAt = 72
  const cutab = namesAt + 8
  const filetab = cutab + 4
  const pctab = filetab + 4
  const functab = Math.ceil((pctab + 8 + runs * 2 + 2) / 4) * 4
  const funcs = (count * 2 + 1) * 4
  const bytes = new Uint8Array(functab + funcs + 48)
  const view = new DataView(bytes.buffer)
  bytes.set([0xf1, 0xff, 0xff, 0xff, 0, 0, 1, 8])
  for (const [index, word] of [count, 1, 0, namesAt, cutab, filetab, pctab, functab].entries()) {
    view.setBigUint64(8 + index * 8, BigInt(word), true)
  }
  bytes.set([0x66, 0, 0], namesAt)
  bytes.set([0x66, 0, 0, 0], filetab)
  // Files: number 0 everywhere. Lines: up and down by one, a byte each.
  bytes.set([0, 2, 0xff, 0x01, 0], pctab + 1)
  for (let run = 0; run < runs; run++) bytes.set([run % 2 === 0 ? 2 : 1, 1], pctab + 7 + run * 2)
  bytes.set([2, 0x7f, 0], pctab + 1)
  for (let index = 0; index <= count; index++) {
    view.setUint32(functab + index * 8, index * 16, true)
    if (index < count) view.setUint32(functab + index * 8 + 4, funcs, true)
  }
  view.setUint32(functab + funcs + 4, 0, true)
  view.setUint32(functab + funcs + 20, 1, true)
  view.setUint32(functab + funcs + 24, 7, true)
  const table = PclnTable.parse(bytes, { textStart: 0x1000 })
  const started = performance.now()
  expect(() => [...table.codeOfLine('f', 1_000_000)]).toThrow('more lines than a table of this size can have')
  expect(performance.now() - started).toBeLessThan(BUDGET_MS)
})
