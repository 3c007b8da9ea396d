/** `gospy sched`: as text and as JSON held against its schema, beside what the process and /proc say. */
import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, readlinkSync, rmdirSync, writeFileSync } from 'node:fs'
import { text as textOf } from 'node:stream/consumers'
import { GoProcess, type SchedulerGoroutine } from '@gospy/goruntime'
import { openProcess } from '@gospy/procmem'
import Ajv2020 from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { type RunningFixture, startFixture } from 'gospy-fixtures'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sched } from '../src/commands/sched.js'
import { intervalReport, takeLook } from '../src/render/sched-report.js'
import { writeIntervalText, writeSchedText } from '../src/render/sched-text.js'
import { collector } from './made-up.js'
import { fixture, gospy, runGospy } from './run-gospy.js'

const ajv = new Ajv2020.default({ strict: true, allowUnionTypes: true })
addFormats.default(ajv)
const validate = ajv.compile(
  JSON.parse(readFileSync(new URL('../schemas/sched-1.schema.json', import.meta.url), 'utf8')),
)

function text(...args: (string | number)[]): string {
  const { code, stdout, stderr } = runGospy(['sched', ...args])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return stdout
}

function answer(...args: (string | number)[]) {
  const value = JSON.parse(text(...args, '--json'))
  expect(validate(value) ? [] : validate.errors).toEqual([])
  return value
}

/** What holds of every answer in itself. */
function checkParts({ scheduler, system }: ReturnType<typeof answer>, pid: number): void {
  expect(scheduler.processors.length).toBe(scheduler.gomaxprocs)
  expect(scheduler.machines.length).toBe(scheduler.threads)
  const tids = readdirSync(`/proc/${pid}/task`).map(Number)
  expect(system.threads.map(({ tid }: { tid: number }) => tid)).toEqual(tids.sort((a, b) => a - b))
  for (const { thread } of scheduler.machines) expect(tids).toContain(thread)
}

describe('of a program at rest', () => {
  let running: RunningFixture
  beforeAll(async () => {
    running = await startFixture(fixture('states'), { env: { GOMAXPROCS: '3' } })
  })
  afterAll(() => running.stop())

  it('is complete, by its schema, and agrees with itself and with /proc', () => {
    const value = answer(running.pid)
    checkParts(value, running.pid)
    expect(value).toMatchObject({
      schema: 'gospy.sched/1',
      process: { pid: running.pid },
      snapshot: { mode: 'live', pausedMs: null },
      scheduler: { gomaxprocs: 3, customGomaxprocs: true, gcwaiting: false, runqSize: 0, runq: [] },
      intervals: [],
      warnings: [],
    })
    expect(answer(running.pid, '--pause=5000').snapshot.mode).toBe('paused')
  })

  it('shows what is locked to a thread, and what a thread waits in', async () => {
    const { named } = await running.truth()
    const { scheduler, system } = answer(running.pid)
    const threads = new Map(system.threads.map((thread: { tid: number }) => [thread.tid, thread]))
    const locked = scheduler.machines.find(
      ({ lockedGoroutine }: { lockedGoroutine: { id: number } | null }) =>
        lockedGoroutine?.id === named['lockedSyscall'],
    )
    expect(locked.goroutine).toMatchObject({ id: named['lockedSyscall'], status: 'syscall' })
    expect(threads.get(locked.thread)).toMatchObject({ state: 'S', waitChannel: expect.stringMatching(/pipe|^0$/) })
  })

  it('fits into 80 columns, and names Ps and Ms', () => {
    const stdout = text(running.pid)
    let shown = ''
    using process = openProcess(running.pid)
    using go = GoProcess.attach(process)
    const output = {
      write: (piece: string | Uint8Array) => (shown += piece),
      isTerminal: true,
      columns: 80,
      colour: false,
    }
    writeSchedText(output, go, takeLook(go, {}))
    // The first line has the program's path.
    const lines = shown.split('\n').slice(1)
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80)
    expect(stdout).toMatch(/^GOMAXPROCS 3 \(set by its environment or itself\); \d Ps idle$/m)
    expect(stdout).toMatch(/^P +Status +M +Schedtick +Syscalltick +Queue +Timers +Next$/m)
    expect(stdout).toMatch(/^ *2 +(idle|running) /m)
    expect(stdout).toMatch(/^ *\d+ +\d+ +- +sysmon /m)
    expect(stdout).toMatch(/^ *\d+ +\d+ +- +syscall, locked +\d+ main\./m)
    expect(stdout).toMatch(/^ *\d+ +\d+ +- +waits for \d+ +- /m)
  })

  it('fits into 80 columns with the longest names and the greatest numbers, which are not cut', () => {
    using process = openProcess(running.pid)
    using go = GoProcess.attach(process)
    const look = takeLook(go, {})
    const goroutine = (id: number): SchedulerGoroutine => {
      return { id, status: 'runnable', startFunction: `example.com/${'x'.repeat(99)}.f` }
    }
    const runq = Array.from({ length: 256 }, (_, index) => goroutine(12_345_678 + index))
    const scheduler = {
      ...look.scheduler,
      ...{ threads: 10_000, nmidle: 9_999, nmidlelocked: 9_999, nmspinning: 1_234, needspinning: true },
      ...{ runqSize: 1_000_000, gcwaiting: true, stopwait: 1_024, torn: true },
      processors: look.scheduler.processors.map((p) => ({ ...p, schedtick: 2 ** 32 - 1, runq, runnext: runq[0]! })),
      machines: look.scheduler.machines.map((m) => ({ ...m, goroutine: runq[0]! })),
    }
    const output = collector(80)
    writeSchedText(output, go, { ...look, scheduler })
    const stillQueued = [{ ...runq[0]!, processor: 1_023, waitedAtLeastNs: 3e12 }]
    const interval = intervalReport(look, { ...look, scheduler }, stillQueued)
    writeIntervalText(output, interval)
    // The first line has the program's path.
    const lines = output.text().split('\n').slice(1)
    expect(lines.filter((line) => line.length > 80)).toEqual([])
    expect(output.text()).toMatch(/^256 {2}x\S+…\S+\.f {2}12345678, 12345679 and 254 more$/m)
    expect(output.text()).toMatch(/^ *\d+ +\d+ +\S+ +runnable +12345678 x\S*…\S+\.f {2}S /m)
    expect(output.text()).toMatch(/^ {2}goroutine 12345678 \S+\.f on P 1023$/m)
  })

  it('says what is wrong with the command line', () => {
    for (const [args, message] of [
      [['--count', '3'], /give --interval as well/],
      [['--interval', '0'], /--interval takes seconds/],
      [['--interval', '1x'], /--interval takes seconds/],
      [['--interval', '1', '--count', '0'], /--count takes a number/],
    ] as const) {
      const { code, stdout, stderr } = runGospy(['sched', running.pid, ...args])
      expect({ code, stdout, stderr }).toEqual({ code: 64, stdout: '', stderr: expect.stringMatching(message) })
    }
  })
})

