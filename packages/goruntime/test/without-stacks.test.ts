/** Snapshots for which no stacks are read: all else is as with them, and the one call shown is the innermost of the stack. */
import { openProcess } from '@gospy/procmem'
import { canRun, prebuilt, startFixture } from 'gospy-fixtures'
import { describe, expect, it } from 'vitest'
import { GoProcess, type Goroutine } from '../src/index.js'

const fixtures = prebuilt().filter(
  (fixture) => fixture.program === 'states' && fixture.mode !== 'stripped' && canRun(fixture),
)

/** What is said of a goroutine besides its stack and the time it has waited. */
function fieldsOf({ id, address, status, waitReason, system, lockedToThread, thread, labels, torn, error }: Goroutine) {
  return { id, address, status, waitReason, system, lockedToThread, thread, labels, torn, error }
}

describe.each(fixtures)('$name', (fixture) => {
  it.each(['live', 'paused'] as const)('%s', async (mode) => {
    await using running = await startFixture(fixture)
    using process = openProcess(running.pid)
    using go = GoProcess.attach(process)
    const pause = mode === 'paused' ? { pause: { budgetMs: 10_000 } } : {}
    const whole = go.snapshot(pause)
    const without = go.snapshot({ ...pause, stacks: false })
    // Those that wait for nothing that moves by itself.
    const parked = [...whole.goroutines()].filter(({ status, system, waitReason }) => {
      return status === 'waiting' && !system && waitReason !== 'sleep'
    })
    expect(parked.length).toBeGreaterThan(20)
    for (const goroutine of parked) {
      const bare = without.goroutine(goroutine.id)!
      expect(fieldsOf(bare)).toEqual(fieldsOf(goroutine))
      expect(bare.startFunction).toEqual(goroutine.startFunction)
      expect(bare.createdBy).toEqual(goroutine.createdBy)
      const calls = bare.stack!.frames
      expect(calls).toEqual(goroutine.stack!.frames.slice(0, calls.length))
      expect(calls.filter(({ inlined }) => !inlined)).toHaveLength(1)
      expect(calls).toContain(bare.current)
      expect(bare.stackError).toBe('stacks were not read')
    }
    const others = [...without.goroutines()].filter(({ status }) => status === 'running')
    for (const { stack, stackError } of others) {
      expect({ stack, stackError }).toEqual({ stack: null, stackError: expect.stringContaining('it was running') })
    }
  })
})
