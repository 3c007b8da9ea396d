/** The heap of an arm64 program, run by qemu-user, against what it says of itself (runtime.MemStats). */
import { setTimeout } from 'node:timers/promises'
import { fixturePath, prebuilt, startFixture } from 'gospy-fixtures'
import { expect, it } from 'vitest'
import { GoProcess } from '../../src/index.js'
import { hasQemu, openEmulated, QEMU } from './emulated-process.js'

const committed = prebuilt().filter(({ arch, dwarf }) => arch === 'arm64' && dwarf !== 'none')
const ATTEMPTS = 5

it.skipIf(!hasQemu).each(committed)('$name (skipped where there is no qemu-aarch64)', async (fixture) => {
  const path = fixturePath(fixture)
  await using running = await startFixture(fixture, { emulator: QEMU })
  await running.gc()
  using process = openEmulated(running.pid, path)
  using go = GoProcess.attach(process)
  for (let attempt = 1; ; attempt++) {
    // The runtime sweeps when it likes.
    await setTimeout(300)
    const before = await running.truth()
    const { memStats, spanClasses, stable, absent, caches } = go.heap()
    const after = await running.truth()
    const objects = spanClasses!.reduce((sum, spanClass) => sum + spanClass.objects, 0)
    if ((!stable || objects !== memStats.heapObjects) && attempt < ATTEMPTS) continue
    expect({ stable, objects }).toEqual({ stable: true, objects: memStats.heapObjects })
    for (const name of ['totalAlloc', 'mallocs', 'frees', 'numGC', 'pauseTotalNs', 'buckHashSys'] as const) {
      expect(memStats[name], name).toBeGreaterThanOrEqual(before.memstats[name]!)
      expect(memStats[name], name).toBeLessThanOrEqual(after.memstats[name]!)
    }
    for (const name of ['mcacheInuse', 'mcacheSys', 'numForcedGC'] as const) {
      expect(memStats[name], name).toBe(after.memstats[name])
    }
    expect(caches!.length).toBe(running.ready.gomaxprocs)
    expect(absent).toMatchObject({ memoryLimit: 'none is set' })
    expect(Object.keys(absent).filter((name) => !name.startsWith('/'))).toEqual(['memoryLimit'])
    return
  }
})
