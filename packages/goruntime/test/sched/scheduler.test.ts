/**
 * The scheduler as gospy shows it, held against what the runtime of the same process traces of itself
 * (GODEBUG=schedtrace,scheddetail), for every committed version, with debug data and stripped.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { openProcess, type Process } from '@gospy/procmem'
import { canRun, fixturePath, prebuilt, startFixture } from 'gospy-fixtures'
import { describe, expect, it } from 'vitest'
import { GoProcess, type Scheduler } from '../../src/index.js'
import { PROCESSOR_STATUSES } from '../../src/sched/scheduler.js'
import { hasQemu, openEmulated, QEMU } from '../arm64/emulated-process.js'
import type { SchedTrace } from './schedtrace.js'
import { PERIOD, TracedProgram } from './traced-program.js'

/** What `pnpm matrix` has built: every Go version, in every way of linking. */
const matrix = process.env['GOSPY_MATRIX']
const MATRIX_NAMES = {
  amd64: /^states-go(1\.(?:[5-9]|[12]\d)[.\d]*)-amd64-(exe|pie|external|noopt|stripped(-pie|-external)?)$/,
  arm64: /^states-go(1\.[12]\d[.\d]*)-arm64-exe$/,
}

interface Program {
  readonly name: string
  readonly path: string
  readonly minor: number
  readonly runs: boolean
}

function programs(arch: 'amd64' | 'arm64'): Program[] {
  const minorOf = (version: string | null | undefined) => Number(version?.split('.')[1])
  if (matrix === undefined) {
    return prebuilt()
      .filter((fixture) => fixture.program === 'states' && fixture.arch === arch)
      .map((fixture) => ({
        name: fixture.name,
        path: fixturePath(fixture),
        minor: minorOf(fixture.goVersion),
        runs: canRun(fixture),
      }))
  }
  return readdirSync(matrix).flatMap((name) => {
    const version = MATRIX_NAMES[arch].exec(name)?.[1]
    return version === undefined ? [] : [{ name, path: join(matrix, name), minor: minorOf(version), runs: true }]
  })
}

const fixtures = programs('amd64')
const TRIES = 40

/** The same, in the shape of a trace. */
function traced(scheduler: Scheduler): SchedTrace {
  const { timeToRun: _, ...rest } = scheduler
  return {
    gomaxprocs: rest.gomaxprocs!,
    idleprocs: rest.npidle!,
    threads: rest.threads!,
    spinningthreads: rest.nmspinning!,
    idlethreads: rest.nmidle!,
    runqueue: rest.runqSize!,
    gcwaiting: rest.gcwaiting!,
    nmidlelocked: rest.nmidlelocked!,
    stopwait: rest.stopwait!,
    sysmonwait: rest.sysmonwait!,
    needspinning: rest.needspinning ?? undefined,
    processors: rest.processors.map((p) => ({
      id: p.id,
      status: PROCESSOR_STATUSES.indexOf(p.status),
      schedtick: p.schedtick!,
      syscalltick: p.syscalltick!,
      m: p.m,
      runqsize: p.runqSize!,
      timerslen: p.timers ?? undefined,
    })),
    machines: rest.machines.map((m) => ({
      id: m.id!,
      p: m.p,
      curg: m.goroutine?.id ?? null,
      spinning: m.spinning!,
      blocked: m.blocked!,
      lockedg: m.lockedGoroutine?.id ?? null,
    })),
  }
}

/** Ms that wait for a call from C. */
function waitingForCalls({ machines }: Scheduler): Set<number> {
  const waiting = machines.filter(
    ({ extra, goroutine, lockedGoroutine }) => extra === true && goroutine === null && lockedGoroutine === null,
  )
  return new Set(waiting.map(({ id }) => id!))
}

/** A trace without what the runtime says otherwise: the runtime.g of Ms that wait for calls is printed like a goroutine. */
function told(trace: SchedTrace, waiting: ReadonlySet<number>, minor: number): unknown {
  const machines = trace.machines.map((machine) => ({
    ...machine,
    ...(waiting.has(machine.id) && { curg: null, lockedg: null }),
    // Go 1.5 and 1.6 print for every M whether the one that traces is blocked.
    ...(minor <= 6 && { blocked: false }),
  }))
  return { ...trace, machines }
}

type Open = (pid: number) => Process

function look(pid: number, pause = false, open: Open = openProcess): { scheduler: Scheduler; threads: number[] } {
  using process = open(pid)
  using go = GoProcess.attach(process)
  return { scheduler: go.scheduler(pause ? { pause: { budgetMs: 5000 } } : {}), threads: process.threads() }
}

/** A look, and the traces before and after it. */
async function between(program: TracedProgram, pause: boolean, open?: Open) {
  const count = program.count
  const before = await program.trace(count)
  const seen = look(program.pid, pause, open)
  // What was traced until now is taken in; the next trace may have begun by now, the one behind it has not.
  await setTimeout(2 * PERIOD)
  const after = await program.trace(program.count + 1)
  return { before, after, ...seen }
}

