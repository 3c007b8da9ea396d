/** Files above 2 and 4 GiB, sparse on disk, and the addresses of a kernel. */
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ElfFile, PT, SHT } from '../src/index.js'
import { openElf } from '../src/node.js'
import { ElfBuilder } from './support/builder.js'

/** Writes an ELF file with its section headers, and all sections, moved up by `distance` bytes of nothing. */
function writeMoved(path: string, bytes: Uint8Array, distance: number): number {
  const moved = bytes.slice()
  const view = new DataView(moved.buffer)
  const elf = new ElfFile(bytes)
  const { sectionHeaderOffset: table } = elf.header
  view.setBigUint64(40, BigInt(table + distance), true)
  for (const { index, offset } of elf.sections.slice(1)) {
    view.setBigUint64(table + index * 64 + 24, BigInt(offset + distance), true)
  }
  const file = openSync(path, 'w')
  try {
    ftruncateSync(file, distance + moved.length)
    writeSync(file, moved, 0, 64, 0)
    writeSync(file, moved, 64, moved.length - 64, 64 + distance)
  } finally {
    closeSync(file)
  }
  return distance + moved.length
}

it.each([
  ['2 GiB', 2 ** 31],
  ['4 GiB', 2 ** 32 + 2 ** 20],
])('what lies above %s is read like all else', (_, distance) => {
  const folder = mkdtempSync(join(tmpdir(), 'elf-huge-'))
  try {
    const builder = new ElfBuilder({ class: 64, littleEndian: true })
    builder.addSection({ name: '.far', type: SHT.PROGBITS, data: new TextEncoder().encode('far away') })
    builder.addSymbols('\0name\0', [{ name: 1, value: 0xffff_ffff_8100_0000n, size: 4n, info: 0x12 }])
    const path = join(folder, 'huge')
    const size = writeMoved(path, builder.build(), distance)
    using elf = openElf(path)
    expect(elf.source.size).toBe(size)
    expect(new TextDecoder().decode(elf.section('.far')!.data())).toBe('far away')
    expect(elf.section('.far')!.offset).toBeGreaterThan(distance)
    expect(elf.symbols().find('name')!.address).toBe(0xffff_ffff_8100_0000n)
    expect(elf.symbols().findByAddress(0xffff_ffff_8100_0003n)!.name).toBe('name')
  } finally {
    rmSync(folder, { recursive: true })
  }
})

it('a segment of a kernel, high in the address space', () => {
  const builder = new ElfBuilder({ class: 64, littleEndian: true })
  builder.addSegment({ type: PT.LOAD, address: 0xffff_ffff_8100_0000n, data: new Uint8Array([1, 2, 3, 4]) })
  const elf = new ElfFile(builder.build())
  expect(elf.readAt(0xffff_ffff_8100_0001n, 2)).toEqual(Uint8Array.of(2, 3))
  expect(elf.segmentAt(0xffff_ffff_8100_0003n)?.index).toBe(0)
  expect(elf.segmentAt(0xffff_ffff_8100_0004n)).toBeUndefined()
})
