/**
 * .debug_pubnames and .debug_pubtypes (DWARF 4, section 6.1.1), and GNU's .debug_gnu_pubnames and .debug_gnu_pubtypes, which
 * also tell what a name is: a list of names for each unit.
 */
import { type Cursor, indexOfBytes } from '@gospy/bytes'
import { readInitialLength } from '../initial-length.js'
import type { Sections } from '../sections.js'

/** The sections that hold such lists. */
export type PublicNamesSection = '.debug_pubnames' | '.debug_pubtypes' | '.debug_gnu_pubnames' | '.debug_gnu_pubtypes'

export const PUBLIC_NAMES_SECTIONS: readonly PublicNamesSection[] = [
  '.debug_gnu_pubnames',
  '.debug_gnu_pubtypes',
  '.debug_pubnames',
  '.debug_pubtypes',
]

const KINDS = ['none', 'type', 'variable', 'function', 'other', 'unused', 'unused', 'unused'] as const

/** A name of a list. */
export interface PublicName {
  /** Offset of the entry from the start of its unit. */
  readonly dieOffset: number
  /** Scopes included, for C++: `ns::Foo`. */
  readonly name: string
  /** Of the gnu_ sections: what it is; undefined elsewhere. */
  readonly kind: (typeof KINDS)[number] | undefined
  /** Of the gnu_ sections: whether other units cannot refer to it; undefined elsewhere. */
  readonly isStatic: boolean | undefined
}

/** The names of one unit. */
export class PublicNames {
  /** The section that holds the list. */
  readonly section: PublicNamesSection
  /** Offset of the header in the section. */
  readonly offset: number
  /** Offset of the first byte behind the list. */
  readonly end: number
  /** Version of the format: 2. */
  readonly version: number
  /** Offset in .debug_info of the unit. */
  readonly unit: number
  /** Length of the unit in bytes, its header included. */
  readonly unitLength: number
  readonly #sections: Sections
  readonly #namesOffset: number
  readonly #offsetSize: 4 | 8

  private constructor(sections: Sections, section: PublicNamesSection, cursor: Cursor) {
    this.#sections = sections
    this.section = section
    const { offset, length, end, offsetSize } = readInitialLength(cursor)
    this.offset = offset
    this.end = end
    this.#offsetSize = offsetSize
    this.version = cursor.u16()
    if (this.version !== 2) cursor.fail(`a list of names of version ${this.version} (2 is known)`, this.offset)
    this.unit = cursor.uint(this.#offsetSize)
    this.unitLength = cursor.uint(this.#offsetSize)
    this.#namesOffset = cursor.offset
    if (this.#namesOffset > this.end) cursor.fail(`a list of ${length} bytes, shorter than its header`, this.offset)
  }

  /**
   * All lists of a section, their headers read; none where there is no such section.
   * @throws FormatError for a malformed header
   */
  static all(sections: Sections, section: PublicNamesSection): readonly PublicNames[] {
    return sections.sequence(section, (cursor) => new PublicNames(sections, section, cursor))
  }

  /**
   * The names, in the order of the file.
   * @throws FormatError for a name that does not end within the list
   */
  *names(): Generator<PublicName, void, undefined> {
    const { section, end } = this
    const isGnu = section === '.debug_gnu_pubnames' || section === '.debug_gnu_pubtypes'
    const cursor = this.#sections.cursor(section, this.#namesOffset, end)
    // Some producers leave out the zero at the end.
    while (!cursor.atEnd) {
      const dieOffset = cursor.uint(this.#offsetSize)
      if (dieOffset === 0) return
      const flags = isGnu ? cursor.u8() : undefined
      yield {
        dieOffset,
        name: cursor.cstring(),
        kind: flags === undefined ? undefined : KINDS[(flags >> 4) & 7],
        isStatic: flags === undefined ? undefined : flags >> 7 === 1,
      }
    }
  }
}

/** Offsets in .debug_info of the units in whose lists the bytes of a name occur, as a name or as the end of one. */
export function unitsWithName(bytes: Uint8Array, lists: readonly PublicNames[], name: string): Set<number> {
  const units = new Set<number>()
  const needle = new TextEncoder().encode(`${name}\0`)
  let index = 0
  for (let at = indexOfBytes(bytes, needle); at >= 0; at = indexOfBytes(bytes, needle, at + 1)) {
    while (index < lists.length && lists[index]!.end <= at) index++
    const list = lists[index]
    if (list === undefined) break
    units.add(list.unit)
    // One hit in each list is enough.
    at = list.end - 1
  }
  return units
}
