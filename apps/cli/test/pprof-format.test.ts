/** `dump --format pprof` and `pprof-text`, against the profile that the same process makes of itself. */

import { gunzipSync } from 'node:zlib'
import { goQuote } from '@gospy/dwarf'
import type { GoProcess } from '@gospy/goruntime'
import fc from 'fast-check'
import { type FixtureTruth, parseGoroutineProfile, startFixture } from 'gospy-fixtures'
import { Profile } from 'pprof-format'
import { describe, expect, it } from 'vitest'
import { type Oracle, oracle } from '../../../fixtures/oracles/index.js'
import { dumpStyle } from '../src/render/dump-versions.js'
import type { ProfiledProcess } from '../src/render/pprof-proto.js'
import { tabColumns } from '../src/render/tab-columns.js'
import { call, GOEXIT, GOPARK } from './calls.js'
import { fixtures, unless, withLook } from './look.js'
import { type MadeUp, snapshotOf, stack } from './made-up.js'
import { expectOwnProfile } from './own-texts.js'
import { ownDepth, ownProfile, pprofBytes, pprofText } from './profiles.js'

const minor = (version: number) => ({ minor: version, buildInfo: undefined })

const worker = stack([GOPARK, call('main.worker', 0x5000, 0x71), GOEXIT])
const loop = { pc: 0x7000, entry: 0x7000, location: { function: 'main.loop', file: '/src/loop.go', line: 12 } }

