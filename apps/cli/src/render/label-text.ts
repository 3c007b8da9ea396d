/** Labels as people see them: `tenant=acme`. */
import { goQuote } from '@gospy/dwarf'
import type { Labels } from '@gospy/goruntime'
import { printable } from './text.js'

/** What would not be told from the text around it. */
const AMBIGUOUS = /[\s=,"]/

/** In quotes where it could be taken for something else: `path="/a, b"`. */
export function labelText(key: string, value: string): string {
  return `${quoted(key)}=${quoted(value)}`
}

/** One for each label. */
export function labelTexts(labels: Labels): string[] {
  return Object.entries(labels).map(([key, value]) => labelText(key, value))
}

function quoted(text: string): string {
  return AMBIGUOUS.test(text) ? goQuote(text) : printable(text)
}
