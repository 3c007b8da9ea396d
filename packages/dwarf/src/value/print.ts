/** Values as debuggers print them: which printer, the type's language tells. */
import { languageFamily } from '../types/language.js'
import { printC } from './print-c.js'
import { printGo } from './print-go.js'
import { printRust } from './print-rust.js'
import { Print } from './printer.js'
import type { Value } from './value.js'

/** The value as the debugger of its language prints it, see `Value.toString`. */
export function printValue(value: Value): string {
  const family = languageFamily(value.type.entry.unit)
  const print = family === 'go' ? printGo : family === 'rust' ? printRust : printC
  return new Print(print).part(value, true)
}
