/** What gospy answers about a process, as text and as JSON held against its published schemas. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import Ajv2020 from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { type DumpFrame, fixturePath, parseStackDump, type RunningFixture, startFixture } from 'gospy-fixtures'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fixture, gospy, runGospy } from './run-gospy.js'

let running: RunningFixture
beforeAll(async () => {
  running = await startFixture(fixture('states'))
  await running.gc()
})
afterAll(() => running.stop())

const ajv = new Ajv2020.default({ strict: true })
addFormats.default(ajv)

/** Runs gospy, expects success and nothing on stderr, and returns its stdout. */
function text(...args: (string | number)[]): string {
  const { code, stdout, stderr } = runGospy(args)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return stdout
}

/** Runs gospy, expects success, and returns its answer checked against the schema. */
function answer(command: string, args: readonly (string | number)[]) {
  const schema = JSON.parse(readFileSync(new URL(`../schemas/${command}-1.schema.json`, import.meta.url), 'utf8'))
  const value = JSON.parse(text(command, ...args, '--json'))
  const validate = ajv.getSchema(command) ?? ajv.addSchema(schema, command).getSchema(command)!
  expect(validate(value) ? [] : validate.errors).toEqual([])
  return value
}

interface Call {
  function: string
  file: string
  line: number
}

/** A call as gospy names it: Go prints `panic` for `runtime.gopanic`. */
function goName({ function: name, file, line }: DumpFrame): string {
  return `${name === 'panic' ? 'runtime.gopanic' : name} ${file}:${line}`
}

