/** One set of tests for both adapters, and what happens where neither is there. */

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'
import { afterAll, describe, expect, it } from 'vitest'
import { AMD64 } from '../src/arch/amd64.js'
import { hostArchitecture } from '../src/arch/architecture.js'
import { ARM64 } from '../src/arch/arm64.js'
import { EFAULT, ESRCH } from '../src/errno.js'
import { openProcess, ProcessError } from '../src/index.js'
import { bindNativeCalls, loadNativeCalls } from '../src/native/load-native-calls.js'
import { NATIVE_ADAPTERS } from '../src/native/native-calls.js'
import { PTRACE_DETACH, PTRACE_PEEKDATA } from '../src/ptrace/requests.js'
import { __WALL, SIGINFO_SIZE, WEXITED, WNOHANG } from '../src/ptrace/wait-info.js'
import { bundle } from './helpers/bundle.js'
import { killTargets, Target } from './helpers/targets.js'

afterAll(killTargets)

/** The largest process number there can be, less one: nobody has it. */
const NOBODY = 2 ** 22 - 2

describe.each(NATIVE_ADAPTERS)('%s', (adapter) => {
  const calls = loadNativeCalls(adapter)

  it('is the adapter that was asked for', () => {
    expect(calls.adapter).toBe(adapter)
    expect(loadNativeCalls(adapter)).toBe(calls)
  })

  it('knows where bytes lie: this process reads its own memory through them', () => {
    const source = new Uint8Array(4096).map((_, index) => index * 7)
    const iovecs = new BigUint64Array(4)
    const into = new Uint8Array(32)
    const view = source.subarray(1000, 1032)
    iovecs.set([BigInt(calls.addressOf(into)), 32n, BigInt(calls.addressOf(view)), 32n])
    const at = calls.addressOf(new Uint8Array(iovecs.buffer))
    expect(calls.processVmReadv(process.pid, at, 1, at + 16, 1)).toBe(32)
    expect(into).toEqual(view)
    expect(calls.addressOf(view) - calls.addressOf(source)).toBe(1000)
    // What lies on V8's own heap at first is moved out of it once, and then stays.
    const small = new Uint8Array(8)
    expect(calls.addressOf(small)).toBe(calls.addressOf(small))
  })

  it('gives the error number of the kernel', () => {
    const iovecs = new BigUint64Array(4)
    const into = new Uint8Array(8)
    iovecs.set([BigInt(calls.addressOf(into)), 8n, 4096n, 8n])
    const at = calls.addressOf(new Uint8Array(iovecs.buffer))
    expect(calls.processVmReadv(process.pid, at, 1, at + 16, 1)).toBe(-EFAULT)
    expect(calls.processVmReadv(NOBODY, at, 1, at + 16, 1)).toBe(-ESRCH)
    expect(calls.ptrace(PTRACE_DETACH, NOBODY, 0, 0)).toBe(-ESRCH)
    expect(calls.ptrace(PTRACE_PEEKDATA, process.ppid, 0, 0)).toBe(-ESRCH)
    const info = new Uint8Array(SIGINFO_SIZE)
    expect(calls.wait(NOBODY, calls.addressOf(info), WEXITED | WNOHANG | __WALL)).toBe(-10)
  })

  it('takes addresses of 47 bits and more', () => {
    const word = new Uint8Array(8)
    expect(calls.ptrace(PTRACE_PEEKDATA, NOBODY, 2 ** 47 - 8, calls.addressOf(word))).toBe(-ESRCH)
    expect(calls.ptrace(PTRACE_PEEKDATA, NOBODY, Number.MAX_SAFE_INTEGER, calls.addressOf(word))).toBe(-ESRCH)
  })
})

