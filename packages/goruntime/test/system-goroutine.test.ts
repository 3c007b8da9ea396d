/** Rules of runtime/traceback.go (isSystemGoroutine); that they agree with runtime.NumGoroutine is tested in states.test.ts. */
import { expect, it } from 'vitest'
import { isSystemGoroutine } from '../src/system-goroutine.js'
import { versionFacts } from '../src/version-facts.js'

const idle = { finalizerRuns: false, cleanupRuns: false, systemFunctions: versionFacts(27).systemFunctions }
const old = { ...idle, systemFunctions: versionFacts(10).systemFunctions }

it.each([
  [undefined, idle, false],
  ['main.main', idle, false],
  ['runtime.main', idle, false],
  ['runtime.corostart', idle, false],
  ['runtime/pprof.profileWriter', idle, false],
  ['runtime.bgsweep', idle, true],
  ['runtime.ensureSigM.func1', idle, true],
  ['runtime.bgsweep', old, true],
  ['runtime.ensureSigM.func1', old, false],
  ['runtime.runfinq', idle, true],
  ['runtime.runfinq', { ...idle, finalizerRuns: true }, false],
  ['runtime.runFinalizers', { ...idle, finalizerRuns: true }, false],
  ['runtime.runCleanups', idle, true],
  ['runtime.runCleanups', { ...idle, cleanupRuns: true }, false],
])('%s with %o: %s', (name, facts, system) => {
  expect(isSystemGoroutine(name, facts)).toBe(system)
})
