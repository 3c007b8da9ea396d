/**
 * A process that stood still while the garbage collector moved a stack: `g.stack`, `g.sched.sp` and `g.stktopsp` are written
 * one after the other (runtime/stack.go, copystack), and some of them may be of the old stack.
 */
import { openProcess } from '@gospy/procmem'
import { canRun, prebuilt, startFixture } from 'gospy-fixtures'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { GoProcess, type Snapshot } from '../src/index.js'
import { takeSnapshot } from '../src/take-snapshot.js'
import { ChangedMemory } from './changed-memory.js'

const fixture = prebuilt().find(({ name }) => name.startsWith('states-go1.27') && name.includes('-exe'))!
const SCAN_BIT = 0x1000
const FAR_AWAY = 0x4000_0000

describe.skipIf(!canRun(fixture))(
  'a stack that is being moved (skipped where this machine cannot run the fixture)',
  () => {
    let running: Awaited<ReturnType<typeof startFixture>>
    let process: ReturnType<typeof openProcess>
    let go: GoProcess
    let truth: Snapshot

    beforeAll(async () => {
      running = await startFixture(fixture)
      process = openProcess(running.pid)
      go = GoProcess.attach(process)
      truth = go.snapshot()
    })

    afterAll(async () => {
      go?.close()
      process?.[Symbol.dispose]()
      await running?.stop()
    })

    const parked = () =>
      [...truth.goroutines()].filter(({ status, system, stackError }) => {
        return status === 'waiting' && !system && stackError === null
      })

    /** A look at all goroutines, with another status word, and a field of theirs that still has its value of another stack. */
    const look = (field: 'topSp' | 'schedSp', change: (status: number) => number) => {
      const source = go.source()
      const { fields } = source.layout.g
      const addresses = parked().map(({ address }) => address)
      const memory = new ChangedMemory(source.memory, (start, bytes, count) => {
        const view = new DataView(bytes.buffer, bytes.byteOffset, count)
        for (const address of addresses) {
          const status = address + fields.atomicstatus!.offset - start
          if (status >= 0 && status + 4 <= count) view.setUint32(status, change(view.getUint32(status, true)), true)
          const moved = address + fields[field]!.offset - start
          if (moved >= 0 && moved + 8 <= count) {
            view.setBigUint64(moved, view.getBigUint64(moved, true) + BigInt(FAR_AWAY), true)
          }
        }
        return count
      })
      const snapshot = takeSnapshot({ ...source, memory })
      const seen = parked().map(({ id }) => snapshot.goroutine(id)!)
      expect(seen.length).toBeGreaterThan(20)
      return seen
    }

    const setBit = (status: number) => status | SCAN_BIT
    const copystack = () => 8

    it.each([
      ['scanned', setBit],
      ['copystack', copystack],
    ])('%s, and all but its outer end is written: the stack is whole', (_, change) => {
      for (const { id, stack, stackError } of look('topSp', change)) {
        expect(stackError).toBeNull()
        expect(stack!.frames).toEqual(truth.goroutine(id)!.stack!.frames)
      }
    })

    it.each([
      ['scanned', setBit],
      ['copystack', copystack],
    ])('%s, and the stack pointer is the old one: says so', (_, change) => {
      for (const { stack, stackError } of look('schedSp', change)) {
        expect(stackError).toBe('its stack was just being moved to another place')
        expect(stack).toBeNull()
      }
    })

    it('neither: a stack pointer or an end elsewhere is damage', () => {
      for (const { stackError } of look('topSp', (status) => status)) {
        expect(stackError).toBe('runtime.goexit is not where the stack begins')
      }
      for (const { stackError } of look('schedSp', (status) => status)) {
        expect(stackError).toMatch(/^its stack pointer, 0x[0-9a-f]+, does not lie on its stack$/)
      }
    })
  },
)