it('says what to install where no adapter can be loaded', () => {
  const missing = (name: string): unknown => {
    throw new Error(`Cannot find module '${name}'\nRequire stack: …`)
  }
  const load = () => bindNativeCalls(NATIVE_ADAPTERS, missing, AMD64)
  expect(load).toThrow(ProcessError)
  expect(load).toThrow(expect.objectContaining({ code: 'ENATIVE' }))
  expect(load).toThrow(/Cannot find module 'koffi'; ffi-napi: Cannot find module 'ffi-napi'/)
  expect(load).toThrow('npm install koffi')
})

it('falls back to ffi-napi where koffi is not installed', () => {
  const require = createRequire(import.meta.url)
  const load = Object.assign(
    (name: string): unknown => {
      if (name === 'koffi') throw new Error('not installed')
      return require(name)
    },
    { resolve: require.resolve },
  )
  expect(bindNativeCalls(NATIVE_ADAPTERS, load, hostArchitecture()).adapter).toBe('ffi-napi')
})

it('knows amd64 and arm64 and refuses other CPUs', () => {
  expect(hostArchitecture('x64')).toBe(AMD64)
  expect(hostArchitecture('arm64')).toBe(ARM64)
  expect(() => bindNativeCalls(NATIVE_ADAPTERS, createRequire(import.meta.url), hostArchitecture('riscv64'))).toThrow(
    expect.objectContaining({ code: 'EARCH' }),
  )
  // Sizes of struct user_regs_struct and user_pt_regs.
  expect(AMD64.registers.length * 8).toBe(216)
  expect(ARM64.registers.length * 8).toBe(272)
  for (const { registers, pc, sp, fp } of [AMD64, ARM64])
    expect(registers).toEqual(expect.arrayContaining([pc, sp, fp]))
  // <sys/user.h>: offsets of rbp, rip and rsp; <asm/ptrace.h>: of x29, sp and pc.
  expect(['rbp', 'rip', 'rsp'].map((name) => AMD64.registers.indexOf(name) * 8)).toEqual([32, 128, 152])
  expect(['x29', 'sp', 'pc'].map((name) => ARM64.registers.indexOf(name) * 8)).toEqual([232, 248, 256])
})

it('loads nothing native to read through /proc/PID/mem', async () => {
  const file = await bundle('lazy')
  const code = `const { openProcess } = await import(${JSON.stringify(file)})
    const { readFileSync } = await import('node:fs')
    const own = openProcess(process.pid)
    const { start } = own.maps()[0]
    console.log(own.memory.read(start, new Uint8Array(4)), own.threads().length > 0)
    console.log(/koffi|ffi/.test(readFileSync('/proc/self/maps', 'utf8')))`
  const child = new Target(process.execPath, ['--input-type=module', '-e', code])
  expect(await child.line()).toBe('4 true')
  expect(await child.line()).toBe('false')
  await child.exited
})

it('refuses ptrace in a worker thread, and reads memory there', async () => {
  const file = await bundle('worker')
  const sleeper = new Target('sleep', ['100'])
  const code = `const { parentPort, workerData: { file, pid } } = require('node:worker_threads')
    import(file).then(({ openProcess }) => {
      const errors = []
      for (const use of [() => openProcess(pid).pause(), () => openProcess(pid, { memory: 'ptrace-peek' })]) {
        try { use(); errors.push('none') } catch (error) { errors.push(error.code) }
      }
      const { start } = openProcess(pid).maps()[0]
      parentPort.postMessage([...errors, openProcess(pid).memory.read(start, new Uint8Array(4))])
    })`
  const worker = new Worker(code, { eval: true, workerData: { file, pid: sleeper.pid } })
  const message = await new Promise((resolve, reject) => worker.on('message', resolve).on('error', reject))
  await worker.terminate()
  expect(message).toEqual(['EWORKER', 'EWORKER', 4])
  using process_ = openProcess(sleeper.pid)
  expect(readFileSync(`/proc/${sleeper.pid}/status`, 'utf8')).toContain('TracerPid:\t0')
  expect(process_.isAlive()).toBe(true)
})
