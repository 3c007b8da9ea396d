/** Variables that change while they are read: what is shown is of one moment or marked, and nothing ends the reading. */
import { GoProcess } from '@gospy/goruntime'
import { openProcess } from '@gospy/procmem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildValues, hasGo, startValues, type ValuesProgram, versions } from './values-program.js'

const NAMES = ['main.churnString', 'main.churnAny', 'main.churnSlice', 'main.churnPtr', 'main.churnMap']

describe.skipIf(!hasGo)(`changing variables${hasGo ? '' : ' (skipped: no go)'}`, () => {
  let program: ValuesProgram
  beforeAll(async () => {
    program = startValues(buildValues(versions.at(-1)!))
    await program.churn()
  }, 120_000)
  afterAll(() => program.stop())

  it.each([undefined, { budgetMs: 10_000 }])('with pause %o', (pause) => {
    using process = openProcess(program.pid)
    using go = GoProcess.attach(process)
    const seen = new Set<unknown>()
    let stable = 0
    for (let round = 0; round < (pause === undefined ? 150 : 10); round++) {
      const { variables } = go.variables.read(NAMES, pause && { pause })
      const [text, any, slice, pointer, map] = variables.map(({ value, error }) => {
        expect(error).toBeNull()
        return value!
      })
      if (text!.torn === undefined) {
        expect(text!.value).toBe(text!.length === 5 ? 'aaaaa' : 'b'.repeat(50))
        seen.add(text!.length)
        stable++
      }
      if (any!.torn === undefined) {
        const [held] = any!.children!
        expect([held!.type, held!.value]).toEqual(held!.type === 'int' ? ['int', 42] : ['string', 'text'])
      }
      if (slice!.torn === undefined) {
        const elements = slice!.children!.map(({ value }) => value)
        expect(elements).toEqual(slice!.length === 2 ? [1, 1] : new Array(30).fill(2))
      }
      if (pointer!.torn === undefined && pointer!.value !== null) expect(pointer!.children!.length).toBe(1)
      for (const { key, value } of map!.children ?? []) if (map!.torn === undefined) expect(value).toBe(key!.value)
    }
    expect([...seen].every((length) => length === 5 || length === 50)).toBe(true)
    expect(stable).toBeGreaterThan(5)
  })
})
