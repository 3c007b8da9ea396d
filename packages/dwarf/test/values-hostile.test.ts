/**
 * Whatever the memory and the debugging information: a value, or an error that says something of it; no other exception, and an
 * end in good time. By fixed seeds. With GOSPY_HOSTILE=4 four times as many variants.
 */
import { FormatError, type MemoryReader, UnreadableMemoryError } from '@gospy/bytes'
import {
  DW_AT,
  DW_FORM,
  DW_TAG,
  Dwarf,
  layoutDifference,
  NameNotFoundError,
  type Type,
  Value,
  ValueError,
} from '@gospy/dwarf'
import { describe, expect, it } from 'vitest'
import { Bytes, buildAbbreviations, buildDwarf, buildUnit } from './support/builder.js'
import { HOSTILE, randomNumbers, seedOf } from './support/mutations.js'
import { openValueFixture, valueFixtureNames } from './support/value-fixture.js'
import { work } from './support/work.js'

/** Memory that is there at every address, and holds noise, or pointers to itself, or the same byte everywhere. */
function everywhere(fill: (address: number) => number): MemoryReader {
  return {
    read(address, into) {
      for (let index = 0; index < into.length; index++) into[index] = fill(address + index)
      return into.length
    },
    readRanges(ranges) {
      for (const range of ranges) range.bytesRead = this.read(range.address, range.into)
    },
  }
}

const memories: Record<string, MemoryReader> = {
  noise: everywhere((address) => Math.imul(address ^ 0x5bd1e995, 0x27d4eb2f) >>> 24),
  zeros: everywhere(() => 0),
  'the same byte': everywhere(() => 0x41),
  // Each word is a small address: every pointer leads to more pointers.
  pointers: everywhere((address) => [0x00, 0x10, 0x20, 0, 0, 0, 0, 0][address % 8]!),
  'small numbers': everywhere((address) => [3, 0, 0, 0, 0, 0, 0, 0][address % 8]!),
  'large numbers': everywhere((address) => [0xff, 0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0][address % 8]!),
  nothing: {
    read: () => 0,
    readRanges(ranges) {
      for (const range of ranges) range.bytesRead = 0
    },
  },
}

function isExpected(error: unknown): boolean {
  return (
    error instanceof FormatError ||
    error instanceof ValueError ||
    error instanceof UnreadableMemoryError ||
    error instanceof NameNotFoundError
  )
}

/** Asks a value for everything, and gives the milliseconds that the slowest answer took. */
function exercise(value: Value): number {
  let slowest = 0
  const attempts: readonly (() => unknown)[] = [
    () => value.toJS(),
    () => value.toString(),
    () => value.toJS({ depth: 20, maxItems: 1000 }),
    () => value.size,
    () => value.length,
    () => value.number(),
    () => value.bigint(),
    () => value.bool(),
    () => value.string(),
    () => value.enumerator(),
    () => value.error,
    () => value.fields().map((field) => field.value.error),
    () => value.deref().toString(),
    () => value.at(0).toString(),
    () => value.at(3).error,
    () => value.variant()?.value.toString(),
    () => value.field('a.b[2].c'),
    () => take(value.items()),
    () => take(value.entries()),
    () => value.type.describe(),
  ]
  for (const attempt of attempts) {
    const start = work()
    try {
      attempt()
    } catch (error) {
      if (!isExpected(error)) throw error
    }
    slowest = Math.max(slowest, work() - start)
  }
  return slowest
}

function take(items: Iterable<unknown>): void {
  let left = 1000
  for (const _ of items) if (left-- === 0) return
}

/** The types of a program's first units. */
function typesOf(dwarf: Dwarf, limit: number): Type[] {
  const types: Type[] = []
  for (const unit of dwarf.units()) {
    try {
      const reader = unit.reader()
      while (reader.next() && types.length < limit) {
        try {
          types.push(dwarf.typeOf(reader.entry()))
        } catch (error) {
          if (!isExpected(error)) throw error
        }
      }
    } catch (error) {
      if (!isExpected(error)) throw error
    }
  }
  return types
}

describe.each(valueFixtureNames)('%s', (name) => {
  const { dwarf } = openValueFixture(name)
  const all = name.startsWith('go-') ? goTypes(dwarf) : typesOf(dwarf, 300)
  const kinds = Object.keys(memories)
  // Each kind of memory has other ones of the types: every type has its turn in one of them, or in more.
  const share = Math.max(1, Math.floor(kinds.length / HOSTILE))
  const sample = (offset: number) => all.filter((_, index) => index % share === offset % share)

  it.each(kinds)('memory of %s', (kind) => {
    let slowest = 0
    const types = sample(kinds.indexOf(kind))
    for (const type of types) {
      slowest = Math.max(slowest, exercise(Value.at(type, memories[kind]!, 0x2000)))
    }
    expect(types.length).toBeGreaterThan(6)
    expect(slowest).toBeLessThan(1000)
  })

  it('bytes of any length', () => {
    const random = randomNumbers(99)
    for (const type of sample(0))
      exercise(
        Value.of(
          type,
          Uint8Array.from({ length: random(40) }, () => random(256)),
        ),
      )
  })
})

