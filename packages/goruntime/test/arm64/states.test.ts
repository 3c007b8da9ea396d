/**
 * arm64 programs, run by qemu-user and looked at from outside, against what their own runtimes print: runtime.Stack of all
 * goroutines, and the dump on SIGQUIT. As states.test.ts and matrix.test.ts do it for programs of this machine.
 */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fixturePath, prebuilt, startFixture, withoutSectionHeaders } from 'gospy-fixtures'
import { describe, expect, it } from 'vitest'
import { GoProcess, type Snapshot } from '../../src/index.js'
import { disagreementsWithCrash, disagreementsWithStack } from '../agreement.js'
import { ARM64_LIBRARIES, hasQemu, openEmulated, QEMU } from './emulated-process.js'

const committed = prebuilt().filter(({ arch, dwarf }) => arch === 'arm64' && dwarf !== 'none')

const folder = process.env['GOSPY_MATRIX']
const hasLibraries = existsSync(join(ARM64_LIBRARIES, 'lib', 'ld-linux-aarch64.so.1'))
const kinds = hasLibraries
  ? ['states-exe', 'states-pie', 'states-external', 'states-noopt', 'cgo-exe', 'cgo-pie']
  : ['states-exe', 'states-noopt']
const built = (folder === undefined ? [] : readdirSync(folder)).filter((name) => {
  const [, program, mode] = /^(\w+)-go[\d.]+-arm64-(\w+)$/.exec(name) ?? []
  return kinds.includes(`${program}-${mode}`)
})

/** The runtime's own goroutines move when they like: another observation is made then. */
const ATTEMPTS = 5

interface Observation {
  disagreements: string[]
  /** Go 1.17 and older may break off the dump when a thread in C takes the signal. */
  dumpCutOff: boolean
  live: Snapshot
}

async function observe(path: string): Promise<Observation> {
  for (let attempt = 1; ; attempt++) {
    const observation = await observeOnce(path)
    const { disagreements, dumpCutOff } = observation
    if ((disagreements.length === 0 && !dumpCutOff) || attempt === ATTEMPTS) return observation
  }
}

async function observeOnce(path: string): Promise<Observation> {
  await using running = await startFixture(path, { emulator: QEMU, env: { GOTRACEBACK: '2' } })
  await running.truth()
  await running.gc()
  const truth = await running.truth()
  using process = openEmulated(running.pid, path)
  using go = GoProcess.attach(process)
  await setTimeout(300)
  const live = go.snapshot()
  const paused = go.snapshot({ pause: { budgetMs: 5000 } })
  const crash = await running.crash()
  const busy = new Set([truth.controlGoroutine])
  const dumpCutOff = crash.goroutines.length < truth.goroutines.length
  const disagreements = [live, paused].flatMap((snapshot) => [
    ...disagreementsWithStack(snapshot, truth, busy).map((text) => `runtime.Stack: ${text}`),
    ...(dumpCutOff ? [] : disagreementsWithCrash(snapshot, crash.goroutines, busy).map((text) => `SIGQUIT: ${text}`)),
  ])
  return { disagreements, dumpCutOff, live }
}

describe.skipIf(!hasQemu)('arm64 programs (skipped where there is no qemu-aarch64)', () => {
  it.each(committed)('$name agrees with its own runtime', async (fixture) => {
    const { disagreements, dumpCutOff, live } = await observe(fixturePath(fixture))
    expect(disagreements).toEqual([])
    expect(dumpCutOff).toBe(false)
    expect(live.data.warnings).toEqual([])
  })

  // As strip leaves them for a machine that binutils here may not know.
  const allOf = [...committed.map((fixture) => fixturePath(fixture)), ...built.map((name) => join(folder!, name))]
  it.each(allOf)('%s, without section headers', async (path) => {
    const copies = mkdtempSync(join(tmpdir(), 'gospy-arm64-'))
    try {
      const { disagreements, live } = await observe(withoutSectionHeaders(path, join(copies, basename(path))))
      expect(disagreements).toEqual([])
      expect(live.data.warnings).toEqual([])
    } finally {
      rmSync(copies, { recursive: true })
    }
  })

  it.skipIf(folder === undefined).each(built)('%s agrees with its own runtime', async (name) => {
    const { disagreements, dumpCutOff, live } = await observe(join(folder!, name))
    expect(disagreements).toEqual([])
    if (!/^cgo-go1\.1[0-7]\./.test(name)) expect(dumpCutOff).toBe(false)
    expect(live.data.warnings).toEqual([])
  })
})
