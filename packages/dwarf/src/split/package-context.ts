/** What a unit of a package file shares with its neighbours, and what it does not: its parts of the sections. */
import { FormatError } from '@gospy/bytes'
import type { AbbreviationTable } from '../abbreviation.js'
import type { Entry } from '../entry.js'
import type { Encoding } from '../form-size.js'
import type { Sections } from '../sections.js'
import type { Unit, UnitContext } from '../unit.js'
import type { UnitSection } from '../unit-header.js'
import type { Contribution } from './package-index.js'

/** The sections of which a unit knows the whole: entries have offsets in these. */
const WHOLE: ReadonlySet<string> = new Set(['.debug_info', '.debug_types'])

export class PackageContext implements UnitContext {
  readonly #file: UnitContext
  readonly #parts: ReadonlyMap<string, Contribution>
  #sections: Sections | undefined

  /** @param parts of the sections that belong to the unit, by the index of the package */
  constructor(file: UnitContext, parts: ReadonlyMap<string, Contribution>) {
    this.#file = file
    this.#parts = parts
  }

  get sections(): Sections {
    this.#sections ??= this.#file.sections.parts(new Map([...this.#parts].filter(([name]) => !WHOLE.has(name))))
    return this.#sections
  }

  get isSplit(): boolean {
    return true
  }

  get supplementary(): undefined {
    return undefined
  }

  abbreviations(offset: number, encoding: Encoding): AbbreviationTable {
    const part = this.#parts.get('.debug_abbrev')
    if (part !== undefined && offset >= part.size) {
      throw new FormatError(`abbreviations outside of the unit's ${part.size} bytes`, {
        section: '.debug_abbrev.dwo',
        offset,
      })
    }
    return this.#file.abbreviations(offset + (part?.offset ?? 0), encoding)
  }

  /** References between units of one .dwo file stay within what it contributed. */
  entryAt(offset: number, section: UnitSection): Entry {
    return this.#file.entryAt(offset + (this.#parts.get(section)?.offset ?? 0), section)
  }

  entryOfSignature(signature: bigint): Entry | undefined {
    return this.#file.entryOfSignature(signature)
  }

  splitOf(): undefined {
    return undefined
  }

  skeletonOf(unit: Unit): Unit | undefined {
    return this.#file.skeletonOf(unit)
  }

  importedLanguage(unit: Unit): number | undefined {
    return this.#file.importedLanguage(unit)
  }
}
