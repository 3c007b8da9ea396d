/** Arguments and locals of frames are what the functions themselves say, or are said to be unavailable: never anything else. */
import { isDeepStrictEqual } from 'node:util'
import { type FrameVariable, GoProcess, type Goroutine, type SnapshotOptions, type ValueNode } from '@gospy/goruntime'
import { openProcess } from '@gospy/procmem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { minorOf } from '../../../../fixtures/builder/toolchains.mjs'
import { hasQemu, openEmulated, QEMU } from '../arm64/emulated-process.js'
import { asTold, sorted } from '../variables/told.js'
import { hasGo, type ToldNode, versions } from '../variables/values-program.js'
import { ARCH, buildLocals, type LocalsMode, type LocalsProgram, startLocals, type ToldCall } from './locals-program.js'

/** As far as the values of the fixture go; the runtime's own frames lead to all of its data. */
const LIMITS = { goroutines: Array.from({ length: 60 }, (_, index) => index + 1), depth: 6, maxValues: 400 }

const MODES: readonly LocalsMode[] = ['noopt', 'exe', 'pie']

/** Variables of optimized code that are known at least, of 150 (156 with generic functions): Go 1.11 knows of no arguments. */
const leastKnown = (minor: number) => (minor <= 10 ? 0 : minor <= 11 ? 60 : 90)

const isEmulated = ARCH === 'amd64' && hasQemu

/** What Go 1.10 makes for arm64 without optimization ends at its start: a function that may not grow the stack does. */
const arm64Modes = (version: string): LocalsMode[] => (minorOf(version) <= 10 ? ['exe'] : ['noopt', 'exe'])

interface Compared {
  equal: number
  readonly unavailable: string[]
  readonly different: string[]
}

/** Frames of functions that told of themselves, with what they told; of one function the innermost call was told last. */
function* framesWithTruth(goroutines: Iterable<Goroutine>, calls: readonly ToldCall[]) {
  const told = new Map<string, ToldCall[]>()
  for (const call of calls) told.set(call.function, [...(told.get(call.function) ?? []), call])
  for (const goroutine of goroutines) {
    const { stack, variables } = goroutine
    for (const [index, frame] of (stack?.frames ?? []).entries()) {
      const call = told.get(frame.function)?.pop()
      const ofFrame = variables?.frames[index]
      if (call !== undefined && ofFrame !== undefined) yield { frame, call, ofFrame }
    }
  }
}

/** Of code that several types share only the shape of the types is known. */
function withoutTypes({ type: _, ...node }: ToldNode): ToldNode {
  return { ...node, ...(node.children && { children: node.children.map(withoutTypes) }) }
}

function compare(what: string, variable: FrameVariable | undefined, is: ToldNode | null, into: Compared): void {
  if (is === null) {
    if (variable !== undefined && variable.value !== null)
      into.different.push(`${what} is not set, and shown as ${JSON.stringify(variable.value)}`)
    return
  }
  if (variable === undefined) into.unavailable.push(`${what}: not listed`)
  else if (variable.value === null) into.unavailable.push(`${what}: ${variable.unavailable}`)
  else {
    const told = variable.type?.includes('go.shape.') ? withoutTypes(is) : is
    const [got, wanted] = [asTold(variable.value, told), sorted(told)]
    if (isDeepStrictEqual(got, wanted)) into.equal++
    else into.different.push(`${what} is ${JSON.stringify(wanted)}, shown as ${JSON.stringify(got)}`)
  }
}

function plain({ value, children }: ValueNode): string {
  return children === undefined ? String(value) : children.map(plain).join()
}

