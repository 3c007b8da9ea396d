/** What is needed of a process to read the variables of its frames, besides what a snapshot needs. */
import type { MemoryReader } from '@gospy/bytes'
import type { Architecture, Dwarf } from '@gospy/dwarf'
import type { FunctionTable } from '../function-table.js'
import type { ValueSpace } from '../values/value-space.js'
import type { VersionFacts } from '../version-facts.js'

export interface LocalsSource {
  readonly dwarf: Dwarf
  readonly architecture: Architecture
  /** What is added to link-time addresses in the process. */
  readonly bias: number
  readonly functions: FunctionTable
  readonly facts: Pick<VersionFacts, 'hasLocationLists' | 'passesInRegisters' | 'repeatsPieces'>
  /** Where values are read, out of that memory. */
  space(memory: MemoryReader): ValueSpace
}
