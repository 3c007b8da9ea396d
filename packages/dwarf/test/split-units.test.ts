/** Split units (.dwo), packages (.dwp) and supplementary files (dwz): the whole program, as if it were in one file. */
import { FormatError } from '@gospy/bytes'
import { DW_AT, DW_TAG, DW_UT, Dwarf, locationOf, parseDebugAltLink, parseDebugSup, type Unit } from '@gospy/dwarf'
import { describe, expect, it } from 'vitest'
import { Bytes, buildDwarf } from './support/builder.js'
import {
  goldenOf,
  type Linked,
  loaderOf,
  loadLocationFixture,
  locationFixtureNames,
  openLocationFixture,
} from './support/location-fixture.js'

const split = locationFixtureNames.filter((name) => name.includes('split'))
const ways: readonly Linked[] = ['files', 'package']

describe.each(ways)('split units from %s', (way) => {
  it.each(split)('%s: a skeleton leads to the full unit and back', (name) => {
    const dwarf = openLocationFixture(name, way)
    const skeletons = dwarf.units()
    expect(skeletons.length).toBe(name.endsWith('two') ? 2 : 1)
    for (const skeleton of skeletons) {
      const unit = skeleton.split()!
      expect(unit.skeleton).toBe(skeleton)
      expect(skeleton.split()).toBe(unit)
      expect([skeleton.isSplit, unit.isSplit]).toEqual([false, true])
      expect(unit.version).toBe(skeleton.version)
      expect(unit.name).toMatch(/^(\.\/)?locations\.c(pp)?$/)
      if (unit.version === 5) {
        expect([skeleton.unitType, unit.unitType]).toEqual([DW_UT.skeleton, DW_UT.split_compile])
        expect(unit.dwoId).toBe(skeleton.dwoId)
      }
      expect(countEntries(unit)).toBeGreaterThan(100)
      // Addresses are in the program, which the linker relocated.
      const main = [...unit.root().children()].find(
        ({ tag, name }) => tag === DW_TAG.subprogram && /^(main|work)$/.test(name!),
      )!
      const low = main.address(DW_AT.low_pc)!
      expect(low).toBeGreaterThan(0x1000n)
      expect(unit.split()).toBe(undefined)
    }
  })

  it.each(split.filter((name) => name.includes('cpp')))('%s: names, types by signature, static members', (name) => {
    const dwarf = openLocationFixture(name, way)
    const both = dwarf.struct('outer::Both')
    expect(both.size).toBe(48)
    expect(both.fields.map((field) => field.name)).toContain('Left')
    expect(dwarf.type('outer::Array<int, 4>').field('values[3]').offset).toBe(12)
    expect(dwarf.variable('outer::Both::instances').address).toBeGreaterThan(0x1000n)
    expect(dwarf.findVariable('outer::nosuch')).toBe(undefined)
    const types = [...dwarf.splitUnits()].filter((unit) => unit.typeSignature !== undefined)
    expect(types.length).toBeGreaterThan(5)
  })

  it.each(split.filter((name) => !name.includes('cpp')))('%s: variables of C', (name) => {
    const dwarf = openLocationFixture(name, way)
    expect(dwarf.variable('global').address).toBeGreaterThan(0x1000n)
    expect(dwarf.variable('per_thread').threadLocalOffset).toBeTypeOf('bigint')
    expect(dwarf.struct('struct tree').field('key').offset).toBe(16)
    if (name.endsWith('two')) expect(dwarf.type('outer::Both').size).toBe(48)
  })

  it.each(split)('%s: location lists count from the base address of the skeleton, at a place in the code', (name) => {
    let found = 0
    for (const unit of openLocationFixture(name, way).splitUnits()) {
      const reader = unit.reader()
      let low = 0n
      while (reader.next()) {
        if (reader.tag === DW_TAG.subprogram) low = reader.entry().address(DW_AT.low_pc) ?? low
        if (reader.tag !== DW_TAG.formal_parameter) continue
        const location = locationOf(reader.entry())
        if (location?.list === undefined) continue
        const [first] = location.list.ranges()
        if (first!.begin !== low || first!.end === low) continue
        expect(location.at(low)!.bytes).toEqual(first!.expression.bytes)
        expect(location.at(low - 1n)).toBe(undefined)
        found++
      }
    }
    expect(found).toBeGreaterThan(2)
  })
})

