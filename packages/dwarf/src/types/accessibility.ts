/** Who may use a member (DWARF 5, section 2.9). */
import { DW_AT } from '../constants/attribute-name.js'
import { DW_TAG } from '../constants/tag.js'
import type { Entry } from '../entry.js'
import type { TypeTable } from './type-table.js'

/** Who may use a member or base class. */
export type Accessibility = 'public' | 'protected' | 'private'

const NAMES: readonly (Accessibility | undefined)[] = [undefined, 'public', 'protected', 'private']

/** As the entry says; where it does not, private in a class and public in everything else. */
export function accessibilityOf(entry: Entry, table: TypeTable): Accessibility {
  const stated = NAMES[entry.number(DW_AT.accessibility) ?? 0]
  if (stated !== undefined) return stated
  for (const scope of table.scopes(entry)) return scope.tag === DW_TAG.class_type ? 'private' : 'public'
  return 'public'
}
