/** The program's function table, and what its addresses lack in the process. */
import type { GoVersion, PclnTable } from '@gospy/gosym'

export interface FunctionTable {
  readonly table: PclnTable
  /** What is added to the table's addresses in the process. */
  readonly bias: number
  /** Of the program: names are shown as this Go prints them. */
  readonly version: GoVersion | undefined
}