function countEntries(unit: Unit): number {
  const reader = unit.reader()
  let count = 0
  while (reader.next()) count++
  return count
}

describe('without the files', () => {
  it.each(split)('%s: the skeletons are there, and nothing of the rest', (name) => {
    const dwarf = openLocationFixture(name, 'nothing')
    expect(dwarf.units().map((unit) => unit.split())).toEqual(dwarf.units().map(() => undefined))
    expect([...dwarf.splitUnits()]).toEqual([])
    expect(dwarf.findVariable('sink')).toBe(undefined)
    expect(() => dwarf.variable('sink')).toThrow(/not given: \d of the split units/)
  })

  it('a file of another build is refused', () => {
    const { files, littleEndian } = loadLocationFixture('gcc-5-split')
    const other = loadLocationFixture('clang-cpp-5-split').files.get('locations.dwo')!
    const dwarf = Dwarf.from(loaderOf(files.get('prog')!.sections), {
      littleEndian,
      splitFile: () => loaderOf(other.sections),
    })
    expect(() => dwarf.units()[0]!.split()).toThrow(FormatError)
    expect(() => dwarf.units()[0]!.split()).toThrow(
      /prog-locations\.dwo' has no unit of the id 0x[0-9a-f]+: it is of another/,
    )
  })

  it('the loader is told name, folder and id, and asked once for each skeleton', () => {
    const { files } = loadLocationFixture('clang-5-split-two')
    const asked: unknown[][] = []
    const dwarf = Dwarf.from(loaderOf(files.get('prog')!.sections), {
      splitFile: (name, compilationDirectory, id) => {
        asked.push([name, compilationDirectory, id])
        return undefined
      },
    })
    for (const unit of dwarf.units()) unit.split()
    dwarf.findType('nosuch')
    expect(asked).toEqual(dwarf.units().map((unit) => [unit.root().string(DW_AT.dwo_name), '.', unit.dwoId]))
    expect(asked.length).toBe(2)
  })
})

it('variables of programs optimised at link time have their places', () => {
  for (const name of ['gcc-5-lto', 'clang-5-lto']) {
    const dwarf = openLocationFixture(name)
    expect(dwarf.variable('per_thread').threadLocalOffset).toBeTypeOf('bigint')
    expect(dwarf.variable('sink').address).toBeGreaterThan(0x1000n)
  }
})

describe('the index of a package', () => {
  it.each(split)('%s, as llvm-dwarfdump prints it', (name) => {
    const dwarf = openLocationFixture(name, 'package')
    const theirs = goldenOf(name, 'cu-index', 'package.dwp')
    const ours: string[] = []
    for (const [kind, section] of [
      ['compilation units', '.debug_cu_index'],
      ['type units', '.debug_tu_index'],
    ] as const) {
      const index = dwarf.packageIndex(kind)
      // It prints no more of an index without units.
      if (index === undefined) continue
      ours.push(`${section} contents:`)
      if (index.unitCount === 0) continue
      ours.push(`version = ${index.version}, units = ${index.unitCount}, slots = ${index.slotCount}`)
      for (const { slot, id, row } of index.units()) {
        const parts = [...index.contributions(row).values()].map(
          ({ offset, size }) => `[${hex(offset, 8)}, ${hex(offset + size, 8)})`,
        )
        ours.push([slot + 1, hex(id, 16), ...parts].join(' '))
        expect(index.find(id)).toBe(row)
      }
      expect(index.find(0x1234n)).toBe(undefined)
    }
    const lines = theirs.split('\n').map((line) => line.trim().replace(/ +/g, ' '))
    expect(ours).toEqual(lines.filter((line) => /^(\.debug_|version = [25]|\d+ 0x)/.test(line)))
    expect(ours.length).toBeGreaterThan(2)
  })

  it.each(split.filter((name) => name.includes('4')))('%s, as readelf prints it', (name) => {
    const dwarf = openLocationFixture(name, 'package')
    const theirs = goldenOf(name, 'readelf-cu-index', 'package.dwp')
    const ours: string[] = []
    for (const kind of ['type units', 'compilation units'] as const) {
      const index = dwarf.packageIndex(kind)
      if (index === undefined) continue
      for (const what of ['offset', 'size'] as const) {
        for (const { slot, id, row } of index.units()) {
          const parts = [...index.contributions(row).values()].map((part) => part[what])
          ours.push([`[${slot}]`, hex(id, 0), ...parts].join(' '))
        }
      }
    }
    const lines = theirs.split('\n').map((line) => line.trim().replace(/ +/g, ' ').replace('[ ', '['))
    expect(ours.sort()).toEqual(lines.filter((line) => /^\[\d+\] 0x/.test(line)).sort())
  })
})

