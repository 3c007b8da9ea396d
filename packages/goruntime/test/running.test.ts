/** Goroutines that run, or could: what they do at the moment of the look is checked against what they can be doing. */
import { openProcess } from '@gospy/procmem'
import { prebuilt, startFixture } from 'gospy-fixtures'
import { describe, expect, it } from 'vitest'
import { GoProcess, type Goroutine } from '../src/index.js'

const versions = ['1.19.13', '1.27.4']
const fixtures = prebuilt().filter(
  ({ program, mode, arch, goVersion }) =>
    program === 'states' && mode === 'exe' && arch === 'amd64' && versions.includes(goVersion ?? ''),
)
const modes = ['live', 'paused'] as const

/** Looks from outside, in either mode, at the goroutines that the program calls `prefix0`, `prefix1`, … */
async function look(fixture: (typeof fixtures)[number], args: string[], env: Record<string, string>, prefix: string) {
  await using running = await startFixture(fixture, { args, env })
  const { named } = await running.truth()
  const ids = Object.keys(named)
    .filter((name) => name.startsWith(prefix))
    .map((name) => named[name]!)
  using process = openProcess(running.pid)
  using go = GoProcess.attach(process)
  return modes.flatMap((mode) =>
    Array.from({ length: 50 }, () => {
      const snapshot = go.snapshot(mode === 'paused' ? { pause: { budgetMs: 10_000 } } : {})
      const goroutines = ids.map((id) => snapshot.goroutine(id)!)
      // Threads are never given back to the system while the process runs: those of the look are there still.
      return { mode, threads: process.threads(), ids, goroutines: goroutines.filter(({ torn }) => !torn) }
    }),
  )
}

function check(goroutine: Goroutine, threads: readonly number[], mode: (typeof modes)[number]) {
  expect(['running', 'runnable', 'preempted']).toContain(goroutine.status)
  expect(goroutine.waitReason).toBeNull()
  if (goroutine.status === 'running' && mode === 'live') {
    // Where it stands is in its thread's registers.
    expect(goroutine.stack).toBeNull()
    expect(goroutine.stackError).toMatch(/^it was running/)
    expect(threads).toContain(goroutine.thread)
    return
  }
  expect(goroutine.stackError).toBeNull()
  const names = goroutine.stack!.frames.map((frame) => frame.function)
  // In its loop, in what that calls, or in what the runtime called from there to preempt it; the rest is the same.
  const bottom = names.slice(names.findIndex((name) => loops.includes(name)))
  expect(loops).toContain(bottom[0])
  expect(bottom.at(-1)).toBe('runtime.goexit')
  for (const name of bottom.slice(1, -1)) expect(name).toMatch(/^main\.start(Busy|Runnable)\.\w+$/)
  const above = names.slice(0, -bottom.length)
  for (const name of above) expect(name).toMatch(/^(main\.step$|runtime\.|internal\/)/)
  if (above.every((name) => name.startsWith('runtime.'))) expect(goroutine.current?.function).toBe(bottom[0])
}

const loops = ['main.busyLoop', 'main.runnableLoop']

describe.each(fixtures)('$name', (fixture) => {
  it('goroutines in a loop run, each on a thread', async () => {
    const looks = await look(fixture, ['-busy', '2'], {}, 'busy')
    for (const { goroutines, threads, ids, mode } of looks) {
      expect(ids).toHaveLength(2)
      for (const goroutine of goroutines) check(goroutine, threads, mode)
    }
    const running = looks.flatMap(({ goroutines }) => goroutines).filter(({ status }) => status === 'running')
    expect(running.length).toBeGreaterThan(50)
  })

  it('with GOMAXPROCS=1 at most one runs, and the others could', async () => {
    const looks = await look(fixture, ['-runnable', '3'], { GOMAXPROCS: '1' }, 'runnable')
    let runnable = 0
    for (const { goroutines, threads, mode } of looks) {
      for (const goroutine of goroutines) check(goroutine, threads, mode)
      runnable += goroutines.filter(({ status }) => status === 'runnable').length
      if (mode === 'paused')
        expect(goroutines.filter(({ status }) => status === 'running').length).toBeLessThanOrEqual(1)
    }
    expect(runnable).toBeGreaterThan(100)
  })
})
