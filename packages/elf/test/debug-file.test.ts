/** Separate debug files in a folder of this test. Oracles: objcopy and dwz, which made the links, and gdb's search order. */
import { copyFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import zlib from 'node:zlib'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { crc32Of } from '../src/debug-file.js'
import { crc32, ElfFile } from '../src/index.js'
import { findDebugAltFile, findDebugFile, openElf } from '../src/node.js'
import { fixture } from './support/fixtures.js'

let folder: string
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'elf-debug-')))
})
afterEach(() => rmSync(folder, { recursive: true }))

function put(name: string, path: string): string {
  const full = join(folder, path)
  mkdirSync(dirname(full), { recursive: true })
  writeFileSync(full, fixture(name))
  return full
}

const debugFolder = () => join(folder, 'debug')
const buildId = new ElfFile(fixture('linked.exec')).buildId()!
const byBuildId = `debug/.build-id/${buildId.slice(0, 2)}/${buildId.slice(2)}.debug`

function find(path: string) {
  using elf = openElf(path)
  const { file, candidates } = findDebugFile(elf, { directories: [debugFolder()] })
  file?.close()
  return { path: file?.path, candidates }
}

it('by build id, verified', () => {
  const program = put('linked.exec', 'bin/linked.exec')
  const debug = put('linked.debug', byBuildId)
  expect(find(program)).toEqual({ path: debug, candidates: [{ path: debug, by: 'build-id', reason: undefined }] })
  put('x86_64.debug', byBuildId)
  const wrong = find(program)
  expect(wrong.path).toBeUndefined()
  expect(wrong.candidates[0]!.reason).toMatch(/^its build id is [0-9a-f]{40}$/)
})

it.each(['bin/linked.debug', 'bin/.debug/linked.debug', 'debug/FOLDER/bin/linked.debug'])('by link: %s', (place) => {
  const program = put('linked.exec', 'bin/linked.exec')
  const debug = put('linked.debug', place.replace('FOLDER', folder))
  const { path, candidates } = find(program)
  expect(path).toBe(debug)
  expect(candidates.at(-1)).toEqual({ path: debug, by: 'debuglink', reason: undefined })
  expect(candidates[0]).toMatchObject({ by: 'build-id', reason: expect.stringContaining('ENOENT') })
})

it('a link to another file is not followed, and said', () => {
  const program = put('linked.exec', 'bin/linked.exec')
  put('x86_64.debug', 'bin/linked.debug')
  const { path, candidates } = find(program)
  expect(path).toBeUndefined()
  expect(candidates.length).toBe(4)
  expect(candidates[1]!.reason).toMatch(/^its CRC-32 is 0x[0-9a-f]+, not 0x[0-9a-f]+$/)
  writeFileSync(join(folder, 'bin/linked.debug'), 'no ELF file')
  expect(find(program).candidates[1]!.reason).toContain('not an ELF file')
  copyFileSync(program, join(folder, 'bin/other'))
  rmSync(join(folder, 'bin/linked.debug'))
  // A file without a link of its own, under another path.
  const plain = put('x86_64.exec', 'bin/plain')
  using elf = openElf(plain)
  expect(findDebugFile(elf, { directories: [], path: '/nowhere' })).toEqual({ file: undefined, candidates: [] })
})

it('links as objcopy and dwz write them', () => {
  const program = new ElfFile(fixture('linked.exec'))
  expect(program.debugLink()).toEqual({ file: 'linked.debug', crc: crc32(fixture('linked.debug')) })
  expect(program.debugAltLink()).toBeUndefined()
  const shared = new ElfFile(fixture('linked.sup'))
  expect(new ElfFile(fixture('linked.dwz')).debugAltLink()).toEqual({ file: 'linked.sup', buildId: shared.buildId() })
})

it('shared debug data: beside the file, or by build id', () => {
  const program = put('linked.dwz', 'bin/linked.dwz')
  using elf = openElf(program)
  const options = { directories: [debugFolder()] }
  expect(findDebugAltFile(elf, options).candidates.length).toBe(2)
  const id = new ElfFile(fixture('linked.sup')).buildId()!
  const indexed = put('linked.sup', `debug/.build-id/${id.slice(0, 2)}/${id.slice(2)}.debug`)
  const far = findDebugAltFile(elf, options)
  expect(far.file?.path).toBe(indexed)
  far.file?.close()
  const near = put('linked.sup', 'bin/linked.sup')
  const found = findDebugAltFile(elf, options)
  expect(found.file?.path).toBe(near)
  found.file?.close()
  using other = openElf(put('linked.exec', 'bin/linked.exec'))
  expect(findDebugAltFile(other, options)).toEqual({ file: undefined, candidates: [] })
})

it('CRC-32 is that of zlib', () => {
  const native = (zlib as typeof zlib & { crc32?: (bytes: Uint8Array) => number }).crc32
  const bytes = fixture('x86_64.exec')
  // The check value of the catalogue of CRC algorithms (CRC-32/ISO-HDLC).
  expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926)
  expect(crc32(new Uint8Array(0))).toBe(0)
  for (let length = 0; length < 40; length++) {
    const part = bytes.subarray(length, length * 2)
    expect(crc32(part.subarray(3), crc32(part.subarray(0, 3)))).toBe(crc32(part))
    if (native !== undefined) expect(crc32(part)).toBe(native(part))
  }
  using elf = openElf(process.execPath)
  expect(crc32Of(elf.source)).toBe(
    crc32Of({ size: elf.source.size, read: (at, length) => elf.source.read(at, length) }),
  )
})