describe.each(fixtures)('$name', ({ path, minor, runs }) => {
  const note = ' (skipped where this machine cannot run it)'

  it.skipIf(!runs)(`shows what the runtime traces${note}`, async () => {
    await using program = await TracedProgram.start(path, [], { GOMAXPROCS: '3' })
    let pause = false
    for (let attempt = 1; ; attempt++) {
      const { before, after, scheduler, threads } = await between(program, pause)
      // What is the same before and after was the same in between.
      if (JSON.stringify(before) !== JSON.stringify(after) && attempt < TRIES) continue
      const waiting = waitingForCalls(scheduler)
      expect(told(traced(scheduler), waiting, minor)).toEqual(told(before, waiting, minor))
      expect(scheduler.warnings).toEqual([])
      expect(scheduler.torn).toBe(false)
      expect(scheduler.processors.filter(({ torn }) => torn)).toEqual([])
      expect(scheduler.idleProcessors?.length).toBe(before.idleprocs)
      expect(scheduler.idleMachines?.length).toBe(before.idlethreads)
      const own = scheduler.machines.flatMap(({ id, thread }) => (waiting.has(id!) && thread === null ? [] : thread))
      expect([...own].sort((a, b) => a! - b!)).toEqual(threads)
      expect(scheduler.machines.filter(({ startFunction }) => startFunction === 'runtime.sysmon').length).toBe(1)
      expect(scheduler.mode).toBe(pause ? 'paused' : 'live')
      if (pause) return
      pause = true
    }
  })

  const preempts = minor >= 14
  it.skipIf(!runs || !preempts)(
    'shows who waits to run (skipped where this machine cannot run it, and before Go 1.14, whose loops keep their P)',
    async () => {
      const args = ['-runnable', '8']
      await using program = await TracedProgram.start(path, args, { GOMAXPROCS: '1' })
      for (let attempt = 1; ; attempt++) {
        const { before, after, scheduler } = await between(program, true)
        const [p] = scheduler.processors
        const running = scheduler.machines.find(({ id }) => id === p!.m)?.goroutine
        // The P may change hands just then, and its M be in the scheduler.
        if (running === undefined || running === null) {
          expect(attempt).toBeLessThan(TRIES)
          continue
        }
        expect(scheduler.gomaxprocs).toBe(1)
        expect(scheduler.processors.length).toBe(1)
        // All that compete for the one P are in one of its places or in the global queue, each once.
        const queued = [...p!.runq, ...(p!.runnext === null ? [] : [p!.runnext]), ...scheduler.runq]
        expect(p!.runq.length).toBe(p!.runqSize)
        expect(scheduler.runq.length).toBe(scheduler.runqSize)
        const competing = [running, ...queued].filter(({ startFunction }) => startFunction?.includes('unnable'))
        expect(new Set(competing.map(({ id }) => id)).size).toBe(8)
        expect(competing.length).toBe(8)
        for (const { status } of queued) expect(status).toBe('runnable')
        expect(p!.schedtick).toBeGreaterThanOrEqual(before.processors[0]!.schedtick)
        expect(p!.schedtick).toBeLessThanOrEqual(after.processors[0]!.schedtick)
        return
      }
    },
  )
})

it.skipIf(!hasQemu).each(programs('arm64'))(
  '$name shows what the runtime traces (skipped where there is no qemu-aarch64)',
  async ({ path }) => {
    await using program = await TracedProgram.start(path, [], { GOMAXPROCS: '3' }, QEMU)
    for (let attempt = 1; ; attempt++) {
      const { before, after, scheduler } = await between(program, false, (pid) => openEmulated(pid, path))
      if (JSON.stringify(before) !== JSON.stringify(after) && attempt < TRIES) continue
      expect(traced(scheduler)).toEqual(before)
      expect(scheduler.warnings).toEqual([])
      return
    }
  },
)

it('has versions to look at', () => {
  expect(fixtures.filter(({ runs }) => runs).length).toBeGreaterThan(3)
})

const cgo = prebuilt().filter((fixture) => fixture.program === 'cgo' && canRun(fixture))

it.each(cgo)('shows who is in C in $name', async (fixture) => {
  await using running = await startFixture(fixture)
  const { named } = await running.truth()
  const { machines } = look(running.pid).scheduler
  const inC = machines.filter(({ incgo }) => incgo).map(({ goroutine }) => goroutine?.id)
  expect(inC).toContain(named['cgoBlocked'])
  expect(inC).not.toContain(named['goOnly'])
})

it.each(cgo)('shows who waits for a call from C in $name, and its runtime.g as no goroutine', async (fixture) => {
  await using program = await TracedProgram.start(fixturePath(fixture), [], { GOMAXPROCS: '2' })
  for (let attempt = 1; ; attempt++) {
    const { before, after, scheduler } = await between(program, false)
    if (JSON.stringify(before) !== JSON.stringify(after) && attempt < TRIES) continue
    const waiting = waitingForCalls(scheduler)
    // Made for a thread of C that may call once more; the runtime itself prints its runtime.g.
    expect(waiting.size).toBeGreaterThan(0)
    for (const id of waiting) expect(before.machines.find((machine) => machine.id === id)?.lockedg).not.toBeNull()
    const minor = Number(fixture.goVersion?.split('.')[1])
    expect(told(traced(scheduler), waiting, minor)).toEqual(told(before, waiting, minor))
    return
  }
})
