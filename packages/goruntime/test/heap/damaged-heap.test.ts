/** Whatever lies in a process's memory: what is told of its heap are numbers, or why there is none, or the named errors. */
import { openProcess } from '@gospy/procmem'
import { canRun, prebuilt, startFixture } from 'gospy-fixtures'
import { expect, it } from 'vitest'
import { takeHeapSnapshot } from '../../src/heap/take-heap-snapshot.js'
import { GoProcess } from '../../src/index.js'
import { ChangedMemory, randomNumbers } from '../changed-memory.js'

const fixtures = ['states-go1.13', 'states-go1.17', 'states-go1.27'].map(
  (start) => prebuilt().find(({ name }) => name.startsWith(start) && name.includes('-exe'))!,
)
const LOOKS = 60
/** The largest single read: a size that memory claims is believed up to this. */
const LARGEST = 64 * 2 ** 20

it.skipIf(!fixtures.every(canRun)).each(fixtures)(
  `$name: ${LOOKS} looks with random words in all that is read (skipped where this machine cannot run it)`,
  { timeout: 120_000 },
  async (fixture) => {
    await using running = await startFixture(fixture)
    using process = openProcess(running.pid)
    using go = GoProcess.attach(process)
    const target = go.heapTarget()
    let told = 0
    for (let seed = 1; seed <= LOOKS; seed++) {
      const random = randomNumbers(seed)
      const rate = [0.0001, 0.001, 0.01, 0.1, 0.5][seed % 5]!
      let largest = 0
      const memory = new ChangedMemory(target.memory, (_, bytes, count) => {
        largest = Math.max(largest, bytes.length)
        const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
        for (let at = 0; at + 8 <= count; at += 8) {
          if (random() >= rate) continue
          const word = view.getBigUint64(at, true)
          const kinds = [0n, 2n ** 64n - 1n, BigInt(Math.floor(random() * 2 ** 53)), word ^ (1n << BigInt(seed % 64))]
          view.setBigUint64(at, kinds[Math.floor(random() * kinds.length)]!, true)
        }
        return count
      })
      try {
        const { memStats, gc, absent } = takeHeapSnapshot({ ...target, memory })
        told++
        for (const [name, figure] of Object.entries({ ...memStats, ...gc })) {
          if (figure === null) expect(absent[name], name).toBeDefined()
          else if (typeof figure === 'number' && !['gcCPUFraction', 'gogc'].includes(name)) {
            expect(Number.isSafeInteger(figure) && figure >= 0, `${name}: ${figure}`).toBe(true)
          }
        }
      } catch (error) {
        if ((error as Error).name !== 'UnreadableMemoryError') throw error
      }
      expect(largest).toBeLessThanOrEqual(LARGEST)
    }
    expect(told).toBeGreaterThan(LOOKS / 4)
  },
)
