/** The .eh_frame of programs of this machine, as readelf shows it. GOSPY_SYSTEM_FRAMES=500 takes more of them, and minutes. */
import { spawnSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { architectureOf } from '@gospy/dwarf'
import { openElf } from '@gospy/elf/node'
import { expect, it } from 'vitest'
import { callFramesOf, dumpFrames, framesText, interpretedRows, ourRows } from './support/readelf-frames.js'

const LIMIT = Number(process.env['GOSPY_SYSTEM_FRAMES'] ?? 25)
const LARGEST = 300_000

const lacks = spawnSync('readelf', ['--version']).status !== 0

function programs(): string[] {
  const paths: string[] = []
  for (const entry of readdirSync('/usr/bin', { withFileTypes: true })) {
    const path = `/usr/bin/${entry.name}`
    if (paths.length >= LIMIT) break
    // Links lead to programs that are met anyway, or nowhere.
    if (entry.isFile() && statSync(path).size < LARGEST && isElf(path)) paths.push(path)
  }
  return paths
}

function isElf(path: string): boolean {
  try {
    using elf = openElf(path)
    return elf.section('.eh_frame') !== undefined && architectureOf(elf.header.machine) !== undefined
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_FORMAT') throw error
    return false
  }
}

it.skipIf(lacks)(
  `call frames of up to ${LIMIT} programs in /usr/bin${lacks ? ' (no readelf here)' : ''}`,
  () => {
    const paths = programs()
    let rows = 0
    for (const path of paths) {
      const run = (what: string) => {
        // Its status is 1 also where it only warns of some other section.
        const { stdout } = spawnSync('readelf', [`--debug-dump=${what}`, path], {
          encoding: 'utf8',
          maxBuffer: 2 ** 30,
        })
        return framesText(stdout, '.eh_frame')
      }
      using elf = openElf(path)
      const frames = callFramesOf(elf, '.eh_frame')!
      const architecture = architectureOf(elf.header.machine)!
      expect(dumpFrames(frames), path).toEqual(run('frames'))
      const tables = interpretedRows(run('frames-interp'))
      for (const description of frames.descriptions()) {
        const table = tables.get(description.offset)
        if (table === undefined) continue
        expect(ourRows(description, table, architecture), path).toEqual(table)
        rows += table.length
      }
    }
    expect(paths.length).toBeGreaterThan(10)
    expect(rows).toBeGreaterThan(1000)
  },
  600_000,
)
