/**
 * Running goroutines of arm64 programs, whose innermost calls are in registers: one is stopped at an instruction, seen from
 * outside with its registers, and the runtime gets a SIGQUIT right there.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fixturePath, prebuilt } from 'gospy-fixtures'
import { describe, expect, it } from 'vitest'
import type { Goroutine } from '../../src/index.js'
import { disagreementsWithCrash } from '../agreement.js'
import { DebuggedProgram } from './debugged-program.js'
import { hasQemu } from './emulated-process.js'

const folder = process.env['GOSPY_MATRIX']
const programs = [
  ...prebuilt()
    .filter(({ program, arch, mode }) => program === 'states' && arch === 'arm64' && mode === 'exe')
    .map((fixture) => ({ name: fixture.name, path: () => fixturePath(fixture) })),
  ...(folder === undefined ? [] : readdirSync(folder))
    .filter((name) => /^states-.*-arm64-(exe|noopt)$/.test(name))
    .map((name) => ({ name, path: () => join(folder!, name) })),
]

/** Nothing interrupts the program but the breakpoint. */
const CALM = { args: [], env: { GODEBUG: 'asyncpreemptoff=1' } }
/** Three goroutines compete for the processor: signals preempt them. */
const BUSY = { args: ['-runnable', '3'], env: {} }

/** Where a goroutine is stopped, and what is particular about it. */
const places = [
  { place: 'main.spawnExtra', what: 'the return address is still in the link register', ...CALM },
  { place: 'main.spawnExtra+4', what: 'in the midst of what makes room for a frame', ...CALM },
  { place: 'runtime.newproc1', what: "on the thread's own stack, by systemstack", ...CALM },
  { place: 'runtime.newstack', what: "on the thread's own stack, by morestack", ...CALM },
  { place: 'runtime.park_m', what: "on the thread's own stack, by mcall", ...CALM },
  { place: 'main.step', what: 'a function that calls no other, while others were preempted', ...BUSY },
  { place: 'runtime.asyncPreempt2', what: 'behind a call that a signal handler faked', ...BUSY },
]

const minorOf = (name: string) => Number(/go1\.(\d+)/.exec(name)![1])
const hasSignals = (name: string) => minorOf(name) >= 14
/**
 * Go 1.14 to 1.20 print the line before the one at which a goroutine was preempted, as if it were a call (runtime/traceback.go,
 * gentraceback: waspanic).
 */
const printsPreempted = (name: string) => minorOf(name) >= 21

/** Two threads that stop at once, one of them for a signal, confuse qemu's debugger interface: then it is tried again. */
const OPTIONS = { retry: 3 }

/** The goroutine that the stopped thread runs. */
function runningOne(goroutines: Iterable<Goroutine>): Goroutine {
  return [...goroutines].find(({ status }) => status === 'running')!
}

describe.skipIf(!hasQemu)('running arm64 goroutines (skipped where there is no qemu-aarch64)', () => {
  describe.each(programs)('$name', ({ name, path }) => {
    const reachable = places.filter(({ args }) => printsPreempted(name) || args === CALM.args)

    it.each(reachable)('at $place: $what', OPTIONS, async ({ place, args, env }) => {
      await using program = await DebuggedProgram.start(path(), args, env)
      if (place !== 'main.spawnExtra') await program.runTo(place)
      const snapshot = program.look()
      const { thread, goroutines } = await program.dump()
      // The runtime prints the thread's stack and the goroutine's one after the other.
      const dump = goroutines.find(({ id }) => id === runningOne(snapshot.goroutines()).id)!
      const last = thread.findIndex((frame) => SWITCHES.includes(frame.function))
      if (last >= 0) {
        const own = dump.frames.filter((frame) => frame.function !== 'runtime.systemstack_switch')
        dump.frames = thread[last]!.function === 'runtime.mcall' ? own : [...thread.slice(0, last + 1), ...own]
      }
      expect(disagreementsWithCrash(snapshot, goroutines, new Set())).toEqual([])
    })

    it.runIf(hasSignals(name))('behind a signal handler (Go 1.14 and newer)', OPTIONS, async () => {
      await using program = await DebuggedProgram.start(path(), BUSY.args)
      let interrupted: Goroutine
      do {
        // Where the handler finds the goroutine is where its faked call returns to.
        while ((await program.runTo('runtime.asyncPreempt2', 'runtime.doSigPreempt')) !== 'runtime.doSigPreempt');
        interrupted = runningOne(program.look().goroutines())
      } while ((await program.runTo('runtime.asyncPreempt2', 'runtime.doSigPreempt')) !== 'runtime.asyncPreempt2')
      const preempted = runningOne(program.look().goroutines())
      expect(preempted.id).toBe(interrupted.id)
      expect(interrupted.stackError).toBeNull()
      const names = preempted.stack!.frames.map((frame) => frame.function)
      const faked = names.indexOf('runtime.asyncPreempt')
      expect(preempted.stack!.frames.slice(faked + 1)).toEqual(interrupted.stack!.frames)
    })

    it('at every instruction of a command', async () => {
      await using program = await DebuggedProgram.start(path(), CALM.args, CALM.env)
      const wrong: string[] = []
      const seen = new Set<string>()
      for (let instruction = 0; instruction < 250; instruction++) {
        const { stack, stackError, status } = program.look().goroutine(1)!
        const { function: at, offset } = program.place!
        const names = stack?.frames.map((frame) => frame.function) ?? []
        seen.add(at)
        // Where stacks are switched, the runtime itself does not know which one it is on.
        const lost = stackError !== null && names.length <= 2 && names.some((frame) => SWITCHERS.test(frame!))
        const whole = stackError === null && names.slice(-BOTTOM.length).join() === BOTTOM.join()
        const here = status !== 'running' || stack?.frames.find(({ inlined }) => !inlined)?.function === at
        if (!lost && !(whole && here)) wrong.push(`${at}+${offset}: ${stackError} ${names.join(' ')}`)
        await program.step()
      }
      expect(wrong).toEqual([])
      expect(seen.size).toBeGreaterThan(5)
    })
  })
})

/** Functions by which the runtime changes to the thread's own stack. */
const SWITCHES = ['runtime.systemstack', 'runtime.morestack', 'runtime.mcall']
const SWITCHERS = /^(runtime\.(morestack\w*|mcall|gogo|systemstack\w*)|gogo)$/
/** What the goroutine that executes commands always has on its stack. */
const BOTTOM = ['gospy/fixtures/control.Serve', 'main.main', 'runtime.main', 'runtime.goexit']
