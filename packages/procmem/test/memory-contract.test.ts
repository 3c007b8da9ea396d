/**
 * One set of tests for every way to read memory. The oracle is the target itself, which has filled its memory by a known
 * formula, with holes at known pages.
 */
import { type MemoryRange, readExactly, UnreadableMemoryError } from '@gospy/bytes'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type OpenProcessOptions, openProcess, type Process } from '../src/index.js'
import { type KnownMemory, killTargets, knownBytes, startNode, Target } from './helpers/targets.js'

const WAYS: OpenProcessOptions[] = [
  { memory: 'proc-mem' },
  { memory: 'process-vm-readv', native: 'koffi' },
  { memory: 'process-vm-readv', native: 'ffi-napi' },
  { memory: 'ptrace-peek', native: 'koffi' },
  { memory: 'ptrace-peek', native: 'ffi-napi' },
]

let target: Target
let known: KnownMemory

beforeAll(async () => {
  target = startNode('memory-target.mjs')
  known = await target.json<KnownMemory>()
})
afterAll(killTargets)

const range = (address: number, length: number): MemoryRange => ({
  address,
  into: new Uint8Array(length),
  bytesRead: -1,
})

/** How many bytes from `offset` on can be read: up to the first hole, or the end. */
function readable(offset: number, length: number): number {
  const { pageSize, pages, holes } = known
  const wall = [...holes, pages]
    .map((page) => page * pageSize)
    .find((at) => at + (at < pages * pageSize ? pageSize : 0) > offset)!
  return Math.max(0, Math.min(length, wall - offset))
}

