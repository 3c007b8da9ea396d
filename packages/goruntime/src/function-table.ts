/** The program's function table, and what its addresses lack in the process. */
import { displayName, type GoVersion, type PclnTable } from '@gospy/gosym'

export interface FunctionTable {
  readonly table: PclnTable
  /** What is added to the table's addresses in the process. */
  readonly bias: number
  /** Of the program: names are shown as this Go prints them. */
  readonly version: GoVersion | undefined
}

/** Of a function whose name is not known. */
export const NAMELESS = '?'

/** A function's name as Go of that version prints it; NAMELESS where a damaged table gives none. */
export function shownName(name: string, version: GoVersion | undefined): string {
  return displayName(name, version) || NAMELESS
}
