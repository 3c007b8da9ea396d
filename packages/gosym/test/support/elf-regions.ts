/** An ELF file's sections as the regions that findGoTables takes, and what its relocations put into pointers. */
import { readFileSync } from 'node:fs'
import { ElfFile } from '../../../elf/src/index.js'
import type { MemoryRegion, PointerRelocation } from '../../src/index.js'

const SHT_RELA = 4
const SHT_NOBITS = 8

/** By ELF machine (each psABI's list of relocation types): R_*_RELATIVE. */
const RELATIVE: Readonly<Record<number, number>> = { 21: 22, 22: 12, 62: 8, 183: 1027, 243: 3, 258: 3 }
/** And an address of 64 bits: a symbol's, plus the addend. */
const ABSOLUTE: Readonly<Record<number, number>> = { 21: 38, 22: 22, 62: 1, 183: 257, 243: 2, 258: 2 }

/** A region whose bytes are in memory. */
export type LoadedRegion = MemoryRegion & { bytes: Uint8Array }

export interface ElfRegions {
  regions: LoadedRegion[]
  relocations: PointerRelocation[]
}

/** Sections that are loaded, each read when it is asked for. */
export function elfRegions(path: string, options: { names?: boolean } = {}): ElfRegions {
  const elf = new ElfFile(new Uint8Array(readFileSync(path)))
  const loaded = elf.sections.filter((section) => section.address > 0n && section.type !== SHT_NOBITS)
  const regions = loaded.map((section): LoadedRegion => {
    const { address, name, size } = section
    return {
      name: options.names === false ? undefined : name,
      address,
      size: Number(size),
      get bytes() {
        return section.data()!
      },
    }
  })
  const relocations: PointerRelocation[] = []
  const { littleEndian, machine } = elf.header
  const dynsym = elf.section('.dynsym')?.data() ?? new Uint8Array()
  const symbols = new DataView(dynsym.buffer, dynsym.byteOffset, dynsym.byteLength)
  for (const section of loaded.filter(({ type }) => type === SHT_RELA)) {
    const bytes = section.data()!
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    for (let at = 0; at + 24 <= bytes.length; at += 24) {
      const info = view.getBigUint64(at + 8, littleEndian)
      const addend = view.getBigInt64(at + 16, littleEndian)
      const address = view.getBigUint64(at, littleEndian)
      const type = Number(info & 0xffff_ffffn)
      const symbol = Number(info >> 32n) * 24 + 8
      if (type === RELATIVE[machine]) relocations.push({ address, value: addend })
      else if (type === ABSOLUTE[machine]) {
        relocations.push({ address, value: symbols.getBigUint64(symbol, littleEndian) + addend })
      }
    }
  }
  return { regions, relocations }
}

/** The loadable segments, nameless: what there is without section headers. */
export function elfSegments(path: string): LoadedRegion[] {
  const elf = new ElfFile(new Uint8Array(readFileSync(path)))
  return [...elf.segments]
    .filter((segment) => segment.type === 1 && Number(segment.fileSize) > 0)
    .map((segment) => ({ address: segment.address, bytes: segment.data() }))
}
