/** Languages by how they spell types, and where their arrays begin (DWARF 5, section 7.12, table 7.17). */
import { DW_LANG } from '../constants/values.js'
import type { Unit } from '../unit.js'

/** Languages that spell types alike; `c` also stands for those that are not known here. */
export type LanguageFamily = 'c' | 'c++' | 'go' | 'rust' | 'fortran'

const FAMILIES: ReadonlyMap<number, LanguageFamily> = new Map<number, LanguageFamily>([
  [DW_LANG.C_plus_plus, 'c++'],
  [DW_LANG.C_plus_plus_03, 'c++'],
  [DW_LANG.C_plus_plus_11, 'c++'],
  [DW_LANG.C_plus_plus_14, 'c++'],
  [DW_LANG.C_plus_plus_17, 'c++'],
  [DW_LANG.C_plus_plus_20, 'c++'],
  [DW_LANG.ObjC_plus_plus, 'c++'],
  [DW_LANG.Go, 'go'],
  [DW_LANG.Rust, 'rust'],
  [DW_LANG.Fortran77, 'fortran'],
  [DW_LANG.Fortran90, 'fortran'],
  [DW_LANG.Fortran95, 'fortran'],
  [DW_LANG.Fortran03, 'fortran'],
  [DW_LANG.Fortran08, 'fortran'],
  [DW_LANG.Fortran18, 'fortran'],
])

/** Languages whose arrays start at 1 unless said otherwise. */
const ONE_BASED: ReadonlySet<number> = new Set([
  DW_LANG.Ada83,
  DW_LANG.Ada95,
  DW_LANG.Ada2005,
  DW_LANG.Ada2012,
  DW_LANG.Cobol74,
  DW_LANG.Cobol85,
  DW_LANG.Fortran77,
  DW_LANG.Fortran90,
  DW_LANG.Fortran95,
  DW_LANG.Fortran03,
  DW_LANG.Fortran08,
  DW_LANG.Fortran18,
  DW_LANG.Julia,
  DW_LANG.Modula2,
  DW_LANG.Modula3,
  DW_LANG.Pascal83,
  DW_LANG.PLI,
])

/** How the unit's language spells its types. */
export function languageFamily(unit: Unit): LanguageFamily {
  const { language } = unit
  return (language === undefined ? undefined : FAMILIES.get(language)) ?? 'c'
}

/** The lower bound of an array that states none. */
export function defaultLowerBound(unit: Unit): number {
  const { language } = unit
  return language !== undefined && ONE_BASED.has(language) ? 1 : 0
}
