/** Whatever lies in a process's memory: the scheduler's data as far as they are any, and never an error or a wait. */
import { openProcess } from '@gospy/procmem'
import { canRun, prebuilt, startFixture } from 'gospy-fixtures'
import { expect, it } from 'vitest'
import { GoProcess } from '../../src/index.js'
import { takeScheduler } from '../../src/sched/take-scheduler.js'
import { ChangedMemory, randomNumbers } from '../changed-memory.js'

const fixture = prebuilt().find(({ name }) => name.startsWith('states-go1.27') && name.includes('-exe'))!
const LOOKS = 60
/** The largest single read that damaged counts lead to. */
const LARGEST = 1 << 20

it.skipIf(!canRun(fixture))(
  `${LOOKS} looks with random words in all that is read (skipped where this machine cannot run the fixture)`,
  { timeout: 300_000 },
  async () => {
    await using running = await startFixture(fixture)
    using process = openProcess(running.pid)
    using go = GoProcess.attach(process)
    const source = go.source()
    const truth = go.scheduler()
    const writable = process.maps().filter((map) => map.writable)
    let largest = 0
    for (let seed = 1; seed <= LOOKS; seed++) {
      const random = randomNumbers(seed)
      const below = (limit: number) => Math.floor(random() * limit)
      const words: ((word: bigint) => bigint)[] = [
        () => BigInt(writable[below(writable.length)]!.start + 8 * below(512)),
        () => BigInt(below(2 ** 53)),
        () => BigInt(below(20)),
        () => 0n,
        () => 2n ** 64n - 1n,
        (word) => word ^ (1n << BigInt(below(64))),
      ]
      const rate = [0.0005, 0.005, 0.05, 0.5][seed % 4]!
      const memory = new ChangedMemory(source.memory, (_, bytes, count) => {
        largest = Math.max(largest, bytes.length)
        const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
        for (let at = 0; at + 8 <= count; at += 8) {
          if (random() < rate) view.setBigUint64(at, words[below(words.length)]!(view.getBigUint64(at, true)), true)
        }
        return count
      })
      const { processors, machines, runq } = takeScheduler({ ...source, memory }, go.further, {})
      expect(processors.length).toBeLessThanOrEqual(truth.processors.length + 16)
      expect(machines.length).toBeLessThan(1000)
      expect(runq.length).toBeLessThanOrEqual(1024)
      for (const p of processors) expect(p.runq.length).toBeLessThanOrEqual(256)
    }
    expect(largest).toBeLessThanOrEqual(LARGEST)
  },
)
