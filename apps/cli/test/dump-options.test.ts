/** What `gospy dump` makes of its command line. */
import { describe, expect, it } from 'vitest'
import { dump } from '../src/commands/dump.js'
import { type DumpFlags, readDumpFlags } from '../src/dump-options.js'
import { UsageError } from '../src/usage-error.js'
import { collector } from './made-up.js'

describe('the format', () => {
  it('is text unless something else is asked for, and --json is short for one', () => {
    expect(readDumpFlags({}).format).toBe('text')
    expect(readDumpFlags({ json: true }).format).toBe('json')
    expect(readDumpFlags({ json: true, format: 'json' }).format).toBe('json')
    expect(readDumpFlags({ format: 'pprof-text' }).format).toBe('pprof-text')
  })
})

describe('the view', () => {
  it.each<[DumpFlags, object]>([
    [{}, { as: 'stacks' }],
    [{ groupBy: 'stack' }, { as: 'stacks' }],
    [{ groupBy: 'none' }, { as: 'table', place: 'current' }],
    [{ pc: 'caller' }, { as: 'table', place: 'caller' }],
    [
      { pc: 'start', groupBy: 'none' },
      { as: 'table', place: 'start' },
    ],
    [{ goid: ['17'] }, { as: 'details' }],
    [{ goid: ['17'], groupBy: 'stack' }, { as: 'stacks' }],
    [{ groupBy: 'created-by' }, { as: 'places', key: { by: 'created-by' } }],
    [{ groupBy: 'label:a:b' }, { as: 'places', key: { by: 'label', label: 'a:b' } }],
  ])('%j', (flags, view) => {
    expect(readDumpFlags(flags).view).toEqual(view)
  })
})

it('shows goroutines of the runtime when they are asked for in any way', () => {
  const shown = (flags: DumpFlags) => readDumpFlags(flags).systemGoroutines
  expect(shown({})).toBe(false)
  expect(shown({ filter: ['user'] })).toBe(false)
  expect(shown({ system: true })).toBe(true)
  expect(shown({ goid: ['2'] })).toBe(true)
  expect(shown({ filter: ['!user'] })).toBe(true)
})

it('looks for a text in the calls that the format shows', () => {
  const frames = (flags: DumpFlags) => readDumpFlags(flags).selection.frames
  expect([frames({}), frames({ format: 'go' })]).toEqual(['traceback', 'traceback'])
  expect([frames({ system: true }), frames({ json: true }), frames({ format: 'pprof' })]).toEqual(['all', 'all', 'all'])
})

it('takes ids one by one and in lists', () => {
  expect(readDumpFlags({ goid: ['17', '18, 19'] }).selection.goids).toEqual([17, 18, 19])
})

describe('--locals', () => {
  it('reads the variables of the goroutines that are named, as far as is said', () => {
    expect(readDumpFlags({ goid: ['17'] }).variables).toBeUndefined()
    const limits = { depth: 2, maxString: 200, maxItems: 64 }
    expect(readDumpFlags({ goid: ['17', '18,19'], locals: true }).variables).toEqual({
      goroutines: [17, 18, 19],
      ...limits,
    })
    const flags = { goid: ['17'], locals: true, depth: '4', maxDepth: '1', maxString: '8', maxItems: '0' }
    const variables = { goroutines: [17], depth: 1, maxString: 8, maxItems: 0 }
    expect(readDumpFlags(flags).variables).toEqual(variables)
    // In text some of the innermost may not be shown.
    expect(readDumpFlags({ ...flags, json: true }).variables).toEqual({ ...variables, frames: 4 })
  })

  it.each<[DumpFlags, string]>([
    [{ locals: true }, '--locals is for chosen goroutines: say which ones with --goid N'],
    [{ locals: true, goid: ['17'], format: 'go' }, '--locals is for text and json, not for go'],
    [{ locals: true, goid: ['17'], json: true, stacks: false }, '--locals looks at stacks'],
    [{ locals: true, goid: ['17'], groupBy: 'wait' }, 'without --group-by'],
    [{ locals: true, goid: ['17'], pc: 'start' }, 'without --pc'],
    [{ locals: true, goid: ['17'], maxDepth: 'all' }, '--max-depth takes a whole number, not "all"'],
    [{ goid: ['17'], maxString: '1' }, '--max-string is for values: with --locals'],
  ])('is refused with %j', (flags, text) => {
    expect(() => readDumpFlags(flags)).toThrow(UsageError)
    expect(() => readDumpFlags(flags)).toThrow(text)
  })
})

