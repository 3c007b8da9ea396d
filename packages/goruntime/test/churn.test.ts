/**
 * A process whose goroutines start, grow and end as fast as it can make them: every one that is shown must be of one
 * moment, or marked torn. The program is built so that a mixture shows: see fixtures/go/churn.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { openProcess } from '@gospy/procmem'
import { prebuilt, startFixture } from 'gospy-fixtures'
import { describe, expect, it } from 'vitest'
import { GoProcess } from '../src/index.js'
import { contradictions } from './contradictions.js'

const LOOKS = Number(process.env['GOSPY_CHURN_LOOKS'] ?? 1000)

const folder = process.env['GOSPY_MATRIX']
const built =
  folder === undefined ? [] : readdirSync(folder).filter((name) => /^churn-go1\.(?!4\.).*-amd64-exe$/.test(name))
const fixtures = [
  ...prebuilt()
    .filter(({ program, arch }) => program === 'churn' && arch === 'amd64')
    .map((fixture) => ({ name: fixture.name, looks: LOOKS, fixture })),
  ...built.map((name) => ({ name, looks: 200, fixture: join(folder!, name) })),
]

describe.each(fixtures)('$name', ({ name, looks, fixture }) => {
  // Labels begin with Go 1.9.
  const hasLabels = !/-go1\.[5-8]\./.test(name)
  it.each(['live', 'paused'] as const)(
    `${looks} looks, %s: no goroutine of two moments`,
    async (mode) => {
      await using running = await startFixture(fixture)
      using process = openProcess(running.pid)
      const go = GoProcess.attach(process)
      const wrong: string[] = []
      let shown = 0
      let torn = 0
      for (let look = 0; look < looks; look++) {
        const snapshot = go.snapshot(mode === 'paused' ? { pause: { budgetMs: 10_000 } } : {})
        shown += snapshot.count
        torn += snapshot.torn
        const ids = new Set<number>()
        for (const goroutine of snapshot.goroutines()) {
          if (goroutine.torn) continue
          wrong.push(...contradictions(goroutine, hasLabels))
          if (mode === 'live' && goroutine.status === 'running' && goroutine.thread === null) {
            wrong.push(`goroutine ${goroutine.id} runs on no thread`)
          }
          if (goroutine.error !== null) wrong.push(`goroutine ${goroutine.id}: ${goroutine.error}`)
          ids.add(goroutine.id)
        }
        if (ids.size !== snapshot.stable) wrong.push(`look ${look}: an id is shown twice`)
        expect(snapshot.data.unreadable).toBe(0)
      }
      expect(wrong).toEqual([])
      expect(shown).toBeGreaterThan(looks * 50)
      if (mode === 'paused') expect(torn).toBe(0)
      console.log(`${name}, ${mode}: ${shown} goroutines shown, ${torn} torn`)
    },
    300_000,
  )
})