describe('the text (src/runtime/pprof/pprof.go)', () => {
  it('counts goroutines with equal stacks and labels, the most frequent first', () => {
    const goroutines: MadeUp[] = [
      { stack: stack([GOPARK, call('main.main', 0x6000, 0x469), call('runtime.main', 0x4000, 0x2a), GOEXIT]) },
      { stack: worker, labels: { shard: '17', 'a "key"': '日\t' } },
      { stack: worker },
      { stack: stack([...worker.frames]) },
      { stack: stack([GOPARK, call('runtime.bgsweep', 0x3000, 0x9f), GOEXIT]), system: true },
      { status: 'dead' },
    ]
    expect(pprofText(snapshotOf(goroutines))).toBe(`goroutine profile: total 4
2 @ 0x10ce 0x5071 0x9001
#	0x5070	main.worker+0x70	/src/main.go:113

1 @ 0x10ce 0x5071 0x9001
# labels: {"a \\"key\\"":"日\\t", "shard":"17"}
#	0x5070	main.worker+0x70	/src/main.go:113

1 @ 0x10ce 0x6469 0x402a 0x9001
#	0x6468	main.main+0x468		/src/main.go:1129
#	0x4029	runtime.main+0x29	/src/runtime.go:42

`)
  })

  it('has goroutines of the runtime when they are asked for by name', () => {
    const sweeper = stack([GOPARK, call('runtime.bgsweep', 0x3000, 0x9f), GOEXIT])
    const snapshot = snapshotOf([{ stack: worker }, { stack: sweeper, system: true }])
    expect(pprofText(snapshot, { systemGoroutines: true })).toMatch(/^goroutine profile: total 2\n(.*\n)*.*bgsweep/)
  })

  it('gives every inlined call an address, and wrappers none unless they panicked', () => {
    const wrapper = { funcID: 'wrapper' }
    const frames = [
      GOPARK,
      call('main.leaf', 0x5000, 0x30, { inlined: true }),
      call('main.caller', 0x5000, 0x30, { instruction: 0x5010 }),
      call('main.(*T).f', 0x6000, 0x10, wrapper),
      call('runtime.panicwrap', 0x2000, 0x10, { funcID: 'panicwrap' }),
      call('main.(*T).g', 0x6100, 0x10, wrapper),
      GOEXIT,
    ]
    expect(pprofText(snapshotOf([{ stack: stack(frames) }]))).toBe(`goroutine profile: total 1
1 @ 0x10ce 0x5030 0x5011 0x2010 0x6110 0x9001
#	0x502f	main.leaf+0x2f		/src/main.go:48
#	0x5010	main.caller+0x10	/src/main.go:48
#	0x200f	runtime.panicwrap+0xf	/src/runtime.go:16
#	0x610f	main.(*T).g+0xf		/src/main.go:16

`)
  })

  it('shows functions of the runtime where there are no others', () => {
    const text = pprofText(snapshotOf([{ stack: stack([GOPARK, call('internal/runtime/x.y', 0x3000, 1), GOEXIT]) }]))
    expect(text).toContain('#\t0x10cd\truntime.gopark+0xcd\t')
    expect(text).toContain('#\t0x3000\tinternal/runtime/x.y+0x0\t')
  })

  it('is that of the Go version of the process', () => {
    const trapped = stack([
      call('runtime.sigpanic', 0x2000, 0x30, { funcID: 'sigpanic' }),
      call('main.leaf', 0x5000, 0x30, { instruction: 0x5030, inlined: true }),
      call('main.f', 0x5000, 0x30, { instruction: 0x5011 }),
      call('main.w', 0x6000, 0x10, { funcID: 'wrapper' }),
      call('internal/runtime/x.y', 0x3000, 8),
    ])
    const snapshot = snapshotOf([{ stack: trapped, labels: { a: 'b' } }])
    const addresses = (version: number) =>
      /@ (.*)/.exec(pprofText(snapshot, { program: minor(version) }))![1]!.replaceAll('0x', '')
    expect(addresses(14)).toBe('2030 5031 5012 3008')
    expect(addresses(13)).toBe('2030 5030 5012 3008')
    expect(addresses(11)).toBe('2030 5030 6010 3008')
    const named = (version: number) => pprofText(snapshot, { program: minor(version) }).includes('# labels')
    expect([named(14), named(15)]).toEqual([false, true])
    const inner = snapshotOf([{ stack: stack([call('internal/runtime/x.y', 0x3000, 8), call('main.f', 0x5000, 8)]) }])
    const shows = (version: number) => pprofText(inner, { program: minor(version) }).includes('x.y')
    expect([shows(23), shows(24)]).toEqual([true, false])
  })

  it('counts a goroutine whose stack is not known, under what it was started with', () => {
    const goroutines: MadeUp[] = [
      { status: 'running', start: loop, stack: stack([], 'it runs') },
      { status: 'running', start: loop, stack: stack([], 'it runs') },
      { waitReason: 'select', start: loop, stack: stack([], 'cannot read 0xc000') },
      { status: 'running', start: { pc: 0x8000, entry: undefined, location: undefined } },
      { status: 'running' },
    ]
    const text = pprofText(snapshotOf(goroutines))
    expect(text).toBe(`goroutine profile: total 5
2 @ 0x7001
#	(running: stack unknown)
#	0x7000	main.loop+0x0	/src/loop.go:12

1 @ 0x1
#	(running: stack unknown)

1 @ 0x7001
#	(select: stack unknown: cannot read 0xc000)
#	0x7000	main.loop+0x0	/src/loop.go:12

1 @ 0x8001
#	(running: stack unknown)
#	0x8000

`)
    expect(parseGoroutineProfile(text).groups.map(({ count }) => count)).toEqual([2, 1, 1, 1])
  })

  it('says where a stack could not be followed any further', () => {
    const broken = stack([GOPARK, call('main.f', 0x5000, 8)], 'no function at 0xdead')
    expect(pprofText(snapshotOf([{ stack: broken }]))).toBe(`goroutine profile: total 1
1 @ 0x10ce 0x5008
#	0x5007	main.f+0x7	/src/main.go:8
#	(stack incomplete: no function at 0xdead)

`)
    // With what is missing left out anyway it is as good as any other.
    expect(pprofText(snapshotOf([{ stack: broken }]), { depth: 1 })).not.toContain('incomplete')
  })

  it('keeps as many addresses as are asked for, at least one', () => {
    const addresses = (depth: number) => /@ (.*)/.exec(pprofText(snapshotOf([{ stack: worker }]), { depth }))![1]
    expect([0, 1, 2, 3, 9].map(addresses)).toEqual([
      '0x10ce',
      '0x10ce',
      '0x10ce 0x5071',
      '0x10ce 0x5071 0x9001',
      '0x10ce 0x5071 0x9001',
    ])
  })

  const go = oracle('gotext')
  it.skipIf(go.missing)(`quotes strings and sets columns as Go's own libraries do${unless(go.missing)}`, () => {
    // Blocks in which Unicode adds nothing any more: Go's tables and those of Node are of different years.
    const ranges: [number, number][] = [
      [0, 0x52f],
      [0x2000, 0x209c],
      [0x20d0, 0x2426],
      [0xfe00, 0xfffd],
      [0x1_f300, 0x1_f5ff],
    ]
    const unit = fc.oneof(
      ...ranges.map(([min, max]) => fc.integer({ min, max }).map((code) => String.fromCodePoint(code))),
    )
    const strings = fc.sample(fc.string({ unit }), 400)
    const edges = ['', '\u0000\u0007\b\f\n\r\t\v"\\\'\u007f\u0080\u00a0\u00ad\u200b\u2028\ufffd\u{e0001}\u{10ffff}']
    // Without tabs, which part cells, and what else a tabwriter obeys.
    const cell = fc.string({ unit: fc.constantFrom('a', 'b', '#', '日', 'é', '😀'), minLength: 1, maxLength: 20 })
    const blocks = fc.sample(fc.array(fc.array(cell, { minLength: 1, maxLength: 5 }), { maxLength: 12 }), 200)
    const answer = JSON.parse((go as Oracle).ask(JSON.stringify({ quote: [...strings, ...edges], tabs: blocks })))
    expect([...strings, ...edges].map((text) => goQuote(text))).toEqual(answer.quote)
    expect(
      blocks.map((lines) =>
        tabColumns(lines)
          .map((line) => `${line}\n`)
          .join(''),
      ),
    ).toEqual(answer.tabs)
  })
})

