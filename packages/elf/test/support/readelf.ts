/**
 * What GNU readelf prints (binutils 2.40, wide output) of a file, and the same made from our reader: the comparison that the tests of this
 * package rest on. All lines are compared, in order, with white space made equal; what is taken off is said at `normalise`.
 */
import { spawnSync } from 'node:child_process'
import type { ElfFile } from '../../src/index.js'
import { dynamicText, relocationsText, versionsText } from './readelf-dynamic.js'
import { notesText } from './readelf-notes.js'
import { headerText, sectionsText, segmentsText, symbolsText } from './readelf-text.js'

export const READELF_OPTIONS = ['-W', '-h', '-S', '-l', '-s', '--dyn-syms', '-d', '-n', '-r', '-V']

export const hasReadelf = /2\.40/.test(spawnSync('readelf', ['--version'], { encoding: 'utf8' }).stdout ?? '')

/** Runs readelf; its warnings go to stderr and do not matter here. */
export function runReadelf(path: string): string {
  const { stdout, error } = spawnSync('readelf', [...READELF_OPTIONS, path], {
    encoding: 'utf8',
    maxBuffer: 1 << 29,
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
  })
  if (error) throw error
  return stdout
}

/** Lines that say nothing of the file: the key to the letters of section flags. */
const KEY = /^(Key to Flags:| {2}[A-Za-z] \([A-Za-z ]+\)[,\s]| {2}[A-Za-z] \(\w+\)$)/

const ANNOBIN = /^ *GA[$*+!].* 0x[0-9a-f]{8}\s/

/**
 * Lines without what is not compared:
 * - words for processor-specific bits of st_other, which are not in the reader;
 * - offsets in front of lines on versions, which are how the tables are packed, not what they say;
 * - what readelf makes of NT_FILE: "Cannot decode 64-bit note in 32-bit build", also where it is no such build;
 * - notes of annobin (owners that begin with "GA"), which code their contents into the owner's name;
 * - "description data" of notes whose contents are not decoded, beyond the first 256 characters.
 */
function normalise(lines: readonly string[]): string[] {
  return lines
    .filter((line) => line.trim() !== '' && !KEY.test(line) && !ANNOBIN.test(line))
    .map((line) =>
      line
        .trim()
        .replace(/\s+/g, ' ')
        .replace(/^((?:\d+: )[0-9a-f]{8,16} .*?) \[[^\]]*\] (?=(\d+|UND|ABS|COM)\b)/, '$1 ')
        .replace(/^(0x)?[0-9a-f]{3,}: (Rev|Parent|Version|Name)/, '$2')
        .replace(/^[0-9a-f]{3,}: ([0-9a-f]+h? ?\()/, '$1')
        .replace(/ Cannot decode 64-bit note in 32-bit build$/, '')
        .replace(/(description data: .{256}).*/, '$1')
        .trim(),
    )
}

/** The same text from our reader. */
export function renderReadelf(elf: ElfFile): string[] {
  return [
    ...headerText(elf),
    ...sectionsText(elf),
    ...segmentsText(elf),
    ...dynamicText(elf),
    ...relocationsText(elf),
    ...symbolsText(elf),
    ...versionsText(elf),
    ...notesText(elf),
  ]
}

/**
 * The first line in which our text differs from readelf's, for people to read; undefined if there is none. Also how many
 * lines were compared.
 */
export function compareWithReadelf(elf: ElfFile, text: string): { lines: number; difference: string | undefined } {
  const expected = normalise(text.split('\n'))
  const actual = normalise(renderReadelf(elf))
  const length = Math.max(expected.length, actual.length)
  for (let index = 0; index < length; index++) {
    if (expected[index] === actual[index]) continue
    const difference = `line ${index + 1}\n  before:  ${expected[index - 1]}\n  readelf: ${expected[index]}\n  ours:    ${actual[index]}`
    return { lines: index, difference }
  }
  return { lines: length, difference: undefined }
}