describe.skipIf(!hasGo)(`locals${hasGo ? '' : ' (skipped: no go)'}`, () => {
  const programs = versions.flatMap((version) => [
    ...MODES.map((mode) => [version, mode, ARCH] as const),
    ...(isEmulated ? arm64Modes(version).map((mode) => [version, mode, 'arm64'] as const) : []),
  ])
  describe.each(programs)('go%s %s %s (arm64 elsewhere skipped without qemu-aarch64)', (version, mode, arch) => {
    let program: LocalsProgram
    beforeAll(async () => {
      program = await startLocals(buildLocals(version, mode, arch), arch === ARCH ? [] : QEMU)
    }, 240_000)
    afterAll(() => program.stop())

    function take<T>(options: SnapshotOptions, use: (go: GoProcess, goroutines: Goroutine[]) => T): T {
      using process = arch === ARCH ? openProcess(program.pid) : openEmulated(program.pid, program.path)
      using go = GoProcess.attach(process)
      return use(go, [...go.snapshot(options).goroutines()])
    }

    function compareAll(options: SnapshotOptions): Compared {
      const compared: Compared = { equal: 0, unavailable: [], different: [] }
      take({ ...options, variables: LIMITS }, (_, goroutines) => {
        for (const { call, frame, ofFrame } of framesWithTruth(goroutines, program.calls)) {
          expect.soft(ofFrame.error, call.function).toBeNull()
          const all = [...ofFrame.arguments, ...ofFrame.results, ...ofFrame.locals]
          for (const { name, is } of call.variables) {
            // Of several of one name, each as often as it is told of.
            const found = all.findIndex((variable) => variable.name === name)
            const [variable] = found < 0 ? [] : all.splice(found, 1)
            compare(`${call.function}:${frame.line} ${name}`, variable, is, compared)
          }
        }
      })
      return compared
    }

    const ways = [
      ['while it runs', {}],
      ['while it is stopped, with the goroutine that never waits', { pause: { budgetMs: 60_000 } }],
    ] as const
    // Registers are not those of the program that qemu runs.
    it.each(arch === ARCH ? ways : ways.slice(0, 1))('equal what their functions say, %s', (_, options) => {
      const { equal, unavailable, different } = compareAll(options)
      if (process.env['GOSPY_FIGURES'])
        console.log(version, mode, arch, equal, unavailable.length, unavailable.join('; '))
      expect(different.map((text) => text.slice(0, 500))).toEqual([])
      // All registers are read of the goroutine that never waits, those of floating-point numbers as well.
      expect(unavailable.filter((text) => text.includes('which is not read'))).toEqual([])
      const minor = Number(version.split('.')[1])
      if (mode !== 'noopt') expect(equal).toBeGreaterThanOrEqual(leastKnown(minor))
      else {
        // The compiler says nothing of results that are never assigned.
        const isSaid = minor < 18 || minor > 21 || 'main.results:98 err: not set yet, or optimized away'
        expect(unavailable.filter((text) => text !== isSaid)).toEqual([])
        expect(equal).toBeGreaterThanOrEqual('pause' in options ? 156 : 149)
      }
    })

    /** What is shown of the arguments of a function's only call. */
    function argumentsOf(name: string): (string | null)[] {
      const frameOf = ({ stack }: Goroutine) => stack?.frames.findIndex((frame) => frame.function === name) ?? -1
      const id = take({}, (_, goroutines) => goroutines.find((each) => frameOf(each) >= 0)!.id)
      return take({ variables: { ...LIMITS, goroutines: [id] } }, (_, goroutines) => {
        const chosen = goroutines.find((each) => each.id === id)!
        return chosen.variables!.frames[frameOf(chosen)]!.arguments.map(({ value }) => value && plain(value))
      })
    }

    it('are known where the first thing that a function does is a call', () => {
      const shown = argumentsOf('main.first')
      if (mode === 'noopt') expect(shown).toEqual(['94', 'first'])
      else for (const [index, value] of shown.entries()) expect([null, ['94', 'first'][index]]).toContain(value)
    })

    it('are not made up for arguments without a name, which optimized code does not store', () => {
      const is = ['91', 'blank', '92,93', '95', '96,97,98']
      for (const value of argumentsOf('main.blanks')) expect([null, ...is]).toContain(value)
    })

    it('are those of the chosen goroutines, of as many frames as are wanted, and of one moment', () => {
      take({ variables: { ...LIMITS, goroutines: [1], frames: 2 } }, (_, goroutines) => {
        const chosen = goroutines.filter(({ variables }) => variables !== null)
        expect(chosen.map(({ id }) => id)).toEqual([1])
        const { stack, variables } = chosen[0]!
        expect(stack!.frames.length).toBeGreaterThan(2)
        expect(variables).toMatchObject({ torn: false, frames: { length: 2 } })
      })
    })
  })
})
