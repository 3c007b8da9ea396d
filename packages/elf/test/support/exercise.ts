/** Asks for everything that a file can be asked for: whatever the bytes, a value or a FormatError. */
import { type ByteSource, FormatError } from '@gospy/bytes'
import { expect } from 'vitest'
import {
  CoreFile,
  DT,
  describeGnuProperty,
  describeRelocationType,
  ElfFile,
  ET,
  PT,
  SHT,
  type SymbolTable,
} from '../../src/index.js'

type Attempt = <T>(action: () => T) => T | undefined

/** Returns how many parts were at fault. Throws what is no FormatError. */
export function exercise(input: Uint8Array | ByteSource): number {
  let faults = 0
  const attempt: Attempt = (action) => {
    try {
      return action()
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      if (!error.message.includes(error.section)) throw new Error(`no section in: ${error.message}`)
      faults++
      return undefined
    }
  }
  const elf = attempt(() => new ElfFile(input))
  if (elf === undefined) return faults
  for (const section of attempt(() => elf.sections)?.slice(0, 100) ?? []) {
    attempt(() => section.name)
    attempt(() => section.flags)
    attempt(() => section.size)
    attempt(() => section.compression)
    attempt(() => section.data())
    if (section.label.includes('debug_')) attempt(() => elf.debugSection(section.label))
    if (section.type === SHT.NOTE) attempt(() => [...elf.notesIn(section)].length)
  }
  for (const segment of attempt(() => elf.segments)?.slice(0, 100) ?? []) {
    attempt(() => segment.data())
    attempt(() => segment.memorySize)
    attempt(() => elf.readAt(segment.address, 16))
    attempt(() => elf.sectionsOf(segment))
    attempt(() => elf.segmentAt(segment.address))
    attempt(() => elf.sectionAt(segment.address))
  }
  for (const table of [attempt(() => elf.symbols()), attempt(() => elf.dynamicSymbols())]) {
    if (table !== undefined) exerciseSymbols(table, attempt)
  }
  exerciseLinking(elf, attempt)
  exerciseNotes(elf, attempt)
  attempt(() => elf.section('.text'))
  attempt(() => elf.debugSection('.debug_info'))
  attempt(() => elf.debugLink())
  attempt(() => elf.debugAltLink())
  attempt(() => elf.interpreter())
  return faults
}

function exerciseSymbols(table: SymbolTable, attempt: Attempt): void {
  for (const name of ['work', 'common', 'absent']) {
    attempt(() => table.find(name))
    attempt(() => table.find(name, 'VERSION_1'))
    attempt(() => table.findAll(name))
  }
  attempt(() => table.findByAddress(0x401000))
  attempt(() => table.findByAddress(0xffff_ffff_ffff_ffffn))
  for (let index = 0; index < Math.min(table.length, 50); index++) {
    const symbol = table.at(index)!
    attempt(() => symbol.versionedName)
    attempt(() => symbol.size)
    attempt(() => symbol.sectionIndex)
    attempt(() => symbol.addressNumber)
  }
}

function exerciseLinking(elf: ElfFile, attempt: Attempt): void {
  const dynamic = attempt(() => elf.dynamic())
  if (dynamic !== undefined) {
    attempt(() => [...dynamic].length)
    attempt(() => dynamic.needed)
    attempt(() => dynamic.soname)
    attempt(() => dynamic.rpath)
    attempt(() => dynamic.runpath)
    attempt(() => dynamic.get(DT.STRTAB))
    expect(dynamic.flags | dynamic.flags1).toBeTypeOf('bigint')
  }
  const versions = attempt(() => elf.symbolVersions())
  attempt(() => versions?.definitions)
  attempt(() => versions?.requirements)
  for (const table of attempt(() => elf.relocations()) ?? []) {
    const length = attempt(() => table.length) ?? 0
    for (let index = 0; index < Math.min(length, 30); index++) {
      const relocation = table.at(index)!
      attempt(() => relocation.symbol?.name)
      attempt(() => table.offsetNumberOf(index))
      describeRelocationType(relocation.type, elf.header.machine)
    }
  }
  for (const table of attempt(() => elf.relativeRelocations()) ?? []) attempt(() => [...table.addresses()].length)
}

function exerciseNotes(elf: ElfFile, attempt: Attempt): void {
  attempt(() => elf.notes())
  attempt(() => elf.buildId())
  attempt(() => elf.goBuildId())
  attempt(() => elf.abiTag())
  attempt(() => elf.gnuProperties().map((property) => describeGnuProperty(property, elf.header.machine)))
  attempt(() => elf.stapsdtProbes())
  attempt(() => elf.packageMetadata())
  if (elf.header.type !== ET.CORE) {
    expect(() => new CoreFile(elf)).toThrow(FormatError)
    return
  }
  const core = new CoreFile(elf)
  attempt(() => core.threads)
  attempt(() => core.process)
  attempt(() => core.signalInfo)
  attempt(() => core.auxv)
  attempt(() => core.mappings)
  attempt(() => core.fileAt(0x401000n))
  attempt(() => core.memory.read(0x401000, new Uint8Array(100)))
  const loaded = attempt(() => elf.segments.find(({ type }) => type === PT.LOAD))
  if (loaded !== undefined) attempt(() => core.memory.read(Number(loaded.address), new Uint8Array(5000)))
}
