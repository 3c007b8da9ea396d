/** Numbers to the names that the standard, readelf and llvm-dwarfdump print. Apart from the parsers, which need none of it. */
import { DW_AT } from './attribute-name.js'
import { DW_FORM } from './form.js'
import { DW_OP } from './operation.js'
import { DW_TAG } from './tag.js'
import { DW_ATE, DW_LANG, DW_UT } from './values.js'

/** Built on first use; an unknown number reads `DW_TAG_0x4090`. */
function describer(prefix: string, constants: Readonly<Record<string, number>>): (value: number) => string {
  let names: Map<number, string> | undefined
  return (value) => {
    names ??= new Map(Object.entries(constants).map(([name, number]) => [number, `${prefix}_${name}`]))
    return names.get(value) ?? `${prefix}_0x${value.toString(16)}`
  }
}

/** `DW_TAG_structure_type` for 0x13. */
export const describeTag: (value: number) => string = describer('DW_TAG', DW_TAG)
/** `DW_AT_name` for 0x03. */
export const describeAttribute: (value: number) => string = describer('DW_AT', DW_AT)
/** `DW_FORM_strp` for 0x0e. */
export const describeForm: (value: number) => string = describer('DW_FORM', DW_FORM)
/** `DW_OP_addr` for 0x03; numbered registers and literals too (`DW_OP_lit7`). */
export const describeOperation: (value: number) => string = describer('DW_OP', DW_OP)
/** `DW_ATE_signed` for 0x05. */
export const describeEncoding: (value: number) => string = describer('DW_ATE', DW_ATE)
/** `DW_UT_compile` for 0x01. */
export const describeUnitType: (value: number) => string = describer('DW_UT', DW_UT)
/** `DW_LANG_Go` for 0x16. */
export const describeLanguage: (value: number) => string = describer('DW_LANG', DW_LANG)
