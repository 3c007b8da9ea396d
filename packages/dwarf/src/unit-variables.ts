/** All variables of a unit: those at its top level and in its namespaces, in the order of the file. */
import { DW_TAG } from './constants/tag.js'
import { DW_LANG } from './constants/values.js'
import type { TypeTable } from './types/type-table.js'
import type { Unit } from './unit.js'
import { Variable } from './variable.js'

/** The variables with a name, declarations included; those of functions and types are not among them. */
export function* variablesOf(unit: Unit, table: TypeTable): Generator<Variable, void, undefined> {
  const reader = unit.reader()
  if (!reader.next()) return
  // Go has no namespaces: its names are whole.
  const isFlat = unit.language === DW_LANG.Go
  while (reader.next()) {
    const { tag } = reader
    if (tag === DW_TAG.variable) {
      const entry = reader.entry()
      const { name } = entry
      if (name !== undefined) yield new Variable(isFlat ? name : table.qualify(entry, name), entry, table)
    }
    if (isFlat || (tag !== DW_TAG.namespace && tag !== DW_TAG.module)) reader.skipChildren()
  }
}
