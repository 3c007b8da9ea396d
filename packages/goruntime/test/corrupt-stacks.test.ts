/**
 * Stacks that are not what they should be: overwritten, cut short, unreadable. Whatever lies in memory, unwinding ends, shows
 * functions of the program only, keeps the frames inside of the damage, and says where and why it stopped.
 */
import { openProcess } from '@gospy/procmem'
import { canRun, prebuilt, startFixture } from 'gospy-fixtures'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { GoProcess, type Snapshot } from '../src/index.js'
import { takeSnapshot } from '../src/take-snapshot.js'
import { ChangedMemory, randomNumbers } from './changed-memory.js'

const fixture = prebuilt().find(({ name }) => name.startsWith('states-go1.27') && name.includes('-exe'))!

describe.skipIf(!canRun(fixture))('corrupt stacks (skipped where this machine cannot run the fixture)', () => {
  let running: Awaited<ReturnType<typeof startFixture>>
  let process: ReturnType<typeof openProcess>
  let go: GoProcess
  let truth: Snapshot
  /** Where the stacks of goroutines lie that are not running: from the stack pointer to the upper bound. */
  let stacks: { id: number; lo: number; hi: number }[]

  beforeAll(async () => {
    running = await startFixture(fixture)
    process = openProcess(running.pid)
    go = GoProcess.attach(process)
    truth = go.snapshot()
    const { stackLo, stackHi } = go.source().layout.g.fields
    const word = (address: number) => {
      const bytes = new Uint8Array(8)
      process.memory.read(address, bytes)
      return Number(new DataView(bytes.buffer).getBigUint64(0, true))
    }
    // Those of the runtime itself, its scavenger for one, move on by themselves.
    stacks = [...truth.goroutines()]
      .filter(({ stack, system }) => stack !== null && !system)
      .map(({ id, address }) => ({
        id,
        lo: word(address + stackLo!.offset),
        hi: word(address + stackHi!.offset),
      }))
  })

  afterAll(async () => {
    go?.close()
    process?.[Symbol.dispose]()
    await running?.stop()
  })

  const look = (change: (address: number, bytes: Uint8Array, count: number) => number) => {
    const source = go.source()
    return takeSnapshot({ ...source, memory: new ChangedMemory(source.memory, change) })
  }

  /** What holds of every stack, whatever was read. */
  function expectSound(snapshot: Snapshot): void {
    const { table, bias } = go.source().functions
    for (const goroutine of snapshot.goroutines()) {
      for (const frame of goroutine.stack?.frames ?? []) {
        const func = table.functionAt(frame.pc - bias)
        expect(func, `${frame.function} at 0x${frame.pc.toString(16)}`).toBeDefined()
        expect(frame.entry).toBe(func!.entry + bias)
      }
      if (goroutine.status === 'running' || goroutine.dead) continue
      const outermost = goroutine.stack?.frames.at(-1)
      if (goroutine.stackError === null) expect(outermost?.function).toBe('runtime.goexit')
    }
  }

  const isOnStack = (address: number) => stacks.some(({ lo, hi }) => address >= lo && address < hi)

  it('ends and stays within the program, with random words on all stacks', { timeout: 120_000 }, () => {
    const text = process.maps().find(({ executable, path }) => executable && path === process.executable)!
    for (let seed = 1; seed <= 60; seed++) {
      const random = randomNumbers(seed)
      const rate = [0.02, 0.2, 1][seed % 3]!
      // Words that fool best are addresses of code and of stacks.
      const kinds = [
        () => text.start + Math.floor(random() * (text.end - text.start)),
        () => stacks[Math.floor(random() * stacks.length)]!.hi - 8 * Math.floor(random() * 64),
        () => Math.floor(random() * 2 ** 53),
        () => 0,
      ]
      const snapshot = look((address, bytes, count) => {
        const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
        for (let at = 0; at + 8 <= count; at += 8) {
          if (!isOnStack(address + at) || random() >= rate) continue
          view.setBigUint64(at, BigInt(kinds[Math.floor(random() * kinds.length)]!()), true)
        }
        return count
      })
      expectSound(snapshot)
    }
  })

  it('keeps the frames inside of an overwritten return address, and says what it found there', () => {
    const found = (id: number) => truth.goroutine(id)!
    const deep = stacks.filter(({ id }) => found(id).stackError === null && found(id).stack!.frames.length > 4)
    expect(deep.length).toBeGreaterThan(20)
    for (const { id, lo, hi } of deep) {
      const frames = found(id).stack!.frames.filter(({ inlined }) => !inlined)
      // The word that holds the return address into the outermost but one.
      const victim = frames.at(-2)!
      let changed = 0
      const snapshot = look((address, bytes, count) => {
        const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
        for (let at = 0; at + 8 <= count; at += 8) {
          const place = address + at
          if (place < lo || place >= hi || view.getBigUint64(at, true) !== BigInt(victim.pc)) continue
          view.setBigUint64(at, 0x1234n, true)
          changed++
        }
        return count
      })
      expect(changed).toBeGreaterThan(0)
      const { stack, stackError } = snapshot.goroutine(id)!
      expect(stackError).toMatch(/ returns to 0x1234, which is in no Go function$/)
      const kept = stack!.frames.filter(({ inlined }) => !inlined)
      expect(kept).toEqual(frames.slice(0, kept.length))
      const callee = frames[kept.length - 1]!.function
      expect(stackError).toContain(callee)
    }
  })

  it('follows what can be read of a stack whose upper part is gone', () => {
    let shorter = 0
    const snapshot = look((address, _bytes, count) => {
      // Every stack is cut 64 bytes below its end: the memory there reads as unmapped.
      const cut = stacks.map(({ hi }) => hi - 64).filter((hole) => address < hole + 64 && address + count > hole)
      if (cut.length === 0) return count
      return Math.max(0, Math.min(...cut) - address)
    })
    for (const goroutine of snapshot.goroutines()) {
      if (goroutine.stackError === null || goroutine.status === 'running' || goroutine.system) continue
      shorter++
      expect(goroutine.stackError).toMatch(/^no return address of \S+ at 0x[0-9a-f]+$/)
      const whole = truth.goroutine(goroutine.id)!.stack!.frames
      const frames = goroutine.stack!.frames
      expect(frames).toEqual(whole.slice(0, frames.length))
    }
    expect(shorter).toBeGreaterThan(20)
    expectSound(snapshot)
  })
})
