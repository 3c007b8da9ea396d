/** What /proc tells of a process, against what the process and Node know of it. */
import { spawnSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { listProcesses, openProcess, ProcessError } from '../src/index.js'
import { pathInRoot } from '../src/proc/root-path.js'
import { killTargets, startNode, Target } from './helpers/targets.js'

afterAll(killTargets)

it('describes a child', async () => {
  const started = Date.now()
  const target = startNode('memory-target.mjs')
  await target.line()
  using process_ = openProcess(target.pid)
  expect(process_.pid).toBe(target.pid)
  expect(process_.executable).toBe(realpathSync(process.execPath))
  expect(process_.executableDeleted).toBe(false)
  expect(process_.status()).toMatchObject({ ppid: process.pid, tgid: target.pid, tracerPid: 0 })
  expect(process_.userName).toBe(userInfo().username)
  // btime has whole seconds, and is rounded.
  expect(Math.abs(process_.startTime - started)).toBeLessThan(3000)
  expect(process_.threads()).toContain(target.pid)
  expect(process_.threads()).toEqual(readdirSync(`/proc/${target.pid}/task`).map(Number))
  expect(process_.threadState(target.pid)).toMatch(/^[RS]$/)
  expect(process_.threadState(2 ** 22)).toBeUndefined()
  using file = process_.openExecutable()
  expect(file.size).toBe(statSync(process.execPath).size)
  expect(file.read(1, 3)).toEqual(new Uint8Array(Buffer.from('ELF')))
  expect(listProcesses()).toEqual(expect.arrayContaining([process.pid, target.pid]))
})

it('tells the processor time that a process has used, as the process itself does', () => {
  using process_ = openProcess(process.pid)
  const before = process.cpuUsage()
  const told = process_.cpuTimeNs
  const after = process.cpuUsage()
  const ns = ({ user, system }: NodeJS.CpuUsage) => (user + system) * 1000
  // User and system time are each cut to 10 ms.
  expect(told).toBeGreaterThan(ns(before) - 20e6)
  expect(told).toBeLessThanOrEqual(ns(after) + 10e6)
})

it('finds the entry point where the executable is mapped', () => {
  using process_ = openProcess(process.pid)
  const { AT_ENTRY, AT_PHDR, AT_BASE } = process_.auxv()
  const at = (address: number | undefined) =>
    process_.maps().find(({ start, end }) => start <= address! && address! < end)
  expect(at(AT_ENTRY)).toMatchObject({ executable: true, path: process_.executable })
  expect(at(AT_PHDR)?.path).toBe(process_.executable)
  if (AT_BASE) expect(at(AT_BASE)?.path).toMatch(/\/ld-/)
})

it('gives namespaces by their numbers', () => {
  using process_ = openProcess(process.pid)
  const namespaces = process_.namespaces()
  for (const kind of ['mnt', 'pid', 'user'] as const) {
    expect(namespaces[kind]).toBe(statSync(`/proc/self/ns/${kind}`).ino)
  }
})

it('notices the end of a process, and never takes another for it', async () => {
  const target = new Target('sleep', ['100'])
  using process_ = openProcess(target.pid)
  expect(process_.isAlive()).toBe(true)
  await target.kill()
  expect(process_.isAlive()).toBe(false)
  const gone = expect.objectContaining({ code: 'ESRCH', pid: target.pid })
  for (const ask of [
    () => process_.maps(),
    () => process_.auxv(),
    () => process_.threads(),
    () => process_.executable,
    () => process_.openExecutable(),
    () => process_.status(),
    () => process_.userName,
    () => process_.namespaces(),
    () => process_.pause(),
    () => openProcess(target.pid),
  ]) {
    expect(ask).toThrow(gone)
    expect(ask).toThrow(ProcessError)
  }
  expect(process_.threadState(target.pid)).toBeUndefined()
})

it('says so when a number is none, or a thread, or was closed', () => {
  for (const wrong of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => openProcess(wrong)).toThrow(expect.objectContaining({ code: 'EINVAL' }))
  }
  expect(() => openProcess(2 ** 22)).toThrow(`there is no process ${2 ** 22}, or it has ended`)
  const tid = Number(readdirSync('/proc/self/task').find((name) => Number(name) !== process.pid))
  expect(() => openProcess(tid)).toThrow(`Use the number of the process: ${process.pid}`)
  const process_ = openProcess(process.pid)
  process_.close()
  process_.close()
  expect(() => process_.memory.read(4096, new Uint8Array(1))).toThrow(expect.objectContaining({ code: 'ECLOSED' }))
  expect(() => process_.isAlive()).toThrow(expect.objectContaining({ code: 'ECLOSED' }))
})

