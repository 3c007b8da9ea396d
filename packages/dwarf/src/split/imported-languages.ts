/** The languages of partial units, which say none themselves: each has that of a unit that imports it (DWARF 5, section 3.2.5). */
import { FormatError } from '@gospy/bytes'
import { DW_AT } from '../constants/attribute-name.js'
import type { Unit } from '../unit.js'

export class ImportedLanguages {
  readonly #importers: () => readonly Unit[]
  #languages: Map<Unit, number> | undefined

  /** @param importers units of which some import others */
  constructor(importers: () => readonly Unit[]) {
    this.#importers = importers
  }

  /** DW_LANG of the first unit that imports the partial unit; undefined where none does. */
  of(partial: Unit): number | undefined {
    this.#languages ??= this.#find()
    return this.#languages.get(partial)
  }

  #find(): Map<Unit, number> {
    const languages = new Map<Unit, number>()
    for (const unit of this.#importers()) {
      try {
        const language = unit.root().number(DW_AT.language)
        if (language === undefined) continue
        for (const partial of unit.imports()) if (!languages.has(partial)) languages.set(partial, language)
      } catch (error) {
        // A unit that cannot be read, or imports what was not given: whoever asks for it is told.
        if (!(error instanceof FormatError)) throw error
      }
    }
    return languages
  }
}
