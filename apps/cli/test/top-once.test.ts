/** `gospy top` where there is no screen: one plain frame. */
import { spawnSync } from 'node:child_process'
import { type RunningFixture, startFixture } from 'gospy-fixtures'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Pty } from './pty.js'
import { fixture, gospy, runGospy } from './run-gospy.js'

let running: RunningFixture

beforeAll(async () => {
  running = await startFixture(fixture('states'))
  await running.gc()
})
afterAll(() => running.stop())

function frame(...args: (string | number)[]): string {
  const { code, stdout, stderr } = runGospy(['top', running.pid, ...args])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return stdout
}

it('is printed into a pipe, with all groups and nothing cut', async () => {
  const text = frame()
  const { goroutines } = await running.truth()
  // biome-ignore lint/suspicious/noControlCharactersInRegex: there must be none
  expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f]/)
  expect(text).not.toContain('…')
  expect(text).toMatch(/^CPU \d+ % of \d+ %/m)
  const counts = [...text.matchAll(/^ +(\d+) .* main\.\S+ +\S+\.go:\d+$/gm)].map(([, count]) => Number(count))
  const others = [...text.matchAll(/^ +(\d+) .* (?!main\.)\S+ +\S+\.go:\d+$/gm)].map(([, count]) => Number(count))
  expect([...counts, ...others].reduce((sum, count) => sum + count, 0)).toBe(goroutines.length)
  expect(text).toContain('main.rwmutexReaderBehindWriter')
})

it('is printed on a terminal with --once, as wide as that is', async () => {
  await using screen = new Pty(process.execPath, [gospy, 'top', running.pid, '--once'])
  expect(await screen.exited).toEqual({ exitCode: 0, signal: 0 })
  expect(screen.isFullScreen).toBe(false)
  const lines = screen.written.split('\r\n')
  expect(lines[0]).toContain('gospy top')
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80)
})

it('is as it was asked for', () => {
  expect(frame('--group-by', 'wait', '--sort', 'wait')).toMatch(
    /^Goroutines by what they wait for, longest waiting first$/m,
  )
  expect(frame('--filter', 'main.condWait')).toMatch(/^ *1 .*main\.condWait/m)
  expect(frame('--filter', 'nothing like it')).toContain('no goroutine passes the filter')
  expect(frame('--group-by', 'label:key')).toMatch(/\(no label key\)|key=/)
  expect(frame('--pause')).toMatch(/^\d+ goroutines: /m)
  expect(frame('--system')).toMatch(/ runtime\.\S+/)
})

it('refuses what makes no sense', () => {
  const wrong = (...args: (string | number)[]) => runGospy(['top', running.pid, ...args])
  expect(wrong('--interval', '0')).toMatchObject({ code: 64, stdout: '' })
  expect(wrong('--sort', 'size')).toMatchObject({ code: 64, stdout: '' })
  expect(wrong('--group-by', 'stack')).toMatchObject({ code: 64, stdout: '' })
  expect(wrong('--filter', 'label=')).toMatchObject({ code: 64, stdout: '' })
  expect(runGospy(['top', 4194304])).toMatchObject({ code: 1, stdout: '' })
})

it('ends without a word when nobody reads on', () => {
  const { status, stderr } = spawnSync(
    '/bin/sh',
    ['-c', `"$0" "$1" top "$2" | head -1`, process.execPath, gospy, String(running.pid)],
    {
      encoding: 'utf8',
    },
  )
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
})
