/** Whatever lies in a process's memory: a snapshot or one of the errors that are named for it, of functions that are there. */
import { openProcess } from '@gospy/procmem'
import { canRun, prebuilt, startFixture } from 'gospy-fixtures'
import { expect, it } from 'vitest'
import { AllgsError, GOROUTINE_STATUSES, GoProcess, type Snapshot } from '../src/index.js'
import { takeSnapshot } from '../src/take-snapshot.js'
import { ChangedMemory, randomNumbers } from './changed-memory.js'

const fixture = prebuilt().find(({ name }) => name.startsWith('states-go1.27') && name.includes('-exe'))!
const SNAPSHOTS = Number(process.env['GOSPY_DAMAGE'] ?? 24)

/** The largest single read: a size that memory claims is believed up to this. */
const LARGEST = 64 * 2 ** 20

it.skipIf(!canRun(fixture))(
  `${SNAPSHOTS} snapshots with random words in all that is read (skipped where this machine cannot run the fixture)`,
  { timeout: 600_000 },
  async () => {
    await using running = await startFixture(fixture)
    using process = openProcess(running.pid)
    const go = GoProcess.attach(process)
    const source = go.source()
    const truth = go.snapshot()
    const text = process.maps().find(({ executable, path }) => executable && path === process.executable)!
    const writable = process.maps().filter(({ writable }) => writable)
    const goroutines = [...truth.goroutines()].map(({ address }) => address)
    const allgs = source.layout.variables.allgs!.address + source.bias
    let ended = 0

    for (let seed = 1; seed <= SNAPSHOTS; seed++) {
      const random = randomNumbers(seed)
      const below = (limit: number) => Math.floor(random() * limit)
      const pick = <T>(list: readonly T[]) => list[below(list.length)]!
      const words: ((word: bigint) => bigint)[] = [
        () => BigInt(text.start + below(text.end - text.start)),
        () => BigInt(pick(writable).start + 8 * below(512)),
        () => BigInt(pick(goroutines) + 8 * below(60)),
        () => BigInt(below(2 ** 53)),
        () => BigInt(below(2 ** 26)),
        () => BigInt(below(20)),
        () => 0n,
        () => 2n ** 64n - 1n,
        (word) => word ^ (1n << BigInt(below(64))),
        (word) => BigInt.asUintN(64, word + BigInt(below(2 ** 33) - 2 ** 32)),
      ]
      const rate = [0.0001, 0.001, 0.01, 0.1, 0.5][seed % 5]!
      // With allgs itself damaged there are no goroutines to get at: mostly it is left alone.
      const sparesAllgs = seed % 4 !== 0
      let largest = 0
      const memory = new ChangedMemory(source.memory, (address, bytes, count) => {
        largest = Math.max(largest, bytes.length)
        const isAllgs = Math.abs(address - allgs) < 64 || count === goroutines.length * 8
        if (sparesAllgs && isAllgs) return count
        const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
        // How many words stay as they are before the next that does not.
        const gap = () => 8 * Math.floor(Math.log(1 - random()) / Math.log(1 - rate))
        for (let at = gap(); at + 8 <= count; at += 8 + gap()) {
          view.setBigUint64(at, pick(words)(view.getBigUint64(at, true)), true)
        }
        return count
      })
      try {
        expectSound(takeSnapshot({ ...source, memory }, { dead: seed % 2 === 0 }))
      } catch (error) {
        if (!(error instanceof AllgsError || (error as Error).name === 'UnreadableMemoryError')) throw error
        ended++
      }
      expect(largest).toBeLessThanOrEqual(LARGEST)
    }
    expect(ended).toBeLessThan(SNAPSHOTS / 2)

    /** What holds of everything that is shown. */
    function expectSound(snapshot: Snapshot): void {
      const { table, bias } = source.functions
      const addresses = new Set<number>()
      for (const goroutine of snapshot.goroutines()) {
        const { status, thread, stack, stackError, address, error, dead } = goroutine
        expect(GOROUTINE_STATUSES).toContain(status)
        if (status === 'unknown')
          expect({ error, dead }).toEqual({ error: expect.stringContaining('status'), dead: false })
        if (thread !== null) expect(thread).toBeGreaterThan(0)
        expect(addresses).not.toContain(address)
        addresses.add(address)
        expect(Object.keys(goroutine.labels).length).toBeLessThanOrEqual(4096)
        for (const frame of stack?.frames ?? []) {
          expect(table.functionAt(frame.pc - bias)?.entry, frame.function).toBe(frame.entry - bias)
        }
        if (stack !== null && stackError === null && status !== 'running') {
          expect(stack.frames.at(-1)!.function).toBe('runtime.goexit')
        }
      }
    }
  },
)
