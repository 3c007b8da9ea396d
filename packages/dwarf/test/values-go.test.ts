/** Values of Go are what the program printed itself, for both implementations of its maps. */
import { GoRuntimeTypes, Value, ValueError } from '@gospy/dwarf'
import { afterAll, describe, expect, it } from 'vitest'
import { type RunningProgram, runGo } from './support/live-go.js'
import { openValueFixture, valueFixtureNames } from './support/value-fixture.js'

const ALL = { depth: 5, maxItems: 10_000, maxValues: 100_000 }

/** GOSPY_GO_VERSIONS=1.18.10,1.24.9+noswissmap: builds and runs the program anew by these versions of Go. */
const running = new Map<string, RunningProgram>()
for (const version of process.env['GOSPY_GO_VERSIONS']?.split(',') ?? []) running.set(version, await runGo(version))
afterAll(() => {
  for (const program of running.values()) program.end()
})

const programs = [...valueFixtureNames.filter((name) => name.startsWith('go-')), ...running.keys()]

describe.each(programs)('%s', (name) => {
  const { dwarf, memory, golden } = running.get(name) ?? openValueFixture(name)
  const variable = dwarf.variable('main.V')
  const moduledata = dwarf.variable('runtime.firstmoduledata')
  const start = Value.at(moduledata.type, memory, moduledata.address!).field('types').number()
  const types = new GoRuntimeTypes(dwarf, start)
  const values = Value.at(variable.type, memory, variable.address!, { goType: (descriptor) => types.at(descriptor) })
  const said = JSON.parse(golden) as Record<string, unknown>

  it.each(Object.entries(said))('%s', (path, theirs) => {
    const [, field = '', property] = /^(.*?)(?:\.(length|capacity))?$/.exec(path)!
    const value = field === 'Nested.a' ? inMap(values.field('Nested'), 'a') : values.field(field)
    const ours = property === 'length' ? value.length : property === 'capacity' ? value.capacity : undefined
    const held = value.shape === 'map' ? nestedMap(value) : value.toJS(ALL)
    const expected = typeof theirs === 'string' && /^-?\d+n$/.test(theirs) ? BigInt(theirs.slice(0, -1)) : theirs
    expect(ours ?? held).toEqual(expected)
  })

  it('what the program does not print', () => {
    expect(values.field('Growing').length).toBe(13 * 64 + 3)
    // Of the two implementations, the older one is just moving its entries.
    const header = values.field('Growing').type.resolve()
    const address = values.field('Growing').number()
    const map = header?.kind === 'pointer' ? Value.at(header.target!, memory, address) : undefined
    if (map?.fields().some((field) => field.name === 'oldbuckets')) {
      expect(map.field('oldbuckets').integer()).not.toBe(0)
      expect(map.field('nevacuate').number()).toBeLessThan(64)
    }
    expect(values.field('Ringed').toJS()).toEqual(['x', 'y', 'z'].slice(-(values.field('Ringed').length ?? 0)))
    expect(values.field('Complex64').toJS()).toEqual({ real: 1, imaginary: 2 })
    expect(values.field('Grid').toJS()).toEqual([
      [1, 2],
      [3, 4],
    ])
    expect(values.field('Structs').toJS()).toEqual([
      { X: 1, Y: 2 },
      { X: 3, Y: 4 },
    ])
    expect(values.field('Inner').toJS()).toEqual({ Point: { X: 5, Y: 6 }, Name: 'inner' })
    expect(values.field('Structured').toJS()).toEqual(
      expect.arrayContaining([
        [
          { X: 1, Y: 1 },
          { X: 2, Y: 2 },
        ],
        [{ X: 3, Y: 3 }, null],
      ]),
    )
    expect(values.field('Nested').toJS()).toEqual({ a: { b: 1 }, c: null })
    expect(values.field('Set').toJS()).toEqual({ 7: {}, 9: {} })
    const big = values.field('BigValues').toJS(ALL) as [number[], number[]][]
    expect(big.length).toBe(20)
    for (const [key, element] of big) expect(element[1]).toBe(key[0]! ** 2)
    for (const nil of ['NilSlice', 'NilMap', 'NilChan', 'NilPointer', 'NilFunc', 'NilAny', 'Unsafe']) {
      expect([nil, values.field(nil).toJS()]).toEqual([nil, null])
    }
    expect(values.field('EmptyMap').toJS()).toEqual({})
    expect(values.field('Chan').toJS()).toEqual([])
    expect(values.field('Func').toJS()).toMatch(/^0x[0-9a-f]+$/)
  })

  it('what interfaces hold', () => {
    expect(values.field('Any').deref().type.name).toBe('int')
    expect(values.field('Shower').toJS()).toEqual({ X: 1, Y: 2 })
    expect(values.field('Shower').field('Y').number()).toBe(2)
    expect(values.field('FloatS').toJS()).toBe(1.5)
    expect(values.field('AnyPointer').deref().type.name).toBe('*main.List')
    expect(values.field('PointerS').field('Next.Key').number()).toBe(2)
    expect(() => values.field('NilAny').deref()).toThrow(ValueError)
  })

  it('a ring ends', () => {
    const ring = values.field('Ring').toJS({ depth: 100 }) as { Next: { Next: unknown } }
    expect(ring).toMatchObject({ Key: 1, Next: { Key: 2 } })
    expect(ring.Next.Next).toBe(`0x${values.field('Ring').integer().toString(16)}`)
  })

  it('reads only what is asked for', () => {
    const fresh = Value.at(variable.type, memory, variable.address!)
    const before = memory.reads
    const field = fresh.field('Inner').field('Name')
    expect(memory.reads - before).toBe(0)
    expect(field.string()).toBe('inner')
    expect(memory.reads - before).toBeLessThan(4)
  })

  it('prints as Delve does', () => {
    const text = (path: string) => String(values.field(path))
    expect(text('Slice')).toBe('[]int len: 3, cap: 8, [4,5,6]')
    expect(text('Inner')).toBe('main.Inner {Point: main.Point {X: 5, Y: 6}, Name: "inner"}')
    expect(text('Pointer')).toBe('*main.Point {X: 7, Y: 8}')
    expect(text('String')).toBe('"hé\\"llo\\n"')
    expect(text('NilMap')).toBe('map[string]int nil')
    expect(text('Any')).toBe('interface {}(int) 42')
    expect(text('Complex128')).toBe('(-1 + 0.25i)')
  })

  it('names types as Go does, and tells those of the language', () => {
    expect(values.field('Generic').type.describe()).toBe('main.Generic[string,int]')
    expect(values.field('Func').type.describe()).toBe('func(int) string')
    expect(values.field('Grid').type.describe()).toBe('[2][2]int8')
    expect(values.field('Ringed').type.goElem?.name).toBe('string')
    expect(values.field('Structured').type.goKey?.name).toBe('main.Point')
  })
})

