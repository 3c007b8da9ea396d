// Makes src/layout-table.ts: where the fields of the runtime's structs lie, for every Go version and architecture, as the
// DWARF of programs says that were built by real toolchains, and which functions tell where its variables lie.
//
//   pnpm build && pnpm --filter @gospy/goruntime layouts [--check] [--binaries DIR]
//
// With --check nothing is written, and it fails where the committed table says something else.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { FileSource } from '@gospy/bytes/node'
import { buildBinary } from '../../../fixtures/builder/build-binary.mjs'
import { fullVersion, minorOf, minors } from '../../../fixtures/builder/toolchains.mjs'
import {
  FURTHER_STRUCTS,
  FURTHER_VARIABLES,
  type FurtherStruct,
  type FurtherVariable,
  structContract,
} from '../src/further/contract.js'
import { dwarfSource } from '../src/further/further-source.js'
import { missingFrom } from '../src/further/struct-layouts.js'
import { GoBinary } from '../src/go-binary.js'
import { isInVersion, OLDEST_MINOR, STRUCTS, type VariableContract } from '../src/runtime-contract.js'
import type { VariableLayout } from '../src/runtime-layout.js'
import { ANCHOR_FUNCTIONS, CODE_ANCHORS, type CodeAnchors, FURTHER_ANCHORS } from '../src/variables/code-anchors.js'
import { ProgramReferences } from '../src/variables/program-references.js'
import { programText } from '../src/variables/program-text.js'

/** The one whose layouts are the list; of the others stands there what differs. */
const LISTED = 'amd64'
const OTHERS = ['arm64']
const output = fileURLToPath(new URL('../src/layout-table.ts', import.meta.url))

const { values } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    /** Where the binaries are built, or are already, named as fixtures/build.mjs names them. */
    binaries: { type: 'string', default: fileURLToPath(new URL('../../../fixtures/build/', import.meta.url)) },
  },
})

/** What a binary says of itself, flat: `g.goid` -> `152/8`, `g` and `allgs` -> their sizes, `sched@stopm` -> `16`. */
function layoutOf(arch: string, version: string): Map<string, string> {
  const what = { program: 'states', version, mode: 'exe', arch, rawDwarf: false }
  const { path } = buildBinary(what, values.binaries)
  using file = new FileSource(path)
  const binary = new GoBinary(file, path)
  const { layout } = binary
  if (layout.source !== 'dwarf') throw new Error(`${path} has no DWARF`)
  if (layout.missing.length > 0) throw new Error(`go${version} ${arch} lacks ${layout.missing.join(', ')}`)
  const entries = new Map<string, string>()
  for (const name of Object.keys(STRUCTS) as (keyof typeof STRUCTS)[]) {
    const { size, fields } = layout[name]
    entries.set(name, `${size}`)
    for (const [field, place] of Object.entries(fields))
      entries.set(`${name}.${field}`, `${place.offset}/${place.size}`)
  }
  const further = dwarfSource(binary.dwarf)
  // What not every program has.
  using otherFile = new FileSource(buildBinary({ ...what, program: 'memstats' }, values.binaries).path)
  const other = dwarfSource(new GoBinary(otherFile, 'memstats').dwarf)
  for (const key of Object.keys(FURTHER_STRUCTS) as FurtherStruct[]) {
    const found = further.struct(key)
    const struct = found.size > 0 ? found : other.struct(key)
    const isLacking = struct.size === 0 && isInVersion(structContract(key), minorOf(version))
    const missing = isLacking ? [key] : missingFrom(key, struct, minorOf(version))
    if (missing.length > 0) throw new Error(`go${version} ${arch} lacks ${missing.join(', ')}`)
    if (struct.size === 0) continue
    entries.set(key, `${struct.size}`)
    for (const [field, place] of Object.entries(struct.fields))
      entries.set(`${key}.${field}`, `${place.offset}/${place.size}`)
  }
  const variables: Record<string, VariableLayout> = { ...layout.variables }
  for (const key of Object.keys(FURTHER_VARIABLES) as FurtherVariable[]) {
    const place = further.variable(key) ?? other.variable(key)
    if (place !== undefined) variables[key] = place
    else if (isInVersion(FURTHER_VARIABLES[key] as VariableContract, minorOf(version)))
      throw new Error(`go${version} ${arch} lacks ${key}`)
  }
  const references = new ProgramReferences(programText(binary), ANCHOR_FUNCTIONS)
  const allAnchors: Record<string, CodeAnchors> = { ...CODE_ANCHORS, ...FURTHER_ANCHORS }
  for (const [variable, place] of Object.entries(variables)) {
    entries.set(variable, `${place.size}`)
    for (const name of allAnchors[variable]?.alone ?? []) {
      const targets = references.of(name) ?? []
      const isAlone = targets.every(
        (target) => target >= place.address && target < place.address + Math.max(1, place.size),
      )
      if (targets.length > 0 && isAlone) entries.set(`${variable}@${name}`, `${targets[0]! - place.address}`)
    }
  }
  return entries
}

