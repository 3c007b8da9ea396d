/** auxv, status, stat, namespaces and start times: on texts, on hostile texts, and on live processes. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { FormatError } from '@gospy/bytes'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseAuxv } from '../src/index.js'
import { parseNamespaceLink } from '../src/proc/namespaces.js'
import { parseStat } from '../src/proc/stat.js'
import { parseStatus } from '../src/proc/status.js'
import { parseBootTime } from '../src/proc/ticks.js'
import { parsePasswd } from '../src/proc/user-name.js'
import { decodeWaitInfo, SIGINFO_SIZE } from '../src/ptrace/wait-info.js'

const words = (...values: bigint[]): Uint8Array => new Uint8Array(new BigUint64Array(values).buffer)

it('decodes an auxiliary vector of 64-bit words', () => {
  const vector = parseAuxv(
    words(33n, 0x7fff_0000_1000n, 3n, 0x40n, 9n, 0x55aa_bbbb_ccccn, 16n, 2n ** 63n, 99n, 1n, 0n, 0n),
  )
  expect(vector).toEqual({
    AT_SYSINFO_EHDR: 0x7fff_0000_1000,
    AT_PHDR: 0x40,
    AT_ENTRY: 0x55aabbbbcccc,
    AT_HWCAP: Number.NaN,
  })
})

it('decodes one of 32-bit words', () => {
  const bytes = new Uint8Array(
    new Uint32Array([32, 0xf7f0_0000, 33, 0xf7f0_1000, 6, 4096, 9, 0x8048_0000, 0, 0]).buffer,
  )
  expect(parseAuxv(bytes)).toEqual({ AT_SYSINFO_EHDR: 0xf7f0_1000, AT_PAGESZ: 4096, AT_ENTRY: 0x8048_0000 })
})

it('takes a kernel thread for what it is, and refuses a vector without an end', () => {
  expect(parseAuxv(new Uint8Array(0))).toEqual({})
  expect(() => parseAuxv(words(3n, 4n))).toThrow(FormatError)
  expect(() => parseAuxv(new Uint8Array(7))).toThrow(FormatError)
})

it('agrees with the dynamic linker on its own auxiliary vector', () => {
  // ld.so prints what it was handed, in a process of its own: values that do not depend on the process are compared.
  const shown = spawnSync('/bin/true', [], { env: { LD_SHOW_AUXV: '1' } }).stdout.toString()
  const own = parseAuxv(readFileSync('/proc/self/auxv'))
  const lines = [...shown.matchAll(/^AT_(PAGESZ|CLKTCK|PHENT|UID|EGID|MINSIGSTKSZ): +(\S+)$/gm)]
  for (const [, name, value] of lines) {
    expect(own[`AT_${name}` as keyof typeof own], name).toBe(Number(value))
  }
  expect(own.AT_PAGESZ).toBeGreaterThanOrEqual(4096)
  expect(own.AT_ENTRY).toBeGreaterThan(0)
})

const STATUS = readFileSync('/proc/self/status', 'utf8')

it('decodes the status of this process', () => {
  const status = parseStatus(STATUS)
  expect(status).toMatchObject({
    tgid: process.pid,
    ppid: process.ppid,
    uid: process.getuid!(),
    euid: process.geteuid!(),
    gid: process.getgid!(),
    egid: process.getegid!(),
    tracerPid: 0,
  })
  expect(status.nsPid[0]).toBe(process.pid)
  expect(status.threads).toBeGreaterThan(1)
  expect(status.virtualBytes).toBeGreaterThan(status.residentBytes!)
})

it('gives a name back as the process has it', () => {
  const named = (name: string) => parseStatus(STATUS.replace(/^Name:.*$/m, () => `Name:\t${name}`)).name
  expect(named('a b: c')).toBe('a b: c')
  expect(named('two\\nlines')).toBe('two\nlines')
  expect(named('back\\\\nslash')).toBe('back\\nslash')
})

it('knows numbers in nested namespaces, kernel threads, and old kernels', () => {
  const text = STATUS.replace(/^NSpid:.*$/m, 'NSpid:\t4242\t7\t1').replace(/^Vm.*\n/gm, '')
  expect(parseStatus(text)).toMatchObject({ nsPid: [4242, 7, 1], virtualBytes: undefined, residentBytes: undefined })
  expect(parseStatus(STATUS.replace(/^NSpid:.*\n/m, '')).nsPid).toEqual([process.pid])
})

it.each(['Tgid', 'PPid', 'Uid', 'Threads', 'TracerPid', 'State', 'Name'])(
  'says that the line %s is missing',
  (name) => {
    expect(() => parseStatus(STATUS.replace(new RegExp(`^${name}:.*\\n`, 'm'), ''))).toThrow(
      `/proc/PID/status: no line "${name}:"`,
    )
  },
)

it('decodes stat lines with any command name', () => {
  const words = (flags: number) => Array.from({ length: 18 }, (_, index) => (index === 5 ? flags : index))
  const rest = `S ${words(0x40_0000).join(' ')} 4711 0 0`
  for (const name of ['node', 'a b', ') R 1 2 3', '((', 'x) ']) {
    expect(parseStat(`12 (${name}) ${rest}\n`)).toEqual({
      state: 'S',
      startTicks: 4711,
      userTicks: 10,
      systemTicks: 11,
      kernelThread: false,
    })
  }
  expect(parseStat(`2 (kthreadd) S ${words(0x20_8040).join(' ')} 1 0 0`).kernelThread).toBe(true)
  for (const text of ['', '12 (x)', '12 (x) ', '12 (x) S 1 2', '12 (x) ?? 1'])
    expect(() => parseStat(text)).toThrow(FormatError)
})

it('decodes namespaces, boot time and users', () => {
  expect(parseNamespaceLink('mnt:[4026531841]')).toBe(4026531841)
  expect(parseNamespaceLink('pid_for_children:[1]')).toBe(1)
  for (const text of ['', 'mnt', 'mnt:[]', 'mnt:[x]', 'mnt:[1]x'])
    expect(() => parseNamespaceLink(text)).toThrow(FormatError)
  expect(parseBootTime('cpu 1 2\nbtime 1700000000\nprocesses 4\n')).toBe(1_700_000_000_000)
  expect(() => parseBootTime('cpu 1 2\n')).toThrow(FormatError)
  expect([...parsePasswd('root:x:0:0::/root:/bin/sh\n# no\n\nbad\ntoor:x:0:0\nme:x:1000:1000\n')]).toEqual([
    [0, 'root'],
    [1000, 'me'],
  ])
})

it('answers any text with a value or a FormatError', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc
      .tuple(fc.nat(STATUS.length - 1), fc.nat(20), fc.string({ unit: 'binary', maxLength: 20 }))
      .map(([at, count, by]) => STATUS.slice(0, at) + by + STATUS.slice(at + count)),
  )
  for (const parse of [parseStatus, parseStat, parseNamespaceLink, parseBootTime, parsePasswd]) {
    fc.assert(
      fc.property(text, (input) => valueOrFormatError(() => parse(input))),
      { numRuns: 1500 },
    )
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => valueOrFormatError(() => parseAuxv(bytes))),
    {
      numRuns: 2000,
    },
  )
})

function valueOrFormatError(action: () => unknown): void {
  try {
    expect(action()).toBeDefined()
  } catch (error) {
    expect(error).toBeInstanceOf(FormatError)
  }
}

it('tells the stops of a traced thread apart', () => {
  const report = (pid: number, code: number, status: number) => {
    const info = new DataView(new ArrayBuffer(SIGINFO_SIZE))
    info.setInt32(16, pid, true)
    info.setInt32(8, code, true)
    info.setInt32(24, status, true)
    return decodeWaitInfo(info)
  }
  const [SIGTRAP, SIGUSR1, SIGSTOP, SIGTTIN] = [5, 10, 19, 21]
  const EVENT_STOP = 128 << 8
  expect(report(0, 0, 0)).toEqual({ kind: 'none' })
  for (const code of [1, 2, 3]) expect(report(9, code, 0)).toEqual({ kind: 'ended' })
  expect(report(9, 6, 18)).toEqual({ kind: 'none' })
  expect(report(9, 4, SIGUSR1)).toEqual({ kind: 'stopped', signal: SIGUSR1, groupStop: false })
  expect(report(9, 4, SIGTRAP)).toEqual({ kind: 'stopped', signal: SIGTRAP, groupStop: false })
  expect(report(9, 4, EVENT_STOP | SIGTRAP)).toEqual({ kind: 'stopped', signal: 0, groupStop: false })
  expect(report(9, 4, EVENT_STOP | SIGSTOP)).toEqual({ kind: 'stopped', signal: 0, groupStop: true })
  expect(report(9, 5, EVENT_STOP | SIGTTIN)).toEqual({ kind: 'stopped', signal: 0, groupStop: true })
  // PTRACE_EVENT_EXEC and the like, whose signal is SIGTRAP.
  expect(report(9, 4, (4 << 8) | SIGTRAP)).toEqual({ kind: 'stopped', signal: 0, groupStop: false })
})
