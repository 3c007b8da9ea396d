/** Imported units (DWARF 5, section 3.2.5): what dwz moved out of units that had it in common, into partial units. */
import { DW_AT } from '../constants/attribute-name.js'
import { DW_TAG } from '../constants/tag.js'
import type { Unit } from '../unit.js'

/**
 * The units that a unit imports, and those that they import, each once: also where they import each other. Partial units of
 * the same file, or of the supplementary file.
 * @throws FormatError for an import that leads to no unit
 */
export function* importedUnits(unit: Unit): Generator<Unit, void, undefined> {
  const seen = new Set([unit])
  const open = [unit]
  for (let importer = open.pop(); importer !== undefined; importer = open.pop()) {
    const found: Unit[] = []
    for (const entry of importer.root().children()) {
      if (entry.tag !== DW_TAG.imported_unit) continue
      const imported = entry.reference(DW_AT.import)?.unit
      if (imported === undefined || seen.has(imported)) continue
      seen.add(imported)
      found.push(imported)
      yield imported
    }
    // The first is gone into first: a stack has it on top.
    open.push(...found.reverse())
  }
}
