/** Finding types and variables by name: what C's and Go's rules say about which of several entries is meant. */
import { DW_LANG, Dwarf, NameNotFoundError, StructType } from '@gospy/dwarf'
import { describe, expect, it } from 'vitest'
import { fixtureNames, openFixture } from './support/fixture.js'
import { withLoadLog } from './support/load-log.js'

const c = fixtureNames.filter((name) => !name.startsWith('go-') && !name.includes('cpp'))

function thrown(run: () => unknown): NameNotFoundError {
  try {
    run()
  } catch (error) {
    if (error instanceof NameNotFoundError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe.each(c)('types of %s', (name) => {
  const dwarf = openFixture(name)

  it('follows a declaration in one unit to the definition in another', () => {
    const owner = dwarf.struct('struct node').field('owner').type
    if (owner.kind !== 'pointer') throw new Error(`${owner.kind} is no pointer`)
    const declared = owner.target as StructType
    expect(declared.name).toBe('opaque')
    expect(declared.definition?.size).toBeGreaterThan(12)
    expect(declared.field('embedded.key').offset).toBe(declared.definition!.field('embedded.key').offset)
    expect(dwarf.struct('opaque')).toBe(declared.definition)
  })

  it('takes a plain name for a typedef first, as C does, and for a tag where there is no typedef', () => {
    expect(dwarf.type('homonym').kind).toBe('typedef')
    expect(dwarf.type('homonym').resolve()?.kind).toBe('union')
    expect(dwarf.type('struct homonym')).toMatchObject({ kind: 'struct', size: 1 })
    expect(dwarf.type('everything').kind).toBe('struct')
    expect(dwarf.findType('union everything')).toBeUndefined()
    expect(dwarf.type('enum sign').kind).toBe('enum')
    expect(dwarf.struct('point_t')).toBe(dwarf.struct('struct point'))
    expect(dwarf.type('octet')).toMatchObject({ kind: 'typedef', size: 1 })
    expect(dwarf.type('octet').resolve()?.name).toBe('unsigned char')
  })

  it('gives the same object for the same type', () => {
    // Each type unit has a typedef of its own.
    if (!name.includes('types')) {
      expect(dwarf.struct('struct everything').field('nested.at').type).toBe(dwarf.type('point_t'))
    }
    const node = dwarf.struct('struct node')
    const next = node.field('next').type
    expect(next.kind === 'pointer' && next.target).toBe(node)
  })
})

describe.each(c)('variables of %s', (name) => {
  const dwarf = openFixture(name)

  it('prefers definitions, wherever they are', () => {
    const counter = dwarf.variable('counter')
    expect(counter.isDeclaration).toBe(false)
    expect(counter.isExternal).toBe(true)
    expect(counter.address).toBeGreaterThan(0n)
    expect(counter.type.name).toBe('int')
    expect(dwarf.variable('the_opaque').type).toBe(dwarf.struct('opaque'))
  })

  it('tells static, thread-local and external ones', () => {
    const local = dwarf.findVariable('local_flags')
    // Clang replaces a variable that is never written by its value.
    if (local !== undefined) expect(local.isExternal).toBe(false)
    const perThread = dwarf.variable('per_thread')
    expect(perThread.address).toBeUndefined()
    expect(perThread.threadLocalOffset).toBeTypeOf('bigint')
    const elsewhere = dwarf.findVariable('elsewhere')
    if (elsewhere !== undefined) {
      expect(elsewhere.isDeclaration).toBe(true)
      expect(elsewhere.address).toBeUndefined()
    }
    expect(dwarf.variable('points').type).toMatchObject({ kind: 'array', counts: [4] })
  })

  it('does not look into functions', () => {
    expect(dwarf.findVariable('deep')).toBeUndefined()
    expect(dwarf.findVariable('inside')).toBeUndefined()
  })
})

describe('what a failed lookup says', () => {
  const dwarf = openFixture('gcc-5')

  it('names what was searched, and what the name is instead', () => {
    expect(thrown(() => dwarf.type('nosuch'))).toMatchObject({
      kind: 'type',
      wanted: 'nosuch',
      code: 'ERR_NAME_NOT_FOUND',
      message: "no type 'nosuch': looked for at the top level of all 2 units (DWARF 5)",
    })
    expect(thrown(() => dwarf.type('counter')).message).toMatch(/the name is that of a variable$/)
    expect(thrown(() => dwarf.variable('everything2')).kind).toBe('variable')
    expect(thrown(() => dwarf.struct('int')).message).toBe("no type 'int': it is no struct but base")
    expect(thrown(() => Dwarf.from(() => undefined).type('int')).message).toMatch(/\.debug_info is missing or empty/)
  })

  it('lists the fields that there are, those of unnamed members included', () => {
    const error = thrown(() => dwarf.struct('struct everything').field('nested.nope'))
    expect(error).toMatchObject({ kind: 'field', wanted: 'nope', available: ['s', 'at'] })
    expect(thrown(() => dwarf.struct('struct everything').field('nope')).available).toEqual(
      expect.arrayContaining(['c', 'as_int', 'as_float', 'flexible']),
    )
    expect(thrown(() => dwarf.struct('struct everything').field('pointer.x')).message).toMatch(
      /pointer and has no fields/,
    )
    expect(thrown(() => dwarf.struct('struct everything').field('points[5]')).message).toMatch(/only 5 elements/)
    expect(thrown(() => dwarf.struct('struct everything').field('c[0]')).message).toMatch(/no array/)
    expect(thrown(() => dwarf.type('int').field('x')).message).toMatch(/int is a base and has no fields/)
  })
})

describe('Go programs', () => {
  it.each(['go-1.19', 'go-1.27'])('%s: types by their Go names, with their Go kinds', (name) => {
    const dwarf = openFixture(name)
    const g = dwarf.type('runtime.g')
    expect(g).toBeInstanceOf(StructType)
    expect(g.field('sched.sp').offset).toBe(g.field('sched').offset)
    expect(g.field('sched.pc').offset).toBe(g.field('sched').offset + 8)
    expect(dwarf.type('*runtime.g').resolve()).toMatchObject({ kind: 'pointer', size: 8 })
    expect(dwarf.variable('runtime.allgs').type.name).toBe('[]*runtime.g')
    expect(dwarf.variable('runtime.allgs').type.goElem?.name).toBe('*runtime.g')
    const embedded = dwarf.struct('main.Embedded')
    expect(embedded.fields.map((field) => [field.name, field.embedded, field.type.goKind])).toEqual([
      ['Pair', true, 25],
      ['Other', true, 22],
      ['m', false, 21],
      ['f', false, 19],
      ['a', false, 17],
      ['i', false, 20],
      ['_', false, 8],
    ])
    const map = embedded.field('m').type
    expect([map.goKey?.name, map.goElem?.name, map.size]).toEqual(['string', 'chan<- error', 8])
    // Through the embedded struct, as Go's selectors go; not through the embedded pointer.
    expect(embedded.field('Value').offset).toBe(16)
    expect(embedded.field('Value').type.goKind).toBe(23)
    expect(thrown(() => embedded.field('Next')).kind).toBe('field')
    expect(embedded.field('a[2][1]').offset - embedded.field('a').offset).toBe(40)
    expect(dwarf.findConstant('main.Answer')?.value).toBe(42)
    expect(dwarf.findConstant('runtime._Gwaiting')?.value).toBe(4)
    expect(dwarf.units()[0]?.language).toBe(DW_LANG.Go)
    expect(dwarf.variable('main.Root').address).toBeGreaterThan(0n)
  })

  it('finds many names at once, leaving out those that are not there', () => {
    const dwarf = openFixture('go-1.27')
    expect([...dwarf.findTypes(['runtime.g', 'runtime.nosuch', 'runtime.m']).keys()]).toEqual([
      'runtime.g',
      'runtime.m',
    ])
    expect([...dwarf.findVariables(['runtime.allgs', 'x']).keys()]).toEqual(['runtime.allgs'])
  })

  it('asks for a section only when it is needed, and once', () => {
    const { dwarf, log } = withLoadLog('go-1.27')
    expect(log).toEqual([])
    dwarf.units()
    expect(log).toEqual(['.debug_info', '.debug_types'])
    dwarf.type('runtime.g').field('sched.sp')
    dwarf.variable('runtime.allgs')
    expect(log).toEqual(['.debug_info', '.debug_types', '.debug_abbrev'])
  })
})
