/** Fixtures of `fixtures/make-locations.mjs`: a program with the files that belong to it, and what tools print of each. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { brotliDecompressSync } from 'node:zlib'
import { Dwarf, type DwarfOptions, type SectionLoader } from '@gospy/dwarf'

export type Sections = ReadonlyMap<string, readonly Uint8Array[]>

export interface LocationFixture {
  readonly recipe: readonly string[]
  readonly littleEndian: boolean
  /** By name: `prog`, `prog.dwo`, `package.dwp`, `supplementary`. */
  readonly files: ReadonlyMap<
    string,
    { readonly sections: Sections; readonly goldens: Readonly<Record<string, string>> }
  >
}

const folder = fileURLToPath(new URL('../fixtures/packed-locations/', import.meta.url))

export const locationFixtureNames: readonly string[] = readdirSync(folder)
  .filter((file) => file.endsWith('.json.br'))
  .map((file) => file.slice(0, -'.json.br'.length))
  .sort()

const loaded = new Map<string, LocationFixture>()

export function loadLocationFixture(name: string): LocationFixture {
  let fixture = loaded.get(name)
  if (fixture === undefined) {
    const packed = readFileSync(`${folder}${name}.json.br`)
    const { recipe, littleEndian, files } = JSON.parse(brotliDecompressSync(packed).toString('utf8')) as {
      recipe: string[]
      littleEndian: boolean
      files: Record<string, { sections: Record<string, string | string[]>; goldens: Record<string, string> }>
    }
    const decoded = Object.entries(files).map(([file, { sections, goldens }]) => {
      const bytes = Object.entries(sections).map(([section, texts]) => {
        const parts = [texts].flat().map((text) => new Uint8Array(Buffer.from(text, 'base64')))
        return [section, parts] as const
      })
      return [file, { sections: new Map(bytes), goldens }] as const
    })
    fixture = { recipe, littleEndian, files: new Map(decoded) }
    loaded.set(name, fixture)
  }
  return fixture
}

/** What a tool printed of a file of a fixture. */
export function goldenOf(fixture: string, tool: string, file = 'prog'): string {
  const text = loadLocationFixture(fixture).files.get(file)?.goldens[tool]
  if (text === undefined) throw new Error(`${fixture} has no golden output of ${tool} for ${file}`)
  return text
}

export type Linked = 'files' | 'package' | 'nothing'

/** @param linked where split units come from: .dwo files, the package, or nowhere */
export function openLocationFixture(name: string, linked: Linked = 'files'): Dwarf {
  const { littleEndian, files } = loadLocationFixture(name)
  const loaders = new Map([...files].map(([file, { sections }]) => [file, loaderOf(sections)]))
  return openLinked(loaders, littleEndian, linked)
}

export function loaderOf(sections: Sections): SectionLoader {
  return (section) => sections.get(section)
}

export function openLinked(files: ReadonlyMap<string, SectionLoader>, littleEndian: boolean, linked: Linked): Dwarf {
  const options: DwarfOptions = { littleEndian }
  const packaged = files.get('package.dwp')
  const supplementary = files.get('supplementary')
  if (linked === 'files') options.splitFile = (file) => files.get(file)
  if (linked === 'package' && packaged !== undefined) options.splitPackage = packaged
  if (linked !== 'nothing' && supplementary !== undefined) options.supplementary = supplementary
  return Dwarf.from(files.get('prog')!, options)
}