/** A seeded generator, so that a failure can be repeated. */
function random(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

describe.each(WAYS)('$memory by $native', (options) => {
  let process_: Process
  beforeAll(() => {
    process_ = openProcess(target.pid, options)
  })
  afterAll(() => process_.close())

  function expectRead(offset: number, length: number, expected = readable(offset, length)): void {
    const into = new Uint8Array(length).fill(0xee)
    expect(process_.memory.read(known.base + offset, into), `${length} bytes at offset ${offset}`).toBe(expected)
    expect(Buffer.compare(into.subarray(0, expected), knownBytes(offset, expected))).toBe(0)
  }

  it('reads exactly what the process says its memory holds', () => {
    const bytes = readExactly(process_.memory, known.textAddress, known.text.length)
    expect(Buffer.from(bytes).toString()).toBe(known.text)
  })

  it('reads any alignment and length, tails included', () => {
    for (let offset = 0; offset < 9; offset++) for (let length = 1; length < 20; length++) expectRead(offset, length)
  })

  it('reads into part of a buffer and leaves the rest alone', () => {
    const bytes = new Uint8Array(64).fill(0xee)
    expect(process_.memory.read(known.base + 3, bytes.subarray(17, 30))).toBe(13)
    expect(bytes.subarray(17, 30)).toEqual(knownBytes(3, 13))
    expect(bytes.subarray(0, 17).every((byte) => byte === 0xee)).toBe(true)
    expect(bytes.subarray(30).every((byte) => byte === 0xee)).toBe(true)
  })

  it('reads across pages', () => {
    expectRead(known.pageSize - 5, 10)
    expectRead(known.pageSize - 1, 2)
    expectRead(3, 4 * known.pageSize)
  })

  it('stops short at a hole, to the byte', () => {
    const { pageSize } = known
    expectRead(8 * pageSize - 100, 200, 100)
    expectRead(8 * pageSize - 1, 2, 1)
    expectRead(8 * pageSize - 3, 11, 3)
    expectRead(5 * pageSize + 7, 10 * pageSize, 3 * pageSize - 7)
    expectRead(0, 32 * pageSize, 8 * pageSize)
  })

  it('answers 0 for a start in a hole', () => {
    const { pageSize } = known
    expectRead(8 * pageSize, 1, 0)
    expectRead(8 * pageSize + 5, 3 * pageSize, 0)
    expectRead(20 * pageSize, pageSize, 0)
    expectRead(9 * pageSize - 1, 10, 0)
  })

  it('reads nothing when nothing is asked for', () => {
    expect(process_.memory.read(known.base, new Uint8Array(0))).toBe(0)
    expect(process_.memory.read(0, new Uint8Array(0))).toBe(0)
    process_.memory.readRanges([])
    const empty = range(known.base, 0)
    process_.memory.readRanges([empty])
    expect(empty.bytesRead).toBe(0)
  })

  it.each([0, 1, 4095, 2 ** 47 - 1, 2 ** 47, 2 ** 52, 2 ** 53 - 1, 2 ** 53, 2 ** 63, 2 ** 64 - 4096, 2 ** 64, 1e300])(
    'answers 0 for the address %d, which no user-space memory has',
    (address) => {
      expect(process_.memory.read(address, new Uint8Array(16))).toBe(0)
      const one = range(address, 16)
      process_.memory.readRanges([one, range(known.base, 1)])
      expect(one.bytesRead).toBe(0)
    },
  )

  it('answers 0 for what is no address', () => {
    const wrong = [-1, -4096, 0.5, Number.NaN, Number.POSITIVE_INFINITY]
    for (const address of wrong) expect(process_.memory.read(address, new Uint8Array(16))).toBe(0)
    const ranges = [range(known.base + 100, 8), ...wrong.map((address) => range(address, 8)), range(known.base, 8)]
    process_.memory.readRanges(ranges)
    expect(ranges.map(({ bytesRead }) => bytesRead)).toEqual([8, 0, 0, 0, 0, 0, 8])
    expect(ranges[0]!.into).toEqual(knownBytes(100, 8))
    expect(ranges.at(-1)!.into).toEqual(knownBytes(0, 8))
  })

  it('reads 2500 scattered ranges in one go, in any order', () => {
    const next = random(1)
    const offsets = Array.from({ length: 2500 }, () => next(7 * known.pageSize))
    const ranges = offsets.map((offset) => range(known.base + offset, 24))
    process_.memory.readRanges(ranges)
    for (const [index, { bytesRead, into }] of ranges.entries()) {
      expect(bytesRead).toBe(24)
      expect(into).toEqual(knownBytes(offsets[index]!, 24))
    }
  })

  it('gives every range its own count where holes lie among, within and before them', () => {
    const next = random(2)
    for (let round = 0; round < 2; round++) {
      // Not into the page without permissions: there the ways differ, see below.
      const limit = 26 * known.pageSize
      const offsets = Array.from({ length: 1200 }, () => next(limit)).sort((a, b) => (round % 2 === 0 ? 0 : a - b))
      const ranges = offsets.map((offset) => range(known.base + offset, next(Math.min(limit - offset, 150))))
      process_.memory.readRanges(ranges)
      for (const [index, { bytesRead, into }] of ranges.entries()) {
        const offset = offsets[index]!
        const expected = readable(offset, into.length)
        if (bytesRead !== expected || Buffer.compare(into.subarray(0, expected), knownBytes(offset, expected)) !== 0) {
          expect.fail(
            `range ${index}: ${into.length} bytes at offset ${offset}: ${bytesRead} read, expected ${expected}`,
          )
        }
      }
    }
  })

  it('reads ranges that overlap, repeat and share a buffer', () => {
    const buffer = new Uint8Array(300)
    const ranges = [0, 0, 50, 8 * known.pageSize, 99].map((offset, index) => ({
      address: known.base + offset,
      into: buffer.subarray(index * 60, index * 60 + 60),
      bytesRead: -1,
    }))
    process_.memory.readRanges(ranges)
    expect(ranges.map(({ bytesRead }) => bytesRead)).toEqual([60, 60, 60, 0, 60])
    for (const [index, offset] of [0, 0, 50].entries()) {
      expect(ranges[index]!.into).toEqual(knownBytes(offset, 60))
    }
    expect(ranges[4]!.into).toEqual(knownBytes(99, 60))
  })

  it('reads random ranges as the formula has them', () => {
    const next = random(3)
    const limit = 26 * known.pageSize
    for (let round = 0; round < 30; round++) {
      const offset = next(limit)
      expectRead(offset, 1 + next(Math.min(limit - offset, 9000)))
    }
  })

  it('says in words what could not be read', () => {
    const address = known.base + 8 * known.pageSize
    expect(() => readExactly(process_.memory, address, 8)).toThrow(UnreadableMemoryError)
  })

  it('reads while the process is paused', () => {
    const { native } = options
    using other = openProcess(target.pid, { memory: options.memory ?? 'proc-mem', ...(native && { native }) })
    using _pause = other.pause()
    const into = new Uint8Array(50)
    expect(other.memory.read(known.base + 1, into)).toBe(50)
    expect(into).toEqual(knownBytes(1, 50))
  })
})

it('memory without permission is read by two ways and not by the third, as the kernel has it', () => {
  // FOLL_FORCE: /proc/PID/mem and ptrace look behind page protection, process_vm_readv does not (mm/gup.c). A kernel may be
  // set up to withhold that from /proc/PID/mem (proc_mem.force_override).
  const { base, protectedPage, pageSize } = known
  const counts = (['process-vm-readv', 'ptrace-peek', 'proc-mem'] as const).map((memory) => {
    using process_ = openProcess(target.pid, { memory })
    const into = new Uint8Array(16)
    const count = process_.memory.read(base + protectedPage * pageSize, into)
    if (count > 0) expect(into).toEqual(knownBytes(protectedPage * pageSize, 16))
    return count
  })
  expect(counts.slice(0, 2)).toEqual([0, 16])
  expect([0, 16]).toContain(counts[2])
})

describe.each(WAYS)('a process that ends: $memory by $native', (options) => {
  let victim: Target
  afterEach(() => victim.kill())

  it('is ESRCH, never 0 bytes', async () => {
    victim = startNode('memory-target.mjs')
    const { base } = await victim.json<KnownMemory>()
    using process_ = openProcess(victim.pid, options)
    expect(process_.memory.read(base, new Uint8Array(8))).toBe(8)
    await victim.kill()
    const gone = expect.objectContaining({ code: 'ESRCH', pid: victim.pid })
    expect(() => process_.memory.read(base, new Uint8Array(8))).toThrow(gone)
    expect(() => process_.memory.readRanges([range(base, 8), range(base + 8, 8)])).toThrow(gone)
    expect(process_.isAlive()).toBe(false)
  })

  it('is ESRCH as a zombie, too', async () => {
    // The shell becomes a sleep that never asks after its child.
    victim = new Target('/bin/sh', ['-c', 'sleep 100 & echo $!; exec sleep 100'])
    const pid = Number(await victim.line())
    using process_ = openProcess(pid, options)
    // The shell's child has yet to become a sleep.
    await expect.poll(() => process_.status().name).toBe('sleep')
    const { start } = process_.maps()[0]!
    using unread = openProcess(pid, options)
    expect(process_.memory.read(start, new Uint8Array(4))).toBe(4)
    process.kill(pid, 'SIGKILL')
    await expect.poll(() => process_.isAlive()).toBe(false)
    expect(process_.threadState(pid)).toBe('Z')
    expect(() => process_.memory.read(start, new Uint8Array(4))).toThrow(expect.objectContaining({ code: 'ESRCH' }))
    expect(() => unread.memory.read(start, new Uint8Array(4))).toThrow(expect.objectContaining({ code: 'ESRCH' }))
    expect(() => openProcess(pid, options)).toThrow(expect.objectContaining({ code: 'ESRCH' }))
  })

  it('is never mistaken for the program it was, after exec', async () => {
    victim = new Target('/bin/sh', ['-c', 'echo ready; read line; exec sleep 100'])
    expect(await victim.line()).toBe('ready')
    using process_ = openProcess(victim.pid, { ...options })
    const shell = process_.maps().find(({ path }) => path !== '' && !path.startsWith('['))!
    expect(process_.memory.read(shell.start, new Uint8Array(4))).toBe(4)
    victim.child.stdin.write('\n')
    await expect.poll(() => process_.status().name).toBe('sleep')
    const into = new Uint8Array(4)
    if (options.memory === 'proc-mem') {
      expect(() => process_.memory.read(shell.start, into)).toThrow(expect.objectContaining({ code: 'EEXEC' }))
    } else {
      // These two go by number: they read the new program, or find nothing there.
      expect([0, 4]).toContain(process_.memory.read(shell.start, into))
    }
  })
})