it.each<[DumpFlags, string]>([
  [{}, 'there is no text without stacks'],
  [{ format: 'go' }, 'there is no go without stacks'],
  [{ json: true, filter: ['user'] }, '--filter looks at stacks'],
  [{ json: true, depth: '3' }, '--depth is for stacks'],
])('refuses --no-stacks with %j', (flags, text) => {
  expect(() => readDumpFlags({ ...flags, stacks: false })).toThrow(text)
  expect(readDumpFlags({ json: true, stacks: false }).format).toBe('json')
})

it('takes 0 for a depth', () => {
  expect(readDumpFlags({ depth: '0' }).depth).toBe(0)
  expect(readDumpFlags({ depth: '2', groupBy: 'stack' }).depth).toBe(2)
  expect(readDumpFlags({}).depth).toBe(undefined)
})

describe('wrong usage', () => {
  it.each<[DumpFlags, string]>([
    [{ json: true, format: 'go' }, 'contradict'],
    [{ json: true, format: 'text' }, 'contradict'],
    [{ format: 'go', groupBy: 'wait' }, '--group-by is for text'],
    [{ json: true, pc: 'start' }, '--pc is for text'],
    [{ format: 'pprof', system: true }, '--system is for text and go'],
    [{ json: true, system: true }, '--system is for text and go'],
    [{ format: 'go', showDead: true }, '--show-dead is for text and json'],
    [{ format: 'pprof', showDead: true }, '--show-dead is for text and json'],
    [{ format: 'go', depth: '0' }, '--depth is at least 1 for go'],
    [{ format: 'pprof', depth: '0' }, '--depth is at least 1 for pprof'],
    [{ depth: '3', groupBy: 'wait' }, '--depth is for stacks, not for --group-by wait'],
    [{ depth: '3', groupBy: 'none' }, '--depth is for stacks, not for --group-by none'],
    [{ depth: '3', pc: 'start' }, '--depth is for stacks, not for --pc'],
    [{ pc: 'start', groupBy: 'wait' }, '--pc is for one line a goroutine'],
    [{ groupBy: 'label' }, '--group-by takes'],
    [{ groupBy: 'label:' }, '--group-by takes'],
    [{ groupBy: 'colour' }, '--group-by takes'],
    [{ depth: '-1' }, '--depth takes'],
    [{ depth: 'all' }, '--depth takes'],
    [{ goid: ['one'] }, '--goid takes'],
    [{ goid: ['17,'] }, '--goid takes'],
    [{ goid: ['0'] }, '--goid takes'],
    [{ goid: ['99999999999999999999'] }, '--goid takes'],
    [{ filter: ['userloc'] }, '--filter userloc needs'],
  ])('%j', (flags, text) => {
    expect(() => readDumpFlags(flags)).toThrow(UsageError)
    expect(() => readDumpFlags(flags)).toThrow(text)
  })
})

it('keeps a binary profile off the terminal, and says what to type', async () => {
  const io = { stdout: collector(80), stderr: collector(80) }
  for (const answer of [dump(io, '1', { format: 'pprof' }), dump(io, undefined, { pid: '1', format: 'pprof' })]) {
    await expect(answer).rejects.toThrow(
      new UsageError('--format pprof is not for a terminal: gospy dump 1 --format pprof > dump.pb.gz'),
    )
  }
})
