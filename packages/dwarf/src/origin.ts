/**
 * What an entry does not say itself but the one that it completes: the abstract instance of an inlined function
 * (DW_AT_abstract_origin; DWARF 5, section 3.3.8) or a declaration (DW_AT_specification; section 2.13.2).
 */
import { DW_AT } from './constants/attribute-name.js'
import type { Attribute, Entry } from './entry.js'

/** An out-of-line instance of an inlined member function leads to its declaration in two steps; more than this is a circle. */
const MAX_STEPS = 16

/** The entry itself, then what it completes, and so on. @throws FormatError for a circle, or a reference to no entry */
export function* withOrigins(entry: Entry): Generator<Entry, void, undefined> {
  let current: Entry | undefined = entry
  for (let step = 0; current !== undefined; step++) {
    if (step > MAX_STEPS) entry.fail('its DW_AT_abstract_origin and DW_AT_specification lead round in a circle')
    yield current
    current = current.reference(DW_AT.abstract_origin) ?? current.reference(DW_AT.specification)
  }
}

/** The attribute, of the entry or of the first one that it completes which has it. */
export function attributeOfOrigins(entry: Entry, name: number): Attribute | undefined {
  for (const each of withOrigins(entry)) {
    const attribute = each.attribute(name)
    if (attribute !== undefined) return attribute
  }
  return undefined
}

/** The name that the linker knows: DW_AT_linkage_name, or as GCC before 4.8 wrote it. */
export function linkageNameOf(entry: Entry): string | undefined {
  return stringOfOrigins(entry, DW_AT.linkage_name) ?? stringOfOrigins(entry, DW_AT.MIPS_linkage_name)
}

/** The entry that DW_AT_type refers to, of the entry or of the first one that it completes which has it. */
export function typeEntryOfOrigins(entry: Entry): Entry | undefined {
  for (const each of withOrigins(entry)) {
    const type = each.reference(DW_AT.type)
    if (type !== undefined) return type
  }
  return undefined
}

/** As `attributeOfOrigins`, for a string. */
export function stringOfOrigins(entry: Entry, name: number): string | undefined {
  const attribute = attributeOfOrigins(entry, name)
  return attribute?.class === 'string' ? (attribute.value as string) : undefined
}
