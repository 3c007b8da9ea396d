/** C++: namespaces, nested types, base classes, static members. Offsets follow the Itanium C++ ABI, section 2.4. */
import { FormatError } from '@gospy/bytes'
import { describe, expect, it } from 'vitest'
import { fixtureNames, openFixture } from './support/fixture.js'

describe.each(fixtureNames.filter((name) => name.includes('cpp')))('%s', (name) => {
  const dwarf = openFixture(name)

  it('finds types by their qualified names', () => {
    expect(dwarf.type('outer::Base')).toMatchObject({ kind: 'struct', size: 16 })
    expect(dwarf.type('class outer::Shape').kind).toBe('class')
    expect(dwarf.type('outer::Shape::Corner').size).toBe(4)
    expect(dwarf.type('outer::Shape::Color')).toMatchObject({ kind: 'enum', size: 1 })
    expect(dwarf.type('outer::Hidden').size).toBe(1)
    const long = name.startsWith('gcc') ? 'long int' : 'long'
    expect(dwarf.type(`outer::v1::Box<${long}, 3>`).size).toBe(32)
    expect(dwarf.type(`outer::v1::Box<${long}, 3>::Nested`).size).toBe(8)
    expect(dwarf.findType('Base')).toBeUndefined()
    expect(dwarf.findType('inner::Base')).toBeUndefined()
  })

  it('places members behind base classes, and finds inherited ones', () => {
    const shape = dwarf.struct('outer::Shape')
    expect(shape.fields.filter((field) => field.embedded).map((field) => field.name)).toEqual(['Base'])
    expect(shape.field('base_member').offset).toBe(8)
    expect(shape.field('color').offset).toBe(12)
    expect(shape.field('corner.y').offset).toBe(16)
    expect(shape.field('box.values[2]').offset).toBe(shape.field('box').offset + 16)
    expect(shape.fields.map((field) => field.name)).not.toContain('instances')
    expect(shape.field('self').type.kind).toBe('reference')
    expect(shape.field('moved').type.kind).toBe('rvalue reference')
    expect(shape.field('member').type).toMatchObject({ kind: 'pointer to member' })
  })

  it('says that the offset of a virtual base class is known at run time only', () => {
    const left = dwarf.struct('outer::Left')
    const base = left.fields.find((field) => field.name === 'Base')!
    expect(base.isDynamic).toBe(true)
    expect(() => base.offset).toThrow(FormatError)
    expect(left.field('left').offset).toBe(8)
    expect(dwarf.struct('outer::Bottom').field('bottom').offset).toBe(28)
  })

  it('finds variables of namespaces and static members, where they are defined', () => {
    expect(dwarf.variable('outer::in_namespace').type.name).toBe('int')
    expect(dwarf.variable('outer::in_namespace').address).toBeGreaterThan(0n)
    expect(dwarf.variable('outer::bottom').type.size).toBe(8)
  })
})
