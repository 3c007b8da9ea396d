/** `gospy dump --locals`: text and JSON of the fixture `locals`, built by the newest Go; stripped programs and their twins. */
import { readFileSync } from 'node:fs'
import Ajv2020 from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildLocals, type LocalsProgram, startLocals } from '../../../packages/goruntime/test/locals/locals-program.js'
import { hasGo, versions } from '../../../packages/goruntime/test/variables/values-program.js'
import { runGospy } from './run-gospy.js'

const ajv = new Ajv2020.default({ strict: true })
addFormats.default(ajv)
const validate = ajv.compile(
  JSON.parse(readFileSync(new URL('../schemas/dump-1.schema.json', import.meta.url), 'utf8')) as object,
)

interface Dump {
  readonly goroutines: readonly {
    readonly id: number
    readonly localsTorn?: boolean
    readonly stack: readonly { readonly function: string; readonly locals?: readonly object[] }[] | null
  }[]
}

describe.skipIf(!hasGo)(`dump --locals${hasGo ? '' : ' (skipped: no go)'}`, () => {
  let program: LocalsProgram
  beforeAll(async () => {
    program = await startLocals(buildLocals(versions.at(-1)!, 'noopt'))
  }, 240_000)
  afterAll(() => program.stop())

  function answer(...args: (string | number)[]): Dump {
    const { code, stdout, stderr } = runGospy(['dump', program.pid, '--json', ...args])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const value = JSON.parse(stdout) as Dump
    expect(validate(value) ? [] : validate.errors).toEqual([])
    return value
  }

  function idOf(name: string): number {
    return answer().goroutines.find(({ stack }) => stack?.some((call) => call.function === name))!.id
  }

  /** What is shown of one call. */
  function shown(name: string, ...args: (string | number)[]): string {
    const { code, stdout, stderr } = runGospy(['dump', program.pid, '--goid', idOf(name), '--locals', ...args])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    for (const line of stdout.split('\n'))
      expect(line.length).toBeLessThanOrEqual(/pc 0x|\/go-build/.test(line) ? 120 : 80)
    const lines = stdout.split('\n')
    const start = lines.findIndex((line) => line.slice(4) === name)
    const end = lines.findIndex((line, index) => index > start && /^ {4}\S|^$/.test(line))
    // Behind the function and its place.
    return lines.slice(start + 2, end).join('\n')
  }

  it('shows arguments, results and locals below each call, those that are shadowed in parentheses', () => {
    expect(shown('main.shadows').replace(/main\.call \d+$/, 'main.call N')).toBe(`        arguments
          (x) = 7
        results
          ~r0 = 0
        locals
          (y) = 8
          (x) = "inner"
          i = 1
          x = float64 1.5
          y = "innerinner"
          s = main.call N`)
  })

  it('says why a variable is not known', () => {
    expect(shown('main.unsets')).toContain(`        locals
          first = 31
          v = (not set yet)`)
    expect(shown('main.onLine')).toContain('          got = (declared on this line: it may not be set yet)')
  })

  it('looks as far into values as is said', () => {
    expect(shown('main.texts', '--max-string', 2, '--max-items', 1)).toContain(`        arguments
          s = "h"...+4 more
          b = []uint8 len 4 cap 4 0x0001...+2 more
          xs = []int len 4 cap 4 {1, ... 3 more}`)
    expect(shown('main.things', '--max-depth', 0)).toContain('          p = main.point{... 2}')
  })

  it('shows each call of a recursion with its own variables', () => {
    const { stdout } = runGospy(['dump', program.pid, '--goid', idOf('main.recursion'), '--locals'])
    expect(stdout.match(/^ {10}depth = \d$/gm)?.map((line) => Number(line.at(-1)))).toEqual([0, 1, 2, 3, 4])
  })

  it('has them in JSON of the goroutines that were named, and of no other', () => {
    const id = idOf('main.escapes')
    const { goroutines } = answer('--goid', id, '--locals', '--pause=20000')
    const [goroutine] = goroutines
    expect(goroutine).toMatchObject({ id, localsTorn: false })
    expect(goroutine!.stack!.find((call) => call.function === 'main.escapes')).toMatchObject({
      arguments: [
        { name: 'x', type: 'int', shadowed: false, value: { kind: 'int', value: 8 }, unavailable: null },
        { name: 'name', type: 'string', value: { value: 'escaped+' } },
      ],
      results: [{ name: '~r0' }],
      locals: [
        { name: 'y', value: { value: 16 } },
        { name: 'p' },
        { name: 'local' },
        { name: 'pl' },
        { name: 's' },
        { name: 'got', value: null },
      ],
      localsError: null,
    })
    for (const other of answer('--goid', id).goroutines) {
      expect(other).not.toHaveProperty('localsTorn')
      for (const call of other.stack!) expect(call).not.toHaveProperty('locals')
    }
    const [cut] = answer('--goid', id, '--locals', '--depth', 2).goroutines
    expect(cut!.stack!.map((call) => 'locals' in call)).toEqual([true, true])
  })

  it('asks for debug data where there are none, which a twin gives', async () => {
    const stripped = await startLocals(buildLocals(versions.at(-1)!, 'stripped'))
    try {
      const args = ['dump', stripped.pid, '--goid', 1, '--locals']
      const { code, stdout, stderr } = runGospy(args)
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
      expect(stderr).toMatch(/has no debug data \(DWARF\), which alone say what types variables are of/)
      const withTwin = runGospy([...args, '--bin', buildLocals(versions.at(-1)!, 'exe')])
      expect(withTwin).toMatchObject({ code: 0, stderr: '' })
      expect(withTwin.stdout).toMatch(/^ {8}locals$/m)
    } finally {
      stripped.stop()
    }
  }, 120_000)
})