function goTypes(dwarf: Dwarf): Type[] {
  const struct = dwarf.struct('main.Values')
  return [struct, ...struct.fields.map((field) => field.type)]
}

describe('malformed debugging information', () => {
  const ROUNDS = 12 * HOSTILE
  it.each(valueFixtureNames.filter((name) => !name.startsWith('go-')))(`%s, ${ROUNDS} variants`, (name) => {
    const { sections, littleEndian } = openValueFixture(name)
    const random = randomNumbers(seedOf(name))
    let slowest = 0
    for (let round = 0; round < ROUNDS; round++) {
      const changed = new Map(sections)
      for (const section of ['.debug_info', '.debug_abbrev']) {
        const bytes = sections.get(section)!.slice()
        for (let count = random(6); count > 0; count--) bytes[random(bytes.length)] = random(256)
        changed.set(section, bytes)
      }
      const start = work()
      try {
        const dwarf = Dwarf.from((section) => changed.get(section), { littleEndian })
        for (const type of typesOf(dwarf, 60)) {
          for (const kind of ['noise', 'pointers'] as const) {
            const value = Value.at(type, memories[kind]!, 0x2000)
            value.toJS({ maxValues: 300 })
            value.toString()
            describeAnyway(type)
          }
        }
      } catch (error) {
        if (!isExpected(error)) throw error
      }
      slowest = Math.max(slowest, work() - start)
    }
    expect(slowest).toBeLessThan(3000)
  })
})

function describeAnyway(type: Type): void {
  try {
    type.describe()
  } catch (error) {
    if (!isExpected(error)) throw error
  }
}

describe('types in a circle', () => {
  const header = 12
  const entries = new Bytes().raw(1)
  const at = () => header + entries.length
  // typedef to itself; struct of itself; array of itself; pointer to itself; const of itself.
  const alias = at()
  entries.raw(2).string('alias').uint(alias, 4)
  const struct = at()
  entries.raw(3).string('struct').uint(16, 4).raw(4).string('inner').uint(struct, 4).uint(0, 1)
  entries.raw(4).string('next').uint(struct, 4).uint(8, 1).raw(0)
  const array = at()
  entries.raw(5).string('array').uint(array, 4).raw(6).uint(3, 4).raw(0)
  const pointer = at()
  entries.raw(7).uint(pointer, 4)
  entries.raw(2).string('pointer').uint(pointer, 4)
  const constant = at()
  entries.raw(8).uint(constant, 4)
  entries.raw(2).string('constant').uint(constant, 4)
  const reference = at()
  entries.raw(9).uint(reference, 4)
  entries.raw(2).string('reference').uint(reference, 4).raw(0)
  const named = [
    [DW_AT.name, DW_FORM.string],
    [DW_AT.type, DW_FORM.ref4],
  ] as const
  const dwarf = buildDwarf({
    '.debug_info': buildUnit(entries),
    '.debug_abbrev': buildAbbreviations(
      { code: 1, tag: DW_TAG.compile_unit, children: true, attributes: [] },
      { code: 2, tag: DW_TAG.typedef, attributes: named },
      {
        code: 3,
        tag: DW_TAG.structure_type,
        children: true,
        attributes: [
          [DW_AT.name, DW_FORM.string],
          [DW_AT.byte_size, DW_FORM.data4],
        ],
      },
      { code: 4, tag: DW_TAG.member, attributes: [...named, [DW_AT.data_member_location, DW_FORM.data1]] },
      { code: 5, tag: DW_TAG.array_type, children: true, attributes: named },
      { code: 6, tag: DW_TAG.subrange_type, attributes: [[DW_AT.count, DW_FORM.data4]] },
      { code: 7, tag: DW_TAG.pointer_type, attributes: [[DW_AT.type, DW_FORM.ref4]] },
      { code: 8, tag: DW_TAG.const_type, attributes: [[DW_AT.type, DW_FORM.ref4]] },
      { code: 9, tag: DW_TAG.reference_type, attributes: [[DW_AT.type, DW_FORM.ref4]] },
    ),
  })

  it.each(['alias', 'struct', 'array', 'pointer', 'constant', 'reference'])('%s', (name) => {
    const type = dwarf.type(name)
    for (const memory of Object.values(memories)) {
      expect(exercise(Value.at(type, memory, 0x1000))).toBeLessThan(1000)
    }
    describeAnyway(type)
  })

  it('a pointer to itself is an address, and a struct in itself an error', () => {
    expect(Value.at(dwarf.type('pointer'), memories['pointers']!, 0x1000).toJS({ depth: 1e9 })).toBe('0x201000')
    expect(JSON.stringify(Value.at(dwarf.type('struct'), memories['zeros']!, 0x1000).toJS())).toContain('error')
  })
})