const hex = (value: number | bigint, width: number) => `0x${value.toString(16).padStart(width, '0')}`

describe('tables that units index into', () => {
  it.each(['clang-5', 'clang-5-dwarf64', 'clang-cpp-5', 'gcc-5-split', 'clang-5-split-two'])(
    '%s: addresses, as llvm-dwarfdump prints them',
    (name) => {
      const ours = openLocationFixture(name)
        .addressTables()
        .flatMap((table) => [
          `Address table header: length = ${hex(table.length, table.format / 4)}, format = DWARF${table.format}, ` +
            `version = ${hex(table.version, 4)}, addr_size = ${hex(table.addressSize, 2)}, ` +
            `seg_size = ${hex(table.segmentSelectorSize, 2)}`,
          ...[...table.addresses()].map((address) => hex(address, table.addressSize * 2)),
        ])
      const lines = goldenOf(name, 'addr').split('\n')
      expect(ours).toEqual(lines.filter((line) => /^(Address table|0x)/.test(line)))
      expect(ours.length).toBeGreaterThan(3)
    },
  )

  it.each(['clang-5', 'clang-5-dwarf64', 'clang-cpp-5', 'names-clang'])(
    '%s: strings, as the units read them',
    (name) => {
      const dwarf = openLocationFixture(name)
      const tables = dwarf.stringOffsetsTables()
      expect(tables.map(({ base }) => base)).toEqual(dwarf.units().map((unit) => unit.stringOffsetsBase))
      const strings = new Set(tables.flatMap((table) => [...table.offsets()].map((_, index) => table.string(index))))
      expect(strings).toContain(dwarf.units()[0]!.name)
      expect(strings.size).toBeGreaterThan(20)
      expect(() => tables[0]!.string(9999)).toThrow(FormatError)
    },
  )

  const header = (length: number, version: number) => new Bytes().uint(length, 4).uint(version, 2)
  it.each([
    ['of a version that is not known', header(4, 4).raw(8, 0), /a table of version 4 \(5 is known\)/],
    ['shorter than its header', header(2, 5).raw(8, 0), /a table of 2 bytes, shorter than its header/],
    ['longer than the section', header(9, 5).raw(8, 0), /a length of 9 bytes, the section has only 4 more/],
    ['of a length that is reserved', header(0xffff_fff3, 5), /reserved length 0xfffffff3/],
  ])('%s', (_, bytes, message) => {
    const whole = new Bytes().uint(12, 4).uint(5, 2).raw(8, 0).uint(1, 8)
    const section = new Bytes().raw(...whole.list, ...bytes.list).toBytes()
    const dwarf = buildDwarf({ '.debug_addr': section, '.debug_str_offsets': section })
    expect(() => dwarf.addressTables()).toThrow(message)
    expect(() => dwarf.stringOffsetsTables()).toThrow(message)
    expect(() => dwarf.addressTables()).toThrow(/\.debug_addr.*0x10/)
  })
})

