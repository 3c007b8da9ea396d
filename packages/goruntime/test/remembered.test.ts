/** What a series remembers is forgotten again where no goroutine has it any more, and the rest stays what it was. */
import { openProcess } from '@gospy/procmem'
import { canRun, prebuilt, startFixture } from 'gospy-fixtures'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { unwindRules } from '../src/arch/unwind-rules.js'
import { GoProcess, type Snapshot } from '../src/index.js'
import { ProgramCode } from '../src/program-code.js'
import { SnapshotSeries } from '../src/snapshot-series.js'
import type { SnapshotSource } from '../src/snapshot-source.js'
import { Symbolizer } from '../src/symbolizer.js'
import { CodeTable } from '../src/unwind/code-table.js'
import type { StackEnd } from '../src/unwind/stack-tree.js'
import { StackWindow } from '../src/unwind/stack-window.js'
import { Unwinder } from '../src/unwind/unwinder.js'
import { ChangedMemory, randomNumbers } from './changed-memory.js'

const fixture = prebuilt().find(({ name }) => name.startsWith('states-go1.27') && name.includes('-exe'))!

describe.skipIf(!canRun(fixture))('what is remembered (skipped where this machine cannot run the fixture)', () => {
  let running: Awaited<ReturnType<typeof startFixture>>
  let process: ReturnType<typeof openProcess>
  let go: GoProcess
  let source: SnapshotSource

  beforeAll(async () => {
    running = await startFixture(fixture)
    process = openProcess(running.pid)
    go = GoProcess.attach(process)
    source = go.source()
  })

  afterAll(async () => {
    go?.close()
    process?.[Symbol.dispose]()
    await running?.stop()
  })

  it('stacks: those that are kept are found again, others are made anew', () => {
    const codes = new CodeTable(source.functions, source.facts.wrappers, new ProgramCode(source.modules))
    const unwinder = new Unwinder(codes, unwindRules(source.arch), source.facts.topFrames)
    const window = new StackWindow(source.memory)
    const snapshot = go.snapshot()
    const parked = [...snapshot.goroutines()].find(({ waitReason }) => waitReason === 'chan receive')!
    const start = { pc: parked.stack!.frames[0]!.pc, sp: 4096, lr: 0, kind: 'saved' } as const
    const random = randomNumbers(1)
    const words = Array.from({ length: 500 }, () => Uint32Array.from({ length: 256 }, () => random() * 2 ** 16))
    const unwind = (index: number): StackEnd => {
      window.openCopy(start.sp, start.sp + 1024, words[index]!, 0, 256, false)
      return unwinder.unwind(start, window, 0)
    }
    const ends = words.map((_, index) => unwind(index))
    expect(new Set(ends).size).toBe(500)
    expect(unwinder.count).toBe(500)
    expect(words.map((_, index) => unwind(index))).toEqual(ends)
    unwinder.prune(new Set(ends.slice(0, 10)))
    expect(unwinder.count).toBe(10)
    for (let index = 0; index < 10; index++) expect(unwind(index)).toBe(ends[index])
    expect(unwinder.count).toBe(10)
    const again = unwind(20)
    expect(again).not.toBe(ends[20])
    expect(again).toEqual(ends[20])
  })

  it('code addresses: those that are kept have the numbers that they are given', () => {
    const symbolizer = new Symbolizer(source.functions)
    const { entry } = go.snapshot().goroutine(1)!.startFunction!
    const pcs = Array.from({ length: 50 }, (_, index) => entry! + index)
    for (const pc of pcs) symbolizer.index(pc, 'created')
    symbolizer.index(entry!, 'entry')
    const kept = [symbolizer.codeAddresses[7]!, symbolizer.codeAddresses[50]!]
    symbolizer.renumber(kept)
    expect(symbolizer.codeAddresses).toEqual(kept)
    expect(symbolizer.index(pcs[7]!, 'created')).toBe(0)
    expect(symbolizer.index(entry!, 'entry')).toBe(1)
    expect(symbolizer.index(pcs[0]!, 'created')).toBe(2)
    expect(symbolizer.codeAddresses[2]!.pc).toBe(pcs[0])
  })

  it('ever new start functions, creators and places: a series shows what a single look does', async () => {
    await running.spawn(2000)
    const { fields } = source.layout.g
    const truth = go.snapshot()
    const addresses = [...truth.goroutines()]
      .filter(({ startFunction }) => startFunction?.location?.function === 'main.parkedExtra')
      .map(({ address }) => address)
    expect(addresses).toHaveLength(2000)
    const random = randomNumbers(2)
    let changes = true
    // Each of these goroutines has run since the last look, and is somewhere else, made by somebody else.
    const memory = new ChangedMemory(process.memory, (start, bytes, count) => {
      if (!changes) return count
      const view = new DataView(bytes.buffer, bytes.byteOffset, count)
      for (const address of addresses) {
        for (const { offset } of [fields.startpc!, fields.gopc!, fields.schedPc!]) {
          const at = address + offset - start
          if (at >= 0 && at + 8 <= count) view.setBigUint64(at, BigInt(pcs.get(address + offset) ?? 0), true)
        }
      }
      return count
    })
    const pcs = new Map<number, number>()
    const scatter = () => {
      for (const address of addresses) {
        for (const { offset } of [fields.startpc!, fields.gopc!, fields.schedPc!]) {
          pcs.set(address + offset, 2 ** 40 + Math.floor(random() * 2 ** 40))
        }
      }
    }
    const series = new SnapshotSeries(() => ({ ...source, memory }), {})
    let last = series.next()
    for (let look = 0; look < 25; look++) {
      scatter()
      last = series.next()
      expect(last.data.codeAddresses.length).toBeLessThan(2 * 2000 + 200)
      expect(last.data.stacks.length).toBeLessThan(2000 + 200)
    }
    expect(last.goroutine(truth.data.columns.id[truth.count - 1]!)!.stackError).toMatch(/which is in no Go function$/)
    changes = false
    const seen = series.next()
    const made = (snapshot: Snapshot) => {
      return [...snapshot.goroutines()]
        .filter(({ address }) => addresses.includes(address))
        .map(({ id, startFunction, createdBy, stack }) => ({ id, startFunction, createdBy, stack }))
    }
    expect(made(seen)).toHaveLength(2000)
    expect(made(seen)).toEqual(made(go.snapshot()))
  })
})