const KTHREADD = 2
const kernelThread =
  process.geteuid!() === 0 &&
  listProcesses().includes(KTHREADD) &&
  readFileSync('/proc/2/comm', 'utf8') === 'kthreadd\n'

it.skipIf(!kernelThread)('tells a kernel thread from a program (needs root, outside a container)', () => {
  using process_ = openProcess(KTHREADD)
  expect(process_.maps()).toEqual([])
  const kernel = expect.objectContaining({ code: 'EKERNEL' })
  expect(() => process_.auxv()).toThrow(kernel)
  expect(() => process_.executable).toThrow(kernel)
  expect(() => process_.openExecutable()).toThrow(kernel)
  expect(() => process_.memory.read(4096, new Uint8Array(1))).toThrow(kernel)
  expect(() => process_.pause()).toThrow(kernel)
})

it('follows symbolic links within the root of the other process', () => {
  const root = mkdtempSync(join(tmpdir(), 'procmem-root-'))
  try {
    mkdirSync(join(root, 'usr/lib'), { recursive: true })
    mkdirSync(join(root, 'etc'))
    writeFileSync(join(root, 'usr/lib/libc.so.6'), 'inside')
    symlinkSync('/usr/lib', join(root, 'lib'))
    symlinkSync('usr/lib', join(root, 'lib64'))
    symlinkSync('../../../../../etc/passwd', join(root, 'usr/escape'))
    symlinkSync('loop', join(root, 'loop'))
    expect(readFileSync(pathInRoot(root, '/lib/libc.so.6'), 'utf8')).toBe('inside')
    expect(pathInRoot(root, '/lib/libc.so.6')).toBe(`${root}/usr/lib/libc.so.6`)
    expect(pathInRoot(root, 'lib64/./../lib/libc.so.6')).toBe(`${root}/usr/lib/libc.so.6`)
    expect(pathInRoot(root, '/usr/escape')).toBe(`${root}/etc/passwd`)
    expect(pathInRoot(root, '/../../..')).toBe(`${root}/`)
    expect(pathInRoot(root, '/loop/x')).toBe(`${root}/loop/x`)
    expect(pathInRoot(root, '/not/there')).toBe(`${root}/not/there`)
  } finally {
    rmSync(root, { recursive: true })
  }
})

const unshare = spawnSync('unshare', ['--root=/', '--pid', '--fork', '--mount', 'true']).status === 0

it.skipIf(!unshare)('looks into namespaces of their own (needs unshare(1) and root)', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'procmem-ns-'))
  // A mount that only the target has: the same path is an empty folder for us.
  const script = `mount -t tmpfs none '${folder}' && cp "$(command -v sleep)" '${folder}/sleeper' && exec '${folder}/sleeper' 100`
  const target = new Target('unshare', ['--pid', '--fork', '--kill-child', '--mount', '/bin/sh', '-c', script])
  try {
    const inner = await expect
      .poll(() => Number(readFileSync(`/proc/${target.pid}/task/${target.pid}/children`, 'utf8')) || undefined)
      .toBeDefined()
      .then(() => Number(readFileSync(`/proc/${target.pid}/task/${target.pid}/children`, 'utf8')))
    using process_ = openProcess(inner)
    await expect.poll(() => process_.executable).toBe(`${folder}/sleeper`)
    expect(process_.status().nsPid).toEqual([inner, 1])
    expect(process_.namespaces().pid).not.toBe(statSync('/proc/self/ns/pid').ino)
    expect(readdirSync(folder)).toEqual([])
    expect(readdirSync(process_.rootPath(folder))).toEqual(['sleeper'])
    using file = process_.openExecutable()
    expect(file.read(1, 3)).toEqual(new Uint8Array(Buffer.from('ELF')))
    const { start } = process_.maps()[0]!
    expect(process_.memory.read(start, new Uint8Array(8))).toBe(8)
    process_.pause().resume()
    expect(process_.isAlive()).toBe(true)
  } finally {
    await target.kill()
    rmSync(folder, { recursive: true })
  }
})
