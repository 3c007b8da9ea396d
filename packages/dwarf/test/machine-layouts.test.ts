/**
 * Every struct of big programs that happen to be on the machine lies as pahole (C) and GDB (C++) say. Python's debug build
 * comes with Debian's python3.11-dbg, the C library's symbols with libc6-dbg.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DW_TAG, Dwarf, StructType } from '@gospy/dwarf'
import { openElf } from '@gospy/elf/node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type PaholeStruct, parsePahole } from './support/pahole.js'

function has(...command: readonly [string, ...string[]]): boolean {
  try {
    execFileSync(command[0], command.slice(1), { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

function output(tool: string, args: readonly string[], variables: Record<string, string> = {}): string {
  const env = { ...process.env, ...variables }
  return execFileSync(tool, args, { encoding: 'utf8', env, maxBuffer: 2 ** 30, stdio: ['ignore', 'pipe', 'ignore'] })
}

/** The structs of a program by name, of which there may be several. */
function structsOf(dwarf: Dwarf, nameOf: (type: StructType) => string | undefined): Map<string, StructType[]> {
  const structs = new Map<string, StructType[]>()
  const tags: ReadonlySet<number> = new Set([DW_TAG.structure_type, DW_TAG.class_type, DW_TAG.union_type])
  for (const unit of dwarf.units()) {
    const reader = unit.reader()
    while (reader.next()) {
      if (!tags.has(reader.tag)) continue
      const type = dwarf.typeOf(reader.entry())
      if (!(type instanceof StructType) || type.isDeclaration) continue
      const name = nameOf(type)
      if (name === undefined) continue
      const same = structs.get(name)
      if (same === undefined) structs.set(name, [type])
      else if (same.length < 50) same.push(type)
    }
  }
  return structs
}

function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return []
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return names.filter((name) => name.endsWith('.debug')).map((name) => `${folder}/${name}`)
}

const programs = ['/usr/bin/python3.11d', ...filesIn('/usr/lib/debug/.build-id')]
/** With GOSPY_MACHINE_LAYOUTS set, the twenty biggest; without, one of moderate size. */
const isThorough = process.env['GOSPY_MACHINE_LAYOUTS'] !== undefined
const biggest = programs
  .filter((file) => existsSync(file) && (isThorough || statSync(file).size < 2 ** 21))
  .sort((one, other) => statSync(other).size - statSync(one).size)
  .slice(0, isThorough ? 20 : 1)
const runsPahole = has('pahole', '--version') && biggest.length > 0

describe.skipIf(!runsPahole)(
  `as pahole prints them${runsPahole ? '' : ' (no pahole, or no debug build of Python or libc)'}`,
  () => {
    it.each(biggest)(
      '%s',
      (file) => {
        const text = output('pahole', [file])
        using elf = openElf(file)
        const dwarf = Dwarf.from((name) => elf.debugSection(name), { littleEndian: elf.header.littleEndian })
        const ours = structsOf(dwarf, (type) => type.name)
        const theirs = parsePahole(text)
        expect(theirs.size).toBeGreaterThan(5)
        const wrong: string[] = []
        for (const [name, struct] of theirs) {
          const expected = JSON.stringify([struct.size, struct.members])
          const candidates = (ours.get(name) ?? []).map((type) => describeAs(type, struct.members))
          if (!candidates.includes(expected)) wrong.push(`${name}\n  ${expected}\n  ${candidates[0]}`)
        }
        expect(wrong.slice(0, 10).join('\n')).toBe('')
      },
      120_000,
    )
  },
)

function describeAs(type: StructType, members: PaholeStruct['members']): string {
  const unsized = new Set(members.filter(({ size }) => size === 0).map(({ path }) => path))
  const ours = members.map(({ path }) => {
    try {
      const field = type.field(path)
      const bits = field.offset * 8 + (field.bitOffset ?? 0)
      // pahole 1.24 knows no size of atomic types: it says 0.
      const size = unsized.has(path) ? 0 : field.size
      return { path, bits, bitSize: field.bitSize, size }
    } catch {
      return { path }
    }
  })
  return JSON.stringify([type.size, ours])
}