describe('dump', () => {
  it('lists as JSON what runtime.Stack lists from inside', async () => {
    const { process, snapshot, goroutines } = answer('dump', [running.pid])
    expect(process).toMatchObject({
      pid: running.pid,
      module: 'gospy/fixtures',
      arch: running.ready.goarch,
      pie: false,
      symbols: 'dwarf',
    })
    expect(snapshot).toMatchObject({
      mode: 'live',
      goroutines: goroutines.length,
      torn: 0,
      unreadable: 0,
      pausedMs: null,
    })
    const truth = await running.truth()
    const users = goroutines.filter((goroutine: { system: boolean }) => !goroutine.system)
    expect(users.map(({ id }: { id: number }) => id)).toEqual(
      truth.goroutines.map(({ id }) => id).sort((a, b) => a - b),
    )
  })

  it('has on every stack the calls that runtime.Stack prints, in their order', async () => {
    const { goroutines } = answer('dump', [running.pid])
    const truth = await running.truth()
    const stacks = new Map<number, Call[]>(
      goroutines.map(({ id, stack }: { id: number; stack: Call[] }) => [id, stack]),
    )
    for (const { id, frames } of truth.goroutines) {
      if (id === truth.controlGoroutine) continue
      const calls = stacks.get(id)!.map(({ function: name, file, line }) => `${name} ${file}:${line}`)
      for (const frame of frames.map(goName)) {
        const at = calls.indexOf(frame)
        expect(at, `${frame} on the stack of goroutine ${id}`).toBeGreaterThanOrEqual(0)
        calls.splice(0, at + 1)
      }
    }
  })

  it('has as many frames as --depth says', () => {
    const depths = (depth: number) =>
      answer('dump', [running.pid, '--depth', depth, '--filter', '!running']).goroutines.map(
        ({ stack }: { stack: Call[] }) => stack.length,
      )
    expect(new Set(depths(0))).toEqual(new Set([0]))
    expect(Math.max(...depths(3))).toBe(3)
  })

  it('says for how long it stopped the process', () => {
    const { snapshot } = answer('dump', [running.pid, '--pause=10000'])
    expect(snapshot.mode).toBe('paused')
    expect(snapshot.pausedMs).toBeGreaterThan(0)
  })

  it('shows goroutines with the same stack together, what they wait for, and how they got there', () => {
    const stdout = text('dump', running.pid)
    expect(stdout).toContain(`Process ${running.pid}  `)
    expect(stdout).not.toContain('\u001b')
    expect(stdout).toMatch(/^goroutine \d+, chan send \(nil chan\), >= \d+m?s: main\.chanSendNil {2}blocking\.go:\d+$/m)
    expect(stdout).toMatch(
      /^3 goroutines, chan receive, .*: main\.\(\*server\)\.wait {2}functions\.go:\d+\n {2}goroutines \d+, \d+, \d+$/m,
    )
    expect(stdout).toMatch(/^ {2}> main\.mutexLock +blocking\.go:\d+$/m)
    expect(stdout).toMatch(/^ {4}main\.recurse +functions\.go:\d+ {2}x 1000$/m)
    expect(stdout).toMatch(/^ {2}labels: empty=, shard=17, tenant=acme$/m)
    expect(stdout).toMatch(/^ {2}created by main\.startChannels in goroutine 1 {2}blocking\.go:\d+$/m)
    expect(stdout).toMatch(/^\d+ goroutines of the runtime: --system shows them$/m)
    expect(text('dump', running.pid, '--system')).toMatch(/^goroutine \d+, GC sweep wait.*: runtime\.bgsweep /m)
  })

  it('shows one line a goroutine, its labels, and the place that --pc names', () => {
    const stdout = text('dump', running.pid, '--group-by', 'none')
    expect(stdout).toMatch(/^ *\d+ {2}chan send \(nil chan\) +>= \d+m?s +main\.chanSendNil +blocking\.go:\d+$/m)
    expect(stdout).toMatch(/^ {8}labels: empty=, shard=17, tenant=acme$/m)
    expect(text('dump', running.pid, '--pc', 'caller')).toMatch(/chan send \(nil chan\) .* main\.startChannels /)
    // What the compiler's wrapper calls.
    expect(text('dump', running.pid, '--pc', 'start')).toMatch(/^ *\d+ .* main\.goArguments +functions\.go:\d+$/m)
  })

  it('shows all about one goroutine', async () => {
    const { named } = await running.truth()
    const stdout = text('dump', running.pid, '--goid', named['mutexLock']!)
    expect(stdout).toContain('\n1 goroutine selected\n')
    expect(stdout).toMatch(/^goroutine \d+, sync\.Mutex\.Lock, .*\n {2}runtime\.g at 0x[0-9a-f]+/m)
    expect(stdout).toMatch(/^ {2}> main\.mutexLock\n {8}\S*\/blocking\.go:\d+ \+0x[0-9a-f]+ {2}pc 0x[0-9a-f]+$/m)
  })

  it.each([
    [['--filter', 'userloc=main.chanSendNil'], ['chanSendNil']],
    [['--filter', 'curloc=runtime.gopark', '--filter', 'startloc=main.mutexLock'], ['mutexLock']],
    [['--filter', 'goloc=main.startLocks', '--filter', 'sync.Cond.Wait'], ['condWait']],
    [['--filter', 'label=tenant=acme'], ['labelsSeveral']],
    [['--filter', 'label:handler', '--filter', '!goloc=main.startLabels'], ['labelsInherited']],
    [['--filter', 'main.deepRecursion'], ['deepRecursion']],
  ])('selects by %j', async (args, names) => {
    const { named } = await running.truth()
    const { goroutines } = answer('dump', [running.pid, ...args])
    expect(goroutines.map(({ id }: { id: number }) => id)).toEqual(names.map((name) => named[name]))
  })

  it('has one answer to where a goroutine stands, and it is on the stack', () => {
    const lines = new Map(
      [...text('dump', running.pid, '--group-by', 'none').matchAll(/^ *(\d+) .* (\S+) +(\S+:\d+)$/gm)].map(
        ([, id, name, line]) => [Number(id), `${name} ${line}`],
      ),
    )
    const { goroutines } = answer('dump', [running.pid])
    for (const { id, current, stack, system } of goroutines) {
      if (current === null) continue
      expect(stack).toContainEqual({ ...current, inlined: expect.any(Boolean) })
      expect(current.function).not.toBe('runtime.goexit')
      if (!system) expect(lines.get(id)).toBe(`${current.function} ${current.file.split('/').at(-1)}:${current.line}`)
    }
  })

  it('names the ids that are gone and shows the others', () => {
    const { code, stdout, stderr } = runGospy(['dump', running.pid, '--goid', '1,999999'])
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(/^gospy: there is no goroutine 999999 /),
    })
    expect(stdout).toMatch(/^goroutine 1, /m)
  })

  it('groups by what is asked for', () => {
    expect(text('dump', running.pid, '--group-by', 'wait')).toMatch(
      /^ 1 {2}sync\.Cond\.Wait\n {4}1 {2}main\.condWait {2}blocking\.go:\d+$/m,
    )
    expect(text('dump', running.pid, '--group-by', 'created-by')).toMatch(/^ *\d+ {2}main\.startLocks$/m)
    expect(text('dump', running.pid, '--group-by', 'label:tenant')).toMatch(/^ *1 {2}tenant=acme$/m)
    expect(text('dump', running.pid, '--group-by', 'function')).toMatch(/^ *3 {2}main\.\(\*server\)\.wait$/m)
  })

  it('writes the formats that Go has', async () => {
    const { named } = await running.truth()
    const [parsed] = parseStackDump(text('dump', running.pid, '--format', 'go', '--goid', named['mutexLock']!))
    expect(parsed).toMatchObject({ id: named['mutexLock'], state: 'sync.Mutex.Lock' })
    // A goroutine of the runtime, when it is asked for.
    const [{ id }] = answer('dump', [running.pid, '--filter', '!user']).goroutines
    expect(parseStackDump(text('dump', running.pid, '--format', 'go', '--goid', id))).toMatchObject([{ id }])
    expect(text('dump', running.pid, '--format', 'pprof-text', '--goid', id)).toMatch(/^goroutine profile: total 1\n/)
    expect(text('dump', running.pid, '--format', 'pprof-text')).toMatch(/^goroutine profile: total \d+\n/)
    const profile = spawnSync(process.execPath, [gospy, 'dump', String(running.pid), '--format', 'pprof'])
    expect({ status: profile.status, magic: profile.stdout.subarray(0, 2).toString('hex') }).toEqual({
      status: 0,
      magic: '1f8b',
    })
  })

  it('lists dead goroutines when asked to', async () => {
    await running.spawn(20)
    await running.release(20)
    const without = answer('dump', [running.pid])
    const statuses = new Set(
      answer('dump', [running.pid, '--show-dead']).goroutines.map(({ status }: { status: string }) => status),
    )
    expect(without.goroutines.some(({ status }: { status: string }) => status === 'dead')).toBe(false)
    expect(statuses).toContain('dead')
  })

  it.each([
    ['process-vm-readv', 'koffi'],
    ['process-vm-readv', 'ffi-napi'],
    ['ptrace-peek', 'koffi'],
  ])('reads the same by %s through %s', (memory, native) => {
    const ids = (args: string[]) =>
      answer('dump', [running.pid, ...args]).goroutines.map(({ id }: { id: number }) => id)
    expect(ids(['--memory', memory, '--native', native])).toEqual(ids([]))
  })
})

