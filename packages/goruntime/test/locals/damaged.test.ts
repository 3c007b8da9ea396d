/** Debug data that are damaged, memory that cannot be read, and goroutines that run on: what is said of them, and that all else is there. */
import { FormatError } from '@gospy/bytes'
import { openProcess } from '@gospy/procmem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { GoProcess } from '../../src/go-process.js'
import type { LocalsSource } from '../../src/locals/locals-source.js'
import type { Snapshot } from '../../src/snapshot.js'
import type { SnapshotSource } from '../../src/snapshot-source.js'
import { takeSnapshot } from '../../src/take-snapshot.js'
import { hasGo, versions } from '../variables/values-program.js'
import { buildLocals, type LocalsProgram, startLocals } from './locals-program.js'

const GOROUTINES = Array.from({ length: 60 }, (_, index) => index + 1)

describe.skipIf(!hasGo)(`locals${hasGo ? '' : ' (skipped: no go)'}`, () => {
  let program: LocalsProgram
  beforeAll(async () => {
    program = await startLocals(buildLocals(versions.at(-1)!, 'noopt'))
  }, 240_000)
  afterAll(() => program.stop())

  /** A snapshot with another source of variables, or of goroutines. */
  function take(change: (locals: LocalsSource) => LocalsSource, ofAll: (source: SnapshotSource) => SnapshotSource) {
    using process = openProcess(program.pid)
    using go = GoProcess.attach(process)
    const variables = { goroutines: GOROUTINES, depth: 1, maxValues: 100 }
    return takeSnapshot(ofAll(go.source()), { variables }, change(go.localsSource()))
  }
  const same = <T>(source: T) => source

  function frameOf(snapshot: Snapshot, name: string) {
    for (const { stack, variables } of snapshot.goroutines()) {
      const index = stack?.frames.findIndex((frame) => frame.function === name) ?? -1
      if (index >= 0) return { variables: variables!, ofFrame: variables!.frames[index]! }
    }
    throw new Error(`no ${name}`)
  }

  it('says of which function the debug data are damaged', () => {
    const snapshot = take((locals) => {
      const { dwarf } = locals
      const wrong = dwarf.findFunction('main.texts')!.ranges[0]!
      const scopes = (pc: number | bigint) => {
        if (pc >= wrong.low && pc < wrong.high) throw new FormatError('damaged', { section: '.debug_info', offset: 7 })
        return dwarf.scopes(pc)
      }
      const damaged = new Proxy(dwarf, {
        get: (target, key) => (key === 'scopes' ? scopes : Reflect.get(target, key, target)),
      })
      return { ...locals, dwarf: damaged }
    }, same)
    expect(frameOf(snapshot, 'main.texts').ofFrame).toMatchObject({
      arguments: [],
      locals: [],
      error: expect.stringContaining('damaged'),
    })
    expect(frameOf(snapshot, 'main.scalars').ofFrame.error).toBeNull()
    expect(frameOf(snapshot, 'main.scalars').ofFrame.arguments[1]).toMatchObject({ name: 'i', value: { value: -42 } })
  })

  it('says which variable cannot be read', () => {
    const { ofFrame } = frameOf(take(same, same), 'main.things')
    const hole = ofFrame.arguments.find(({ name }) => name === 'm')!.value!.address!
    const snapshot = take(
      (locals) => ({
        ...locals,
        space: (memory) =>
          locals.space({
            read: (address, into) => {
              if (address > hole || address + into.length <= hole) return memory.read(address, into)
              return memory.read(address, into.subarray(0, hole - address))
            },
            readRanges: (ranges) => memory.readRanges(ranges),
          }),
      }),
      same,
    )
    const all = frameOf(snapshot, 'main.things').ofFrame.arguments
    expect(all.find(({ name }) => name === 'm')!.value).toMatchObject({
      error: expect.stringContaining('cannot be read'),
    })
    expect(all.find(({ name }) => name === 'p')!.value).toMatchObject({ children: [{ value: 1 }, { value: 2 }] })
  })

  it('marks a goroutine whose stack is another one after each look', () => {
    const onStack = frameOf(take(same, same), 'main.scalars').ofFrame.arguments[1]!.value!.address!
    let isRead = false
    let changes = 0
    const snapshot = take(
      (locals) => ({
        ...locals,
        space: (memory) => {
          isRead = true
          return locals.space(memory)
        },
      }),
      (source) => {
        const { memory } = source
        const read = (address: number, into: Uint8Array) => {
          const count = memory.read(address, into)
          // The whole stack, to be compared with its copy.
          const at = onStack - address
          if (isRead && at >= 0 && at < into.length && into.length > 300) {
            into[at] = into[at]! ^ (1 + (changes++ % 100))
            isRead = false
          }
          return count
        }
        return { ...source, memory: { read, readRanges: (ranges) => memory.readRanges(ranges) } }
      },
    )
    const { variables } = frameOf(snapshot, 'main.scalars')
    expect(variables.torn).toBe(true)
    expect(variables.frames.length).toBeGreaterThan(2)
  })
})
