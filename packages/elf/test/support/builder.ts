/** Writes ELF files that no linker would: both classes and byte orders, huge tables, lies. */
import { SHN, SHT } from '../../src/index.js'

interface SectionOptions {
  name?: string
  type: number
  address?: bigint
  data?: Uint8Array
  link?: number
  info?: number
  alignment?: number
  entrySize?: number
}

interface SegmentOptions {
  type: number
  address: bigint
  data?: Uint8Array
}

interface SymbolOptions {
  /** Offset in the string table. */
  name: number
  value: bigint
  size?: bigint
  info?: number
  section?: number
}

interface NoteOptions {
  name: string
  type: number
  description: string
  /** What to write as the size of the description. */
  claim?: number
}

const encode = (text: string) => new TextEncoder().encode(text)

export class ElfBuilder {
  readonly #is64: boolean
  readonly #littleEndian: boolean
  readonly #sections: SectionOptions[] = []
  readonly #segments: SegmentOptions[] = []

  constructor(options: { class: 32 | 64; littleEndian: boolean }) {
    this.#is64 = options.class === 64
    this.#littleEndian = options.littleEndian
  }

  /** Fields as [size in bytes, value]; a size of 0 stands for that of an address. */
  #pack(fields: readonly (readonly [number, number | bigint])[]): Uint8Array {
    const word = this.#is64 ? 8 : 4
    const bytes = new Uint8Array(fields.reduce((sum, [size]) => sum + (size || word), 0))
    const view = new DataView(bytes.buffer)
    let at = 0
    for (const [width, value] of fields) {
      const size = width || word
      if (size === 1) view.setUint8(at, Number(value))
      else if (size === 2) view.setUint16(at, Number(value), this.#littleEndian)
      else if (size === 4) view.setUint32(at, Number(value), this.#littleEndian)
      else view.setBigUint64(at, BigInt(value), this.#littleEndian)
      at += size
    }
    return bytes
  }

  /** Returns the section's index. */
  addSection(section: SectionOptions): number {
    return this.#sections.push(section)
  }

  addSegment(segment: SegmentOptions): void {
    this.#segments.push(segment)
  }

  addSymbols(strings: string, symbols: readonly SymbolOptions[], extended?: readonly number[]): void {
    const link = this.addSection({ name: '.strtab', type: SHT.STRTAB, data: encode(strings) })
    const empty: SymbolOptions = { name: 0, value: 0n, section: SHN.UNDEF }
    const entries = [empty, ...symbols].map(({ name, value, size = 0n, info = 0x10, section = 1 }) =>
      this.#is64
        ? this.#pack([
            [4, name],
            [1, info],
            [1, 0],
            [2, section],
            [8, value],
            [8, size],
          ])
        : this.#pack([
            [4, name],
            [4, value],
            [4, size],
            [1, info],
            [1, 0],
            [2, section],
          ]),
    )
    const entrySize = this.#is64 ? 24 : 16
    const index = this.addSection({ name: '.symtab', type: SHT.SYMTAB, data: concat(entries), link, entrySize })
    if (extended === undefined) return
    const data = this.#pack(extended.map((value) => [4, value] as const))
    this.addSection({ name: '.symtab_shndx', type: SHT.SYMTAB_SHNDX, data, link: index, entrySize: 4 })
  }

  addNotes(notes: readonly NoteOptions[], alignment = 4): void {
    const data = notes.flatMap(({ name, type, description, claim }) => {
      const [owner, contents] = [encode(`${name}\0`), encode(description)]
      const head = concat([
        this.#pack([
          [4, owner.length],
          [4, claim ?? contents.length],
          [4, type],
        ]),
        owner,
      ])
      return [pad(head, alignment), pad(contents, alignment)]
    })
    this.addSection({ name: '.note', type: SHT.NOTE, data: concat(data), alignment })
  }

  build(): Uint8Array {
    const headerSize = this.#is64 ? 64 : 52
    const names = new Map<string, number>()
    let strings = '\0'
    const nameOffset = (name = '') => {
      if (name === '') return 0
      let offset = names.get(name)
      if (offset === undefined) {
        offset = strings.length
        names.set(name, offset)
        strings += `${name}\0`
      }
      return offset
    }
    const nameIndex = this.#sections.length + 1
    const all = [...this.#sections, { name: '.shstrtab', type: SHT.STRTAB }] as SectionOptions[]
    for (const section of all) nameOffset(section.name)
    all[all.length - 1]!.data = encode(strings)

    const parts: Uint8Array[] = []
    let at = headerSize
    const place = (bytes: Uint8Array) => {
      const offset = at
      parts.push(bytes)
      at += bytes.length
      return offset
    }
    const segmentCount = this.#segments.length
    const segments = this.#segments.map(({ type, address, data }) => {
      const offset = data ? place(data) : 0
      const size = data?.length ?? 0
      return this.#is64
        ? this.#pack([
            [4, type],
            [4, 4],
            [8, offset],
            [8, address],
            [8, 0],
            [8, size],
            [8, size],
            [8, 1],
          ])
        : this.#pack([
            [4, type],
            [4, offset],
            [4, address],
            [4, 0],
            [4, size],
            [4, size],
            [4, 4],
            [4, 1],
          ])
    })
    const segmentOffset = segmentCount > 0 ? place(concat(segments)) : 0

    const [manySections, manySegments] = [all.length + 1 >= SHN.LORESERVE, segmentCount >= 0xffff]
    const zero: SectionOptions = {
      type: SHT.NULL,
      link: manySections ? nameIndex : 0,
      info: manySegments ? segmentCount : 0,
    }
    const headers = [zero, ...all].map((section) => {
      const { type, address = 0n, data, link = 0, info = 0, alignment = 1, entrySize = 0 } = section
      const offset = data ? place(data) : 0
      const size = section === zero && manySections ? all.length + 1 : (data?.length ?? 0)
      const [a, b] = [[4, nameOffset(section.name)] as const, [4, type] as const]
      const [c, d] = [[4, link] as const, [4, info] as const]
      return this.#pack([a, b, [0, 0], [0, address], [0, offset], [0, size], c, d, [0, alignment], [0, entrySize]])
    })
    const sectionOffset = place(concat(headers))

    const ident = Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, this.#is64 ? 2 : 1, this.#littleEndian ? 1 : 2, 1)
    const header = this.#pack([
      [2, 1],
      [2, 62],
      [4, 1],
      [0, 0],
      [0, segmentOffset],
      [0, sectionOffset],
      [4, 0],
      [2, headerSize],
      [2, this.#is64 ? 56 : 32],
      [2, manySegments ? 0xffff : segmentCount],
      [2, this.#is64 ? 64 : 40],
      [2, manySections ? 0 : all.length + 1],
      [2, manySections ? SHN.XINDEX : nameIndex],
    ])
    return concat([pad(ident, 16), header, ...parts])
  }
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

function pad(bytes: Uint8Array, alignment: number): Uint8Array {
  const padded = new Uint8Array(Math.ceil(bytes.length / alignment) * alignment)
  padded.set(bytes)
  return padded
}