describe.each(['dwz-4', 'dwz-5'])('a supplementary file (%s)', (name) => {
  it('is named by the program', () => {
    const { supplementaryLink } = openLocationFixture(name)
    expect(supplementaryLink!.path).toBe('supplementary')
    expect(supplementaryLink!.id.length).toBe(20)
    const sup = loadLocationFixture(name).files.get('supplementary')!.sections.get('.debug_sup')?.[0]
    if (name === 'dwz-4') return
    expect(parseDebugSup(sup!)).toEqual({ path: '', id: supplementaryLink!.id, isSupplementary: true })
  })

  it('gives the entries and strings that the program refers to', () => {
    const plain = openLocationFixture(name === 'dwz-4' ? 'gcc-cpp-4' : 'gcc-cpp-5-types')
    const dwarf = openLocationFixture(name)
    for (const type of ['outer::Both', 'outer::Left', 'outer::Array<int, 4>', 'outer::Color']) {
      expect(dwarf.type(type).size).toBe(plain.type(type).size)
    }
    const names = (of: Dwarf) =>
      of.struct('outer::Both').fields.map((field) => `${field.name} ${field.type.describe()}`)
    expect(names(dwarf)).toEqual(names(plain))
    expect(dwarf.variable('outer::Both::instances').address).toBeGreaterThan(0x1000n)
    expect(dwarf.units()[0]!.name).toMatch(/locations\.cpp/)
    let malformed = 0
    let references = 0
    for (const unit of dwarf.units()) {
      const reader = unit.reader()
      while (reader.next()) {
        const entry = reader.entry()
        for (const attribute of entry.attributes()) {
          if (typeof attribute.value === 'string' && attribute.value.includes('\0')) malformed++
          if (attribute.class !== 'supplementary') continue
          const referred = entry.reference(attribute.name)!
          expect(dwarf.unitAt(referred.unit.offset)).not.toBe(referred.unit)
          references++
        }
      }
    }
    expect([malformed, references > 10]).toEqual([0, true])
  })

  it('imports units, which can be walked over', () => {
    const dwarf = openLocationFixture(name)
    const imported = dwarf.units().flatMap((unit) => [...unit.imports()])
    expect(imported.length).toBeGreaterThan(0)
    expect(imported.every((unit) => unit.root().tag === DW_TAG.partial_unit)).toBe(true)
    const names = imported.flatMap((unit) => [...unit.root().children()].map((entry) => entry.name))
    expect(names.length).toBeGreaterThan(3)
  })

  it('has to be given', () => {
    const dwarf = openLocationFixture(name, 'nothing')
    const unit = dwarf.units()[0]!
    const reader = unit.reader()
    let refused = 0
    while (reader.next()) {
      const entry = reader.entry()
      for (const attribute of entry.attributes()) {
        if (attribute.class !== 'supplementary') continue
        expect(() => entry.reference(attribute.name)).toThrow(
          /refers to a supplementary file \(dwz\), which was not given/,
        )
        refused++
      }
    }
    expect(refused).toBeGreaterThan(10)
    expect(() => dwarf.type('outer::nosuch')).toThrow(/not given: the supplementary file 'supplementary'/)
  })
})

it('links to supplementary files, byte by byte', () => {
  const bytes = Buffer.from('../debug/sup\0\x01\x02\x03', 'latin1')
  expect(parseDebugAltLink(bytes)).toEqual({ path: '../debug/sup', id: Uint8Array.of(1, 2, 3), isSupplementary: false })
  expect(() => parseDebugAltLink(Buffer.from('no end'))).toThrow(/^\.gnu_debugaltlink at offset/)
  expect(() => parseDebugSup(Uint8Array.of(4, 0, 0, 0, 0))).toThrow(/^\.debug_sup at offset 0x0: version 4/)
  expect(() => parseDebugSup(Uint8Array.of(5, 0, 0, 0, 9))).toThrow(FormatError)
})
