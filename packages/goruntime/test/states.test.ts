/**
 * Every committed fixture binary, live and paused, against what its own runtime prints: runtime.Stack of all goroutines, and
 * the dump on SIGQUIT at level `system`. No tolerance: ids, states, start functions, creators, places, labels.
 */
import { canRun, prebuilt } from 'gospy-fixtures'
import { describe, expect, it } from 'vitest'
import { observe } from './observe.js'

const programs = ['states', 'cgo', 'demo']
const fixtures = prebuilt().filter(({ program, dwarf }) => programs.includes(program) && dwarf !== 'none')

describe.each(fixtures)('$name', (fixture) => {
  it.skipIf(!canRun(fixture))('agrees with its own runtime (skipped where this machine cannot run it)', async () => {
    const { disagreements, dumpCutOff, live, paused } = await observe(fixture)
    expect(disagreements).toEqual([])
    expect(dumpCutOff).toBe(false)
    expect(live.data.warnings).toEqual([])
    expect(paused.data.pausedMs).toBeGreaterThan(0)
    expect(paused.count).toBe(live.count)
  })
})
