/**
 * The sections of one file, asked for by name, each at most once. Where they come from (ELF, Mach-O, a folder of dumps)
 * and whether they were compressed is the loader's business.
 */
import { type ByteSource, Cursor, decodeUtf8, FormatError, PagedBytes } from '@gospy/bytes'

/**
 * Gives a section, decompressed, or undefined where the file has none of that name: its bytes, or a source of them, of which
 * only those that are needed are read. Where the file has several, as object files and .dwo files with type units do, it gives the
 * bytes of each as an array, in the order of the file.
 */
export type SectionLoader = (name: string) => Uint8Array | ByteSource | readonly Uint8Array[] | undefined

/** Longest string that is decoded, in bytes: V8's own limit is near 2^29 characters. */
const MAX_STRING = 2 ** 27

/** Slots for strings that are remembered, a power of two: programs refer to the same few again and again. */
const SLOTS = 1 << 13

/** Longest string that is remembered, in bytes: the names of C++ are long, but what is remembered is bounded. */
const MAX_REMEMBERED_LENGTH = 512

/** Bytes that are read for one string first, and how many strings are read one by one: then it pays to read all. */
const STRING_WINDOW = 256
const MAX_SINGLE = 64

/** A system call costs about as much as copying so many bytes, and whoever wants all of a section says so. */
const IN_PAGES = { pageSize: 512, maxPart: 1 }

/** The array of all bytes, of which those in `[from, to)` are there. */
function bytesWith(section: PagedBytes, from: number, to: number): Uint8Array {
  section.need(from, to)
  return section.bytes
}

/** A table of NUL-terminated strings: .debug_str, .debug_line_str. */
export class StringTable {
  readonly #table: PagedBytes
  readonly #section: string
  #single = 0
  /** Offset of the string in each slot, or -1: a newer one takes the place of an older. Cheaper than a Map by half. */
  readonly #offsets = new Float64Array(SLOTS).fill(-1)
  readonly #strings = new Array<string>(SLOTS)

  constructor(table: PagedBytes, section: string) {
    this.#table = table
    this.#section = section
  }

