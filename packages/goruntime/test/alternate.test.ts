/**
 * Goroutines that go to and fro between two places, parked at each, as fast as they can: what a counter that comes round, and
 * transitions that nothing counts, could make look like one that did not move. See fixtures/go/alternate.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { openProcess } from '@gospy/procmem'
import { prebuilt, startFixture } from 'gospy-fixtures'
import { describe, expect, it } from 'vitest'
import { GoProcess, type Goroutine } from '../src/index.js'

/** What in a goroutine's stack cannot be of one moment. */
function contradiction({ id, status, stack, stackError, waitReason }: Goroutine): string | undefined {
  const functions = stack?.frames.map((frame) => frame.function) ?? []
  const places = functions.filter((name) => /^main\.(channel|syscall|coroutine)[AB]2?$/.test(name)).join(' < ')
  const text = `goroutine ${id} (${status}, ${waitReason}): ${functions.join(' < ')}: ${stackError}`
  if (status === 'running' || status === 'copystack') return undefined
  if (stackError !== null) return text
  return places === '' || /^(?:(main\.\w+[AB])2 < \1|main\.\w+[AB])$/.test(places) ? undefined : text
}

const folder = process.env['GOSPY_MATRIX']
const built =
  folder === undefined ? [] : readdirSync(folder).filter((name) => /^alternate-go1\.(?!4\.).*-amd64-exe$/.test(name))
const fixtures = [
  ...prebuilt()
    .filter(({ program, arch }) => program === 'alternate' && arch === 'amd64')
    .map((fixture) => ({ name: fixture.name, fixture })),
  ...built.map((name) => ({ name, fixture: join(folder!, name) })),
]

const LOOKS = Number(process.env['GOSPY_ALTERNATE_LOOKS'] ?? 300)

describe.each(fixtures)('$name', ({ name, fixture }) => {
  it(`${LOOKS} looks, live: no stack of two moments`, { timeout: 300_000 }, async () => {
    await using running = await startFixture(fixture)
    using process = openProcess(running.pid)
    const go = GoProcess.attach(process)
    const wrong: string[] = []
    let torn = 0
    for (let look = 0; look < LOOKS; look++) {
      const snapshot = go.snapshot()
      torn += snapshot.torn
      for (const goroutine of snapshot.goroutines()) {
        if (!goroutine.torn) wrong.push(...[contradiction(goroutine)].filter((text) => text !== undefined))
      }
    }
    expect(wrong).toEqual([])
    console.log(`${name}: ${LOOKS} looks, ${torn} torn`)
  })
})
