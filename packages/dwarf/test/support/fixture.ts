/** Fixtures: the debug sections of a program and what other tools say about it, as one brotli-compressed JSON file. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { brotliDecompressSync } from 'node:zlib'
import { Dwarf } from '@gospy/dwarf'

export interface Fixture {
  /** The commands that made the program. */
  readonly recipe: string
  readonly littleEndian: boolean
  /** Section name to base64 of its bytes. */
  readonly sections: Readonly<Record<string, string>>
  /** Name of an oracle to what it printed. */
  readonly goldens: Readonly<Record<string, string>>
}

const fixtureFolder = fileURLToPath(new URL('../fixtures/packed/', import.meta.url))

export const fixtureNames: readonly string[] = readdirSync(fixtureFolder)
  .filter((file) => file.endsWith('.json.br'))
  .map((file) => file.slice(0, -'.json.br'.length))
  .sort()

const fixtures = new Map<string, Fixture>()

export function loadFixture(name: string): Fixture {
  let fixture = fixtures.get(name)
  if (fixture === undefined) {
    const bytes = brotliDecompressSync(readFileSync(`${fixtureFolder}${name}.json.br`))
    fixture = JSON.parse(bytes.toString('utf8')) as Fixture
    fixtures.set(name, fixture)
  }
  return fixture
}

export function sectionsOf(fixture: Fixture): Map<string, Uint8Array> {
  return new Map(
    Object.entries(fixture.sections).map(([name, text]) => [name, new Uint8Array(Buffer.from(text, 'base64'))]),
  )
}

export function openFixture(name: string): Dwarf {
  const fixture = loadFixture(name)
  const sections = sectionsOf(fixture)
  return Dwarf.from((section) => sections.get(section), { littleEndian: fixture.littleEndian })
}

export function golden(name: string, oracle: string): string {
  const text = loadFixture(name).goldens[oracle]
  if (text === undefined) throw new Error(`fixture ${name} has no golden of ${oracle}`)
  return text
}
