/** Types as Go writes them. */
import type { Type } from '@gospy/dwarf'

/** Until Go 1.19 types that are declared in functions have a number behind their name that Go does not show. */
export function typeText(type: Type): string {
  return type.describe().replace(/·\d+/g, '')
}
