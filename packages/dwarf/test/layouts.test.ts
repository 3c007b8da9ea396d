/**
 * Struct layouts agree with the compiler itself (offsetof and sizeof printed by the program) and with pahole 1.24, for programs
 * of GCC 12 and Clang 14 at DWARF 2 to 5.
 */
import { type ArrayType, type EnumType, sizeOf } from '@gospy/dwarf'
import { describe, expect, it } from 'vitest'
import { fixtureNames, golden, loadFixture, openFixture } from './support/fixture.js'
import { parsePahole } from './support/pahole.js'

const withProgram = fixtureNames.filter((name) => loadFixture(name).goldens['program'] !== undefined)
const withPahole = fixtureNames.filter((name) => loadFixture(name).goldens['pahole'] !== undefined)
const little = fixtureNames.filter((name) => !/go|cpp|endian|32bit/.test(name))
const big = fixtureNames.filter((name) => name.includes('big-endian'))

describe.each(withProgram)('%s, as the program prints its own layout', (name) => {
  it('has the same sizes and offsets', () => {
    const dwarf = openFixture(name)
    const lines = golden(name, 'program').trimEnd().split('\n')
    expect(lines.length).toBeGreaterThan(30)
    for (const line of lines) {
      const [, type, path, offset, size] = /^(.+) (\S+) (\d+) (\d+)$/.exec(line)!
      if (path === '.') expect(`${type} ${sizeOf(dwarf.type(type!))}`).toBe(`${type} ${size}`)
      else {
        const field = dwarf.type(type!).field(path!)
        expect(`${type} ${path} ${field.offset} ${field.size}`).toBe(`${type} ${path} ${offset} ${size}`)
      }
    }
  })
})

describe.each(withPahole)('%s, as pahole prints it', (name) => {
  it('has the same members: offset, size, bits', () => {
    const dwarf = openFixture(name)
    const structs = parsePahole(golden(name, 'pahole'))
    expect([...structs.keys()].sort()).toEqual(
      ['everything', 'flags', 'homonym', 'inner', 'node', 'opaque', 'point', 'tight'].sort(),
    )
    for (const [struct, theirs] of structs) {
      const type = dwarf.struct(`struct ${struct}`)
      expect(`${struct} ${type.size}`).toBe(`${struct} ${theirs.size}`)
      for (const member of theirs.members) {
        const field = type.field(member.path)
        const bits = field.offset * 8 + (field.bitOffset ?? 0)
        expect({ path: member.path, bits, bitSize: field.bitSize, size: field.size }).toEqual(member)
      }
    }
  })
})

describe.each([...little, ...big])('%s', (name) => {
  it('tells the dimensions of arrays', () => {
    const everything = openFixture(name).struct('struct everything')
    const counts = (field: string) => (everything.field(field).type as ArrayType).counts
    expect(counts('matrix')).toEqual([2, 3, 4])
    expect(counts('points')).toEqual([5])
    expect(everything.field('flexible').size).toBe(0)
    expect(everything.field('empty').size).toBe(0)
    expect(everything.field('points[4].y').offset - everything.field('points').offset).toBe(36)
  })

  it('tells the values of enumerations', () => {
    const dwarf = openFixture(name)
    const enumerators = (type: string) =>
      (dwarf.type(type) as EnumType).enumerators.map((enumerator) => `${enumerator.name}=${enumerator.value}`)
    expect(enumerators('enum large')).toEqual(['SMALL=1', `LARGE=${0xfedcba9876543210n}`])
    expect(enumerators('enum sign')).toEqual(['NEGATIVE=-5', 'ZERO=0', 'POSITIVE=70000'])
  })

  it('looks through qualifiers and typedefs, and describes types', () => {
    const unnamed = openFixture(name).type('unnamed_t')
    const bytes = unnamed.field('bytes').type
    expect(bytes.kind).toBe('qualifier')
    const pointer = bytes.resolve()!
    if (pointer.kind !== 'pointer') throw new Error(`${pointer.kind} is no pointer`)
    const target = pointer.target!
    expect(target.kind).toBe('qualifier')
    expect(target.describe()).toMatch(/^(const volatile|volatile const) octet$/)
    expect(target.resolve()).toMatchObject({ kind: 'base', name: 'unsigned char', size: 1 })
  })
})

describe.each(big)('%s', (name) => {
  it('places bit-fields from the most significant bit on', () => {
    // PowerPC and MIPS (System V ABIs): the first bit-field takes the most significant bits of its storage unit.
    const flags = openFixture(name).struct('struct flags')
    const at = (field: string) => {
      const { offset, bitOffset, bitSize } = flags.field(field)
      return [offset * 8 + bitOffset!, bitSize]
    }
    expect(at('a')).toEqual([0, 3])
    expect(at('b')).toEqual([3, 11])
    expect(at('c')).toEqual([14, 5])
    expect(at('tail')[0]! + 4).toBe(at('last')[0])
  })
})