describe('of a program whose goroutines compete for one P', () => {
  let running: RunningFixture
  beforeAll(async () => {
    running = await startFixture(fixture('states'), { args: ['-runnable', '8'], env: { GOMAXPROCS: '1' } })
  })
  afterAll(() => running.stop())

  it('shows who waits', () => {
    const { scheduler } = answer(running.pid, '--pause=5000')
    const queued = [...scheduler.runq, ...scheduler.processors[0].runq]
    expect(queued.length).toBeGreaterThan(5)
    const stdout = text(running.pid, '--pause=5000')
    expect(stdout).toMatch(/^ ?\d {2}main\.startRunnable\.gowrap1 {2}\d+(, \d+)*$/m)
  })

  it('tells what happened in an interval', () => {
    const value = answer(running.pid, '--interval', '0.5', '--count', '2')
    expect(value.intervals).toHaveLength(2)
    for (const interval of value.intervals) {
      expect(interval.durationNs).toBeGreaterThan(0.5e9)
      // The runtime lets others run after 10 ms.
      expect(interval.processors[0].schedticksPerSecond).toBeGreaterThan(5)
      expect(interval.processors[0].schedticksPerSecond).toBeLessThan(5000)
    }
    const waited = value.intervals.reduce((sum: number, { timeToRun }: { timeToRun: { counted: number } }) => {
      return sum + timeToRun.counted
    }, 0)
    expect(waited).toBeGreaterThan(0)
    const [short] = answer(running.pid, '--interval', '0.01').intervals
    for (const { waitedAtLeastNs } of short.stillQueued) {
      expect(waitedAtLeastNs).toBe(short.durationNs)
    }
    expect(text(running.pid, '--interval', '0.1')).toMatch(/^P +Schedticks\/s +Syscallticks\/s +Queue$/m)
  })

  const group = controlGroup()
  it.skipIf(group === undefined)(
    'sets the CPU limit of its control group beside GOMAXPROCS (skipped where no group of version 1 can be made)',
    async () => {
      try {
        writeFileSync(`${group}/cgroup.procs`, String(running.pid))
        writeFileSync(`${group}/cpu.cfs_quota_us`, '30000')
        const { system, intervals } = answer(running.pid, '--interval', '0.5')
        expect(system.cpuLimits[0]).toMatchObject({ path: group, version: 1, cpus: 0.3 })
        expect(intervals[0].throttledPeriods[0].periods).toBeGreaterThan(0)
        const stdout = text(running.pid)
        expect(stdout).toMatch(/^CPU limit 0\.3 processors: stopped in \d+ of \d+ periods?, \S+ in all$/m)
        expect(stdout).toContain('GOMAXPROCS is above it')
      } finally {
        await running.stop()
        rmdirSync(group!)
      }
    },
  )
})

