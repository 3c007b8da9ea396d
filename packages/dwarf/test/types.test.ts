/** What types say of themselves beyond their layout: C++'s classes, Rust's variants, Go's attributes; and when two are alike. */
import { layoutDifference, StructType, sameLayout, type Type } from '@gospy/dwarf'
import { describe, expect, it } from 'vitest'
import { openFixture } from './support/fixture.js'
import { openValueFixture } from './support/value-fixture.js'

function structOf(type: Type): StructType {
  const struct = type.resolve()
  if (!(struct instanceof StructType)) throw new Error(`${type} is no struct`)
  return struct
}

describe.each(['gcc-cpp', 'clang-cpp'])('%s, as values.cpp has it', (name) => {
  const { dwarf } = openValueFixture(name)
  const shape = dwarf.struct('outer::Shape')

  it('base classes, with their access', () => {
    expect(shape.bases.map((base) => [base.name, base.offset, base.accessibility, base.isVirtual])).toEqual([
      ['Base', 0, 'public', false],
      ['Plain', 12, 'protected', false],
    ])
    const [virtual] = dwarf.struct('outer::Left').bases
    expect([virtual!.isVirtual, virtual!.isDynamic]).toEqual([true, true])
  })

  it('access of members', () => {
    expect(shape.field('color').accessibility).toBe('public')
    expect(shape.field('hidden_number').accessibility).toBe('private')
    expect(dwarf.struct('outer::Plain').field('low').accessibility).toBe('public')
    expect(dwarf.struct('outer::Base').fields.map((field) => [field.name, field.isArtificial])).toEqual(
      [
        ['_vptr$Base', true],
        ['base_member', false],
      ].map(([field, artificial]) => [name.startsWith('gcc') ? String(field).replace('$', '.') : field, artificial]),
    )
  })

  it('static members', () => {
    const members = shape.staticMembers
    expect(members.map((member) => member.name)).toEqual(['outer::Shape::instances', 'outer::Shape::constant'])
    expect(members[0]!.isDeclaration).toBe(true)
    expect(dwarf.variable(members[0]!.name).address).toBeGreaterThan(0n)
  })

  it('member functions, as C++ declares them', () => {
    const methods = new Map(shape.methods.map((method) => [method.name, method]))
    const area = methods.get('area')!
    expect([area.describe(), area.isVirtual, area.isPureVirtual, area.isStatic]).toEqual([
      'int area(void) const',
      true,
      false,
      false,
    ])
    const make = methods.get('make')!
    expect([make.describe(), make.isStatic]).toEqual(['outer::Shape *make(int)', true])
    expect(methods.get('Shape')!.describe()).toMatch(/^Shape\(/)
    const convert = shape.methods.find((method) => method.name.startsWith('convert'))!
    expect(convert.templateParameters.map(({ kind, type }) => [kind, type?.describe()])).toEqual([['type', 'int']])
    expect(convert.describe()).toMatch(/^int convert(<int>)?\(int, const char \*\) const$/)
  })

  it('template arguments', () => {
    const box = structOf(dwarf.variable('v_box').type)
    expect(
      box.templateParameters.map(({ kind, name: parameter, type, value }) => [kind, parameter, type?.size, value]),
    ).toEqual([
      ['type', 'T', 8, undefined],
      ['value', 'N', 4, 3],
    ])
    const [pack] = structOf(dwarf.variable('v_pack').type).templateParameters
    expect(pack!.kind).toBe('pack')
    expect(pack!.pack.map(({ type }) => type?.describe())).toEqual(['int', 'char *', 'outer::Plain'])
    const [held] = structOf(dwarf.variable('v_holder').type).templateParameters
    expect([held!.kind, held!.template]).toEqual(['template', 'outer::v1::Box'])
  })

  it('nested types', () => {
    expect(shape.nestedTypes.map((type) => type.qualifiedName)).toEqual(['outer::Shape::Color', 'outer::Shape::Size'])
    const color = shape.nestedTypes[0]!
    expect(color).toMatchObject({ kind: 'enum', isScoped: true, isSigned: false, size: 1 })
    expect(shape.nestedTypes[1]).toMatchObject({ isScoped: false, isFlags: true })
  })

  it('declarations', () => {
    expect(dwarf.variable('v_handler').type.declare('f')).toBe('void (*f)(int, void (*)(int))')
    expect(dwarf.variable('outer::data_member').type.declare('m')).toBe('int outer::Shape::*m')
    expect(dwarf.variable('outer::method').type.describe()).toBe('int (outer::Shape::*)(void) const')
    expect(dwarf.variable('outer::method').type.size).toBe(16)
    expect(dwarf.variable('v_array_reference').type.declare('r')).toBe('int (&r)[3]')
    expect(dwarf.variable('v_nullptr').type.resolve()).toMatchObject({ kind: 'unspecified' })
  })
})

describe('rust, as values.rs has it', () => {
  const { dwarf } = openValueFixture('rust')
  const message = dwarf.struct('values::Message')

  it('variants and what selects them', () => {
    const part = message.variantPart!
    expect(part.variants.map((variant) => variant.fields.map((field) => field.name))).toEqual([
      ['Quit'],
      ['Move'],
      ['Write'],
      ['Paint'],
    ])
    expect(part.discriminant!.offset).toBe(0)
    expect(part.select(1)?.fields[0]?.name).toBe('Move')
    expect(dwarf.struct('values::Tagged').variantPart!.select(200n)?.fields[0]?.name).toBe('Pair')
    expect(dwarf.struct('values::Tagged').variantPart!.select(99)).toBeUndefined()
  })

  it('a niche is the discriminant of another type, with a variant for all others', () => {
    const option = structOf(
      structOf(
        dwarf.variable('values::VALUES').type.resolve()!.kind === 'pointer'
          ? pointee(dwarf.variable('values::VALUES').type)
          : dwarf.variable('values::VALUES').type,
      ).field('niche_some').type,
    )
    const part = option.variantPart!
    expect(part.select(0)?.fields[0]?.name).toBe('None')
    expect(part.select(0x7fff_0000)?.fields[0]?.name).toBe('Some')
    expect(part.variants.find((variant) => variant.discriminants.length === 0)?.fields[0]?.name).toBe('Some')
  })

  it('types as Rust writes them', () => {
    const field = (path: string) => structOf(pointee(dwarf.variable('values::VALUES').type)).field(path).type
    expect(field('grid').describe()).toBe('[[u8; 2]; 3]')
    expect(field('strings').describe()).toBe('alloc::vec::Vec<alloc::string::String, alloc::alloc::Global>')
    expect(field('generic').resolve()).toMatchObject({ qualifiedName: 'values::Generic<u16, 2>' })
    expect(structOf(field('generic')).templateParameters[0]?.type?.name).toBe('u16')
  })
})

describe('rust, as rustc -Zprint-type-sizes has it', () => {
  const { dwarf, goldens } = openValueFixture('rust')
  const types = goldens['sizes']!.split(/^type: /m).slice(1)

  it('has the program’s types', () => expect(types.length).toBeGreaterThan(8))

  it.each(types.map((text) => [/^`(.*?)`/.exec(text)![1]!, text]))('%s', (name, text) => {
    const type = dwarf.type(`values::${name}`)
    const [, size, alignment] = /: (\d+) bytes, alignment: (\d+) bytes/.exec(text)!
    expect([type.size, type.alignment]).toEqual([Number(size), Number(alignment)])
    // An enumeration without fields, or a union of which all start at 0.
    if (!(type instanceof StructType) || type.kind === 'union') return
    // Fields come in the order of memory, with what lies between them.
    let fields = type.fields
    let at = 0
    let start = 0
    for (const line of text.split('\n').slice(1)) {
      const [, what = '', bytes = ''] = /^ *(.*?): (\d+) bytes/.exec(line) ?? []
      const variant = /^variant `(.*)`$/.exec(what)?.[1]
      if (variant !== undefined) {
        const held = type.variantPart!.variants.flatMap((one) => one.fields).find((field) => field.name === variant)!
        const struct = held.type.resolve() as StructType
        fields = struct.fields
        at = start
        continue
      }
      if (what === 'discriminant') start = Number(bytes)
      const field = /^field `\.(.*)`$/.exec(what)?.[1]
      if (field !== undefined) {
        const ours = fields.find((one) => one.name === (/^\d/.test(field) ? `__${field}` : field))!
        expect([field, ours.offset, ours.size]).toEqual([field, at, Number(bytes)])
      }
      at += Number(bytes)
    }
  })
})

function pointee(type: Type): Type {
  const pointer = type.resolve()
  if (pointer?.kind !== 'pointer') throw new Error(`${type} is no pointer`)
  return pointer.target!
}

describe('names in another spelling', () => {
  it.each([
    ['gcc-cpp', 'outer::v1::Box<long, 3>', 'outer::v1::Box<long int, 3>'],
    ['gcc-cpp', 'outer::Box<long,3>', 'outer::v1::Box<long int, 3>'],
    ['gcc-cpp', 'outer::Box<long int, 3>::Nested', 'outer::v1::Box<long int, 3>::Nested'],
    ['gcc-cpp', 'struct outer::Box<char const *, 1>::Nested', 'outer::v1::Box<char const*, 1>::Nested'],
    ['gcc-cpp', 'outer::Pack<int, char *, outer::Plain>', 'outer::v1::Pack<int, char*, outer::Plain>'],
    ['gcc-cpp', 'outer::(anonymous namespace)::Hidden', 'outer::(anonymous namespace)::Hidden'],
    ['clang-cpp', 'outer::Box<long, 3>', 'outer::v1::Box<long, 3>'],
    ['clang-cpp', 'outer::v1::Box<char const*,1>::Nested', 'outer::v1::Box<const char *, 1>::Nested'],
    ['rust', 'alloc::vec::Vec<u32>', 'alloc::vec::Vec<u32, alloc::alloc::Global>'],
    ['rust', 'alloc::vec::Vec<alloc::string::String>', 'alloc::vec::Vec<alloc::string::String, alloc::alloc::Global>'],
    ['rust', 'core::option::Option<&values::Point>', 'core::option::Option<&values::Point>'],
    ['rust', 'values::Generic<u16,2>', 'values::Generic<u16, 2>'],
  ])('%s: %s', (name, wanted, found) => {
    expect(openValueFixture(name).dwarf.type(wanted).qualifiedName).toBe(found)
  })

  it.each([
    ['gcc-cpp', 'outer::Box<int, 3>'],
    ['gcc-cpp', 'outer::Box'],
    ['gcc-cpp', 'other::Box<long, 3>'],
    ['gcc-cpp', 'Box<long, 3>'],
    ['gcc-cpp', 'outer::Box<long, 3'],
    ['gcc-cpp', '<'],
    ['rust', 'alloc::vec::Vec<u16>'],
    ['rust', 'alloc::vec::Vec<u32, u8>'],
  ])('%s: %s is no type', (name, wanted) => {
    expect(openValueFixture(name).dwarf.findType(wanted)).toBeUndefined()
  })
})

describe('layouts', () => {
  it('are the same in all versions of DWARF and by both compilers', () => {
    const names = [
      'gcc-2',
      'gcc-3',
      'gcc-4',
      'gcc-5',
      'gcc-5-dwarf64',
      'gcc-5-types',
      'clang-2',
      'clang-3',
      'clang-4',
      'clang-5',
    ]
    const [first, ...others] = names.map((name) => openFixture(name))
    for (const other of others) {
      for (const type of ['struct node', 'struct inner', 'struct tight', 'struct flags', 'homonym', 'enum sign']) {
        expect([type, layoutDifference(first!.type(type), other.type(type))]).toEqual([type, undefined])
      }
    }
  })

  it('of which the first difference is named', () => {
    const wide = openFixture('gcc-4').type('struct node')
    const narrow = openFixture('gcc-4-32bit').type('struct node')
    expect(layoutDifference(wide, narrow)).toEqual({ path: '', what: 'size', left: '32', right: '16' })
    expect(sameLayout(wide, wide)).toBe(true)
    const dwarf = openFixture('gcc-4')
    expect(layoutDifference(dwarf.type('struct homonym'), dwarf.type('homonym'))).toMatchObject({ what: 'kind' })
    expect(layoutDifference(dwarf.type('point_t'), dwarf.type('enum large'))).toMatchObject({
      left: 'struct',
      right: 'enum',
    })
    const one = openFixture('gcc-4').type('struct everything')
    expect(layoutDifference(one, openFixture('clang-4').type('struct everything'))).toBeUndefined()
    const flags = [
      openFixture('gcc-5').struct('struct flags'),
      openFixture('clang-5-big-endian-32bit').struct('struct flags'),
    ]
    expect(layoutDifference(flags[0]!, flags[1]!)).toBeUndefined()
  })
})