describe.each(fixtures('states'))('$name', (fixture) => {
  it.each([false, true])('prints the text that the process prints, byte by byte (paused: %s)', async (pause) => {
    await using states = await startFixture(fixture)
    expectOwnProfile(await states.truth(), withLook(states.pid, ownProfile, { pause }))
  })

  it('tells the same in protocol buffers', async () => {
    await using states = await startFixture(fixture)
    const truth = await states.truth()
    withLook(states.pid, ({ go, snapshot }) => {
      const profile = Profile.decode(gunzipSync(pprofBytes(go, snapshot, ownDepth(go.program))))
      compareWithText(profile, truth, go)
      const text = (index: unknown) => profile.stringTable.strings[Number(index)]
      expect(profile.mapping.map(({ filename }) => text(filename))).toEqual([go.executable])
      // The kernel's word for it.
      const [code] = go.process.maps().filter((map) => map.path === go.executable && map.executable)
      const { memoryStart, memoryLimit, fileOffset } = profile.mapping[0]!
      expect([memoryStart, memoryLimit, fileOffset].map(Number)).toEqual([code!.start, code!.end, code!.offset])
      expect(profile.location.every(({ mappingId }) => mappingId === 1)).toBe(true)
    })
  })
})

/** Stack by stack, by the names, lines and labels that the process's own profile prints. */
function compareWithText(profile: Profile, { pprof1 }: FixtureTruth, go: GoProcess): void {
  const { stringTable, function: functions, location, sample } = profile
  const text = (index: unknown) => stringTable.strings[Number(index)]!
  const { hiddenInProfile, profileLabels } = dumpStyle(go.program)
  const hidden = (line: string) => hiddenInProfile.some((prefix) => line.startsWith(prefix))
  const ours = sample.map(({ locationId, value, label }) => {
    const lines = locationId.flatMap((id) =>
      location[Number(id) - 1]!.line.map(({ functionId, line }) => {
        const { name, filename } = functions[Number(functionId) - 1]!
        // Profiles have the compiler's names, texts the shown ones.
        return `${text(name).replace(/\[.*\]/, '[...]')} ${text(filename)}:${line}`
      }),
    )
    const first = lines.findIndex((line) => !hidden(line))
    const labels = Object.fromEntries(label.map(({ key, str }) => [text(key), text(str)]))
    return { count: value[0], lines: lines.slice(Math.max(first, 0)), labels: profileLabels ? labels : {} }
  })
  const theirs = parseGoroutineProfile(pprof1).groups.map(({ count, frames, labels }) => ({
    count,
    lines: frames.map((frame) => `${frame.function.replace(/\[.*\]/, '[...]')} ${frame.file}:${frame.line}`),
    labels,
  }))
  const comparable = (groups: typeof ours) => {
    const counts = new Map<string, number>()
    for (const { count, lines, labels } of groups) {
      if (lines.some((line) => /control\.Serve/.test(line))) continue
      const key = JSON.stringify([lines, Object.entries(labels).sort()])
      counts.set(key, (counts.get(key) ?? 0) + Number(count))
    }
    return [...counts].sort()
  }
  expect(comparable(ours)).toEqual(comparable(theirs))
}

