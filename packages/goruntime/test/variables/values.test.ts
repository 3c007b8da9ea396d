/** Variables of a running program are what the program says of them by package reflect, every one and all of it. */
import { GoProcess } from '@gospy/goruntime'
import { openProcess } from '@gospy/procmem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { asTold, sorted } from './told.js'
import { buildValues, hasGo, startValues, type ToldNode, type ValuesProgram, versions } from './values-program.js'

const ALL = { depth: 60, maxItems: 1e6, maxString: 1e6, maxValues: 1e6 }

describe.skipIf(!hasGo)(`values${hasGo ? '' : ' (skipped: no go)'}`, () => {
  // Position-independent executables there are since Go 1.6.
  const modes = (version: string) =>
    Number(version.split('.')[1]) < 6 ? (['exe'] as const) : (['exe', 'pie'] as const)
  describe.each(versions.flatMap((version) => modes(version).map((mode) => [version, mode] as const)))(
    'go%s %s',
    (version, mode) => {
      let program: ValuesProgram
      let truth: Readonly<Record<string, ToldNode>>
      beforeAll(async () => {
        program = startValues(buildValues(version, mode))
        truth = await program.truth()
      }, 120_000)
      afterAll(() => program.stop())

      it.each([undefined, { budgetMs: 10_000 }])('equal those that the program prints, with pause %o', (pause) => {
        using process = openProcess(program.pid)
        using go = GoProcess.attach(process)
        const names = Object.keys(truth)
        const { variables, torn, mode } = go.variables.read(names, { ...ALL, ...(pause && { pause }) })
        expect({ torn, mode }).toEqual({ torn: 0, mode: pause === undefined ? 'live' : 'paused' })
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