describe('summary', () => {
  it('counts, and is the default', () => {
    const { user, system, byStatus, snapshot } = answer('summary', [running.pid])
    expect(user + system).toBe(snapshot.goroutines)
    expect(byStatus.reduce((sum: number, { count }: { count: number }) => sum + count, 0)).toBe(snapshot.goroutines)
    const stdout = text(running.pid)
    expect(stdout).toContain(`${user} goroutines of the program, ${system} of the runtime`)
    expect(stdout).toMatch(/^ +\d+ {2}waiting$/m)
    // The function behind a go statement, not the compiler's wrapper.
    expect(stdout).toMatch(/^Started as .*$/m)
    expect(stdout).not.toContain('gowrap')
  })
})

describe('heap', () => {
  it('tells what runtime.MemStats tells, and its parts add up', async () => {
    const before = (await running.truth()).memstats
    const { memStats, metrics, snapshot, gc, pauses, pauseTimes, spanClasses, bySize, caches, absent } = answer(
      'heap',
      [running.pid],
    )
    const { memstats } = await running.truth()
    expect(snapshot).toMatchObject({ mode: 'live', pausedMs: null, stable: true, warnings: [] })
    expect(memStats.numForcedGC).toBe(memstats['numForcedGC'])
    for (const name of ['totalAlloc', 'mallocs', 'frees', 'numGC', 'pauseTotalNs', 'buckHashSys']) {
      expect(memStats[name], name).toBeGreaterThan(0)
      expect(memStats[name], name).toBeGreaterThanOrEqual(before[name]!)
      expect(memStats[name], name).toBeLessThanOrEqual(memstats[name]!)
    }
    expect(metrics['/memory/classes/total:bytes']).toBe(memStats.sys)
    expect(metrics['/gc/cycles/total:gc-cycles']).toBe(memStats.numGC)
    const { heapSys, stackSys, mspanSys, mcacheSys, buckHashSys, gcSys, otherSys } = memStats
    expect(heapSys + stackSys + mspanSys + mcacheSys + buckHashSys + gcSys + otherSys).toBe(memStats.sys)
    expect(spanClasses.reduce((sum: number, { objects }: { objects: number }) => sum + objects, 0)).toBe(
      memStats.heapObjects,
    )
    expect(bySize[1].size).toBe(8)
    expect(caches.length).toBe(running.ready.gomaxprocs)
    expect(pauses[0].cycle).toBe(memStats.numGC)
    expect(gc).toMatchObject({ phase: 'off', gogc: 100, memoryLimit: null })
    expect(absent).toEqual({ memoryLimit: 'none is set', '/gc/gomemlimit:bytes': 'none is set' })
    // Each collection stops the world twice.
    expect(pauseTimes.counted).toBeGreaterThanOrEqual(2 * memStats.numGC)
    expect(pauseTimes.p50Ns).toBeLessThanOrEqual(pauseTimes.maxNs)
  })

  it('shows it with the names of runtime.MemStats, within 80 columns', () => {
    const stdout = text('heap', running.pid)
    expect(stdout).toMatch(/^ {2}objects +\d+ {2}HeapObjects: \d+ Mallocs - \d+ Frees$/m)
    expect(stdout).toMatch(/^ {2}next at +[\d.]+ MiB {2}NextGC: GOGC=100$/m)
    expect(stdout).toMatch(/^ {2}last pauses +[\d.]+ ms {2}cycle \d+, ended (\d+m?s ago|just now)$/m)
    expect(stdout).toMatch(/^ {2}longest pause +[\d.]+ ms {2}\/gc\/pauses: of \d+, half up to [\d.]+ ms$/m)
    expect(stdout).toMatch(/^ +larger +\d+ +\d+ +[\d.]+ [KM]iB +\d+ % +\d+ % +\d+ +\d+$/m)
    expect(stdout).not.toContain('Not known')
    // But the path of the program.
    const [, ...lines] = stdout.split('\n')
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80)
  })

  it('says what a version does not tell', async () => {
    await using old = await startFixture(fixture('states', { goVersion: '1.13.15' }))
    const { absent, gc } = answer('heap', [old.pid])
    expect(gc).toMatchObject({ gogc: 100, memoryLimit: null, gcCpuNs: null })
    expect(absent).toMatchObject({ memoryLimit: 'told from Go 1.19 on', gcCpuNs: 'told from Go 1.20 on' })
    expect(text('heap', old.pid)).toMatch(/^ {2}gcCpuNs, totalCpuNs: told from Go 1\.20 on$/m)
  })

  it('stops the process only where that is asked for', () => {
    const { snapshot } = answer('heap', [running.pid, '--pause=10000'])
    expect(snapshot).toMatchObject({ mode: 'paused', stable: true })
    expect(snapshot.pausedMs).toBeGreaterThan(0)
    expect(text('heap', running.pid, '--pause=10000')).toMatch(/^Read while it was stopped for [\d.]+ ms$/m)
  })
})

