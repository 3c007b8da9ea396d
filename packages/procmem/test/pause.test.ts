/** Pausing, with the kernel as the oracle: /proc/PID/task/TID/stat and status tell who is stopped and traced. */
import { spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { openProcess, type Process, ProcessError } from '../src/index.js'
import { loadNativeCalls } from '../src/native/load-native-calls.js'
import { now } from '../src/ptrace/clock.js'
import { release } from '../src/ptrace/stop.js'
import { Tracees } from '../src/ptrace/tracees.js'
import { bundle } from './helpers/bundle.js'
import { pause as delay, killTargets, startNode, startPythonBelowShell, Target } from './helpers/targets.js'

afterEach(killTargets)
afterAll(killTargets)

interface Heartbeat {
  counters: number[]
  born: number
  signals: number
}

const states = (process_: Process): (string | undefined)[] => process_.threads().map((tid) => process_.threadState(tid))

const tracers = (process_: Process): number[] =>
  process_.threads().map((tid) => {
    const text = readFileSync(`/proc/${process_.pid}/task/${tid}/status`, 'utf8')
    return Number(/^TracerPid:\t(\d+)$/m.exec(text)?.[1])
  })

async function startThreads(...args: string[]): Promise<Target> {
  const target = startNode('threads-target.mjs', ...args)
  await target.line()
  return target
}

const heartbeat = async (target: Target): Promise<Heartbeat> => JSON.parse(await target.ask('ping')) as Heartbeat

describe.each(['koffi', 'ffi-napi'] as const)('through %s', (native) => {
  it('stops every thread and lets every thread go', async () => {
    const target = await startThreads('3')
    using process_ = openProcess(target.pid, { native })
    const before = await heartbeat(target)
    {
      using pause = process_.pause({ budgetMs: 5000 })
      expect(pause.threads).toEqual(process_.threads())
      expect(pause.threads.length).toBeGreaterThan(3)
      expect(new Set(states(process_))).toEqual(new Set(['t']))
      expect(new Set(tracers(process_))).toEqual(new Set([process.pid]))
      expect(pause.resumed).toBe(false)
      expect(pause.remainingMs).toBeLessThanOrEqual(5000)
    }
    expect(states(process_)).not.toContain('t')
    expect(states(process_)).not.toContain('T')
    expect(new Set(tracers(process_))).toEqual(new Set([0]))
    await expect
      .poll(async () => (await heartbeat(target)).counters.every((count, index) => count > before.counters[index]!))
      .toBe(true)
  })

  it('gives the registers of each thread: pc in code, sp on a mapped page', async () => {
    const target = await startThreads('2')
    using process_ = openProcess(target.pid, { native })
    using pause = process_.pause()
    const maps = process_.maps()
    const at = (address: number) => maps.find(({ start, end }) => start <= address && address < end)
    for (const tid of pause.threads) {
      const registers = pause.registers(tid)
      expect(at(registers.pc)?.executable).toBe(true)
      expect(at(registers.sp)?.writable).toBe(true)
      expect(registers.value(process.arch === 'arm64' ? 'pc' : 'rip')).toBe(BigInt(registers.pc))
      // The kernel prints what it has saved of a thread that waits in a system call: number, six arguments, sp, pc.
      const words = readFileSync(`/proc/${target.pid}/task/${tid}/syscall`, 'utf8').trim().split(' ')
      if (words.length < 3) continue
      expect(Number(words.at(-2))).toBe(registers.sp)
      expect(Number(words.at(-1))).toBe(registers.pc)
    }
    expect(() => pause.registers(target.pid).number('nonsense')).toThrow(RangeError)
    expect(() => pause.registers(1)).toThrow(expect.objectContaining({ code: 'EINVAL' }))
    pause.resume()
    expect(() => pause.registers(target.pid)).toThrow(expect.objectContaining({ code: 'ECLOSED' }))
  })
})

const hasGdb = spawnSync('gdb', ['--version']).status === 0

it.skipIf(!hasGdb)('gives the vector registers that gdb gives (skipped without gdb)', async () => {
  const child = spawn('sleep', ['1000'])
  try {
    using process_ = openProcess(child.pid!)
    // A thread that waits in a system call keeps them.
    await expect.poll(() => process_.threadState(child.pid!)).toBe('S')
    let values: [string, bigint][]
    {
      using pause = process_.pause()
      const registers = pause.vectorRegisters(child.pid!)
      values = registers.names.map((name) => [name, registers.value(name)])
      expect(() => registers.value('rax')).toThrow(RangeError)
      expect(() => pause.vectorRegisters(1)).toThrow(expect.objectContaining({ code: 'EINVAL' }))
      pause.resume()
      expect(() => pause.vectorRegisters(child.pid!)).toThrow(expect.objectContaining({ code: 'ECLOSED' }))
    }
    const element = process.arch === 'arm64' ? 'q.u' : 'uint128'
    const commands = values.flatMap(([name]) => ['-ex', `p/x $${name}.${element}`])
    const { stdout } = spawnSync('gdb', ['-nx', '-batch', '-p', `${child.pid}`, ...commands], { encoding: 'utf8' })
    const shown = [...stdout.matchAll(/^\$\d+ = (0x[0-9a-f]+)$/gm)].map(([, hex]) => BigInt(hex!))
    expect(values.map(([, value]) => value)).toEqual(shown)
    expect(values.length).toBe(process.arch === 'arm64' ? 32 : 16)
    expect(shown.filter((value) => value !== 0n).length).toBeGreaterThan(1)
  } finally {
    child.kill('SIGKILL')
  }
})

it('stops threads born meanwhile, in a process that starts and ends threads all the time', async () => {
  const target = await startThreads('2', 'churn')
  using process_ = openProcess(target.pid)
  for (let round = 0; round < 60; round++) {
    const pause = process_.pause({ budgetMs: 10_000 })
    const first = process_.threads()
    const alive = first.filter((tid) => !['Z', 'X', undefined].includes(process_.threadState(tid)))
    expect(alive).toEqual([...pause.threads])
    expect(alive.map((tid) => process_.threadState(tid))).toEqual(alive.map(() => 't'))
    // Nobody is left to start another one.
    expect(process_.threads()).toEqual(first)
    pause.resume()
    await delay(round % 7)
  }
  const { born } = await heartbeat(target)
  await expect.poll(async () => (await heartbeat(target)).born).toBeGreaterThan(born)
  expect(new Set(tracers(process_))).toEqual(new Set([0]))
})

it('measures for how long, and resumes once', async () => {
  const target = await startThreads('1')
  using process_ = openProcess(target.pid)
  const start = process.hrtime.bigint()
  const pause = process_.pause()
  await delay(20)
  expect(pause.pausedNs).toBeGreaterThan(15e6)
  pause.resume()
  const { pausedNs } = pause
  expect(pausedNs).toBeLessThanOrEqual(Number(process.hrtime.bigint() - start))
  expect(pausedNs).toBeGreaterThan(15e6)
  pause.resume()
  pause[Symbol.dispose]()
  expect(pause.pausedNs).toBe(pausedNs)
  expect(pause.resumed).toBe(true)
})

it('resumes when an error leaves the scope, and when the process is closed', async () => {
  const target = await startThreads('1')
  using process_ = openProcess(target.pid)
  expect(() => {
    using _pause = process_.pause()
    throw new Error('within the pause')
  }).toThrow('within the pause')
  expect(states(process_)).not.toContain('t')
  const other = openProcess(target.pid)
  other.pause()
  expect(states(process_)).toContain('t')
  other.close()
  other.close()
  expect(states(process_)).not.toContain('t')
  expect(() => other.pause()).toThrow(expect.objectContaining({ code: 'ECLOSED' }))
})

it('refuses a second pause, and one by another tracer, naming it', async () => {
  const target = await startThreads('1')
  using process_ = openProcess(target.pid)
  using _pause = process_.pause()
  expect(() => process_.pause()).toThrow(expect.objectContaining({ code: 'EBUSY' }))
  using other = openProcess(target.pid)
  expect(() => other.pause()).toThrow(expect.objectContaining({ code: 'ETRACED', pid: target.pid }))
  expect(() => other.pause()).toThrow(`already traced by process ${process.pid} (`)
})

it('gives back a signal that arrived during the stop', async () => {
  const target = await startThreads('1')
  const { pid } = target
  const tracees = new Tracees(pid, loadNativeCalls())
  let sent = 0
  try {
    expect(tracees.seize(pid)).toBe(true)
    // The signal finds the thread traced but not interrupted: it stops with the signal in hand. Now and then the kernel
    // gives a signal to another thread of the process.
    while (tracees.heldSignals().size === 0 && sent < 20) {
      process.kill(pid, 'SIGUSR2')
      sent++
      const deadline = now() + 500
      while (tracees.poll() > 0 && now() < deadline);
    }
    const SIGUSR2 = 12
    expect(tracees.heldSignals()).toEqual(new Map([[pid, SIGUSR2]]))
    tracees.interrupt(pid)
  } finally {
    release(tracees)
  }
  for (let count = 1; count <= sent; count++) expect(JSON.parse(await target.line())).toEqual({ signal: count })
  expect((await heartbeat(target)).signals).toBe(sent)
})

it('loses no signal over many pauses', async () => {
  const target = await startThreads('2')
  using process_ = openProcess(target.pid)
  for (let sent = 1; sent <= 150; sent++) {
    process.kill(target.pid, 'SIGUSR2')
    process_.pause().resume()
    if (sent % 3 === 0) process_.pause().resume()
    expect(JSON.parse(await target.line())).toEqual({ signal: sent })
  }
})

it('leaves a process stopped by SIGSTOP stopped, and one continued meanwhile running', async () => {
  const target = await startThreads('1')
  using process_ = openProcess(target.pid)
  process.kill(target.pid, 'SIGSTOP')
  await expect.poll(() => process_.threadState(target.pid)).toBe('T')
  const pause = process_.pause()
  expect(new Set(states(process_))).toEqual(new Set(['t']))
  expect(pause.registers(target.pid).pc).toBeGreaterThan(0)
  pause.resume()
  await expect.poll(() => new Set(states(process_))).toEqual(new Set(['T']))
  const second = process_.pause()
  process.kill(target.pid, 'SIGCONT')
  second.resume()
  await expect.poll(() => states(process_).includes('T')).toBe(false)
  expect((await heartbeat(target)).counters.length).toBe(1)
})

it('takes SIGSTOP sent during the pause into account', async () => {
  const target = await startThreads('1')
  using process_ = openProcess(target.pid)
  const pause = process_.pause()
  process.kill(target.pid, 'SIGSTOP')
  pause.resume()
  await expect.poll(() => new Set(states(process_))).toEqual(new Set(['T']))
  process.kill(target.pid, 'SIGCONT')
  expect((await heartbeat(target)).counters.length).toBe(1)
})

it('survives the death of the process during the pause, and its parent hears of it', async () => {
  // Of our own child Node is told; of another's child its parent, a shell, is.
  const own = await startThreads('2')
  using first = openProcess(own.pid)
  const pause = first.pause()
  process.kill(own.pid, 'SIGKILL')
  await delay(20)
  // The kernel reports the end of a process only when its tracer has taken note of the end of every thread.
  pause.resume()
  await own.exited
  expect(first.isAlive()).toBe(false)
  expect(() => first.pause()).toThrow(expect.objectContaining({ code: 'ESRCH' }))

  const shell = new Target('/bin/sh', ['-c', 'sleep 100 & echo $!; wait $!; echo "code $?"'])
  const pid = Number(await shell.line())
  using second = openProcess(pid)
  const other = second.pause()
  process.kill(pid, 'SIGKILL')
  await delay(20)
  expect(() => other.registers(pid)).toThrow(expect.objectContaining({ code: 'ESRCH' }))
  other.resume()
  expect(await shell.line()).toBe('code 137')
})

it('resumes everything when the budget runs out', async () => {
  const target = await startThreads('3')
  using process_ = openProcess(target.pid)
  let thrown: unknown
  try {
    process_.pause({ budgetMs: 0 }).resume()
  } catch (error) {
    thrown = error
  }
  expect(thrown).toBeInstanceOf(ProcessError)
  expect(thrown).toMatchObject({ code: 'ETIMEDOUT', pid: target.pid })
  await expect.poll(() => new Set(tracers(process_))).toEqual(new Set([0]))
  expect(states(process_)).not.toContain('t')
  await heartbeat(target)
  process_.pause().resume()
})

const python = spawnSync('python3', ['-c', 'import ctypes']).status === 0

it.skipIf(!python)(
  'gives up on an uninterruptible thread, and lets it go when that is over (needs python3)',
  async () => {
    const shell = startPythonBelowShell('vfork-target.py')
    const pid = Number(await shell.line())
    using process_ = openProcess(pid)
    shell.child.stdin.write('vfork\n')
    await expect.poll(() => process_.threadState(pid)).toBe('D')
    expect(() => process_.pause({ budgetMs: 100 })).toThrow(/did not stop in time; still running: \d+ \(state D\)/)
    // The other thread runs. The one that waits is still attached, and another pause says so instead of waiting in vain.
    expect(states(process_)).not.toContain('t')
    expect(() => process_.pause({ budgetMs: 100 })).toThrow(expect.objectContaining({ code: 'ETIMEDOUT' }))
    expect(process_.threadState(pid)).toBe('D')
    expect(await shell.line()).toBe('pong')
    await expect.poll(() => new Set(tracers(process_))).toEqual(new Set([0]))
    process_.pause().resume()
    expect(await shell.ask('ping')).toBe('pong')
  },
)

it.skipIf(!python)('lets even a child of its own go, which Node takes for dead (needs python3)', async () => {
  const file = await bundle('own-child')
  const script = fileURLToPath(new URL('./targets/vfork-target.py', import.meta.url))
  const code = `const { openProcess } = await import(${JSON.stringify(file)})
    const { spawn } = await import('node:child_process')
    const child = spawn('python3', [${JSON.stringify(script)}])
    const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
    await new Promise((resolve) => child.stdout.once('data', resolve))
    const target = openProcess(child.pid)
    child.stdin.write('vfork\\n')
    while (target.threadState(child.pid) !== 'D') await sleep(5)
    try { target.pause({ budgetMs: 50 }) } catch (error) { console.log(error.code) }
    while (target.status().tracerPid !== 0) await sleep(5)
    console.log(target.threadState(child.pid) !== 't')
    child.stdin.end()
    while (target.isAlive()) await sleep(5)
    process.exit()`
  const parent = new Target(process.execPath, ['--input-type=module', '-e', code])
  expect(await parent.line()).toBe('ETIMEDOUT')
  expect(await parent.line()).toBe('true')
  await parent.exited
})

it('refuses what cannot be paused, with a reason', () => {
  using own = openProcess(process.pid)
  expect(() => own.pause()).toThrow(expect.objectContaining({ code: 'EINVAL' }))
})
