/** Fixtures of `make-code.mjs`: debug and unwind sections of programs, and what other tools say of their code. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { brotliDecompressSync } from 'node:zlib'
import { architectureOf, CallFrames, Dwarf } from '@gospy/dwarf'
import { inParts } from './parts.js'

export interface CodeFixture {
  /** The command that made the program. */
  readonly recipe: string
  readonly littleEndian: boolean
  readonly addressSize: number
  /** `e_machine` of the ELF file. */
  readonly machine: number
  /** Section name to base64 of its bytes. */
  readonly sections: Readonly<Record<string, string>>
  /** Section name to its address, as hex. */
  readonly addresses: Readonly<Record<string, string>>
  /** Name of an oracle to what it printed. */
  readonly goldens: Readonly<Record<string, string>>
}

const folder = fileURLToPath(new URL('../fixtures/packed-code/', import.meta.url))

export const codeFixtureNames: readonly string[] = readdirSync(folder)
  .filter((file) => file.endsWith('.json.br'))
  .map((file) => file.slice(0, -'.json.br'.length))
  .sort()

const fixtures = new Map<string, CodeFixture>()

export function loadCodeFixture(name: string): CodeFixture {
  let fixture = fixtures.get(name)
  if (fixture === undefined) {
    fixture = JSON.parse(brotliDecompressSync(readFileSync(`${folder}${name}.json.br`)).toString('utf8')) as CodeFixture
    fixtures.set(name, fixture)
  }
  return fixture
}

export function codeSectionsOf(fixture: CodeFixture): Map<string, Uint8Array> {
  return new Map(
    Object.entries(fixture.sections).map(([name, text]) => [name, new Uint8Array(Buffer.from(text, 'base64'))]),
  )
}

/** With sections that are read in parts. */
export function dwarfOf(fixture: CodeFixture, sections = codeSectionsOf(fixture)): Dwarf {
  return Dwarf.from(inParts(sections), { littleEndian: fixture.littleEndian })
}

/** With the search table of .eh_frame_hdr where there is one. */
export function callFramesOfFixture(
  fixture: CodeFixture,
  section: '.eh_frame' | '.debug_frame',
  sections = codeSectionsOf(fixture),
): CallFrames | undefined {
  const bytes = sections.get(section)
  if (bytes === undefined) return undefined
  const address = (name: string) => BigInt(fixture.addresses[name] ?? 0)
  const architecture = architectureOf(fixture.machine)
  const header = section === '.eh_frame' ? sections.get('.eh_frame_hdr') : undefined
  return CallFrames.parse(bytes, {
    section,
    littleEndian: fixture.littleEndian,
    addressSize: fixture.addressSize,
    address: address(section),
    textAddress: address('.text'),
    dataAddress: address('.got'),
    ...(architecture && { architecture }),
    ...(header && { header: { bytes: header, address: address('.eh_frame_hdr') } }),
  })
}