describe('ps', () => {
  it('lists the process', () => {
    const { processes } = answer('ps', [])
    expect(processes).toContainEqual({
      pid: running.pid,
      user: expect.any(String),
      goVersion: running.ready.goVersion,
      module: { path: 'gospy/fixtures', version: expect.any(String) },
      executable: running.path,
    })
    expect(runGospy(['ps']).stdout).toMatch(
      new RegExp(`^ *${running.pid} +\\S+ +${running.ready.goVersion} +gospy/fixtures`, 'm'),
    )
  })
})

describe('info', () => {
  it('tells the same of a process as of its file, and how the data of the runtime were found in it', () => {
    const ofFile = answer('info', [running.path])
    expect(ofFile).toMatchObject({
      goVersion: running.ready.goVersion,
      symbols: 'dwarf',
      module: { path: 'gospy/fixtures' },
      runtime: null,
    })
    expect(ofFile.functionTable.functions).toBeGreaterThan(1000)
    const { runtime, ...ofProcess } = answer('info', [running.pid])
    expect({ ...ofProcess, runtime: null }).toEqual(ofFile)
    expect(runtime.structs[0]).toMatchObject({ name: 'runtime.g', foundBy: 'DWARF' })
    expect(runtime.variables[0]).toMatchObject({ name: 'runtime.allgs', foundBy: ['DWARF'] })
    expect(runGospy(['info', running.path]).stdout).toContain('DWARF: goroutines can be shown')
  })

  it('tells how the data of a stripped program were found', async () => {
    const stripped = fixture('states', { mode: 'stripped' })
    expect(answer('info', [fixturePath(stripped)])).toMatchObject({ symbols: 'none', runtime: null })
    await using process = await startFixture(stripped)
    const { runtime } = answer('info', [String(process.pid)])
    expect(runtime.error).toBeNull()
    const minor = /^go1\.(\d+)/.exec(process.ready.goVersion)![1]
    for (const { foundBy, unknown } of runtime.structs) {
      expect({ foundBy, unknown }).toEqual({ foundBy: `table of Go 1.${minor}`, unknown: [] })
    }
    expect(runtime.variables[0].foundBy.join('; ')).toMatch(/^code of allgadd.*; search of the data$/)
    const { stdout } = runGospy(['info', String(process.pid)])
    expect(stdout).toContain('none (stripped): variables by code and memory, layouts by Go version')
    expect(stdout).toMatch(/^Runtime data in the process\nruntime\.g +table of Go 1\.\d+$/m)
    expect(stdout).toMatch(/^runtime\.allgs +0x[0-9a-f]+ {2}code of allgadd/m)
  })
})

describe('demo', () => {
  it('shows who waits for the lock and who holds it, within 80 columns', () => {
    const stdout = text('demo')
    expect(stdout).toMatch(/^3 goroutines, sync\.Mutex\.Lock: main\.\(\*inventory\)\.reserve {2}main\.go:\d+$/m)
    expect(stdout).toMatch(
      /^goroutine \d+, chan receive: main\.askWarehouse .*\n(.+\n)+ {4}main\.\(\*inventory\)\.audit /m,
    )
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
  })
})