describe('types that hold each other twice, sixty deep', () => {
  const header = 12
  const entries = new Bytes().raw(1)
  const at = () => header + entries.length
  let struct = at()
  entries.raw(2).string('deepest').uint(4, 4).raw(0)
  let subroutine = at()
  entries.raw(4).raw(0)
  for (let level = 0; level < 60; level++) {
    const [inner, called] = [struct, subroutine]
    struct = at()
    entries
      .raw(2)
      .string(`level${level}`)
      .uint(8, 4)
      .raw(3)
      .uint(inner, 4)
      .uint(0, 1)
      .raw(3)
      .uint(inner, 4)
      .uint(4, 1)
      .raw(0)
    subroutine = at()
    entries.raw(4).raw(5).uint(called, 4).raw(5).uint(called, 4).raw(0)
  }
  entries.raw(6).string('function').uint(subroutine, 4).raw(0)
  const dwarf = buildDwarf({
    '.debug_info': buildUnit(entries),
    '.debug_abbrev': buildAbbreviations(
      { code: 1, tag: DW_TAG.compile_unit, children: true, attributes: [] },
      {
        code: 2,
        tag: DW_TAG.structure_type,
        children: true,
        attributes: [
          [DW_AT.name, DW_FORM.string],
          [DW_AT.byte_size, DW_FORM.data4],
        ],
      },
      {
        code: 3,
        tag: DW_TAG.member,
        attributes: [
          [DW_AT.type, DW_FORM.ref4],
          [DW_AT.data_member_location, DW_FORM.data1],
        ],
      },
      { code: 4, tag: DW_TAG.subroutine_type, children: true, attributes: [] },
      { code: 5, tag: DW_TAG.formal_parameter, attributes: [[DW_AT.type, DW_FORM.ref4]] },
      {
        code: 6,
        tag: DW_TAG.typedef,
        attributes: [
          [DW_AT.name, DW_FORM.string],
          [DW_AT.type, DW_FORM.ref4],
        ],
      },
    ),
  })

  it('a value ends', () => {
    const value = Value.at(dwarf.type('level59'), memories['zeros']!, 0x1000)
    expect(exercise(value)).toBeLessThan(1000)
    expect(() => value.field('nosuch')).toThrow(NameNotFoundError)
  })

  it('a description ends', () => {
    const type = dwarf.type('function').resolve()!
    expect(() => type.describe()).toThrow(FormatError)
  })

  it('a comparison ends', () => {
    const other = buildDwarf({})
    expect(other.findType('level59')).toBeUndefined()
    expect(layoutDifference(dwarf.type('level59'), dwarf.type('level58'))).toBeDefined()
  })
})

describe('lengths that are not true', () => {
  const { dwarf } = openValueFixture('go-1.23')

  it('cost no memory: a slice, a string and a map of 2^44', () => {
    const struct = dwarf.struct('main.Values')
    const before = process.memoryUsage().arrayBuffers
    for (const field of ['Slice', 'String', 'SmallMap', 'Ringed', 'BigMap', 'Structs']) {
      const value = Value.at(struct.field(field).type, memories['large numbers']!, 0x2000)
      value.toJS()
      value.toString()
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 26)
  })

  it('are said: a text that goes on is marked, items that are left out are counted', () => {
    const { dwarf: c, memory } = openValueFixture('gcc-c')
    const many = c.variable('v_many')
    const list = Value.at(many.type, memory, many.address!).toJS({ maxItems: 3 })
    expect(list).toEqual([0, 3, 6, { more: 247 }])
    const text = c.variable('v_long_text')
    expect(Value.at(text.type, memory, text.address!).string(5)).toBe('abcde…')
    const bad = c.variable('v_bad')
    expect(Value.at(bad.type, memory, bad.address!).toJS()).toEqual({
      next: { error: expect.stringContaining('0xdead0000') },
      previous: { error: expect.stringContaining('0xdead0008') },
      key: { error: expect.stringContaining('0xdead0010') },
      name: { error: expect.stringContaining('0xdead0018') },
    })
  })
})