function inMap(map: Value, wanted: string): Value {
  for (const [key, element] of map.entries()) if (key.string() === wanted) return element
  throw new Error(`no key ${wanted}`)
}

/** A map as an object, whatever its keys are. */
function nestedMap(map: Value): Record<string, unknown> {
  return Object.fromEntries([...map.entries()].map(([key, element]) => [String(key.toJS()), element.toJS()]))
}

describe('strings are printed as Go prints them', () => {
  const { dwarf } = openValueFixture(valueFixtureNames.find((name) => name.startsWith('go-'))!)
  const HEADER = 0x1000
  const TEXT = 0x2000

  /** A string of these bytes in memory, by its header. */
  const printed = (bytes: Uint8Array) => {
    const header = new Uint8Array(BigUint64Array.of(BigInt(TEXT), BigInt(bytes.length)).buffer)
    const read = (address: number, into: Uint8Array) => {
      const [from, at] = address >= TEXT ? [bytes, address - TEXT] : [header, address - HEADER]
      into.set(from.subarray(at, at + into.length))
      return Math.max(0, Math.min(into.length, from.length - at))
    }
    const readRanges = () => expect.unreachable()
    return String(Value.at(dwarf.type('string'), { read, readRanges }, HEADER))
  }

  // What `%q` prints, go1.26.8.
  it.each([
    ['706c61696e20227122205c2007080c0a0d090b', String.raw`"plain \"q\" \\ \a\b\f\n\r\t\v"`],
    ['001b5b324a7f', String.raw`"\x00\x1b[2J\x7f"`],
    ['68c3a96c6c6f20e4b896e7958c20f09f9880', '"héllo 世界 😀"'],
    ['c280c29b324ac2a0c2ade2808be280aee280a8efbbbf', String.raw`"\u0080\u009b2J\u00a0\u00ad\u200b\u202e\u2028\ufeff"`],
    ['ffc3c08061e282', String.raw`"\xff\xc3\xc0\x80a\xe2\x82"`],
    ['efbfbdf3a08081f48fbfbf', '"\ufffd\\U000e0001\\U0010ffff"'],
    ['eda08065cc81', '"\\xed\\xa0\\x80e\u0301"'],
  ])('%s', (hex, text) => {
    expect(printed(Buffer.from(hex, 'hex'))).toBe(text)
  })

  it('cut off after 200 bytes, also within a character', () => {
    expect(printed(Buffer.from(`${'a'.repeat(199)}é`))).toBe(`"${'a'.repeat(199)}\\xc3"...+1 more`)
  })
})