describe('of intervals that are cut short', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('by %s, tells in JSON what was seen, and ends by it', async (wanted) => {
    await using running = await startFixture(fixture('demo'))
    const args = ['sched', running.pid, '--json', '--interval', '3600', '--count', '5'].map(String)
    const child = spawn(process.execPath, [gospy, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    const ended = new Promise((resolve) => child.on('exit', (code, signal) => resolve({ code, signal })))
    const answers = Promise.all([textOf(child.stdout), textOf(child.stderr)])
    // It begins to look: by then it hears the signal.
    while (!hasOpen(child.pid!, `/proc/${running.pid}/mem`)) await new Promise((resolve) => setTimeout(resolve, 20))
    child.kill(wanted)
    expect(await ended).toEqual({ code: null, signal: wanted })
    const [stdout, stderr] = await answers
    expect(stderr).toBe('')
    const value = JSON.parse(stdout)
    expect(validate(value) ? [] : validate.errors).toEqual([])
    expect(value).toMatchObject({ process: { pid: running.pid }, intervals: [] })
  })

  it('by the end of the process, tells in JSON what was seen, and fails', async () => {
    const running = await startFixture(fixture('demo'))
    const stdout = collector()
    const options = { json: true, interval: '0.05', count: '100000' }
    // By the time that it waits it has looked.
    const done = sched({ stdout, stderr: collector() }, String(running.pid), options)
    await Promise.all([running.stop(), expect(done).rejects.toThrow(/has ended/)])
    const value = JSON.parse(stdout.text())
    expect(validate(value) ? [] : validate.errors).toEqual([])
    expect(value.scheduler.processors.length).toBeGreaterThan(0)
  })
})

function hasOpen(pid: number, path: string): boolean {
  return readdirSync(`/proc/${pid}/fd`).some((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`) === path
    } catch {
      return false
    }
  })
}

describe('of a program with many Ps', () => {
  let running: RunningFixture
  beforeAll(async () => {
    running = await startFixture(fixture('states'), { env: { GOMAXPROCS: '80' } })
  })
  afterAll(() => running.stop())

  it('lists them all, but of an interval only those that did something', () => {
    const [look, interval] = text(running.pid, '--interval', '0.01').split(/\n\n(?=\d{4}-)/)
    expect(look!.match(/^ *\d+ {2}(idle|running|syscall) /gm)).toHaveLength(80)
    const [, others] = /^(\d+) other Ps? did nothing$/m.exec(interval!)!
    const listed = interval!.match(/^ *\d+ +[\d.]+ +[\d.]+ +\d+$/gm) ?? []
    expect(listed.length + Number(others)).toBe(80)
    expect(listed.length).toBeLessThan(40)
  })

  it('says of those that keep memory for objects how much, and how many the others are', () => {
    const { stdout } = runGospy(['heap', running.pid])
    const [, table] = stdout.split('Put aside by each P')
    const listed = table!.match(/^ *\d+ +\d+ +\d+ +[\d.]+ \w+ +\d+ and \d+ tiny$/gm)!
    const [, others] = /^ {2}(\d+) other Ps? ha(?:s|ve) nothing put aside$/m.exec(table!)!
    expect(listed.length + Number(others)).toBe(80)
  })
})

it('knows the scheduler of a stripped program of the same version', async () => {
  await using running = await startFixture(fixture('states', { mode: 'stripped' }))
  const value = answer(running.pid)
  checkParts(value, running.pid)
  expect(value.process.symbols).toBe('none')
  expect(value.warnings).toEqual([])
})

it('has null for what an old Go does not have', async () => {
  await using running = await startFixture(fixture('states', { goVersion: '1.13.15' }))
  const { scheduler } = answer(running.pid)
  expect(scheduler).toMatchObject({ timeToRun: null, customGomaxprocs: null, needspinning: null })
  expect(scheduler.processors[0].timers).toBeNull()
  expect(text(running.pid)).toContain('how long goroutines waited to run: - (recorded since Go 1.17)')
})

/** An empty control group; undefined where none can be made. */
function controlGroup(): string | undefined {
  const folder = `/sys/fs/cgroup/cpu/gospy-sched-${process.pid}`
  try {
    mkdirSync(folder)
  } catch {
    return undefined
  }
  return folder
}