describe('the protocol buffers', () => {
  const go: ProfiledProcess = {
    program: {
      gnuBuildId: 'abcdef',
      elf: {
        segments: [
          { type: 1, flags: 4, address: 0x1000n, memorySize: 0x100, offset: 0 },
          { type: 1, flags: 5, address: 0x2040n, memorySize: 0x9000, offset: 0x1040 },
        ],
      },
    } as unknown as GoProcess['program'],
    binary: { pclntab: { functionAt: () => undefined } } as unknown as GoProcess['binary'],
    bias: 0x5555_5555_0000,
    executable: '/app/server',
  }
  const at = (offset: number) => go.bias + offset

  it('hold counts, places, labels and the time', () => {
    const frames = [
      call('runtime.gopark', at(0x2100), 0xce),
      call('main.leaf', at(0x3000), 0x30, { inlined: true }),
      call('main.caller', at(0x3000), 0x30, { instruction: at(0x3010) }),
      // Inlined into itself.
      call('main.recurse', at(0x4000), 0x30, { inlined: true }),
      call('main.recurse', at(0x4000), 0x30, { instruction: at(0x4010) }),
      call('outside.f', 0x10, 0x20),
      call('runtime.goexit', at(0x5000), 1),
    ]
    const parked = stack(frames)
    const goroutines: MadeUp[] = [
      { stack: parked },
      { stack: parked },
      { stack: parked, labels: { b: '日', a: '' } },
      { status: 'running', start: { ...loop, pc: at(0x6000) }, stack: stack([], 'it runs') },
      { stack: stack(frames.slice(0, 1), 'no function at 0xdead') },
      { stack: parked, system: true },
    ]
    const takenAt = 1_767_225_600_123
    const bytes = pprofBytes(go, snapshotOf(goroutines, { takenAt }))
    const { stringTable, function: functions, location, ...profile } = Profile.decode(gunzipSync(bytes))
    const text = (index: unknown) => stringTable.strings[Number(index)]
    expect(profile.timeNanos).toBe(BigInt(takenAt) * 1_000_000n)
    expect([profile.sampleType[0]!, profile.periodType!].map(({ type, unit }) => [text(type), text(unit)])).toEqual([
      ['goroutine', 'count'],
      ['goroutine', 'count'],
    ])
    expect(profile.period).toBe(1)
    expect(profile.mapping).toHaveLength(1)
    expect(profile.mapping[0]).toMatchObject({
      memoryStart: BigInt(at(0x2000)),
      memoryLimit: BigInt(at(0xc000)),
      fileOffset: 0x1000,
      hasFunctions: true,
    })
    expect([text(profile.mapping[0]!.filename), text(profile.mapping[0]!.buildId)]).toEqual(['/app/server', 'abcdef'])
    const shown = profile.sample.map(({ locationId, value, label }) => ({
      count: value,
      locations: locationId.map((id) => {
        const { address, mappingId, line } = location[Number(id) - 1]!
        const lines = line.map(
          ({ functionId, line: number }) => `${text(functions[Number(functionId) - 1]!.name)}:${number}`,
        )
        return `${(BigInt(address) - (mappingId ? BigInt(go.bias) : 0n)).toString(16)} ${mappingId} ${lines}`
      }),
      labels: label.map(({ key, str }) => `${text(key)}=${text(str)}`),
    }))
    const gopark = '21cd 1 runtime.gopark:206'
    const locations = [
      gopark,
      '302f 1 main.leaf:48,main.caller:48',
      '402f 1 main.recurse:48',
      '4010 1 main.recurse:48',
      '2f 0 outside.f:32',
    ]
    expect(shown).toEqual([
      { count: [2], locations, labels: [] },
      { count: [1], locations: [gopark, '0 0 (stack incomplete):0'], labels: [] },
      { count: [1], locations, labels: ['a=', 'b=日'] },
      { count: [1], locations: ['0 0 (running: stack unknown):0', '6000 1 main.loop:12'], labels: [] },
    ])
  })
})
