/**
 * Whoever pauses may be killed at any moment: the target runs on, with every thread, and nothing in it has changed.
 * GOSPY_KILLS sets how many times that is tried.
 */

import { fileURLToPath } from 'node:url'
import { readExactly } from '@gospy/bytes'
import { FileSource } from '@gospy/bytes/node'
import { afterAll, expect, it } from 'vitest'
import { openProcess, type Process } from '../src/index.js'
import { bundle } from './helpers/bundle.js'
import { pause as delay, killTargets, startNode, Target } from './helpers/targets.js'

afterAll(killTargets)

const KILLS = Number(process.env['GOSPY_KILLS'] ?? 100)

/** How many bytes of its code were compared with the files they were mapped from. It must not run meanwhile. */
function compareCode(process_: Process): number {
  using _pause = process_.pause({ budgetMs: 10_000 })
  let compared = 0
  for (const map of process_.maps()) {
    if (!map.executable || !map.path.startsWith('/') || map.deleted) continue
    using file = new FileSource(process_.rootPath(map.path))
    const length = Math.min(map.end - map.start, file.size - map.offset)
    const equal = Buffer.compare(readExactly(process_.memory, map.start, length), file.read(map.offset, length)) === 0
    expect(equal, `code at 0x${map.start.toString(16)} and ${map.path}`).toBe(true)
    compared += length
  }
  return compared
}

it(`leaves the target running after ${KILLS} kills at random moments of a pause`, { timeout: 300_000 }, async () => {
  const file = await bundle('survive-sigkill')
  const target = startNode('threads-target.mjs', '3', 'churn')
  await target.line()
  using process_ = openProcess(target.pid)
  const heartbeat = async () =>
    JSON.parse(await target.ask('ping')) as { counters: number[]; born: number; signals: number }
  let signals = 0
  let interrupted = 0
  for (let round = 0; round < KILLS; round++) {
    const pauser = startNode('pauser.mjs', file, String(target.pid), round % 6 === 5 ? 'ffi-napi' : 'koffi')
    expect(await pauser.line()).toBe('ready')
    const start = await heartbeat()
    await delay(Math.random() * 25)
    // A signal on its way must not be lost either.
    process.kill(target.pid, 'SIGUSR2')
    signals++
    if (Math.random() < 0.5) await delay(Math.random() * 2)
    if (process_.status().tracerPid !== 0) interrupted++
    await pauser.kill()

    for (const tid of process_.threads()) {
      expect(['t', 'T'], `thread ${tid} after kill ${round}`).not.toContain(process_.threadState(tid))
    }
    expect(process_.status().tracerPid).toBe(0)
    expect(JSON.parse(await target.line())).toEqual({ signal: signals })
    await expect
      .poll(async () => {
        const { counters, born } = await heartbeat()
        return born > start.born && counters.every((count, index) => count > start.counters[index]!)
      })
      .toBe(true)
  }
  // Otherwise nothing was tested: the kills must have hit pauses.
  expect(interrupted).toBeGreaterThan(0)
  expect((await heartbeat()).signals).toBe(signals)
  expect(compareCode(process_)).toBeGreaterThan(1 << 20)
})

it('loses no signal that was in its hands when it was killed', async () => {
  const file = await bundle('survive-signal', fileURLToPath(new URL('./targets/signal-holder.ts', import.meta.url)))
  // A child of ours, not of the tracer's.
  const target = startNode('threads-target.mjs', '1')
  await target.line()
  for (let signals = 0, round = 0; round < 5; round++) {
    const holder = new Target(process.execPath, [file, String(target.pid)])
    const sent = Number(await holder.line())
    using process_ = openProcess(target.pid)
    expect(process_.threadState(target.pid)).toBe('t')
    await holder.kill()
    for (let count = 0; count < sent; count++) expect(JSON.parse(await target.line())).toEqual({ signal: ++signals })
  }
})

it('leaves a target running whose tracer ends without resuming', async () => {
  const file = await bundle('survive-exit')
  const target = startNode('threads-target.mjs', '2')
  await target.line()
  const code = `const { openProcess } = await import(${JSON.stringify(file)})
    openProcess(${target.pid}).pause(); console.log('paused'); process.exit(3)`
  const tracer = new Target(process.execPath, ['--input-type=module', '-e', code])
  expect(await tracer.line()).toBe('paused')
  await tracer.exited
  using process_ = openProcess(target.pid)
  expect(process_.status().tracerPid).toBe(0)
  expect(process_.threads().map((tid) => process_.threadState(tid))).not.toContain('t')
  await target.ask('ping')
})