/** Prints, for each line of a file that names a type, its size and its fields: bit offset, bits, bytes of the type. */
const GDB_SCRIPT = `
import gdb, os
for line in open(os.environ['NAMES']):
    name = line.rstrip('\\n')
    try:
        type = gdb.lookup_type(name)
        fields = []
        for field in type.strip_typedefs().fields():
            if not hasattr(field, 'bitpos') or field.bitpos is None: continue
            fields.append(':%d:%d:%d' % (field.bitpos, field.bitsize, field.type.sizeof))
        print('@@' + name + '\\t' + str(type.sizeof) + '\\t' + ' '.join(fields))
    except gdb.error:
        pass
`

const CPP = `
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>
int main(int argc, char **argv) {
  std::map<std::string, std::vector<std::optional<int>>> map;
  std::shared_ptr<std::variant<int, std::string>> shared;
  map[argv[0]].push_back(argc);
  return map.size() == 1 && !shared;
}
`

const compilers = [
  { language: 'c++', file: 'big.cpp', source: CPP, command: ['g++', '-std=c++20', '-g', '-O0'] },
] as const

describe.each(compilers)('$language as GDB lays it out', ({ language, file, source, command }) => {
  const isThere = has('gdb', '--version') && has(command[0], '--version')
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'dwarf-layouts-'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it.skipIf(!isThere)(
    `every struct${isThere ? '' : ' (no gdb, or no compiler)'}`,
    () => {
      writeFileSync(join(folder, file), source)
      const program = join(folder, 'big')
      execFileSync(command[0], [...command.slice(1), '-o', program, join(folder, file)], { stdio: 'ignore' })
      using elf = openElf(program)
      const dwarf = Dwarf.from((name) => elf.debugSection(name), { littleEndian: elf.header.littleEndian })
      const ours = structsOf(dwarf, (type) => type.qualifiedName)
      const names = [...ours.keys()].filter((name) => !/[{(]|\n/.test(name))
      expect(names.length).toBeGreaterThan(100)
      writeFileSync(join(folder, 'names'), names.join('\n'))
      writeFileSync(join(folder, 'oracle.py'), GDB_SCRIPT)
      const arguments_ = [
        '-q',
        '-nx',
        '-batch',
        '-iex',
        'set auto-load off',
        '-ex',
        `set language ${language}`,
        '-x',
        join(folder, 'oracle.py'),
        program,
      ]
      const text = output('gdb', arguments_, { NAMES: join(folder, 'names') })
      const wrong: string[] = []
      let compared = 0
      for (const line of text.split('\n')) {
        const [, name = '', size, fields = ''] = /^@@(.*)\t(.*)\t(.*)$/.exec(line) ?? []
        const candidates = ours.get(name)
        if (candidates === undefined) continue
        compared++
        const theirs = fields.split(' ').filter((field) => field !== '')
        if (!candidates.some((type) => isAs(type, Number(size), theirs)))
          wrong.push(`${line}\n  ${describeFields(candidates[0]!)}`)
      }
      expect(wrong.slice(0, 10).join('\n')).toBe('')
      expect(compared).toBeGreaterThan(names.length / 2)
    },
    120_000,
  )
})

/** Whether GDB's fields are among ours at the same places; those that only a running program knows aside. */
function isAs(type: StructType, size: number, theirs: readonly string[]): boolean {
  const places = new Set(describeFields(type).split(' '))
  return type.size === size && theirs.every((field) => places.has(field))
}

function describeFields(type: StructType): string {
  const fields = [...type.fields, ...(type.variantPart?.variants.flatMap((variant) => variant.fields) ?? [])]
  const discriminant = type.variantPart?.discriminant
  if (discriminant !== undefined) fields.push(discriminant)
  return fields
    .filter((field) => !field.isDynamic)
    .map((field) => `:${field.offset * 8 + (field.bitOffset ?? 0)}:${field.bitSize ?? 0}:${field.size}`)
    .join(' ')
}