  /**
   * The UTF-8 string at `offset`.
   * @throws FormatError when it lies outside the section, does not end in it or is longer than any name
   */
  at(offset: number): string {
    const slot = Math.imul(offset, 0x9e37_79b1) >>> 19
    if (this.#offsets[slot] === offset) return this.#strings[slot]!
    const section = this.#section
    const end = offset >= 0 && offset < this.#table.size ? this.#endOf(offset) : -1
    if (end < 0) throw new FormatError('no NUL-terminated string here', { section, offset })
    if (end - offset > MAX_STRING) throw new FormatError('a string of more than 128 MB', { section, offset })
    const text = decodeUtf8(bytesWith(this.#table, offset, end), offset, end)
    // Strings may lie on top of each other: long ones are not kept.
    if (end - offset > MAX_REMEMBERED_LENGTH) return text
    this.#offsets[slot] = offset
    this.#strings[slot] = text
    return text
  }

  /** Where the NUL is, or -1. */
  #endOf(offset: number): number {
    const table = this.#table
    if (this.#single >= MAX_SINGLE || table.isWhole) return table.all().indexOf(0, offset)
    this.#single++
    for (let from = offset, size = STRING_WINDOW; ; size *= 2) {
      const loaded = Math.min(from + size, table.size)
      const end = bytesWith(table, from, loaded).indexOf(0, from)
      if (end >= 0 && end < loaded) return end
      if (loaded === table.size) return -1
      from = loaded
    }
  }
}

export class Sections {
  readonly littleEndian: boolean
  readonly #load: SectionLoader
  readonly #loaded = new Map<string, PagedBytes | undefined>()
  /** What the loader threw, by section: it is asked once, whatever comes of it. */
  readonly #failures = new Map<string, unknown>()
  readonly #cursors = new Map<string, Cursor>()
  readonly #scanners = new Map<string, { readonly section: PagedBytes; readonly cursor: Cursor }>()
  readonly #tables = new Map<string, StringTable>()
  /** The file's own name for a section, as errors give it. */
  readonly nameOf: (name: string) => string

  /** @param nameOf the file's own name for a section: `.debug_info.dwo` for `.debug_info` */
  constructor(load: SectionLoader, littleEndian: boolean, nameOf: (name: string) => string = (name) => name) {
    this.#load = load
    this.littleEndian = littleEndian
    this.nameOf = nameOf
  }

  /** The same sections, but of some of them only a part, whose offsets count from the part's start. */
  parts(ranges: ReadonlyMap<string, { readonly offset: number; readonly size: number }>): Sections {
    return new Sections(
      (name) => {
        const bytes = this.find(name)
        const range = ranges.get(name)
        if (bytes === undefined || range === undefined) return bytes
        const { offset, size } = range
        if (offset + size <= bytes.length) return bytes.subarray(offset, offset + size)
        throw new FormatError(`a unit's part of ${size} bytes does not lie within the section`, {
          section: this.nameOf(name),
          offset,
        })
      },
      this.littleEndian,
      (name) => name,
    )
  }

  #section(name: string): PagedBytes | undefined {
    const known = this.#loaded.get(name)
    if (known !== undefined || this.#loaded.has(name)) return known
    if (this.#failures.has(name)) throw this.#failures.get(name)
    let section: PagedBytes | undefined
    try {
      const ownName = this.nameOf(name)
      const loaded = this.#load(ownName)
      const input = Array.isArray(loaded) ? joined(loaded) : (loaded as Uint8Array | ByteSource | undefined)
      section = input && new PagedBytes(input, ownName, IN_PAGES)
    } catch (error) {
      this.#failures.set(name, error)
      throw error
    }
    this.#loaded.set(name, section)
    return section
  }

  #required(name: string): PagedBytes {
    const section = this.#section(name)
    if (section !== undefined) return section
    throw new FormatError('the section is missing, and something refers to it', { section: this.nameOf(name) })
  }

  /**
   * The section's bytes, all of them, or undefined where there is no such section.
   * @throws what the loader threw, the same for every call
   */
  find(name: string): Uint8Array | undefined {
    return this.#section(name)?.all()
  }

  /** Length of the section in bytes, or undefined where there is no such section; reads none of it. */
  length(name: string): number | undefined {
    return this.#section(name)?.size
  }

  /** @throws FormatError where there is no such section */
  get(name: string): Uint8Array {
    return this.#required(name).all()
  }

  /**
   * An array of the section's length of which only `[from, to)` needs to have been read: what lies outside may be zeros.
   * @throws FormatError where there is no such section
   */
  part(name: string, from: number, to: number): Uint8Array {
    return bytesWith(this.#required(name), from, to)
  }

  /**
   * A cursor of the caller's own, over the section from `offset` to `end`. Before `offset` nothing needs to have been read.
   * @throws FormatError where there is no such section, or it ends before `offset`
   */
  cursor(name: string, offset = 0, end?: number): Cursor {
    const section = this.#required(name)
    return this.cursorOver(bytesWith(section, offset, end ?? section.size), name, offset, end)
  }

  /**
   * A cursor from `offset` to the end of the section, of which only the next `length` bytes need to have been read: the caller
   * knows that it reads no others.
   * @throws FormatError where there is no such section, or it ends before `offset`
   */
  cursorAhead(name: string, offset: number, length: number): Cursor {
    return this.cursorOver(this.part(name, offset, offset + length), name, offset)
  }

  /** A cursor over what `part` gave of the section. */
  cursorOver(bytes: Uint8Array, name: string, offset: number, end?: number): Cursor {
    return new Cursor(bytes, {
      section: this.nameOf(name),
      offset,
      littleEndian: this.littleEndian,
      ...(end === undefined ? {} : { end }),
    })
  }

  /**
   * One cursor for all who read parts of a section: moved to `offset`, from which `length` bytes have been read. Not to be kept.
   * @throws FormatError where there is no such section, or it ends before `offset`
   */
  ahead(name: string, offset: number, length: number): Cursor {
    let scanner = this.#scanners.get(name)
    if (scanner === undefined) {
      scanner = { section: this.#required(name), cursor: this.cursorAhead(name, 0, 0) }
      this.#scanners.set(name, scanner)
    }
    scanner.section.need(offset, offset + length)
    return scanner.cursor.seek(offset)
  }

  /** The one cursor that all single reads of a section share, moved to `offset`: not to be kept. */
  at(name: string, offset: number): Cursor {
    let cursor = this.#cursors.get(name)
    if (cursor === undefined) {
      cursor = this.cursor(name)
      this.#cursors.set(name, cursor)
    }
    return cursor.seek(offset)
  }

  /**
   * What stands one behind another in a section, up to its end; none where there is no such section.
   * @param read one, at the cursor
   */
  sequence<Part extends { readonly end: number }>(name: string, read: (cursor: Cursor) => Part): readonly Part[] {
    if (this.find(name) === undefined) return []
    const cursor = this.cursor(name)
    const parts: Part[] = []
    while (!cursor.atEnd) {
      const part = read(cursor)
      parts.push(part)
      cursor.seek(part.end)
    }
    return parts
  }

  /** @throws FormatError where there is no such section */
  strings(name: string): StringTable {
    let table = this.#tables.get(name)
    if (table === undefined) {
      table = new StringTable(this.#required(name), this.nameOf(name))
      this.#tables.set(name, table)
    }
    return table
  }

  /**
   * The NUL-terminated UTF-8 string at `offset`.
   * @throws FormatError when it lies outside the section, does not end in it or is longer than any name
   */
  string(name: string, offset: number): string {
    return this.strings(name).at(offset)
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array | undefined {
  if (parts.length <= 1) return parts[0]
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
