/**
 * Name indexes agree with what llvm-dwarfdump (14) and readelf (binutils 2.40) print of them, and with the units themselves:
 * made by GCC, Clang, gdb and lld.
 */
import {
  type DebugNames,
  DW_IDX,
  DW_TAG,
  type Dwarf,
  describeForm,
  describeTag,
  type GdbIndex,
  type PublicNamesSection,
} from '@gospy/dwarf'
import { describe, expect, it } from 'vitest'
import { goldenOf, openLocationFixture } from './support/location-fixture.js'

const hex = (value: number | bigint, width: number, upper = false) => {
  const digits = value.toString(16).padStart(width, '0')
  return `0x${upper ? digits.toUpperCase() : digits}`
}

/** As llvm-dwarfdump prints it; it does not know GNU's attributes by name. */
function attributeName(name: number): string {
  const known = Object.entries(DW_IDX).find(([key, value]) => value === name && !key.startsWith('GNU'))
  return `DW_IDX_${known?.[0] ?? `unknown_${name.toString(16)}`}`
}

/** Lines that say nothing more than the others, or where in the section something is. */
const UNCOMPARED =
  /^(Length|Abbrev|Abbreviations table size): |^Entry @|^Header|file format|^\.debug_names|^Compilation Unit off|^[\]}]?$/

function printNames(index: DebugNames): string[] {
  const lines = [
    `Name Index @ 0x${index.offset.toString(16)} {`,
    `Format: DWARF${index.format}`,
    `Version: ${index.version}`,
    `CU count: ${index.unitCount}`,
    `Local TU count: ${index.localTypeUnitCount}`,
    `Foreign TU count: ${index.foreignTypeUnitCount}`,
    `Bucket count: ${index.bucketCount}`,
    `Name count: ${index.nameCount}`,
    `Augmentation: '${index.augmentation}'`,
  ]
  for (let unit = 0; unit < index.unitCount; unit++) lines.push(`CU[${unit}]: ${hex(index.unitOffset(unit), 8)}`)
  for (let bucket = 0; bucket < index.bucketCount; bucket++) {
    lines.push(`Bucket ${bucket} [`)
    const first = index.bucket(bucket)
    if (first === 0) lines.push('EMPTY')
    for (let name = first; name > 0 && name <= index.nameCount; name++) {
      if (index.hash(name)! % index.bucketCount !== bucket) break
      lines.push(`Name ${name} {`, `Hash: 0x${index.hash(name)!.toString(16).toUpperCase()}`)
      lines.push(`String: ${hex(index.stringOffset(name), 8)} "${index.name(name)}"`)
      for (const entry of index.entries(name)) {
        lines.push(`Tag: ${describeTag(entry.tag)}`)
        for (const [attribute, form, value] of entry.attributes) {
          const isFlag = describeForm(form) === 'DW_FORM_flag_present'
          const isReference = describeForm(form).startsWith('DW_FORM_ref')
          const text = isFlag ? 'true' : isReference ? hex(value, 8) : String(value)
          lines.push(`${attributeName(attribute)}: ${text}`)
        }
      }
    }
  }
  return lines
}

describe('.debug_names', () => {
  it.each(['names-clang', 'names-gdb'])('%s, as llvm-dwarfdump prints it', (name) => {
    const [index, ...others] = openLocationFixture(name).nameIndexes.debugNames
    expect(others).toEqual([])
    // Where abbreviations are listed, and the places of entries in the section, say nothing more.
    const [header, rest] = goldenOf(name, 'names').split(/ {2}Abbreviations \[[\s\S]*?\n {2}\]\n/)
    const theirs = `${header}${rest}`
      .split('\n')
      .map((line) => line.replaceAll('\0', '').trim())
      .filter(
        (line) =>
          !/^(Length|Abbrev|Abbreviations table size|Entry @|Header|.*file format|\.debug_names.*)\b/.test(line),
      )
      .filter((line) => !UNCOMPARED.test(line))
    expect(printNames(index!)).toEqual(theirs)
    expect(theirs.length).toBeGreaterThan(150)
  })

  it('finds every name, and nothing else', () => {
    for (const name of ['names-clang', 'names-gdb']) {
      const dwarf = openLocationFixture(name)
      const index = dwarf.nameIndexes.debugNames[0]!
      for (let number = 1; number <= index.nameCount; number++) {
        expect(index.find(index.name(number))).toEqual([...index.entries(number)])
      }
      expect(index.find('nosuch')).toEqual([])
      expect(index.find('')).toEqual([])
    }
  })

  it('entries of Clang lead to entries of that name and tag', () => {
    const dwarf = openLocationFixture('names-clang')
    const index = dwarf.nameIndexes.debugNames[0]!
    let named = 0
    for (let number = 1; number <= index.nameCount; number++) {
      for (const { unit, dieOffset, tag } of index.entries(number)) {
        const entry = dwarf.entry(unit! + dieOffset!)
        expect(entry.tag).toBe(tag)
        if (entry.name === index.name(number)) named++
      }
    }
    expect(named).toBeGreaterThan(20)
  })
})

describe('.gdb_index', () => {
  it.each(['names-gdb-index', 'names-lld'])('%s, as readelf prints it', (name) => {
    const index = openLocationFixture(name).nameIndexes.gdbIndex!
    expect(printGdbIndex(index)).toEqual(
      goldenOf(name, 'readelf-gdb-index')
        .split('\n')
        .map((line) => line.trimEnd())
        .filter((line) => line !== '' && !line.startsWith('Contents')),
    )
    expect(index.slotCount).toBeGreaterThan(30)
  })

  it('finds every symbol, and nothing else', () => {
    for (const name of ['names-gdb-index', 'names-lld']) {
      const index = openLocationFixture(name).nameIndexes.gdbIndex!
      let found = 0
      for (let number = 0; number < index.slotCount; number++) {
        const slot = index.slot(number)
        if (slot === undefined) continue
        expect(index.find(slot.name)).toEqual([...index.symbols(slot.vectorOffset)])
        expect(index.find(slot.name).length).toBeGreaterThan(0)
        found++
      }
      expect(found).toBeGreaterThan(20)
      expect(index.find('nosuch')).toEqual([])
    }
  })
})