/** Of each name the versions in which what is said of it changed: `5:152/8 23:160/8 25:152/8`; `-` where it is no longer. */
function runsOf(layouts: ReadonlyMap<number, ReadonlyMap<string, string>>): Map<string, string> {
  const names = new Set([...layouts.values()].flatMap((layout) => [...layout.keys()]))
  const table = new Map<string, string>()
  for (const name of names) {
    const runs: string[] = []
    let last = '-'
    for (const [minor, layout] of layouts) {
      const now = layout.get(name) ?? '-'
      if (now !== last) runs.push(`${minor}:${now}`)
      last = now
    }
    table.set(name, runs.join(' '))
  }
  return table
}

/** As the formatter breaks lines. */
function entryText(name: string, runs: string, indent: string): string {
  const key = /^\w+$/.test(name) ? name : `'${name}'`
  const isLong = key.length > 2 && `${indent}${key}: '${runs}',`.length > 120
  return `${indent}${key}:${isLong ? `\n${indent}  ` : ' '}'${runs}',`
}

const entriesText = (runs: ReadonlyMap<string, string>, indent: string) =>
  [...runs].map(([name, run]) => entryText(name, run, indent)).join('\n')

const versions = minors.filter((name) => minorOf(name) >= OLDEST_MINOR)

function tableOf(arch: string): Map<string, string> {
  const layouts = new Map<number, Map<string, string>>()
  for (const version of versions.map(fullVersion)) {
    process.stderr.write(`go${version} ${arch}\n`)
    layouts.set(minorOf(version), layoutOf(arch, version))
  }
  return runsOf(layouts)
}

/** The entries that are other than those of the list; what an architecture has nothing of is none from the oldest version on. */
function exceptions(table: ReadonlyMap<string, string>): Map<string, string> {
  const none = [...listed.keys()].filter((name) => !table.has(name))
  return new Map([
    ...[...table].filter(([name, runs]) => listed.get(name) !== runs),
    ...none.map((name): [string, string] => [name, `${OLDEST_MINOR}:-`]),
  ])
}

const listed = tableOf(LISTED)
const others = OTHERS.map((arch): [string, Map<string, string>] => [arch, exceptions(tableOf(arch))])

const [oldest, newest] = [fullVersion(versions[0]!), fullVersion(versions.at(-1)!)]
const text = `/**
 * Made by layouts/make.ts from the DWARF and the code of programs built by go${oldest} to go${newest}. Not to be edited.
 *
 * Each entry is what holds from a minor version on: the size of a struct or variable, the offset and size of a field, or
 * how far into a variable the lowest address lies that a function refers to (\`sched@stopm\`); bytes. \`5:152/8 23:160/8\` is
 * offset 152 from Go 1.5, 160 from 1.23 on; \`-\` is none.
 */

/** The newest minor version in the list. */
export const NEWEST_MINOR = ${minorOf(newest)}

/** What holds on ${LISTED}, and on all others where their exceptions say nothing else. */
export const LAYOUTS: Readonly<Record<string, string>> = {
${entriesText(listed, '  ')}
}

/** By architecture, as Go names it, what is other there; of architectures that are not here nothing is known. */
export const LAYOUT_EXCEPTIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ${LISTED}: {},
${others.map(([arch, runs]) => `  ${arch}: {\n${entriesText(runs, '    ')}\n  },`).join('\n')}
}
`

if (!values.check) {
  writeFileSync(output, text)
} else if (readFileSync(output, 'utf8') !== text) {
  process.stderr.write(
    'src/layout-table.ts is not what the toolchains say: run layouts/make.ts, and look at the difference\n',
  )
  process.exit(1)
} else {
  process.stderr.write('src/layout-table.ts is what the toolchains say\n')
}
