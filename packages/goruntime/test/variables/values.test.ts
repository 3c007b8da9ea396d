/** Variables of a running program are what the program says of them by package reflect, every one and all of it. */
import { GoProcess } from '@gospy/goruntime'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { asTold, sorted } from './told.js'
import {
  buildValues,
  hasGo,
  modesOf,
  openValues,
  startValues,
  type ToldNode,
  type ValuesProgram,
  versions,
} from './values-program.js'

const ALL = { depth: 60, maxItems: 1e6, maxString: 1e6, maxValues: 1e6 }

describe.skipIf(!hasGo)(`values${hasGo ? '' : ' (skipped: no go)'}`, () => {
  describe.each(versions.flatMap((version) => modesOf(version).map((mode) => [version, mode] as const)))(
    'go%s %s',
    (version, mode) => {
      let program: ValuesProgram
      let truth: Readonly<Record<string, ToldNode>>
      beforeAll(async () => {
        program = startValues(buildValues(version, mode), mode)
        truth = await program.truth()
      }, 120_000)
      afterAll(() => program.stop())

      it.each([undefined, { budgetMs: 60_000 }])('equal those that the program prints, with pause %o', (pause) => {
        using process = openValues(program, mode)
        using go = GoProcess.attach(process)
        const names = Object.keys(truth)
        const { variables, torn, mode: how } = go.variables.read(names, { ...ALL, ...(pause && { pause }) })
        expect({ torn, how }).toEqual({ torn: 0, how: pause === undefined ? 'live' : 'paused' })
        expect(names.length).toBeGreaterThan(140)
        for (const { expression, value, error } of variables) {
          const told = truth[expression]!
          expect.soft(error, expression).toBeNull()
          if (value !== null) expect.soft(asTold(value, told), expression).toEqual(sorted(told))
        }
      })
    },
  )
})
