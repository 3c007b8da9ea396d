/** What gospy answers about a process, as text and as JSON held against its published schemas. */
import { readFileSync } from 'node:fs'
import Ajv2020 from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { fixturePath, type RunningFixture, startFixture } from 'gospy-fixtures'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fixture, runGospy } from './run-gospy.js'

let running: RunningFixture
beforeAll(async () => {
  running = await startFixture(fixture('states'))
  await running.gc()
})
afterAll(() => running.stop())

const ajv = new Ajv2020.default({ strict: true })
addFormats.default(ajv)

/** Runs gospy, expects success, and returns its answer checked against the schema. */
function answer(command: string, args: readonly (string | number)[]) {
  const schema = JSON.parse(readFileSync(new URL(`../schemas/${command}-1.schema.json`, import.meta.url), 'utf8'))
  const { code, stdout, stderr } = runGospy([command, ...args, '--json'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const value = JSON.parse(stdout)
  const validate = ajv.getSchema(command) ?? ajv.addSchema(schema, command).getSchema(command)!
  expect(validate(value) ? [] : validate.errors).toEqual([])
  return value
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

  it('says for how long it stopped the process', () => {
    const { snapshot } = answer('dump', [running.pid, '--pause'])
    expect(snapshot.mode).toBe('paused')
    expect(snapshot.pausedMs).toBeGreaterThan(0)
  })

  it('shows one line a goroutine, and its labels', () => {
    const { code, stdout, stderr } = runGospy(['dump', running.pid])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain(`Process ${running.pid}  `)
    expect(stdout).toMatch(/^ *\d+ {2}chan send \(nil chan\) +(>= \d+m?s)? +main\.chanSendNil +\w+\.go:\d+$/m)
    expect(stdout).toMatch(/^ {8}labels: empty=, shard=17, tenant=acme$/m)
    expect(stdout).not.toContain('\u001b')
  })

  it('shows the place that --pc names', () => {
    expect(runGospy(['dump', running.pid, '--pc', 'caller']).stdout).toMatch(
      /chan send \(nil chan\) .* main\.startChannels/,
    )
    expect(runGospy(['dump', running.pid, '--pc', 'current']).stdout).toMatch(
      /chan send \(nil chan\) .* runtime\.gopark/,
    )
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
    const { stdout } = runGospy([running.pid])
    expect(stdout).toContain(`${user} goroutines of the program, ${system} of the runtime`)
    expect(stdout).toMatch(/^ +\d+ {2}waiting$/m)
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
  it('tells the same of a process as of its file', () => {
    const ofFile = answer('info', [running.path])
    expect(answer('info', [running.pid])).toEqual(ofFile)
    expect(ofFile).toMatchObject({
      goVersion: running.ready.goVersion,
      symbols: 'dwarf',
      module: { path: 'gospy/fixtures' },
    })
    expect(ofFile.functionTable.functions).toBeGreaterThan(1000)
    expect(runGospy(['info', running.path]).stdout).toContain('DWARF: goroutines can be shown')
  })

  it('tells that a stripped program needs a twin', () => {
    const stripped = fixturePath(fixture('states', { mode: 'stripped' }))
    expect(answer('info', [stripped]).symbols).toBe('none')
    expect(runGospy(['info', stripped]).stdout).toContain('--bin')
  })
})
