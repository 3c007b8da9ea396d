/** An ELF file's sections as the regions that findGoTables takes, and its relative relocations. */
import { readFileSync } from 'node:fs'
import { ElfFile } from '../../../elf/src/index.js'
import type { MemoryRegion, RelativeRelocation } from '../../src/index.js'

const SHT_RELA = 4
const SHT_NOBITS = 8

/** R_*_RELATIVE by ELF machine (each psABI's list of relocation types). */
const RELATIVE: Readonly<Record<number, number>> = { 21: 22, 22: 12, 62: 8, 183: 1027, 243: 3, 258: 3 }

export interface ElfRegions {
  regions: MemoryRegion[]
  relocations: RelativeRelocation[]
}

/** Sections that are loaded, each read when it is asked for. */
export function elfRegions(path: string, options: { names?: boolean } = {}): ElfRegions {
  const elf = new ElfFile(new Uint8Array(readFileSync(path)))
  const loaded = elf.sections.filter((section) => section.address > 0n && section.type !== SHT_NOBITS)
  const regions = loaded.map((section): MemoryRegion => {
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
  const relocations: RelativeRelocation[] = []
  const { littleEndian, machine } = elf.header
  for (const section of loaded.filter(({ type }) => type === SHT_RELA)) {
    const bytes = section.data()!
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    for (let at = 0; at + 24 <= bytes.length; at += 24) {
      const type = view.getBigUint64(at + 8, littleEndian) & 0xffff_ffffn
      if (Number(type) !== RELATIVE[machine]) continue
      relocations.push({
        address: view.getBigUint64(at, littleEndian),
        value: view.getBigInt64(at + 16, littleEndian),
      })
    }
  }
  return { regions, relocations }
}

/** The loadable segments, nameless: what there is without section headers. */
export function elfSegments(path: string): MemoryRegion[] {
  const elf = new ElfFile(new Uint8Array(readFileSync(path)))
  return [...elf.segments]
    .filter((segment) => segment.type === 1 && Number(segment.fileSize) > 0)
    .map((segment) => ({ address: segment.address, bytes: segment.data() }))
}
