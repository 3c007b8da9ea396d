/**
 * Object files as compilers write them, before linking: relocations applied by @gospy/elf, type units in sections of their own. Equal to the
 * linked program in all that linking does not change.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DW_TAG, Dwarf, StructType } from '@gospy/dwarf'
import { ElfFile } from '@gospy/elf'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const source = fileURLToPath(new URL('fixtures/source/figures.cpp', import.meta.url))
const ways = ['g++', 'clang++'].flatMap((compiler) =>
  [['-gdwarf-4'], ['-gdwarf-5'], ['-gdwarf-4', '-fdebug-types-section'], ['-gdwarf-5', '-fdebug-types-section']].map(
    (flags) => [compiler, ...flags],
  ),
)

const STRUCTS: readonly number[] = [DW_TAG.structure_type, DW_TAG.class_type, DW_TAG.union_type]

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dwarf-object-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

function dwarfOf(path: string): { elf: ElfFile; dwarf: Dwarf } {
  const elf = new ElfFile(new Uint8Array(readFileSync(path)))
  return { elf, dwarf: Dwarf.from((name) => elf.debugSections(name)) }
}

/** Every type that has a name at the top of a unit, with its layout. */
function layouts(dwarf: Dwarf): string[] {
  const all = new Set<string>()
  for (const unit of dwarf.units()) {
    const reader = unit.reader()
    while (reader.next()) {
      const entry = reader.entry()
      if (!STRUCTS.includes(entry.tag)) continue
      const type = dwarf.typeOf(entry)
      const fields = type instanceof StructType ? type.fields : []
      const text = fields.map((field) => `${field.offset} ${field.name} ${field.type.describe()}`).join('; ')
      if (fields.length > 0) all.add(`${type.name} ${type.size}: ${text}`)
    }
  }
  return [...all].sort()
}

describe.each(ways)('%s %s %s', (compiler, ...flags) => {
  const given = flags.filter((flag) => flag !== undefined)
  const lacks = spawnSync(compiler!, ['--version']).status !== 0
  it.skipIf(lacks)(`as linked${lacks ? ' (no such compiler here)' : ''}`, () => {
    const name = join(folder, [compiler, ...given].join(''))
    execFileSync(compiler!, [...given, '-O2', '-c', '-o', `${name}.o`, source])
    execFileSync(compiler!, ['-o', name, `${name}.o`])
    const object = dwarfOf(`${name}.o`)
    const linked = dwarfOf(name)
    expect(layouts(object.dwarf)).toEqual(layouts(linked.dwarf))
    expect(layouts(object.dwarf).length).toBeGreaterThan(1)
    const hasTypeUnits = given.includes('-fdebug-types-section')
    const sections = ['.debug_info', '.debug_types'].flatMap((section) => object.elf.debugSections(section))
    expect(sections.length > 1).toBe(hasTypeUnits)
    expect(object.dwarf.units().some((unit) => unit.typeSignature !== undefined)).toBe(hasTypeUnits)
    const functions = ({ dwarf }: typeof object) => [...dwarf.functions()].map((func) => [func.name, func.declaration])
    expect(functions(object)).toEqual(functions(linked))
  })
})