function printGdbIndex(index: GdbIndex): string[] {
  const lines = [`Version ${index.version}`, 'CU table:']
  for (let unit = 0; unit < index.unitCount; unit++) {
    const { offset, length } = index.unit(unit)
    const end = offset + length - 1
    lines.push(`[${String(unit).padStart(3)}] ${offset === 0 ? '0' : hex(offset, 0)} - ${hex(end, 0)}`)
  }
  lines.push('TU table:')
  for (let unit = 0; unit < index.typeUnitCount; unit++) {
    const { offset, typeOffset, signature } = index.typeUnit(unit)
    const start = offset === 0 ? '0' : hex(offset, 0)
    lines.push(
      `[${String(unit).padStart(3)}] ${start} ${hex(typeOffset, 0)} ${signature.toString(16).padStart(16, '0')}`,
    )
  }
  lines.push('Address table:')
  for (let range = 0; range < index.addressCount; range++) {
    const { begin, end, unit } = index.addressRange(range)
    lines.push(`${begin.toString(16).padStart(16, '0')} ${end.toString(16).padStart(16, '0')} ${unit}`)
  }
  lines.push('Symbol table:')
  for (let number = 0; number < index.slotCount; number++) {
    const slot = index.slot(number)
    if (slot === undefined) continue
    const symbols = [...index.symbols(slot.vectorOffset)].map(({ unit, kind, isStatic }) => {
      const where = unit < index.unitCount ? String(unit) : `T${unit - index.unitCount}`
      return `${where} [${isStatic ? 'static' : 'global'}, ${kind === 'none' ? 'no info' : kind}]`
    })
    if (symbols.length === 1) lines.push(`[${String(number).padStart(3)}] ${slot.name}: ${symbols[0]}`)
    else lines.push(`[${String(number).padStart(3)}] ${slot.name}:`, ...symbols.map((symbol) => `\t${symbol}`))
  }
  return lines
}

describe('.debug_pubnames and its kin', () => {
  it.each(['gcc-4', 'names-gnu', 'names-pub', 'gcc-4-split', 'clang-4-split', 'gcc-cpp-4-split', 'clang-cpp-5-split'])(
    '%s, as readelf prints it',
    (name) => {
      const dwarf = openLocationFixture(name)
      const sections: PublicNamesSection[] = [
        '.debug_gnu_pubnames',
        '.debug_gnu_pubtypes',
        '.debug_pubnames',
        '.debug_pubtypes',
      ]
      const theirs = parsePublicNames(goldenOf(name, 'readelf-pubnames'))
      // In the order in which readelf goes through the file.
      const order = [...new Set(theirs.map((line) => line.split(' ')[0] as PublicNamesSection))]
      expect(sections.filter((section) => dwarf.nameIndexes.publicNames(section).length > 0).sort()).toEqual(
        order.sort(),
      )
      const ours = sections.flatMap((section) => printPublicNames(dwarf, section))
      expect(ours.sort()).toEqual(theirs.sort())
      if (name.startsWith('names')) expect(ours.length).toBeGreaterThan(20)
    },
  )
})

function printPublicNames(dwarf: Dwarf, section: PublicNamesSection): string[] {
  return dwarf.nameIndexes.publicNames(section).flatMap((list) => [
    `${section} unit ${list.unit.toString(16)} ${list.unitLength}`,
    ...[...list.names()].map(({ dieOffset, kind, isStatic, name }) => {
      const flags = kind === undefined ? '' : `${isStatic ? 's' : 'g'},${kind} `
      return `${section} ${dieOffset.toString(16)} ${flags}${name}`
    }),
  ])
}

function parsePublicNames(text: string): string[] {
  const lines: string[] = []
  let section = ''
  let unit = ''
  for (const line of text.split('\n')) {
    const start = /^Contents of the (\.\w+) section/.exec(line)
    if (start !== null) section = start[1]!
    const header = /^ +Offset into .debug_info section: +(?:0x)?([0-9a-f]+)/.exec(line)
    if (header !== null) unit = header[1]!
    const size = /^ +Size of area in .debug_info section: (\d+)/.exec(line)
    if (size !== null) lines.push(`${section} unit ${unit} ${size[1]}`)
    const gnu = /^ {4}([0-9a-f]+) +([gs],\w+) +(.*)$/.exec(line)
    if (gnu !== null) lines.push(`${section} ${gnu[1]} ${gnu[2]} ${gnu[3]}`)
    else {
      const plain = /^ {4}([0-9a-f]+) *\t(.*)$/.exec(line)
      if (plain !== null) lines.push(`${section} ${plain[1]} ${plain[2]}`)
    }
  }
  return lines
}

describe('lookups by name', () => {
  it.each(['names-clang', 'names-gdb', 'names-gdb-index', 'names-lld', 'names-gnu', 'names-pub', 'clang-cpp-5'])(
    'find the same with the index of %s',
    (name) => {
      const dwarf = openLocationFixture(name)
      expect(dwarf.type('outer::Both').entry.tag).toBe(DW_TAG.structure_type)
      expect(dwarf.variable('outer::Both::instances').address).toBeTypeOf('bigint')
      expect(dwarf.findType('outer::Nosuch')).toBe(undefined)
      expect(dwarf.type('outer::Array<int, 4>').size).toBe(16)
    },
  )
})
