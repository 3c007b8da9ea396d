/** gospy killed while it pauses a Go process: the process runs on, with every thread, and knows nothing of it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { openProcess, type Process } from '@gospy/procmem'
import { startFixture } from 'gospy-fixtures'
import { expect, it } from 'vitest'
import { fixture, gospy } from './run-gospy.js'

const KILLS = Number(process.env['GOSPY_KILLS'] ?? 100)

function states(target: Process): string[] {
  return target.threads().map((tid) => target.threadState(tid) ?? 'gone')
}

it(`${KILLS} kills at random moments of dump --pause`, { timeout: 300_000 }, async () => {
  await using running = await startFixture(fixture('many'), { args: ['-n', '30000'] })
  using target = openProcess(running.pid)
  const threads = target.threads().length
  let interrupted = 0
  for (let kill = 0; kill < KILLS; kill++) {
    const child = spawn(process.execPath, [gospy, 'dump', String(running.pid), '--json', '--pause'], {
      stdio: 'ignore',
    })
    const exit = once(child, 'exit')
    // It pauses some time after it has started; half of the kills wait until they see it.
    await setTimeout(60 + Math.random() * 100)
    if (kill % 2 === 0) {
      while (child.exitCode === null && target.status().tracerPid === 0) await setTimeout(1)
      await setTimeout(Math.random() * 10)
    }
    if (target.status().tracerPid !== 0) interrupted++
    child.kill('SIGKILL')
    await exit
    expect(target.status().tracerPid).toBe(0)
    expect(states(target).filter((state) => state === 't' || state === 'T')).toEqual([])
    expect(target.threads().length).toBeGreaterThanOrEqual(threads)
  }
  expect(interrupted).toBeGreaterThan(0)
  expect((await running.status()).numGoroutine).toBeGreaterThan(30_000)
})
