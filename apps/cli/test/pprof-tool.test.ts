/** `dump --format pprof` and `pprof-text`, read by `go tool pprof`. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { startFixture } from 'gospy-fixtures'
import { afterAll, describe, expect, it } from 'vitest'
import { goToolPprof, type Oracle, oracle } from '../../../fixtures/oracles/index.js'
import { fixtures, unless, withLook } from './look.js'
import { ownDepth, ownProfile, pprofBytes } from './profiles.js'

const folder = mkdtempSync(join(tmpdir(), 'gospy-pprof-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const profiled = oracle('profiled')
const { missing } = profiled

/** What `pprof -traces -lines` prints, as texts of a stack, without those of the goroutine that serves the profile. */
function traces(...args: string[]): string[] {
  const [, ...all] = goToolPprof('-traces', '-lines', ...args).split(/^-+\+-+\n/m)
  return all.filter((each) => each.trim() !== '' && !/control\.Serve/.test(each)).sort()
}

/** Goroutines by function, as `pprof -top` counts them: standing there, and standing there or in something called by it. */
function top(...args: string[]): string[] {
  const lines = goToolPprof('-top', '-nodecount=100000', '-nodefraction=0', ...args).split('\n')
  return lines
    .slice(lines.findIndex((line) => /^ +flat +flat%/.test(line)) + 1)
    .filter((line) => line !== '')
    .map((line) => line.trim().replace(/\s+/g, ' '))
    .sort()
}

function total(...args: string[]): number {
  return Number(/^Showing nodes accounting for \d+, \S+% of (\d+) total$/m.exec(goToolPprof('-top', ...args))?.[1])
}

/** How many goroutines are in a function, or in one called by it. */
function cumulative(lines: readonly string[], name: string): number {
  const line = lines.find((each) => each.split(' ').slice(5).join(' ').replace(' (inline)', '') === name)
  return Number(line?.split(' ')[3] ?? 0)
}

describe.skipIf(missing)(`go tool pprof${unless(missing)}`, () => {
  const all = fixtures('states')

  // The texts are equal: that they are read alike is tried with the oldest and the newest.
  it.each([all[0]!, ...all.slice(-2)])('reads the same from our text of $name as from its own', async (fixture) => {
    await using states = await startFixture(fixture)
    const truth = await states.truth()
    const [ours, own] = ['ours.txt', 'own.txt'].map((name) => join(folder, `${fixture.name}-${name}`))
    writeFileSync(own!, truth.pprof1)
    writeFileSync(ours!, withLook(states.pid, ownProfile))
    for (const file of [ours!, own!]) expect(total(states.path, file)).toBe(truth.goroutines.length)
    // The text of a profile does not say where a position-independent program was loaded: its addresses have no names then.
    if (fixture.mode === 'pie') return
    expect(traces(states.path, ours!)).toEqual(traces(states.path, own!))
    const without = (file: string) => top('-ignore=control\\.Serve', states.path, file)
    expect(without(ours!)).toEqual(without(own!))
    expect(without(ours!).length).toBeGreaterThan(0)
  })

  it.each(all)('reads our protocol buffers of $name', async (fixture) => {
    await using states = await startFixture(fixture)
    const truth = await states.truth()
    const file = join(folder, `${fixture.name}.pb.gz`)
    withLook(states.pid, ({ go, snapshot }) => writeFileSync(file, pprofBytes(go, snapshot)))
    const lines = top(file)
    const inside = (name: string) =>
      truth.goroutines.filter(({ frames }) => frames.some((frame) => frame.function === name)).length
    for (const name of ['main.main', 'main.(*server).wait', 'main.recurse', 'main.mutexLock', 'sync.(*Mutex).Lock']) {
      expect(cumulative(lines, name), name).toBe(inside(name))
    }
    expect(total(file)).toBe(truth.goroutines.length)
  })

  it('counts goroutines whose stack is not known', async () => {
    const [fixture] = fixtures('states').slice(-2)
    await using states = await startFixture(fixture!, { args: ['-busy', '2'] })
    const { goroutines } = await states.truth()
    const [text, proto] = [join(folder, 'busy.txt'), join(folder, 'busy.pb.gz')]
    const unknown = withLook(states.pid, (look) => {
      writeFileSync(text, ownProfile(look))
      writeFileSync(proto, pprofBytes(look.go, look.snapshot))
      return [...look.snapshot.goroutines()].filter(({ stack, system }) => stack === null && !system).length
    })
    for (const file of [text, proto]) {
      const lines = top(states.path, file)
      // Of those that run it is known that they were started by `go main.busyLoop(name)`, for which there is a wrapper.
      const names = ['main.busyLoop', 'main.startBusy.gowrap1']
      expect(names.reduce((sum, name) => sum + cumulative(lines, name), 0)).toBe(2)
      expect(total(states.path, file)).toBe(goroutines.length)
    }
    const notes = top(proto).filter((line) => line.includes('stack unknown'))
    expect(notes.reduce((sum, line) => sum + Number(line.split(' ')[0]), 0)).toBe(unknown)
  })
})

/** A profile as `pprof -raw` prints it, with locations in place of their numbers. */
function rawProfile(file: string) {
  const text = goToolPprof('-raw', file)
  const [, samples, locations, mappings] = /Samples:\n.*\n([\s\S]*)Locations\n([\s\S]*)Mappings\n([\s\S]*)/.exec(text)!
  const byId = new Map(
    locations!.split(/\n(?= *\d+: )/).map((each) => {
      const [, id, place] = /^ *(\d+): ([\s\S]*)$/.exec(each)!
      return [id, place!.trim()]
    }),
  )
  return {
    samples: samples!
      .split(/\n(?= *\d+: )/)
      .map((each) => {
        const [, count, ids, labels] = /^ *(\d+): ([\d ]*)\n?([\s\S]*)$/.exec(each)!
        return `${count}:\n${ids!
          .trim()
          .split(' ')
          .map((id) => byId.get(id))
          .join('\n')}\n${labels!.trim()}`
      })
      .filter((each) => !each.includes('runtime/pprof.(*Profile).WriteTo') && !each.includes('bufio.(*Scanner).Scan'))
      .sort(),
    code: mappings!.split('\n')[0]!.replace(/ \[.*\]$/, ''),
  }
}

it.skipIf(missing)(`the protocol buffers say what those of the process say${unless(missing)}`, async () => {
  const child = spawn((profiled as Oracle).path, { stdio: ['pipe', 'pipe', 'inherit'] })
  try {
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    expect((await lines.next()).value).toBe('ready')
    const [ours, own] = [join(folder, 'ours.pb.gz'), join(folder, 'own.pb.gz')]
    child.stdin.write(`${own}\n`)
    expect((await lines.next()).value).toBe('<nil>')
    withLook(child.pid!, ({ go, snapshot }) => writeFileSync(ours, pprofBytes(go, snapshot, ownDepth(go.program))))
    const theirs = rawProfile(own)
    expect(theirs.samples.length).toBeGreaterThan(10)
    expect(rawProfile(ours)).toEqual(theirs)
  } finally {
    child.kill('SIGKILL')
  }
})
